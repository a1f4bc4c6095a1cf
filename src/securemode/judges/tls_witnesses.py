"""Where our own ClientHellos and sslyze saw different things on the same port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.observations.tls import TlsVersion
from securemode.verdicts import Judgement, holds, unclear

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from securemode.observations.tls import SslyzeScanSeen, TlsEndpointSeen, VersionScanned

_EXPECTED = "the same answer to both witnesses"
_NEXT = "look again; if they still differ, compare both records with a packet capture of the port"
_MOST_SHOWN = 5


def witnesses_agree(endpoint: TlsEndpointSeen, scan: SslyzeScanSeen) -> Judgement:
    """Both witnesses saw the same wherever both can look."""
    differences = [
        *version_differences(endpoint, scan, tuple(TlsVersion)),
        *suite_differences(endpoint, scan, lambda *_: True),
        *group_differences(endpoint, scan),
    ]
    return disagreement(endpoint, differences) or holds(
        f"is seen alike by both TLS witnesses on {endpoint.port}",
        expected=_EXPECTED,
        saw=f"no difference to sslyze {scan.sslyze_version}",
    )


def disagreement(endpoint: TlsEndpointSeen, differences: Sequence[str]) -> Judgement | None:
    """The judgement where the witnesses differ, with what each saw; None where they agree."""
    if not differences:
        return None
    more = len(differences) - _MOST_SHOWN
    shown = "; ".join(differences[:_MOST_SHOWN]) + (f"; and {more} more" if more > 0 else "")
    return unclear(
        f"is seen differently by two TLS witnesses on {endpoint.port}",
        expected=_EXPECTED,
        saw=shown,
        next_step=_NEXT,
    )


def version_differences(
    endpoint: TlsEndpointSeen, scan: SslyzeScanSeen, versions: Collection[TlsVersion]
) -> list[str]:
    """Versions accepted from one witness and refused to the other."""
    return [
        _difference(str(scanned.version), ours=endpoint.is_accepted(scanned.version))
        for scanned in scan.versions
        if scanned.version in versions
        and _sees_what_we_saw(endpoint, scanned)
        and endpoint.is_accepted(scanned.version) != bool(scanned.accepted)
    ]


def suite_differences(
    endpoint: TlsEndpointSeen,
    scan: SslyzeScanSeen,
    concerns: Callable[[TlsVersion, str], bool],
) -> list[str]:
    """Suites accepted from one witness and refused to the other, of those that both can offer."""
    return [
        _difference(f"{suite} over {scanned.version}", ours=suite in ours)
        for scanned in scan.versions
        if scanned.version is not TlsVersion.SSL_2
        for ours in [endpoint.suites(scanned.version)]
        for suite in (*scanned.accepted, *scanned.rejected)
        if concerns(scanned.version, suite) and (suite in ours) != (suite in scanned.accepted)
    ]


def group_differences(endpoint: TlsEndpointSeen, scan: SslyzeScanSeen) -> list[str]:
    """Groups accepted from one witness and refused to the other, of those that both can offer."""
    ours = {group for seen in endpoint.accepted for group in seen.groups}
    return [
        _difference(group, ours=group in ours)
        for group in (*scan.groups_accepted, *scan.groups_rejected)
        if (group in ours) != (group in scan.groups_accepted)
    ]


def _sees_what_we_saw(endpoint: TlsEndpointSeen, scanned: VersionScanned) -> bool:
    """Whether sslyze can offer any of the suites for which we found the version accepted."""
    offered = {*scanned.accepted, *scanned.rejected}
    return (
        not endpoint.is_accepted(scanned.version)
        or scanned.version is TlsVersion.SSL_2
        or not offered.isdisjoint(endpoint.suites(scanned.version))
    )


def _difference(what: str, *, ours: bool) -> str:
    accepted, refused = ("our ClientHello", "sslyze") if ours else ("sslyze", "our ClientHello")
    return f"{what} accepted from {accepted}, refused to {refused}"
