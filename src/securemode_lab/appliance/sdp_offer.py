"""What a call offers to send and receive: SDP (RFC 4566, 3264) with SRTP keys in it (RFC 4568).

Source: the facts, A.2 (17, 23) and 6. What the product offers beside AES_CM_128_HMAC_SHA1, and in
which form, is not public; the variants choose.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode_lab.appliance.calls import CallFailed, Crypto, MediaStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode_lab.appliance.calls import OutboundCall

PLAIN, SECURE = "RTP/AVP", "RTP/SAVP"
_HIGHEST_PORT = 65535
_PROFILES = {"on": (SECURE,), "besteffort": (SECURE, PLAIN), "off": (PLAIN,)}
_WITH_SHA1 = (("AES_CM_128_HMAC_SHA1_80", 30), ("AES_CM_128_HMAC_SHA1_32", 30))
"""Suite, and bytes of key and salt together."""
_OTHERS = {
    "gcm": (("AEAD_AES_256_GCM", 44), ("AEAD_AES_128_GCM", 28)),
    "gcm-256": (("AEAD_AES_256_GCM", 44),),
    "aes-256-cm": (("AES_256_CM_HMAC_SHA1_80", 46), ("AES_256_CM_HMAC_SHA1_32", 46)),
}
_AUDIO = (
    (96, "opus/48000/2", "maxplaybackrate=48000;stereo=1"),
    (9, "G722/8000", ""),
    (8, "PCMA/8000", ""),
    (0, "PCMU/8000", ""),
    (101, "telephone-event/8000", "0-15"),
)
_VIDEO = (
    (97, "H264/90000", "profile-level-id=428016;packetization-mode=1"),
    (98, "H264/90000", "profile-level-id=428016"),
)
_FORMATS = {"audio": _AUDIO, "video": _VIDEO}
_SENT = {"audio": 8, "video": 97}
_KILOBITS = {"audio": 64, "video": 2048}


@dataclass(frozen=True, slots=True)
class _Answered:
    """One media description of an answer."""

    port: int
    address: str
    attributes: tuple[str, ...]


def offer(call: OutboundCall, address: str) -> bytes:
    """Open a port for each stream that the call may have, and offer them.

    Args:
        call: whose `media` is filled.
        address: of the node, in the family in which it calls.
    """
    family = f"IN IP{6 if ':' in address else 4} {address}"
    number = secrets.randbelow(1 << 31)
    lines = [
        "v=0",
        f"o=- {number} {number} {family}",
        "s=-",
        f"c={family}",
        f"b=AS:{sum(_KILOBITS.values())}",
        "t=0 0",
    ]
    for kind in _FORMATS:
        for profile in _profiles(call):
            stream = MediaStream(
                kind=kind,
                profile=profile,
                sock=call.media_socket(address),
                payload_type=_SENT[kind],
                crypto=tuple(_crypto(call)) if profile == SECURE else (),
            )
            call.media.append(stream)
            lines += _described(call, stream)
    return "".join(f"{line}\r\n" for line in lines).encode()


def _profiles(call: OutboundCall) -> tuple[str, ...]:
    """Of the service's own encryption mode, where it has one, else of the global setting."""
    outbound = call.behaviour.outbound
    assert outbound is not None
    wanted = _PROFILES[call.service["crypto_mode"] or outbound.crypto_mode]
    return (*wanted, PLAIN) if outbound.plain_media and PLAIN not in wanted else wanted


def _crypto(call: OutboundCall) -> Iterator[Crypto]:
    assert call.behaviour.outbound is not None
    suites = _OTHERS[call.variants["srtp_other_suites"]]
    if call.behaviour.outbound.srtp_sha1:
        suites = (*suites, *_WITH_SHA1)
    for tag, (suite, size) in enumerate(suites, start=1):
        yield Crypto(tag, suite, base64.b64encode(secrets.token_bytes(size)).decode())


