"""Reads SIP messages and the session descriptions in them, as far as requirements need it.

Source: RFC 3261 sections 7.2 to 7.4, RFC 8866 (SDP), RFC 4568 (SDES), RFC 4585 and RFC 5104
(rtcp-fb, ccm fir), RFC 8122 (fingerprint).
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from securemode.observations.outbound import InviteSeen, MediaOffered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Headers = tuple[tuple[str, str], ...]

_HEADER = re.compile(r"([-.!%*_+`'~A-Za-z0-9]+)[ \t]*:[ \t]*(.*)", re.DOTALL)
_FULL_NAMES = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "d": "request-disposition",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "j": "reject-contact",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "n": "identity-info",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
    "y": "identity",
}
"""Compact forms, RFC 3261 section 7.3.3 and the IANA registry of SIP header fields."""
_INVITE = re.compile(r"INVITE (\S+) SIP/2\.0 *", re.IGNORECASE)
_MEDIUM = re.compile(r"([\w.-]+) +(\d{1,5})(?:/\d+)? +(\S+)(?: .*)?")
_CRYPTO = re.compile(r"\d+[ \t]+(\S+)[ \t]+\S+(.*)")
_CREDENTIALS = frozenset({"authorization", "proxy-authorization"})
_END_OF_HEAD = b"\r\n\r\n"
_SESSION = "application/sdp"
_MOST_LINES = 2000


def head_of(raw: bytes) -> tuple[str, Headers]:
    """The first line of a message and its headers, their names in lower case and full form.

    Continuation lines are unfolded, compact names written out, lines that are no header left out.
    """
    head = raw.lstrip(b"\r\n").split(_END_OF_HEAD, 1)[0]
    lines = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8", "replace")).split("\r\n")
    found = map(_HEADER.fullmatch, lines[1:])
    return lines[0], tuple((_full_name(one[1]), one[2].strip()) for one in found if one)


def _full_name(name: str) -> str:
    return _FULL_NAMES.get(name.lower(), name.lower())


def read_invite(raw: bytes) -> InviteSeen | None:
    """Read an INVITE with its offer; None where the bytes are none."""
    first_line, headers = head_of(raw)
    first = _INVITE.fullmatch(first_line)
    if first is None:
        return None
    return InviteSeen(
        uri=first[1],
        headers=tuple(one for one in headers if one[0] not in _CREDENTIALS),
        media=_media(_session_of(raw, dict(headers))),
    )


def session_in(raw: bytes) -> str:
    """The session description in a message; empty where it has none."""
    return _session_of(raw, dict(head_of(raw)[1]))


def _session_of(raw: bytes, headers: dict[str, str]) -> str:
    """The session description: the body, or the part of it that is one; empty without."""
    body = raw.lstrip(b"\r\n").partition(_END_OF_HEAD)[2]
    kind, *parameters = (part.strip() for part in headers.get("content-type", "").split(";"))
    if kind.lower() == _SESSION:
        return body.decode("utf-8", "replace")
    if not kind.lower().startswith("multipart/"):
        return ""

    boundary = next(
        (p.partition("=")[2] for p in parameters if p.lower().startswith("boundary")), ""
    )
    if not boundary.strip('"'):
        return ""
    for part in body.split(b"--" + boundary.strip('"').encode())[1:]:
        _, part_headers = head_of(b"part" + part)
        if _SESSION in dict(part_headers).get("content-type", "").lower():
            return part.partition(_END_OF_HEAD)[2].decode("utf-8", "replace")
    return ""


def _media(session: str) -> tuple[MediaOffered, ...] | None:
    """What is offered, medium by medium; what the session says applies to every one."""
    lines = [line.strip() for line in session.splitlines()[:_MOST_LINES]]
    if not lines or not lines[0].startswith("v="):
        return None
    starts = [at for at, line in enumerate(lines) if line.startswith("m=")]
    common = _attributes(lines[: starts[0]] if starts else lines)
    sections = [lines[first:last] for first, last in pairwise([*starts, len(lines)])]
    return tuple(_offered(sections, common))


def _offered(sections: Sequence[Sequence[str]], common: list[str]) -> Iterator[MediaOffered]:
    for lines in sections:
        medium = _MEDIUM.fullmatch(lines[0].removeprefix("m="))
        if medium is None:
            continue
        attributes = [*common, *_attributes(lines)]
        crypto = [found for found in map(_CRYPTO.fullmatch, _named("crypto", attributes)) if found]
        yield MediaOffered(
            kind=medium[1].lower(),
            port=int(medium[2]),
            profile=medium[3].upper(),
            crypto=tuple(one[1] for one in crypto),
            leaves_in_clear=any("UNENCRYPTED_SRTP" in one[2].upper().split() for one in crypto),
            has_fingerprint=bool(_named("fingerprint", attributes)),
            feedback=tuple(_named("rtcp-fb", attributes)),
        )


def _attributes(lines: Sequence[str]) -> list[str]:
    return [line[2:] for line in lines if line.startswith("a=")]


def _named(name: str, attributes: Sequence[str]) -> list[str]:
    return [a.partition(":")[2].strip() for a in attributes if a.partition(":")[0].lower() == name]
