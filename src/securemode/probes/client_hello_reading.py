"""Reads the bytes of a ClientHello, as a server gets them.

Source: RFC 8446 section 4.1.2 and 4.2, RFC 5246 section 7.4.1.2 and appendix E.2, RFC 6066
section 3, RFC 7301 section 3.1, RFC 8701; IANA, "Transport Layer Security (TLS) Parameters".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from securemode.observations.client_hello import ClientHelloSeen
from securemode.observations.tls import TlsVersion
from securemode.probes.tls_registry import GROUPS, SUITES, SUITES_OF_TLS_1_3

if TYPE_CHECKING:
    from collections.abc import Mapping

_HANDSHAKE, _CLIENT_HELLO, _RECORD_HEADER, _RANDOM = 22, 1, 5, 32
_SERVER_NAME, _GROUPS, _SIGNATURES, _ALPN, _VERSIONS = 0, 10, 13, 16, 43
_HIGH_BIT = 0x80

_SIGNALS = {0x00FF: "TLS_EMPTY_RENEGOTIATION_INFO_SCSV", 0x5600: "TLS_FALLBACK_SCSV"}
_SUITE_NAMES = {**SUITES, **SUITES_OF_TLS_1_3, **_SIGNALS}
_VERSION_NAMES: Final = {
    0x0002: TlsVersion.SSL_2.value,
    0x0300: TlsVersion.SSL_3.value,
    0x0301: TlsVersion.TLS_1_0.value,
    0x0302: TlsVersion.TLS_1_1.value,
    0x0303: TlsVersion.TLS_1_2.value,
    0x0304: TlsVersion.TLS_1_3.value,
}
_HASHES = ("none", "md5", "sha1", "sha224", "sha256", "sha384", "sha512")
_SCHEMES = {
    **{
        code << 8 | kind: f"{algorithm}_{name}"
        for code, name in enumerate(_HASHES)
        for kind, algorithm in ((1, "rsa_pkcs1"), (2, "dsa"), (3, "ecdsa"))
    },
    0x0403: "ecdsa_secp256r1_sha256",
    0x0503: "ecdsa_secp384r1_sha384",
    0x0603: "ecdsa_secp521r1_sha512",
    0x0804: "rsa_pss_rsae_sha256",
    0x0805: "rsa_pss_rsae_sha384",
    0x0806: "rsa_pss_rsae_sha512",
    0x0807: "ed25519",
    0x0808: "ed448",
    0x0809: "rsa_pss_pss_sha256",
    0x080A: "rsa_pss_pss_sha384",
    0x080B: "rsa_pss_pss_sha512",
    0x0708: "sm2sig_sm3",
    0x081A: "ecdsa_brainpoolP256r1tls13_sha256",
    0x081B: "ecdsa_brainpoolP384r1tls13_sha384",
    0x081C: "ecdsa_brainpoolP512r1tls13_sha512",
    0x0904: "mldsa44",
    0x0905: "mldsa65",
    0x0906: "mldsa87",
}
"""Signature schemes; before TLS 1.3, a hash and an algorithm."""


class NotAClientHello(ValueError):
    """The bytes are something else, or end before the ClientHello does."""


def read_client_hello(raw: bytes) -> ClientHelloSeen:
    """Read what a client sent first, records and all; what follows it does not matter.

    Raises:
        NotAClientHello: it is none, or not all of it.
    """
    if len(raw) > 2 and raw[0] & _HIGH_BIT and raw[2] == _CLIENT_HELLO:  # noqa: PLR2004 - a byte
        return _of_ssl_2(raw)
    record_version, message = _handshake(raw)
    body = _Bytes(message)
    legacy = body.number(2)
    body.take(_RANDOM)
    body.vector(1)
    suites = body.numbers(2)
    body.vector(1)
    extensions = _extensions(_Bytes(body.vector(2) if body.left else b""))
    listed = _listed(extensions, _VERSIONS, length_bytes=1)
    return ClientHelloSeen(
        record_version=_version(record_version),
        legacy_version=_version(legacy),
        versions=_named(listed or (legacy,), _VERSION_NAMES),
        is_lowest_version_known=bool(listed),
        suites=_named(suites, _SUITE_NAMES),
        groups=_named(_listed(extensions, _GROUPS), GROUPS),
        signature_algorithms=_named(_listed(extensions, _SIGNATURES), _SCHEMES),
        server_name=_server_name(extensions),
        alpn=_alpn(extensions),
    )


def _handshake(raw: bytes) -> tuple[int, bytes]:
    """Version of the first record, and the first handshake message, put together of fragments."""
    rest, collected = _Bytes(raw), b""
    version = None
    while True:
        if rest.number(1) != _HANDSHAKE:
            raise NotAClientHello("a record that is no handshake")
        this, fragment = rest.number(2), rest.vector(2)
        if not fragment:
            raise NotAClientHello("an empty handshake record")
        version = this if version is None else version
        collected += fragment
        if collected[0] != _CLIENT_HELLO:
            raise NotAClientHello("a handshake that is no ClientHello")
        if len(collected) >= 4 + int.from_bytes(collected[1:4], "big"):
            return version, collected[4 : 4 + int.from_bytes(collected[1:4], "big")]


def _extensions(block: _Bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while block.left:
        kind = block.number(2)
        found.setdefault(kind, block.vector(2))
    return found


def _listed(extensions: Mapping[int, bytes], kind: int, length_bytes: int = 2) -> tuple[int, ...]:
    if kind not in extensions:
        return ()
    return _Bytes(extensions[kind]).numbers(length_bytes)


def _server_name(extensions: Mapping[int, bytes]) -> str:
    """The first host name; names of other kinds do not exist."""
    if not (content := extensions.get(_SERVER_NAME)):
        return ""
    names = _Bytes(_Bytes(content).vector(2))
    while names.left:
        kind, name = names.number(1), names.vector(2)
        if kind == 0:
            return _text(name)
    return ""


def _alpn(extensions: Mapping[int, bytes]) -> tuple[str, ...]:
    if not (content := extensions.get(_ALPN)):
        return ()
    names, found = _Bytes(_Bytes(content).vector(2)), []
    while names.left:
        found.append(_text(names.vector(1)))
    return tuple(found)


def _text(raw: bytes) -> str:
    """ASCII as it is, anything else escaped: it is shown to people."""
    return "".join(chr(b) if chr(b).isprintable() and b < _HIGH_BIT else f"\\x{b:02x}" for b in raw)


def _named(numbers: tuple[int, ...], names: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(_grease(number) or names.get(number, f"0x{number:04X}") for number in numbers)


def _grease(number: int) -> str:
    """0x0A0A, 0x1A1A and so on are there to be ignored."""
    high, low = divmod(number, 0x100)
    return "GREASE" if high == low and low & 0x0F == 0x0A else ""  # noqa: PLR2004 - RFC 8701


def _version(number: int) -> str:
    return _VERSION_NAMES.get(number, f"0x{number:04X}")


def _of_ssl_2(raw: bytes) -> ClientHelloSeen:
    """The hello of very old clients: suites of three bytes, those of TLS beginning with zero."""
    body = _Bytes(raw)
    whole = _Bytes(body.take(2 + (body.peek(2) & 0x7FFF))[2:])
    whole.take(1)
    version = whole.number(2)
    specs_length, _session, _challenge = (whole.number(2) for _ in range(3))
    specs = whole.take(specs_length)
    suites = [specs[at : at + 3] for at in range(0, len(specs) - 2, 3)]
    return ClientHelloSeen(
        record_version=_version(0x0002),
        legacy_version=_version(version),
        versions=(_version(version),),
        is_lowest_version_known=False,
        suites=tuple(
            f"SSL_2_0x{suite.hex().upper()}"
            if suite[0]
            else _named((int.from_bytes(suite, "big"),), _SUITE_NAMES)[0]
            for suite in suites
        ),
    )


class _Bytes:
    """Bytes that are taken from the front; what ends too early is no ClientHello."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    @property
    def left(self) -> int:
        """How many there are still."""
        return len(self._content) - self._at

    def peek(self, count: int) -> int:
        """The number in the next bytes, which stay."""
        return int.from_bytes(self._content[self._at : self._at + count], "big")

    def take(self, count: int) -> bytes:
        if self.left < count:
            raise NotAClientHello("it ends too early")
        self._at += count
        return self._content[self._at - count : self._at]

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "big")

    def vector(self, length_bytes: int) -> bytes:
        """Take what begins with its own length."""
        return self.take(self.number(length_bytes))

    def numbers(self, length_bytes: int) -> tuple[int, ...]:
        """Take a vector of two-byte numbers."""
        listed = self.vector(length_bytes)
        if len(listed) % 2:
            raise NotAClientHello("a list of numbers of odd length")
        pairs = range(0, len(listed), 2)
        return tuple(int.from_bytes(listed[at : at + 2], "big") for at in pairs)
