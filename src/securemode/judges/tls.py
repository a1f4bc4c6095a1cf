"""What TLS ports may accept, judged on two witnesses: our own ClientHellos and sslyze.

Every judge takes both observations. Where both witnesses can see the thing in question and
disagree, the answer is that it is unclear, with what each of them saw.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from securemode.judges.tls_witnesses import (
    disagreement,
    group_differences,
    suite_differences,
    version_differences,
)
from securemode.observations.tls import RefusedBy, TlsVersion
from securemode.verdicts import statement, unclear

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from securemode.observations.tls import SslyzeScanSeen, TlsEndpointSeen, VersionSeen
    from securemode.verdicts import Judgement

AES128_SHA = "TLS_RSA_WITH_AES_128_CBC_SHA"
MODERN = (TlsVersion.TLS_1_2, TlsVersion.TLS_1_3)
OLD = tuple(version for version in TlsVersion if version not in MODERN)

_LEAST_DH_BITS = 2048
_APPROVED_SUITE = re.compile(
    r"TLS_((ECDHE?_|DHE?_)?(RSA|ECDSA|DSS)_WITH_)?AES_(128|256)_(CBC|GCM|CCM|CCM_8)(_SHA(256|384)?)?"
)
_APPROVED_GROUP = re.compile(
    r"secp(224|256|384|521)r1|sect(233|283|409|571)[kr]1|ffdhe\d+|MLKEM\d+|SecP\d+r1MLKEM\d+"
)
_BY_WORD = {RefusedBy.ALERT, RefusedBy.OTHER_VERSION}


def tls_1_2_and_later_only(endpoint: TlsEndpointSeen, scan: SslyzeScanSeen) -> Judgement:
    """No version below TLS 1.2 is accepted (WIZ-12, WIZ-14)."""
    expected = "1.2 and later"
    if doubt := _no_control(endpoint, expected) or disagreement(
        endpoint, version_differences(endpoint, scan, OLD)
    ):
        return doubt
    old = [seen.version for seen in endpoint.accepted if seen.version in OLD]
    if not old and (doubtful := _doubtful(endpoint.versions)):
        return unclear(
            f"gives no clear answer to old versions of TLS on {endpoint.port}",
            expected=expected,
            saw=_listed(f"{seen.version} {seen.refusal}" for seen in doubtful),
        )
    return statement(
        good=not old,
        what=f"accepts TLS 1.2 and later only on {endpoint.port}",
        otherwise=f"accepts {_listed(old)} on {endpoint.port}",
        expected=expected,
        saw=_versions(endpoint),
    )


def aes128_sha_refused(endpoint: TlsEndpointSeen, scan: SslyzeScanSeen) -> Judgement:
    """The suite that OpenSSL calls AES128-SHA is accepted in no version (WIZ-18)."""
    expected = f"{AES128_SHA} refused in every version"
    if doubt := _no_control(endpoint, expected) or disagreement(
        endpoint, suite_differences(endpoint, scan, lambda _, suite: suite == AES128_SHA)
    ):
        return doubt
    versions = [seen.version for seen in endpoint.accepted if AES128_SHA in seen.suites]
    accepted = f"accepted over {_listed(versions)}"
    count = len({suite for seen in endpoint.accepted for suite in seen.suites})
    return statement(
        good=not versions,
        what=f"refuses AES128-SHA on {endpoint.port}",
        otherwise=f"accepts AES128-SHA on {endpoint.port}",
        expected=expected,
        saw=accepted if versions else f"refused; {count} other suites accepted",
    )


def cbc_accepted_over_tls_1_2(endpoint: TlsEndpointSeen, scan: SslyzeScanSeen) -> Judgement:
    """TLS 1.2 keeps at least one CBC suite with an ephemeral key exchange (WIZ-24)."""
    expected = "at least one ECDHE or DHE suite in CBC mode over TLS 1.2"
    if doubt := _no_control(endpoint, expected) or disagreement(
        endpoint, suite_differences(endpoint, scan, _is_ephemeral_cbc)
    ):
        return doubt
    suites = endpoint.suites(TlsVersion.TLS_1_2)
    cbc = [suite for suite in suites if _is_ephemeral_cbc(TlsVersion.TLS_1_2, suite)]
    none_of_them = f"none among {_listed(suites)}" if suites else f"only {_versions(endpoint)}"
    return statement(
        good=bool(cbc),
        what=f"accepts CBC suites over TLS 1.2 on {endpoint.port}",
        otherwise=f"accepts no ephemeral CBC suite over TLS 1.2 on {endpoint.port}",
        expected=expected,
        saw=_listed(cbc) or none_of_them,
    )


def fips_approved_only(endpoint: TlsEndpointSeen, scan: SslyzeScanSeen) -> Judgement:
    """Nothing outside FIPS-approved versions, suites, groups and sizes is accepted (WIZ-01).

    Key transport by RSA counts as approved: an approved module still offers it, and the guide
    sets no rule.

    Source: NIST SP 800-52 rev. 2 (versions), SP 800-131A rev. 2 (sizes), SP 800-186 (curves).
    """
    expected = "FIPS-approved algorithms only"
    differences = [
        *version_differences(endpoint, scan, tuple(TlsVersion)),
        *suite_differences(endpoint, scan, lambda *_: True),
        *group_differences(endpoint, scan),
    ]
    if doubt := _no_control(endpoint, expected) or disagreement(endpoint, differences):
        return doubt
    unapproved = list(_unapproved(endpoint))
    if not unapproved and (unseen := list(_versions_with_unseen_groups(endpoint))):
        return unclear(
            f"shows no group on {endpoint.port}",
            expected=expected,
            saw=f"no group in {_listed(unseen)}, although it accepts suites that need one",
        )
    return statement(
        good=not unapproved,
        what=f"accepts FIPS-approved algorithms only on {endpoint.port}",
        otherwise=f"accepts what FIPS mode excludes on {endpoint.port}",
        expected=expected,
        saw=_listed(unapproved) or f"{_versions(endpoint)} with approved suites and groups",
    )


def is_approved_suite(name: str) -> bool:
    """Whether FIPS mode leaves the suite."""
    return _APPROVED_SUITE.fullmatch(name) is not None


def is_approved_group(name: str) -> bool:
    """Whether FIPS mode leaves the group."""
    return _APPROVED_GROUP.fullmatch(name) is not None


def _unapproved(endpoint: TlsEndpointSeen) -> Iterator[str]:
    yield from (str(seen.version) for seen in endpoint.accepted if seen.version in OLD)
    suites = dict.fromkeys(suite for seen in endpoint.accepted for suite in seen.suites)
    yield from (suite for suite in suites if not is_approved_suite(suite))
    groups = dict.fromkeys(group for seen in endpoint.accepted for group in seen.groups)
    yield from (group for group in groups if not is_approved_group(group))
    sizes = [seen.dh_bits for seen in endpoint.accepted if seen.dh_bits]
    yield from (f"{bits}-bit DH" for bits in dict.fromkeys(sizes) if bits < _LEAST_DH_BITS)


def _versions_with_unseen_groups(endpoint: TlsEndpointSeen) -> Iterator[str]:
    for seen in endpoint.accepted:
        needs_group = seen.version is TlsVersion.TLS_1_3 or any(
            suite.startswith("TLS_ECDHE_") for suite in seen.suites
        )
        if seen.version in MODERN and needs_group and not seen.groups:
            yield str(seen.version)


def _is_ephemeral_cbc(version: TlsVersion, suite: str) -> bool:
    is_ephemeral = suite.startswith(("TLS_ECDHE_", "TLS_DHE_")) and "_PSK_" not in suite
    return version is TlsVersion.TLS_1_2 and is_ephemeral and "_CBC_" in suite


def _no_control(endpoint: TlsEndpointSeen, expected: str) -> Judgement | None:
    if endpoint.accepted:
        return None
    return unclear(
        f"accepts no version of TLS on {endpoint.port}",
        expected=expected,
        saw="no positive control: refusals say nothing",
    )


def _doubtful(versions: Iterable[VersionSeen]) -> list[VersionSeen]:
    """Refused versions whose refusal was neither said in so many words nor confirmed."""
    return [
        seen
        for seen in versions
        if not seen.accepted
        and seen.refusal is not None
        and seen.refusal.by not in _BY_WORD
        and not seen.refusal.confirmed
    ]


def _versions(endpoint: TlsEndpointSeen) -> str:
    return _listed(str(seen.version).removeprefix("TLS ") for seen in endpoint.accepted)


def _listed(items: Iterable[object]) -> str:
    return ", ".join(map(str, items))
