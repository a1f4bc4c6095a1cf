"""Reads an OVA without unpacking it: its descriptor, its manifest, and its disks as streams."""

from __future__ import annotations

import hashlib
import re
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from securemode.errors import SetupFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MOST_MEMBERS = 64
LARGEST_TEXT = 4 * 2**20
"""Descriptors are tens of kilobytes; whatever is larger is none."""

PIECE = 2**20

_LINE = re.compile(r"(?P<algorithm>SHA1|SHA256|SHA512)\s*\((?P<name>[^)]+)\)\s*=\s*(?P<digest>\S+)")
_NEW = "get the file from the vendor again, and compare its checksum with the one published there."


class DamagedOva(SetupFailed):
    """The file is no OVA, or not the one that the vendor made."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path.name} {what}.", remedy=_NEW)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive: where its bytes are."""

    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Ova:
    """An OVA whose structure has been seen to be sound; its bytes, not before `verify`.

    Attributes:
        path: of the file.
        descriptor: the OVF descriptor.
        members: every file in it, by its name.
        manifest: algorithm and digest by the name of the file; empty where there is no manifest.
    """

    path: Path
    descriptor: str
    members: Mapping[str, Member]
    manifest: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of one file, a piece at a time.

        Raises:
            DamagedOva: the file in the archive breaks off.
        """
        member = self.members[name]
        with self.path.open("rb") as file:
            file.seek(member.offset)
            left = member.size
            while left:
                piece = file.read(min(PIECE, left))
                if not piece:
                    raise DamagedOva(self.path, f"breaks off within {name}")
                left -= len(piece)
                yield piece

    def verify(self, sha256: str | None) -> None:
        """Compare every byte with the checksums that there are.

        Args:
            sha256: of the whole file, where the environment states it.

        Raises:
            DamagedOva: a checksum is not met, or there is none at all to compare with.
        """
        if not self.manifest and sha256 is None:
            raise DamagedOva(
                self.path, "has no manifest, and the environment states no sha256 of it"
            )
        if sha256 is not None and self._digest_of_all() != sha256:
            raise DamagedOva(self.path, "has not the SHA-256 that the environment states")
        for name, (algorithm, digest) in self.manifest.items():
            hashed = hashlib.new(algorithm, usedforsecurity=False)
            for piece in self.pieces(name):
                hashed.update(piece)
            if hashed.hexdigest() != digest:
                raise DamagedOva(self.path, f"is damaged: {name} does not match its manifest")

    def _digest_of_all(self) -> str:
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def read_ova(path: Path) -> Ova:
    """Look at the structure of an OVA: one pass over the headers, none over the disks.

    Raises:
        DamagedOva: it is no tar archive, breaks off, holds what an OVA does not hold, or its
            manifest leaves a file out.

    Source: DMTF DSP0243, "OVF packages": descriptor first, manifest, plain files only.
    """
    try:
        members = _members(path)
    except (OSError, tarfile.TarError) as error:
        raise DamagedOva(path, f"is no readable tar archive ({_said(error)})") from error
    found = list(members)
    if not found or not found[0].lower().endswith(".ovf"):
        raise DamagedOva(path, "does not begin with an OVF descriptor")
    ova = Ova(path, _text(path, members, found[0]), members)
    stated = next((name for name in found if name.lower().endswith(".mf")), None)
    if stated is None:
        return ova
    return Ova(path, ova.descriptor, members, _manifest(path, members, stated))


def _members(path: Path) -> dict[str, Member]:
    """Every file of the archive, which has to be whole."""
    members: dict[str, Member] = {}
    length = path.stat().st_size
    with tarfile.open(path, "r:") as archive:
        for entry in archive:
            _refuse_strange(path, entry, members)
            if entry.offset_data + entry.size > length:
                raise DamagedOva(path, f"breaks off within {entry.name}")
            members[entry.name] = Member(entry.offset_data, entry.size)
    return members


def _refuse_strange(path: Path, entry: tarfile.TarInfo, before: Mapping[str, Member]) -> None:
    if not entry.isreg() or entry.issparse():
        raise DamagedOva(path, f"holds {entry.name!r}, which is no plain file")
    if "/" in entry.name or "\\" in entry.name or entry.name.startswith("."):
        raise DamagedOva(path, f"holds {entry.name!r}, a name that leads elsewhere")
    if entry.name in before:
        raise DamagedOva(path, f"holds {entry.name!r} twice")
    if len(before) == MOST_MEMBERS:
        raise DamagedOva(path, f"holds more than {MOST_MEMBERS} files")


def _text(path: Path, members: Mapping[str, Member], name: str) -> str:
    if members[name].size > LARGEST_TEXT:
        raise DamagedOva(path, f"has {members[name].size} bytes of {name}")
    try:
        return b"".join(Ova(path, "", members).pieces(name)).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DamagedOva(path, f"has a {name} that is no text") from None


def _manifest(path: Path, members: Mapping[str, Member], name: str) -> dict[str, tuple[str, str]]:
    """What the manifest says, which has to be something of every file it has to speak for."""
    said: dict[str, tuple[str, str]] = {}
    for line in filter(None, map(str.strip, _text(path, members, name).splitlines())):
        match = _LINE.fullmatch(line)
        if match is None:
            raise DamagedOva(path, f"has a manifest with the line {line[:60]!r}")
        said[match["name"]] = (match["algorithm"].lower(), match["digest"].lower())
    if strange := said.keys() - members.keys():
        raise DamagedOva(path, f"lacks {min(strange)}, which its manifest names")
    needed = {each for each in members if not each.lower().endswith((".mf", ".cert"))}
    if missing := needed - said.keys():
        raise DamagedOva(path, f"has a manifest that leaves out {min(missing)}")
    return said


def _said(error: Exception) -> str:
    return error.strerror or "unknown" if isinstance(error, OSError) else str(error)
