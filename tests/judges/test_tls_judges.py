"""The judges of TLS: recorded observations of both witnesses, and what is said of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from securemode.judges import tls
from securemode.judges.tls_witnesses import witnesses_agree
from securemode.observations.tls import (
    ClientCertificate,
    Refusal,
    RefusedBy,
    SslyzeScanSeen,
    TlsEndpointSeen,
    TlsService,
    TlsVersion,
    VersionScanned,
    VersionSeen,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.verdicts import Judgement

TABLE = YAML(typ="safe").load(Path(__file__).with_name("cases") / "tls.yaml")
JUDGES: dict[str, Callable[[TlsEndpointSeen, SslyzeScanSeen], Judgement]] = {
    "tls_1_2_and_later_only": tls.tls_1_2_and_later_only,
    "aes128_sha_refused": tls.aes128_sha_refused,
    "cbc_accepted_over_tls_1_2": tls.cbc_accepted_over_tls_1_2,
    "fips_approved_only": tls.fips_approved_only,
    "witnesses_agree": witnesses_agree,
}


def version_seen(case: dict[str, Any], version: TlsVersion) -> VersionSeen:
    by, confirmed = case.get("refusals", {}).get(version, ("alert", False))
    refusal = Refusal(by=RefusedBy(by), confirmed=confirmed)
    if version not in case["versions"]:
        return VersionSeen(version=version, accepted=False, refusal=refusal)
    return VersionSeen(
        version=version,
        accepted=True,
        suites=tuple(TABLE["suites"][case["versions"][version]]),
        groups=tuple(case.get("groups", ())),
        dh_bits=case.get("dh_bits"),
        refusal=refusal,
    )


def endpoint(case: dict[str, Any]) -> TlsEndpointSeen:
    return TlsEndpointSeen(
        service=TlsService.HTTPS,
        address="198.51.100.10",
        port=443,
        server_name="",
        versions=tuple(version_seen(case, version) for version in TlsVersion),
        client_certificate=ClientCertificate.NOT_REQUESTED,
        connections=20,
    )


def scan(case: dict[str, Any]) -> SslyzeScanSeen:
    """What the case says of sslyze; for the rest, that it saw what we saw."""
    ours = {
        seen.version: (seen.suites, ("TLS_RSA_WITH_RC4_128_SHA",))
        for seen in endpoint(case).versions
    }
    seen = ours | {TlsVersion(version): pair for version, pair in case.get("scan", {}).items()}
    accepted, rejected = case.get("scan_groups", ((), ()))
    return SslyzeScanSeen(
        service=TlsService.HTTPS,
        port=443,
        sslyze_version="6.3.1",
        versions=tuple(
            VersionScanned(version=version, accepted=tuple(pair[0]), rejected=tuple(pair[1]))
            for version, pair in seen.items()
        ),
        groups_accepted=tuple(accepted),
        groups_rejected=tuple(rejected),
    )


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["name"])
def test_tls_is_judged(case: dict[str, Any]) -> None:
    judgement = JUDGES[case["judge"]](endpoint(case), scan(case))
    said = (judgement.verdict, judgement.what, judgement.expected, judgement.saw)
    assert said == (case["verdict"], case["what"], case["expected"], case["saw"])
