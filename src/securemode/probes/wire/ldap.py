"""The little of LDAP version 3 that shows whether a directory answers: TLS, bind, one object.

The module stands alone (standard library only), so that it can be sent to another vantage.

Source: RFC 4511 (messages), RFC 4513 5.1.3 (simple bind), RFC 4511 4.14 (StartTLS); X.690 (BER).
"""

from __future__ import annotations

import contextlib
import socket
import time
from typing import TYPE_CHECKING, Final, NamedTuple, Self

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

SUCCESS: Final = 0
NO_SUCH_OBJECT: Final = 32
REFERRAL: Final = 10
INVALID_CREDENTIALS: Final = 49

START_TLS: Final = "1.3.6.1.4.1.1466.20037"

_INTEGER, _OCTETS, _ENUMERATED, _BOOLEAN, _SEQUENCE = 0x02, 0x04, 0x0A, 0x01, 0x30
_BIND, _BIND_ANSWER, _UNBIND = 0x60, 0x61, 0x42
_SEARCH, _ENTRY, _DONE, _REFERENCE = 0x63, 0x64, 0x65, 0x73
_EXTENDED, _EXTENDED_ANSWER = 0x77, 0x78
_SIMPLE, _PRESENT, _EXTENSION_NAME = 0x80, 0x87, 0x80
_BASE, _NEVER_DEREFERENCE = 0, 0
_LONG_FORM = 0x80
_LARGEST_MESSAGE = 1 << 20
_MOST_LENGTH_BYTES = 4


class NotLdap(Exception):
    """What came is no LDAP."""


class Result(NamedTuple):
    """How the directory ended an operation.

    Attributes:
        code: result code; 0 is success.
        message: the directory's own words.
    """

    code: int
    message: str = ""


class Entry(NamedTuple):
    """One object.

    Attributes:
        dn: its distinguished name as the directory writes it.
        attributes: values by name in lower case.
    """

    dn: str
    attributes: dict[str, tuple[bytes, ...]]


