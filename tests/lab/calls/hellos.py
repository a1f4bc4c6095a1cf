"""A ClientHello read without any of the lab's code (RFC 8446, section 4.1.2)."""

from __future__ import annotations

from dataclasses import dataclass

_SUPPORTED_GROUPS, _SIGNATURES, _VERSIONS, _SERVER_NAME = 10, 13, 43, 0


@dataclass(frozen=True)
class Hello:
    suites: tuple[int, ...]
    versions: tuple[int, ...]
    groups: tuple[int, ...]
    signatures: tuple[int, ...]
    server_name: str


def read(data: bytes) -> Hello:
    """Everything that a test asks of a hello; `data` begins with its record."""
    assert data[0] == 22
    body = data[9 : 9 + int.from_bytes(data[6:9], "big")]
    legacy, rest = int.from_bytes(body[:2], "big"), body[34:]
    rest = rest[1 + rest[0] :]
    size = int.from_bytes(rest[:2], "big")
    suites = _numbers(rest[2 : 2 + size])
    rest = rest[2 + size :]
    rest = rest[1 + rest[0] :]
    extensions = _extensions(rest[2:])
    return Hello(
        suites=suites,
        versions=_numbers(extensions.get(_VERSIONS, bytes(1) + body[:2])[1:]) or (legacy,),
        groups=_numbers(extensions.get(_SUPPORTED_GROUPS, b"")[2:]),
        signatures=_numbers(extensions.get(_SIGNATURES, b"")[2:]),
        server_name=extensions.get(_SERVER_NAME, b"")[5:].decode(),
    )


def _extensions(data: bytes) -> dict[int, bytes]:
    found = {}
    while data:
        kind, size = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
        found[kind], data = data[4 : 4 + size], data[4 + size :]
    return found


def _numbers(data: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[n : n + 2], "big") for n in range(0, len(data), 2))
