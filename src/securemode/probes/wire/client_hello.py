"""One raw ClientHello over one connection, and what the server says to it.

No TLS library is involved: none of today offers SSL 3, RC4 or NULL, and what is not offered is
not found. Nothing is completed either: the server has chosen, or refused, before a client would
show a certificate.

The module stands alone (standard library only), so that it can be sent to another vantage.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

SSL_2: Final = 0x0002
SSL_3: Final = 0x0300
TLS_1_0: Final = 0x0301
TLS_1_1: Final = 0x0302
TLS_1_2: Final = 0x0303
TLS_1_3: Final = 0x0304

_ALERT, _HANDSHAKE = 21, 22
_RECORD_TYPES = (20, _ALERT, _HANDSHAKE, 23)
_CLIENT_HELLO, _SERVER_HELLO, _CERTIFICATE = 1, 2, 11
_KEY_EXCHANGE, _CERTIFICATE_REQUEST, _HELLO_DONE = 12, 13, 14
_SERVER_NAME, _GROUPS, _POINTS, _SIGNATURES, _VERSIONS, _KEY_SHARE = 0, 10, 11, 13, 43, 51
_RENEGOTIATION_SCSV = 0x00FF
_WARNING = 1
_LONGEST_ANSWER = 1 << 18

_SIGNATURE_SCHEMES = (
    *(0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201),
    *(0x0807, 0x0808, 0x0809, 0x080A, 0x080B, 0x0303, 0x0301, 0x0402, 0x0502, 0x0602, 0x0302),
    *(0x0202, 0x0101, 0x081A, 0x081B, 0x081C, 0x0708),
)
_SSL_2_CIPHERS = bytes.fromhex("010080 020080 030080 040080 050080 060040 0700c0 080080")


class Hello(NamedTuple):
    """What one ClientHello offers.

    Attributes:
        version: the highest version offered; for TLS 1.3 the only one.
        suites: suite numbers, in order of preference.
        groups: named groups, in order of preference.
        server_name: for the extension of that name, empty for none.
        elliptic: those of the suites whose key exchange names a group.
        finite: those of the suites whose key exchange carries a prime of its own.
    """

    version: int
    suites: Sequence[int]
    groups: Sequence[int] = ()
    server_name: str = ""
    elliptic: frozenset[int] = frozenset()
    finite: frozenset[int] = frozenset()


class Answer(NamedTuple):
    """What a server said to one hello.

    Attributes:
        kind: "hello", "alert", "closed", "reset", "silence"; "foreign" for bytes that are not TLS,
            "malformed" for bytes that begin like TLS and cannot be read.
        version: that the server chose.
        suite: that the server chose (SSL 2 leaves the choice to the client: 0).
        group: named group of the key exchange, 0 where none was seen.
        dh_bits: size of the prime of a finite-field key exchange, else 0.
        alert: number of the alert.
        certificate_requested: whether the server asked for a certificate; None where that is not
            to be seen.
        certificates: the chain as served, DER, leaf first; TLS 1.3 sends it under encryption.
    """

    kind: str
    version: int = 0
    suite: int = 0
    group: int = 0
    dh_bits: int = 0
    alert: int = 0
    certificate_requested: bool | None = None
    certificates: tuple[bytes, ...] = ()


class NotTls(Exception):
    """The bytes cannot be an answer to a ClientHello."""


async def exchange(address: str, port: int, hello: Hello, timeout_s: float) -> Answer:
    """Connect, send one hello, read until the server's part of the flight is whole, and close.

    Raises:
        OSError: no connection came about; TimeoutError where nobody answered to that.
    """
    async with asyncio.timeout(timeout_s):
        reader, writer = await asyncio.open_connection(address, port)
    received = b""
    try:
        async with asyncio.timeout(timeout_s):
            writer.write(encode(hello))
            while (answer := read_answer(received, hello)) is None:
                chunk = await reader.read(1 << 14)
                if not chunk:
                    return read_answer(received, hello, ended=True) or Answer("closed")
                received += chunk
            return answer
    except TimeoutError:
        return read_answer(received, hello, ended=True) or Answer("silence")
    except ConnectionError:
        return read_answer(received, hello, ended=True) or Answer("reset")
    finally:
        writer.close()


def encode(hello: Hello) -> bytes:
    """The hello as bytes on the wire, its record header included."""
    if hello.version == SSL_2:
        body = bytes((_CLIENT_HELLO, 0, 2)) + _number(len(_SSL_2_CIPHERS)) + _number(0)
        body += _number(16) + _SSL_2_CIPHERS + os.urandom(16)
        return _number(0x8000 | len(body)) + body
    is_13 = hello.version == TLS_1_3
    suites = [*hello.suites] if is_13 else [*hello.suites, _RENEGOTIATION_SCSV]
    body = _number(min(hello.version, TLS_1_2)) + os.urandom(32)
    body += _vector(os.urandom(32) if is_13 else b"", 1)
    body += _vector(_numbers(suites), 2) + _vector(b"\0", 1)
    if hello.version > SSL_3:
        body += _vector(_extensions(hello), 2)
    handshake = bytes((_CLIENT_HELLO,)) + _vector(body, 3)
    return bytes((_HANDSHAKE,)) + _number(min(hello.version, TLS_1_0)) + _vector(handshake, 2)


def _extensions(hello: Hello) -> bytes:
    """What servers wait for; an empty key_share asks a TLS 1.3 server to name its group."""
    extensions: list[tuple[int, bytes]] = []
    if hello.server_name:
        name = b"\0" + _vector(hello.server_name.encode("idna"), 2)
        extensions.append((_SERVER_NAME, _vector(name, 2)))
    if hello.groups:
        extensions.append((_GROUPS, _vector(_numbers(hello.groups), 2)))
        extensions.append((_POINTS, b"\1\0"))
    if hello.version >= TLS_1_2:
        extensions.append((_SIGNATURES, _vector(_numbers(_SIGNATURE_SCHEMES), 2)))
    if hello.version == TLS_1_3:
        extensions.append((_VERSIONS, _vector(_number(TLS_1_3), 1)))
        extensions.append((_KEY_SHARE, _vector(b"", 2)))
    return b"".join(_number(kind) + _vector(content, 2) for kind, content in extensions)


def read_answer(received: bytes, hello: Hello, *, ended: bool = False) -> Answer | None:
    """Make out what the server has said so far.

    Returns:
        None while more bytes could change the answer; with `ended`, only where nothing can be
        made out.
    """
    try:
        if hello.version == SSL_2 and received and received[0] & 0x80:
            return _read_ssl_2(received)
        return _read_records(received, hello, ended=ended)
    except NotTls:
        is_ssl_2 = hello.version == SSL_2 and received[0] & 0x80
        return Answer("malformed" if is_ssl_2 or received[0] in _RECORD_TYPES else "foreign")


def _read_ssl_2(received: bytes) -> Answer | None:
    """An SSL 2 SERVER-HELLO: length, type 4, two flags, version."""
    header = 7
    if len(received) < header:
        return None
    if received[2] != 4 or _int(received[5:7]) != SSL_2:  # noqa: PLR2004 - type SERVER-HELLO
        raise NotTls
    return Answer("hello", version=SSL_2)


def _read_records(received: bytes, hello: Hello, *, ended: bool) -> Answer | None:
    handshakes = b""
    rest = received
    while rest:
        if rest[0] not in _RECORD_TYPES or len(received) > _LONGEST_ANSWER:
            raise NotTls
        length = _int(rest[3:5])
        if len(rest) < 5 + length or len(rest) <= 5:  # noqa: PLR2004 - length of a record header
            break
        content, kind = rest[5 : 5 + length], rest[0]
        rest = rest[5 + length :]
        if kind == _HANDSHAKE:
            handshakes += content
        elif handshakes:
            ended = True
            break
        elif kind != _ALERT or len(content) != 2:  # noqa: PLR2004 - level and description
            raise NotTls
        elif content[0] != _WARNING:
            return Answer("alert", alert=content[1])
    return _read_handshakes(handshakes, hello, ended=ended)


def _read_handshakes(handshakes: bytes, hello: Hello, *, ended: bool) -> Answer | None:
    """Read ServerHello and what follows it in the clear, up to ServerHelloDone."""
    answer: Answer | None = None
    rest = handshakes
    while len(rest) >= 4 + _int(rest[1:4]) and len(rest) >= 4:  # noqa: PLR2004 - type and length
        kind, body = rest[0], rest[4 : 4 + _int(rest[1:4])]
        rest = rest[4 + len(body) :]
        if answer is None:
            if kind != _SERVER_HELLO:
                raise NotTls
            answer = _read_server_hello(_Cursor(body))
            if answer.version >= TLS_1_3:
                return answer
        elif kind == _CERTIFICATE:
            answer = answer._replace(certificates=_chain(_Cursor(body)))
        elif kind == _KEY_EXCHANGE:
            answer = _with_key_exchange(answer, _Cursor(body), hello)
        elif kind == _CERTIFICATE_REQUEST:
            answer = answer._replace(certificate_requested=True)
        elif kind == _HELLO_DONE:
            return answer._replace(certificate_requested=bool(answer.certificate_requested))
    return answer if ended else None


def _read_server_hello(body: _Cursor) -> Answer:
    version = _int(body.take(2))
    body.take(32)
    body.vector(1)
    suite = _int(body.take(2))
    body.take(1)
    group = 0
    extensions = _Cursor(body.vector(2) if body.left else b"")
    while extensions.left:
        kind, content = _int(extensions.take(2)), _Cursor(extensions.vector(2))
        if kind == _VERSIONS:
            version = _int(content.take(2))
        elif kind == _KEY_SHARE:
            group = _int(content.take(2))
    return Answer("hello", version=version, suite=suite, group=group)


def _chain(body: _Cursor) -> tuple[bytes, ...]:
    listed = _Cursor(body.vector(3))
    chain = []
    while listed.left:
        chain.append(listed.vector(3))
    return tuple(chain)


def _with_key_exchange(answer: Answer, body: _Cursor, hello: Hello) -> Answer:
    if answer.suite in hello.elliptic:
        named_curve = 3
        is_named = body.take(1)[0] == named_curve
        return answer._replace(group=_int(body.take(2)) if is_named else 0)
    if answer.suite in hello.finite:
        return answer._replace(dh_bits=_int(body.vector(2)).bit_length())
    return answer


class _Cursor:
    """Bytes that are taken from the front; what ends too early is not TLS."""

    def __init__(self, content: bytes) -> None:
        self.left = content

    def take(self, count: int) -> bytes:
        if len(self.left) < count:
            raise NotTls
        taken, self.left = self.left[:count], self.left[count:]
        return taken

    def vector(self, length_bytes: int) -> bytes:
        """Take a vector that begins with its own length."""
        return self.take(_int(self.take(length_bytes)))


def _int(content: bytes) -> int:
    return int.from_bytes(content, "big")


def _number(value: int) -> bytes:
    return value.to_bytes(2, "big")


def _numbers(values: Sequence[int]) -> bytes:
    return b"".join(map(_number, values))


def _vector(content: bytes, length_bytes: int) -> bytes:
    return len(content).to_bytes(length_bytes, "big") + content