class Directory:
    """One connection to a directory.

    Args:
        address: address literal.
        port: TCP port.
        timeout_s: how long each answer may take.

    Raises:
        OSError: there is no connection.
    """

    def __init__(self, address: str, port: int, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._socket = socket.create_connection((address, port), timeout_s)
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Say good-bye and hang up."""
        with contextlib.suppress(OSError):
            self._send(_tlv(_UNBIND, b""))
        self._socket.close()

    def secure(self, context: ssl.SSLContext, server_name: str) -> None:
        """Begin TLS.

        Raises:
            ssl.SSLError: the certificate is not trusted, or TLS fails.
        """
        self._socket = context.wrap_socket(self._socket, server_hostname=server_name)

    def start_tls(self) -> Result:
        """Ask to begin TLS on a port that begins in the clear."""
        self._send(_tlv(_EXTENDED, _tlv(_EXTENSION_NAME, START_TLS.encode())))
        return self._result(_EXTENDED_ANSWER)

    def bind(self, username: str, password: str) -> Result:
        """Log in with name and password."""
        login = _integer(3) + _text(username) + _tlv(_SIMPLE, password.encode())
        self._send(_tlv(_BIND, login))
        return self._result(_BIND_ANSWER)

    def read(self, dn: str, attributes: tuple[str, ...]) -> tuple[Result, Entry | None]:
        """One object by its name."""
        asked = b"".join(_text(name) for name in attributes)
        search = (
            _text(dn)
            + _tlv(_ENUMERATED, bytes([_BASE]))
            + _tlv(_ENUMERATED, bytes([_NEVER_DEREFERENCE]))
            + _integer(0)
            + _integer(max(1, int(self._timeout_s)))
            + _tlv(_BOOLEAN, b"\0")
            + _tlv(_PRESENT, b"objectClass")
            + _tlv(_SEQUENCE, asked)
        )
        self._send(_tlv(_SEARCH, search))
        found: Entry | None = None
        deadline = time.monotonic() + self._timeout_s
        while True:
            tag, content = self._receive(deadline)
            if tag == _ENTRY:
                found = _entry(content)
            elif tag == _DONE:
                return _ended(content), found
            elif tag != _REFERENCE:
                raise NotLdap(f"operation {tag:#x} in answer to a search")

    def _send(self, operation: bytes) -> None:
        self._number += 1
        self._socket.settimeout(self._timeout_s)
        self._socket.sendall(_tlv(_SEQUENCE, _integer(self._number) + operation))

    def _result(self, expected: int) -> Result:
        tag, content = self._receive(time.monotonic() + self._timeout_s)
        if tag not in (expected, _EXTENDED_ANSWER):
            raise NotLdap(f"operation {tag:#x}, expected {expected:#x}")
        return _ended(content)

    def _receive(self, deadline: float) -> tuple[int, bytes]:
        """The operation of the next message."""
        header = self._exactly(2, deadline)
        if header[0] != _SEQUENCE:
            raise NotLdap(f"a message that begins with {header[0]:#x}")
        length = header[1]
        if length & _LONG_FORM:
            if not 0 < (size := length & ~_LONG_FORM) <= _MOST_LENGTH_BYTES:
                raise NotLdap("a message of no usable length")
            length = int.from_bytes(self._exactly(size, deadline))
        if length > _LARGEST_MESSAGE:
            raise NotLdap(f"a message of {length} bytes")
        parts = list(_parts(self._exactly(length, deadline)))
        if len(parts) < 2 or parts[0][0] != _INTEGER:  # noqa: PLR2004 - number and operation
            raise NotLdap("a message without number or operation")
        return parts[1]

    def _exactly(self, size: int, deadline: float) -> bytes:
        read = b""
        while len(read) < size:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("no whole message in time")
            self._socket.settimeout(left)
            more = self._socket.recv(size - len(read))
            if not more:
                raise ConnectionResetError("hung up in the middle of an answer")
            read += more
        return read


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < _LONG_FORM:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, _LONG_FORM | len(length))) + length + content


def _integer(value: int) -> bytes:
    return _tlv(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def _text(value: str) -> bytes:
    return _tlv(_OCTETS, value.encode())


def _parts(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Tags and contents of the elements of a constructed one."""
    at = 0
    while at < len(content):
        if at + 2 > len(content):
            raise NotLdap("an element that breaks off")
        tag, length = content[at], content[at + 1]
        at += 2
        if length & _LONG_FORM:
            size = length & ~_LONG_FORM
            if not 0 < size <= _MOST_LENGTH_BYTES:
                raise NotLdap("an element of no usable length")
            length = int.from_bytes(content[at : at + size])
            at += size
        if at + length > len(content):
            raise NotLdap("an element that breaks off")
        yield tag, content[at : at + length]
        at += length


def _ended(content: bytes) -> Result:
    parts = list(_parts(content))
    if len(parts) < 3 or parts[0][0] != _ENUMERATED:  # noqa: PLR2004 - code, DN, message
        raise NotLdap("a result without a code")
    return Result(int.from_bytes(parts[0][1]), parts[2][1].decode("utf-8", "replace"))


def _entry(content: bytes) -> Entry:
    parts = list(_parts(content))
    if len(parts) != 2:  # noqa: PLR2004 - name and attributes
        raise NotLdap("an entry that is none")
    attributes: dict[str, tuple[bytes, ...]] = {}
    for _, attribute in _parts(parts[1][1]):
        name_and_values = list(_parts(attribute))
        if len(name_and_values) != 2:  # noqa: PLR2004
            raise NotLdap("an attribute that is none")
        name = name_and_values[0][1].decode("utf-8", "replace").lower()
        attributes[name] = tuple(value for _, value in _parts(name_and_values[1][1]))
    return Entry(parts[0][1].decode("utf-8", "replace"), attributes)
