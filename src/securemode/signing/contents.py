"""The files of a pack, read where they are: in the directory of a run, or in a .zip of one.

Nothing is unpacked to disk: a hostile archive can neither leave its place nor fill a disk.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from securemode.documents import shown
from securemode.errors import ConfigurationError
from securemode.report.manifest import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

MOST_FILES = 100_000
LARGEST = 16 * 2**30
LARGEST_RATIO = 250
FREE_OF_RATIO = 64 * 2**20
"""As much may be unpacked whatever it was packed from."""

CHUNK = 2**20
_ENCRYPTED = 0x1
_LINK, _KIND = 0o120000, 0o170000
_MAKE_AGAIN = "pack the directory of the run again, for example with zip -r."


class Contents(Protocol):
    """What a pack holds."""

    @property
    def name(self) -> str:
        """The pack as a reader knows it."""
        ...

    def files(self) -> tuple[str, ...]:
        """Paths of all files, with "/" between their parts, by name."""
        ...

    def oddities(self) -> dict[str, str]:
        """What no pack holds, such as a link: its path, and what it is."""
        ...

    def chunks(self, path: str) -> Iterator[bytes]:
        """A file, piece by piece; raises `Damaged` where it cannot be read to its end."""
        ...


class Damaged(ValueError):
    """A file of the pack cannot be read; the message says why."""


def contents_of(path: Path) -> Contents:
    """The pack at a path.

    Raises:
        ConfigurationError: it is neither the directory of a run nor a .zip of one.
    """
    if path.is_dir():
        return Folder(path)
    if path.is_file() and zipfile.is_zipfile(path):
        return Zipped(path)
    raise ConfigurationError(
        f"{shown(path)}: is neither the directory of a run nor a .zip of one.",
        remedy="name one, for example reports/lab-latest.",
    )


class Folder:
    """The directory of a run."""

    def __init__(self, directory: Path) -> None:
        self.name = shown(directory)
        self._directory = directory.resolve()
        _check_is_pack(self.name, self.files())

    def files(self) -> tuple[str, ...]:
        """Every plain file, at whatever depth."""
        return tuple(sorted(name for name, path in self._paths() if _is_plain(path)))

    def oddities(self) -> dict[str, str]:
        """Links, pipes and the like."""
        odd = ((name, path) for name, path in self._paths() if not _is_plain(path))
        return {
            name: "is a link" if path.is_symlink() else "is no plain file"
            for name, path in odd
            if path.is_symlink() or not path.is_dir()
        }

    def _paths(self) -> Iterator[tuple[str, Path]]:
        for path in self._directory.rglob("*"):
            yield path.relative_to(self._directory).as_posix(), path

    def chunks(self, path: str) -> Iterator[bytes]:
        """The file as it is now."""
        try:
            with (self._directory / path).open("rb") as file:
                yield from _pieces(file)
        except OSError as error:
            raise Damaged(f"cannot be read ({error.strerror})") from error


class Zipped:
    """A .zip of the directory of a run, with or without the directory itself."""

    def __init__(self, path: Path) -> None:
        self.name = shown(path)
        try:
            self._archive = zipfile.ZipFile(path)
            members = self._archive.infolist()
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise _refused(self.name, f"cannot be read ({error})") from None
        self._check(members, path.stat().st_size)
        within = _place_of_manifest(self.name, [one.filename for one in members])
        self._members = {
            one.filename.removeprefix(within): one for one in members if not one.is_dir()
        }
        _check_is_pack(self.name, self.files())

    def _check(self, members: list[zipfile.ZipInfo], packed: int) -> None:
        """Refuse what leads out of the archive, is there twice, or would fill a memory."""
        if len(members) > MOST_FILES:
            raise _refused(self.name, f"holds more than {MOST_FILES:,} files")
        if sum(one.file_size for one in members) > max(
            FREE_OF_RATIO, min(LARGEST, LARGEST_RATIO * packed)
        ):
            raise _refused(self.name, "unpacks to far more than it was packed from")
        seen = set()
        for one in members:
            path = PurePosixPath(one.filename)
            leads_out = path.is_absolute() or ".." in path.parts
            if leads_out or "\\" in one.orig_filename or "\0" in one.orig_filename:
                raise _refused(self.name, f"has a path that leads out of it ({one.filename!r})")
            if one.filename in seen:
                raise _refused(self.name, f"holds {one.filename!r} twice")
            if one.flag_bits & _ENCRYPTED:
                raise _refused(self.name, "is encrypted")
            seen.add(one.filename)

    def files(self) -> tuple[str, ...]:
        """Every plain file."""
        return tuple(sorted(name for name, one in self._members.items() if not _is_link(one)))

    def oddities(self) -> dict[str, str]:
        """Links."""
        return {name: "is a link" for name, one in self._members.items() if _is_link(one)}

    def chunks(self, path: str) -> Iterator[bytes]:
        """The file, unpacked in memory."""
        try:
            with self._archive.open(self._members[path]) as file:
                yield from _pieces(file)
        except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
            raise Damaged(f"is damaged in the archive ({error})") from error


def whole(contents: Contents, path: str, most: int) -> bytes:
    """A file in one piece.

    Raises:
        Damaged: it cannot be read, or has more than `most` bytes.
    """
    content = bytearray()
    for piece in contents.chunks(path):
        content += piece
        if len(content) > most:
            raise Damaged(f"has more than {most:,} bytes")
    return bytes(content)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(CHUNK):
        yield piece


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _is_link(one: zipfile.ZipInfo) -> bool:
    return (one.external_attr >> 16) & _KIND == _LINK


def _place_of_manifest(name: str, paths: list[str]) -> str:
    """The directory within the archive that is the run's: "" or "<run>/"."""
    places = [path for path in paths if PurePosixPath(path).name == MANIFEST]
    if not places:
        raise _refused(name, f"holds no {MANIFEST}")
    return min(places, key=lambda path: path.count("/")).removesuffix(MANIFEST)


def _check_is_pack(name: str, files: tuple[str, ...]) -> None:
    if MANIFEST not in files:
        raise ConfigurationError(
            f"{name}: holds no {MANIFEST}, so nothing says what belongs to it.",
            remedy="name the whole directory of a run that ended, or verify again.",
        )


def _refused(name: str, what: str) -> ConfigurationError:
    return ConfigurationError(f"{name}: {what}.", remedy=_MAKE_AGAIN)
