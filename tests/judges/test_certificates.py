"""CERT-01 to CERT-04 and CERT-06 as served: one table of facts and verdicts a judge."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from peers.pki import issued
from securemode.judges import certificates as judges
from securemode.observations.certificates import (
    CertificateFacts,
    EphemeralKey,
    ServedCertificatesSeen,
    ServedChain,
    SiteAuthoritiesSeen,
)
from securemode.observations.tls import TlsService, TlsVersion
from securemode.targets import Node, Role
from securemode.verdicts import Verdict

NOW = datetime.now(UTC).isoformat()
NODE = Node(name="conf1", role=Role.CONFERENCING, ipv4="192.0.2.21", fqdn="conf1.lab.example")
ROOT = issued("root", is_authority=True)
INTERMEDIATE = issued("intermediate", ROOT, is_authority=True)
LEAF = issued("conf1.lab.example", INTERMEDIATE)
EXPIRED = issued("old", ROOT, is_authority=True, days=(-10, -1))
NO_AUTHORITY = issued("no authority", ROOT)
TRUSTED = SiteAuthoritiesSeen(source="trust.ca_file", authorities=(ROOT.facts,))
PASS, FAIL = Verdict.PASS, Verdict.FAIL


def served(*chain: CertificateFacts, **more: Any) -> ServedCertificatesSeen:
    values: dict[str, Any] = {
        "service": TlsService.HTTPS,
        "address": "192.0.2.21",
        "port": 443,
        "server_name": "",
        "looked_at": NOW,
        "chains": (ServedChain(version=TlsVersion.TLS_1_3, offered="any", certificates=chain),),
    }
    return ServedCertificatesSeen(**(values | more))


CHAINS = {
    "complete": ((LEAF, INTERMEDIATE), PASS, "CN=conf1.lab.example < CN=intermediate"),
    "complete with root": ((LEAF, INTERMEDIATE, ROOT), PASS, ""),
    "out of order": ((LEAF, ROOT, INTERMEDIATE), PASS, ""),
    "without intermediate": ((LEAF,), FAIL, "CN=intermediate is missing"),
    "self-signed": ((issued("conf1"),), FAIL, "CN=conf1 is self-signed (TLS 1.3)"),
    "other root": (
        (issued("x", issued("root", is_authority=True)), issued("y", ROOT)),
        FAIL,
        "CN=root is missing",
    ),
    "expired intermediate": ((issued("x", EXPIRED), EXPIRED), FAIL, "CN=old is not in force"),
    "signed by a server": (
        (issued("x", NO_AUTHORITY), NO_AUTHORITY),
        FAIL,
        "CN=no authority is no certification authority",
    ),
}


@pytest.mark.parametrize("case", CHAINS)
def test_chain(case: str) -> None:
    chain, verdict, saw = CHAINS[case]
    judgement = judges.chain_is_trusted(served(*(one.facts for one in chain)), TRUSTED)
    assert judgement.verdict is verdict
    assert saw in judgement.saw


def test_every_chain_counts() -> None:
    good = served(LEAF.facts, INTERMEDIATE.facts)
    bad = ServedChain(
        version=TlsVersion.TLS_1_2, offered="RSA", certificates=(issued("conf1").facts,)
    )
    judgement = judges.chain_is_trusted(replace(good, chains=(*good.chains, bad)), TRUSTED)
    assert judgement.verdict is FAIL
    assert judgement.saw == "CN=conf1 is self-signed (TLS 1.2)"


def test_a_bundle_with_the_intermediate_does_not_complete_what_is_served() -> None:
    bundle = replace(TRUSTED, authorities=(ROOT.facts, INTERMEDIATE.facts))
    assert judges.chain_is_trusted(served(LEAF.facts), bundle).verdict is FAIL
    only = replace(TRUSTED, authorities=(INTERMEDIATE.facts,))
    assert judges.chain_is_trusted(served(LEAF.facts), only).verdict is PASS


NAMES = [
    ("conf1.lab.example", (), True, "https", PASS),
    ("CONF1.lab.example", (), True, "https", PASS),
    ("x", ("conf1.lab.example", "other"), True, "https", PASS),
    ("conf1.lab.example", ("other",), True, "https", FAIL),
    ("x", ("*.lab.example",), True, "https", PASS),
    ("x", ("*.lab.example",), True, "sip_tls", FAIL),
    ("x", ("*.example",), True, "https", FAIL),
    ("x", ("*",), True, "https", FAIL),
    ("mgmt.lab.example", (), True, "https", FAIL),
    ("192.0.2.21", (), False, "https", PASS),
    ("192.0.2.22", (), False, "https", FAIL),
    ("conf1.lab.example", (), False, "https", FAIL),
]


@pytest.mark.parametrize(("common_name", "dns", "uses_dns", "service", "verdict"), NAMES)
def test_names(
    common_name: str,
    dns: tuple[str, ...],
    uses_dns: bool,  # noqa: FBT001
    service: str,
    verdict: Verdict,
) -> None:
    seen = served(issued(common_name, dns_names=dns).facts, service=TlsService(service))
    judgement = judges.certificate_names_node(seen, node=NODE, uses_dns=uses_dns)
    assert judgement.verdict is verdict


def test_a_node_without_a_name_cannot_be_judged() -> None:
    nameless = replace(NODE, fqdn="")
    judgement = judges.certificate_names_node(served(LEAF.facts), node=nameless, uses_dns=True)
    assert judgement.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("days", "verdict", "saw"),
    [
        ((-1, 31.2), PASS, "31 days left"),
        ((-1, 29), FAIL, "29.0 days left"),
        ((-9, -1), FAIL, "expired at"),
        ((1, 90), FAIL, "begins at"),
    ],
)
def test_validity(days: tuple[float, float], verdict: Verdict, saw: str) -> None:
    judgement = judges.certificate_is_in_force(served(issued("x", days=days).facts), margin_days=30)
    assert judgement.verdict is verdict
    assert saw in judgement.saw


def test_the_clock_is_that_of_the_observation() -> None:
    later = (datetime.now(UTC) + timedelta(days=80)).isoformat()
    seen = served(LEAF.facts, looked_at=later)
    assert judges.certificate_is_in_force(seen, margin_days=30).verdict is FAIL


RSA = {"key_type": "RSA", "key_bits": 2048, "exponent": 65537, "curve": None}
KEYS = [
    (RSA, PASS),
    (RSA | {"key_bits": 2047}, FAIL),
    (RSA | {"exponent": 3}, FAIL),
    (RSA | {"exponent": 65536}, FAIL),
    (RSA | {"exponent": (1 << 256) - 1}, PASS),
    (RSA | {"exponent": (1 << 256) + 1}, FAIL),
    ({"key_type": "EC", "curve": "secp521r1"}, PASS),
    ({"key_type": "EC", "curve": "secp256k1"}, FAIL),
    ({"key_type": "EC", "curve": "secp192r1"}, FAIL),
    ({"key_type": "DSA", "key_bits": 3072, "curve": None}, FAIL),
    ({"key_type": "Ed25519", "key_bits": 0, "curve": None}, FAIL),
]


@pytest.mark.parametrize(("key", "verdict"), KEYS)
def test_keys(key: dict[str, Any], verdict: Verdict) -> None:
    seen = served(replace(LEAF.facts, **key))
    assert judges.key_is_compliant(seen).verdict is verdict


APPROVED, OTHER, NEW = "approved curves", "other curves", "X25519 and X448"
EPHEMERAL = [
    ([("finite field", 2048, None), (APPROVED, None, "secp256r1")], PASS, "2048-bit DH, secp256r1"),
    ([("finite field", 1024, None), (APPROVED, None, "secp256r1")], FAIL, "1024-bit DH"),
    ([(APPROVED, None, "secp256r1"), (NEW, None, "x25519")], PASS, ""),
    ([(NEW, None, "x25519")], FAIL, "x25519"),
    ([(OTHER, None, "secp256k1")], FAIL, "secp256k1"),
    ([(APPROVED, None, "secp256r1"), (OTHER, None, "brainpoolP256r1")], FAIL, "brainpoolP256r1"),
    ([], PASS, "no ephemeral key exchange"),
]


@pytest.mark.parametrize(("keys", "verdict", "saw"), EPHEMERAL)
def test_parameters(
    keys: list[tuple[str, int | None, str | None]], verdict: Verdict, saw: str
) -> None:
    ephemeral = tuple(
        EphemeralKey(offered=offered, version=TlsVersion.TLS_1_2, dh_bits=bits, group=group)
        for offered, bits, group in keys
    )
    judgement = judges.parameters_are_strong(served(LEAF.facts, ephemeral=ephemeral))
    assert judgement.verdict is verdict
    assert saw in judgement.saw
