"""Walks through a compressed archive in memory; nothing of it is ever written anywhere.

Headers are read by hand: the library's own reader takes as much memory as an archive asks for.
"""

from __future__ import annotations

import tarfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from securemode.errors import UnreadableRecord

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.records.encrypted import Source

GZIP = b"\x1f\x8b\x08"
LARGEST_COMPRESSED = 512 * 2**20
LARGEST_PLAIN = 16 * 2**30
LARGEST_RATIO = 250
FREE_OF_RATIO = 64 * 2**20
"""As much may be unpacked whatever it was packed from."""
MOST_MEMBERS = 200_000
LARGEST_HEADER = 64 * 2**10

_BLOCK = 512
_CHUNK = 2**16
_ZERO = bytes(_BLOCK)
_PLAIN_FILES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
_LINKS = (tarfile.SYMTYPE, tarfile.LNKTYPE)
_LONG = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_EXTENDED = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
HOSTILE = "look into how it came about: the product makes no such archive."


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive.

    Attributes:
        name: its path without a leading "./".
        modified: seconds since the epoch.
        content: all of it, where it was asked for; else empty.
    """

    name: str
    modified: float
    content: bytes = b""


class Unpacked:
    """What a gzip stream holds, as a source with limits; plain data pass through.

    Raises:
        UnreadableRecord: it is broken, breaks off, or unpacks to more than any snapshot holds.
    """

    def __init__(self, source: Source, first: bytes) -> None:
        self._source = source
        self._waiting = first
        self._is_packed = first.startswith(GZIP)
        self._engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._taken = len(first)
        self._given = 0

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes."""
        piece = self._unpacked(size) if self._is_packed else self._plain(size)
        self._given += len(piece)
        if self._taken > LARGEST_COMPRESSED:
            raise UnreadableRecord(f"The snapshot has more than {LARGEST_COMPRESSED >> 20} MB.")
        too_dense = self._given > max(FREE_OF_RATIO, LARGEST_RATIO * self._taken)
        if too_dense or self._given > LARGEST_PLAIN:
            raise UnreadableRecord(
                f"The snapshot unpacks to more than {self._given >> 20} MB from "
                f"{self._taken >> 10} KB, like an archive made to fill a memory.",
                remedy=HOSTILE,
            )
        return piece

    def _more(self) -> bytes:
        data = self._waiting or self._source.read(_CHUNK)
        self._taken += 0 if self._waiting else len(data)
        self._waiting = b""
        return data

    def _plain(self, size: int) -> bytes:
        data = self._more()
        data, self._waiting = data[:size], data[size:]
        return data

    def _unpacked(self, size: int) -> bytes:
        while True:
            if self._engine.eof:
                return b""
            data = self._engine.unconsumed_tail or self._more()
            try:
                piece = self._engine.decompress(data, size)
                if not data and not piece:
                    raise _breaks_off()
            except zlib.error as error:
                raise UnreadableRecord(f"The snapshot is broken: {error}.") from error
            if piece:
                return piece


def _breaks_off() -> UnreadableRecord:
    return UnreadableRecord(
        "The snapshot breaks off before its end.", remedy="save it again, and compare its size."
    )


class Archive:
    """The members of a tar stream.

    Args:
        source: the stream.
        wanted: paths of files whose content is kept, each with its largest size.
    """

    def __init__(self, source: Source, wanted: dict[str, int]) -> None:
        self._source = source
        self._wanted = wanted
        self._long_name = ""

    def members(self) -> Iterator[Member]:
        """Every file, in order.

        Raises:
            UnreadableRecord: the archive is broken, or made to harm.
        """
        for _ in range(MOST_MEMBERS):
            header = self._exactly(_BLOCK)
            if header == _ZERO:
                self._drain()
                return
            if (member := self._member(_info(header))) is not None:
                yield member
        raise UnreadableRecord(
            f"The snapshot has more than {MOST_MEMBERS} members.", remedy=HOSTILE
        )

    def _member(self, info: tarfile.TarInfo) -> Member | None:
        if info.type in _LONG or info.type in _EXTENDED:
            self._remember(info)
            return None
        name = self._long_name or info.name
        self._long_name = ""
        plain = _checked(name)
        if info.type in _PLAIN_FILES:
            return self._file(plain, info)
        if info.type in _LINKS:
            self._check_link(plain, info)
        elif info.type != tarfile.DIRTYPE:
            raise _hostile(f"holds {plain[:80]!r}, which is neither file nor directory")
        return None

    def _file(self, name: str, info: tarfile.TarInfo) -> Member:
        largest = self._wanted.get(name)
        if largest is None:
            self._skip(_padded(info.size))
            return Member(name, info.mtime)
        if info.size > largest:
            raise UnreadableRecord(f"{name} of the snapshot has {info.size} bytes.", remedy=HOSTILE)
        content = self._exactly(_padded(info.size))[: info.size]
        return Member(name, info.mtime, content)

    def _check_link(self, name: str, info: tarfile.TarInfo) -> None:
        """A link leads nowhere here, as nothing is unpacked; one that tries to is an attack."""
        target = PurePosixPath(info.linkname)
        leads_out = target.is_absolute() or ".." in target.parts
        if any(wanted == name or wanted.startswith(f"{name}/") for wanted in self._wanted):
            raise _hostile(f"has a link in place of {name}")
        if leads_out:
            raise _hostile(f"has a link that leads out of it ({name[:80]})")

    def _remember(self, info: tarfile.TarInfo) -> None:
        """Take the name of the next member from a header of its own."""
        if info.size > LARGEST_HEADER:
            raise _hostile(f"has a header of {info.size} bytes")
        content = self._exactly(_padded(info.size))[: info.size]
        if info.type == tarfile.GNUTYPE_LONGNAME:
            self._long_name = content.split(b"\0")[0].decode("utf-8", "replace")
        elif info.type == tarfile.GNUTYPE_LONGLINK:
            return
        elif path := _pax_path(content):
            self._long_name = path

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece = self._source.read(min(_CHUNK, size - len(data)))
            if not piece:
                raise _breaks_off()
            data += piece
        return bytes(data)

    def _skip(self, size: int) -> None:
        while size:
            piece = self._source.read(min(_CHUNK, size))
            if not piece:
                raise _breaks_off()
            size -= len(piece)

    def _drain(self) -> None:
        """What follows the end is padding; reading it shows whether the stream is whole."""
        while self._source.read(_CHUNK):
            pass


def _info(header: bytes) -> tarfile.TarInfo:
    try:
        info = tarfile.TarInfo.frombuf(header, "utf-8", "replace")
    except (tarfile.HeaderError, ValueError) as error:
        raise UnreadableRecord(
            f"The snapshot is no archive, or a broken one: {error}.",
            remedy="state the file as the product made it: diagnostic_snapshot_….tgz.",
        ) from error
    if info.size < 0:
        raise _hostile("has a member of negative size")
    return info


def _checked(name: str) -> str:
    """The path of a member, which stays inside the archive."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name:
        raise _hostile(f"has a path that leads out of it ({name[:80]!r})")
    return str(path)


def _pax_path(content: bytes) -> str:
    """The path in an extended header: "27 path=etc/…", one record a line."""
    for record in content.split(b"\n"):
        _, _, said = record.partition(b" ")
        if said.startswith(b"path="):
            return said.removeprefix(b"path=").decode("utf-8", "replace")
        if said.startswith((b"size=", b"GNU.sparse.")):
            raise _hostile("has a member whose size is stated twice")
    return ""


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _hostile(what: str) -> UnreadableRecord:
    return UnreadableRecord(f"The snapshot {what}.", remedy=HOSTILE)
