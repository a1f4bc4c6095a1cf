"""What a node offers when it calls: the ClientHello, the INVITE, the media in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from securemode.judges.tls import AES128_SHA, OLD, is_approved_group, is_approved_suite
from securemode.observations import exposure
from securemode.verdicts import Judgement, Verdict, deviates, holds, statement, unclear

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode.observations.client_hello import ClientHelloSeen
    from securemode.observations.outbound import InviteSeen, MediaOffered
    from securemode.observations.outbound import OutboundCallSeen as Call

PREFIXES = ("uc", "dsn")
PERMIT_MARKS = "run with CAP_NET_RAW (as root), so that the packets of the calls can be seen."

_SRTP_SHA1 = re.compile(r"AES_CM_128_HMAC_SHA1_(32|80)", re.IGNORECASE)
_FIR = re.compile(r"\S+ ccm fir( .*)?", re.IGNORECASE)
_PARAMETER = re.compile(r""";\s*([^;=<>",?\s]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^;,<>?\s"]*))?""")
_NAMESPACE = re.compile(r"([A-Za-z0-9!%*_+`'~-]+)\.")


def nothing_old_is_offered(seen: Call) -> Judgement:
    """WIZ-19: neither TLS below 1.2 nor the suite that OpenSSL calls AES128-SHA."""
    expected = f"TLS 1.2 and later, without {AES128_SHA}"
    if (hello := seen.hello) is None:
        return _no_hello(seen, expected)
    wrong = [version for version in hello.versions if version in OLD]
    wrong += [suite for suite in hello.suites if suite == AES128_SHA]
    if not wrong and not hello.is_lowest_version_known:
        return unclear(
            "names the newest version that it takes when it calls, and not the oldest",
            expected=expected,
            saw=f"{_hello(hello)}, no supported_versions",
            next_step="have the node call a server of yours that speaks TLS 1.1 alone: it has to "
            "refuse.",
        )
    return statement(
        good=not wrong,
        what="offers neither TLS below 1.2 nor AES128-SHA when it calls",
        otherwise=f"offers {_shown(wrong)} when it calls",
        expected=expected,
        saw=_hello(hello),
    )


def no_anonymous_suite_is_offered(seen: Call) -> Judgement:
    """WIZ-13: every suite of the ClientHello has the peer authenticate itself."""
    expected = "no anonymous Diffie-Hellman suite"
    if (hello := seen.hello) is None:
        return _no_hello(seen, expected)
    anonymous = [suite for suite in hello.offered_suites if _is_anonymous(suite)]
    return statement(
        good=not anonymous,
        what="offers no anonymous suite when it calls",
        otherwise="offers anonymous suites when it calls",
        expected=expected,
        saw=_shown(anonymous) if anonymous else _hello(hello),
    )


def approved_algorithms_are_offered(seen: Call) -> Judgement:
    """WIZ-01: no suite or group in the ClientHello that FIPS mode excludes.

    Old versions and anonymous suites are excluded as well: WIZ-19 and WIZ-13 see to them.
    """
    expected = "FIPS-approved suites and groups only"
    if (hello := seen.hello) is None:
        return _no_hello(seen, expected)
    suites = [name for name in hello.offered_suites if not _is_anonymous(name)]
    unapproved = [name for name in suites if not is_approved_suite(name)]
    unapproved += [name for name in hello.offered_groups if not is_approved_group(name)]
    return statement(
        good=not unapproved,
        what="offers FIPS-approved suites and groups only when it calls",
        otherwise="offers what FIPS mode excludes when it calls",
        expected=expected,
        saw=_shown(unapproved) if unapproved else f"{_hello(hello)}, all of them approved",
    )


def _is_anonymous(suite: str) -> bool:
    return "_anon_" in suite


def contact_carries_cca_id(seen: Call, *, cca_id: str) -> Judgement:
    """WIZ-15: a parameter of the Contact header has the site's CCA-ID as its value.

    The vendor does not say which parameter; any counts.
    """
    expected = f"CCA-ID {cca_id} in the Contact header"
    if (invite := seen.invite) is None:
        return _no_invite(seen, expected)
    contact = invite.header("contact")
    values = [_plain(value) for _, value in _PARAMETER.findall(contact)]
    return statement(
        good=cca_id in values,
        what="names the site's CCA-ID when it calls",
        otherwise="does not name the site's CCA-ID when it calls",
        expected=expected,
        saw=f"Contact: {contact}" if contact else "no Contact header",
    )


def _plain(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else unquote(value)


def resource_priority_has_prefix(seen: Call, *, prefix: str | None) -> Judgement:
    """WIZ-16: the namespace in the Resource-Priority header begins as the site states."""
    allowed = (prefix,) if prefix else PREFIXES
    expected = f"a Resource-Priority of {' or '.join(allowed)}"
    if (invite := seen.invite) is None:
        return _no_invite(seen, expected)
    said = invite.header("resource-priority")
    spaces = [_namespace(value) for value in said.split(",")]
    return statement(
        good=any(re.fullmatch(f"{start}(-.*)?", space) for space in spaces for start in allowed),
        what=f"asks for the priority of {' or '.join(allowed)} when it calls",
        otherwise="asks for no such priority when it calls",
        expected=expected,
        saw=f"Resource-Priority: {said}" if said else "no Resource-Priority header",
    )


def _namespace(value: str) -> str:
    """What stands before the first dot: "uc-000000.6" (RFC 4412)."""
    found = _NAMESPACE.match(value.strip())
    return (found[1] if found else value.strip()).lower()


def full_intra_requests_are_offered(seen: Call) -> Judgement:
    """WIZ-17: some video of the offer has "ccm fir" among its feedback."""
    expected = "ccm fir among the feedback of video"
    media = _wanted_media(seen, expected)
    if isinstance(media, Judgement):
        return media
    video = [one for one in media if one.kind == "video"]
    if not video:
        return unclear(
            "offers no video when it calls", expected=expected, saw=_shown(map(_of, media))
        )
    feedback = [line for one in video for line in one.feedback]
    return statement(
        good=any(_FIR.fullmatch(line) for line in feedback),
        what="offers full intra requests when it calls",
        otherwise="offers no full intra requests when it calls",
        expected=expected,
        saw=_shown(feedback) if feedback else "video without rtcp-fb",
    )


def srtp_with_sha1_is_offered(seen: Call) -> Judgement:
    """WIZ-23: a crypto line of the offer names a suite of the AES_CM_128_HMAC_SHA1 family."""
    expected = "AES_CM_128_HMAC_SHA1_80 or AES_CM_128_HMAC_SHA1_32 among the SRTP suites"
    media = _wanted_media(seen, expected)
    if isinstance(media, Judgement):
        return media
    suites = [suite for one in media for suite in one.crypto]
    if not suites and any(one.has_fingerprint for one in media):
        return unclear(
            "offers DTLS-SRTP, whose suites its INVITE does not say",
            expected=expected,
            saw=_shown(map(_of, media)),
        )
    return statement(
        good=any(_SRTP_SHA1.fullmatch(suite) for suite in suites),
        what="offers SRTP with AES_CM_128_HMAC_SHA1",
        otherwise="offers no SRTP with AES_CM_128_HMAC_SHA1",
        expected=expected,
        saw=_shown(suites) if suites else "no crypto line",
    )


def media_is_encrypted(seen: Call) -> Judgement:
    """GLOBAL-08: every medium that goes over RTP is offered over SRTP, and over nothing else."""
    expected = "secure profiles only (RTP/SAVP, RTP/SAVPF), nothing in the clear"
    media = _wanted_media(seen, expected)
    if isinstance(media, Judgement):
        return media
    over_rtp = [one for one in media if "RTP/" in one.profile]
    if not over_rtp:
        return unclear("offers no media when it calls", expected=expected, saw="no RTP")
    clear = [one for one in over_rtp if not _is_secure(one)]
    return statement(
        good=not clear,
        what="offers encrypted media only when it calls",
        otherwise="offers media without encryption when it calls",
        expected=expected,
        saw=_shown(map(_of, clear or over_rtp)),
    )


def _is_secure(medium: MediaOffered) -> bool:
    return medium.profile.endswith(("RTP/SAVP", "RTP/SAVPF")) and not medium.leaves_in_clear


def calls_are_marked(*seen: Call, dscp: int) -> Judgement:
    """LOC-02: every packet of the calls carries the mark of the site, at every node.

    It is a second look, beside the marks of SIP answers: where a user cannot have it, nothing is
    missing.
    """
    expected = f"DSCP {dscp} on every packet of signalling"
    marks = [f"{one.node}: {' and '.join(map(str, one.dscp)) or 'not seen'}" for one in seen]
    if any(set(one.dscp) - {dscp} for one in seen):
        return deviates("marks its calls otherwise", expected=expected, saw=_shown(marks))
    if not all(one.dscp for one in seen):
        what = "calls, but the marks of its calls cannot be seen by this user or through forwarding"
        return Judgement(Verdict.NOT_APPLICABLE, what, expected, _shown(marks), PERMIT_MARKS)
    return holds("marks its calls", expected=expected, saw=_shown(marks))


def _shown(items: Iterable[object]) -> str:
    """The first of several, each once, and how many more there are."""
    return exposure.shown(tuple(dict.fromkeys(items)))


def _wanted_media(seen: Call, expected: str) -> tuple[MediaOffered, ...] | Judgement:
    """The media that the offer wants, or why there are none."""
    invite: InviteSeen | None = seen.invite
    if invite is None:
        return _no_invite(seen, expected)
    if invite.media is None:
        return unclear(
            "calls without saying which media it offers",
            expected=expected,
            saw="an INVITE without a session description",
        )
    return tuple(one for one in invite.media if one.port)


def _no_hello(seen: Call, expected: str) -> Judgement:
    return unclear("calls without a ClientHello", expected=expected, saw=str(seen))


def _no_invite(seen: Call, expected: str) -> Judgement:
    return unclear(
        "calls, but does not get as far as an INVITE",
        expected=expected,
        saw=str(seen),
        next_step="see to it that the product trusts the CA of trap.certificates.proper, and that "
        "the certificate names the trap.",
    )


def _hello(hello: ClientHelloSeen) -> str:
    return f"{_shown(hello.versions)} with {len(hello.offered_suites)} suites"


def _of(medium: MediaOffered) -> str:
    return f"{medium.kind} over {medium.profile}" + " in the clear" * medium.leaves_in_clear