def _described(call: OutboundCall, stream: MediaStream) -> Iterator[str]:
    formats = _FORMATS[stream.kind]
    types = " ".join(str(number) for number, _, _ in formats)
    yield f"m={stream.kind} {stream.sock.getsockname()[1]} {stream.profile} {types}"
    yield f"b=TIAS:{_KILOBITS[stream.kind] * 1000}"
    for number, name, parameters in formats:
        yield f"a=rtpmap:{number} {name}"
        if parameters:
            yield f"a=fmtp:{number} {parameters}"
    for line in stream.crypto:
        yield f"a=crypto:{line.tag} {line.suite} inline:{line.inline}"
    if stream.profile == SECURE and call.variants["sdp_dtls"] == "yes" and call.certificate:
        yield f"a=fingerprint:sha-256 {_fingerprint(call.certificate.chain)}"
        yield "a=setup:actpass"
    if stream.kind == "video":
        yield from _feedback(call)
    yield "a=sendrecv"


def _feedback(call: OutboundCall) -> Iterator[str]:
    """What may be asked of the sender of video (RFC 4585, RFC 5104)."""
    outbound, each = call.behaviour.outbound, call.variants["rtcp_feedback"] == "each type"
    assert outbound is not None
    wanted = ("nack pli", *(("ccm fir",) if outbound.fir else ()), "ccm tmmbr")
    for types in [str(number) for number, _, _ in _VIDEO] if each else ["*"]:
        yield from (f"a=rtcp-fb:{types} {what}" for what in wanted)


def _fingerprint(chain: str) -> str:
    end = "-----END CERTIFICATE-----"
    leaf = ssl.PEM_cert_to_DER_cert(chain[: chain.index(end)] + end)
    return hashlib.sha256(leaf).digest().hex(":").upper()


def accept(call: OutboundCall, body: bytes) -> None:
    """Take what the peer answered; what it leaves out it refuses.

    Raises:
        CallFailed: it is no answer to what was offered.
    """
    answered = list(_read(body.decode(errors="replace")))
    if not 0 < len(answered) <= len(call.media):
        raise CallFailed(f"offered {len(call.media)} streams and was answered {len(answered)}")
    for stream, said in zip(call.media, answered, strict=False):
        if said.port and said.address:
            stream.remote = (said.address, said.port)
            _agree(stream, said.attributes)
    used = [stream for stream in call.media if stream.remote]
    call.encryption = bool(used) and all(stream.accepted for stream in used)


def _agree(stream: MediaStream, attributes: tuple[str, ...]) -> None:
    """The line of the offer that the peer chose; without one a secure stream is refused."""
    offered = {str(line.tag): line for line in stream.crypto}
    for attribute in attributes:
        tag, _, rest = attribute.removeprefix("crypto:").partition(" ")
        suite, _, key = rest.partition(" ")
        line = offered.get(tag) if attribute.startswith("crypto:") else None
        if line is not None and line.suite == suite:
            stream.accepted = line
            stream.remote_key = key.strip().removeprefix("inline:").split("|")[0].split(" ")[0]
            return
    if stream.profile == SECURE:
        stream.remote = None


def _read(text: str) -> Iterator[_Answered]:
    """The media descriptions, each with the address that holds for it.

    Raises:
        CallFailed: a port is none.
    """
    session, *parts = ("\n" + text.replace("\r\n", "\n")).split("\nm=")
    common = _connection(session)
    for part in parts:
        first, *lines = part.split("\n")
        words = first.split()
        port = words[1].partition("/")[0] if len(words) > 2 else ""  # noqa: PLR2004 - kind, port, profile
        if not (port.isascii() and port.isdecimal()) or int(port) > _HIGHEST_PORT:
            raise CallFailed(f"the answer has the media line {first!r}")
        attributes = tuple(line[2:].strip() for line in lines if line.startswith("a="))
        address = _connection("\n" + "\n".join(lines)) or common
        yield _Answered(int(port), address, attributes)


def _connection(lines: str) -> str:
    found = [line.split() for line in lines.split("\n") if line.startswith("c=")]
    return found[0][-1].split("/")[0] if found and found[0] else ""
