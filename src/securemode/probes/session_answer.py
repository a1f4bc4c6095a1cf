"""Answers an offered session so that audio, and nothing else, flows to one port of ours.

Source: RFC 3264 section 6 (answers), RFC 8866 (SDP), RFC 4568 section 6 (key lengths of SDES).
"""

from __future__ import annotations

import base64
import re
import secrets
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY_OCTETS: Final = {
    "AES_CM_128_HMAC_SHA1_80": 30,
    "AES_CM_128_HMAC_SHA1_32": 30,
    "F8_128_HMAC_SHA1_80": 30,
    "AES_192_CM_HMAC_SHA1_80": 38,
    "AES_192_CM_HMAC_SHA1_32": 38,
    "AES_256_CM_HMAC_SHA1_80": 46,
    "AES_256_CM_HMAC_SHA1_32": 46,
    "AEAD_AES_128_GCM": 28,
    "AEAD_AES_256_GCM": 44,
}
"""Octets of key and salt of each suite."""

_MEDIUM = re.compile(r"m=(\w+) +(\d+)(?:/\d+)? +(\S+) +(\d+)\b.*")
_CRYPTO = re.compile(r"a=crypto:(\d+)[ \t]+(\S+)[ \t]+inline:.*", re.IGNORECASE)
_MOST_LINES = 2000


class NotAnswerableError(ValueError):
    """There is no audio among what is offered that could be taken."""


def audio_answer(offer: str, addresses: Sequence[str], port: int) -> str:
    """The session description that takes the first audio of an offer and refuses all else.

    Args:
        offer: session description of the caller.
        addresses: of ours; the first of the caller's family is used.
        port: of ours, to which audio is to flow.

    Raises:
        NotAnswerableError: nothing of the offer can be taken.
    """
    lines = [line.strip() for line in offer.splitlines()[:_MOST_LINES]]
    starts = [at for at, line in enumerate(lines) if line.startswith("m=")]
    media = [lines[first:last] for first, last in pairwise([*starts, len(lines)])]
    places = [at for at, medium in enumerate(media) if _is_audio(medium)]
    if not places:
        raise NotAnswerableError("no audio is offered")
    audio = media[places[0]]
    common = lines[: starts[0]]
    family, address = _ours([*audio, *common], addresses)
    answer = ["v=0", f"o=- 1 1 IN {family} {address}", "s=-", f"c=IN {family} {address}", "t=0 0"]
    for at, medium in enumerate(media):
        answer += _taken(audio, common, port) if at == places[0] else [_refused(medium)]
    return "\r\n".join([*answer, ""])


def _is_audio(medium: Sequence[str]) -> bool:
    found = _MEDIUM.fullmatch(medium[0])
    return found is not None and found[1] == "audio" and found[2] != "0"


def _ours(lines: Sequence[str], addresses: Sequence[str]) -> tuple[str, str]:
    """Family and address to which the caller can send: it says of which family it is itself."""
    family = next((line.split()[1] for line in lines if re.match(r"c=IN IP[46] ", line)), "IP4")
    for address in addresses:
        if (":" in address) == (family == "IP6"):
            return family, address
    raise NotAnswerableError(f"this machine has no {family} address for the media of the call")


def _taken(medium: Sequence[str], common: Sequence[str], port: int) -> list[str]:
    found = _MEDIUM.fullmatch(medium[0])
    assert found is not None
    profile, payload = found[3], found[4]
    about = re.compile(rf"a=(?:rtpmap|fmtp):{payload} .*")
    answer = [f"m=audio {port} {profile} {payload}"]
    answer += [line for line in medium if about.fullmatch(line)]
    if "SAVP" in profile:
        answer.append(_key([*medium, *common]))
    return [*answer, "a=sendrecv"]


def _key(lines: Sequence[str]) -> str:
    for found in filter(None, map(_CRYPTO.fullmatch, lines)):
        if octets := KEY_OCTETS.get(found[2]):
            key = base64.b64encode(secrets.token_bytes(octets)).decode()
            return f"a=crypto:{found[1]} {found[2]} inline:{key}"
    raise NotAnswerableError("encrypted audio is offered, but with no keys of SDES that we know")


def _refused(medium: Sequence[str]) -> str:
    parts = medium[0].split()
    return " ".join([parts[0], "0", *parts[2:]])
