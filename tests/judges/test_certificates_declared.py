"""Certificates and authorities as the configuration has them."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from judges.test_certificates import INTERMEDIATE, LEAF, NODE, ROOT, TRUSTED, served
from peers.pki import Holder, issued
from securemode.judges import authorities
from securemode.judges import certificates_declared as declared
from securemode.observations.configuration import ConfigurationRows
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.verdicts import Judgement

NOW = datetime.now(UTC).isoformat()
PASS, FAIL, UNCLEAR, NOT_APPLICABLE = (
    Verdict.PASS,
    Verdict.FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.NOT_APPLICABLE,
)
URI = "/api/admin/configuration/v1/tls_certificate/2/"
WEAK_CURVE = "-----BEGIN EC PARAMETERS-----\nBgUrgQQAHw==\n-----END EC PARAMETERS-----\n"
P256 = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
PRIME = b"\x02\x81\x81\x00" + b"\xff" * 128  # INTEGER of 1024 bits
DH_1024 = (
    "-----BEGIN DH PARAMETERS-----\n"
    + base64.encodebytes(b"\x30\x81\x87" + PRIME + b"\x02\x01\x02").decode()
    + "-----END DH PARAMETERS-----\n"
)


def text(*chain: Holder) -> str:
    return "".join(one.pem.decode() for one in chain)


def rows(resource: str, *objects: dict[str, Any], read_at: str = NOW) -> ConfigurationRows:
    return ConfigurationRows(resource, read_at, served=True, rows=objects)


def node_rows(uri: str | None = URI, **more: Any) -> ConfigurationRows:
    row = {"name": "conf1", "tls_certificate": uri, "hostname": "conf1", "domain": "lab.example"}
    return rows("worker_vm", row | more)


def certificate_rows(certificate: str, **more: Any) -> ConfigurationRows:
    row = {"resource_uri": URI, "certificate": certificate, "subject_name": "conf1"}
    return rows("tls_certificate", row | more)


def authority_rows(*uploaded: Holder, read_at: str = NOW) -> ConfigurationRows:
    return rows(
        "ca_certificate", *({"certificate": text(one)} for one in uploaded), read_at=read_at
    )


GOOD = certificate_rows(text(LEAF))
BAD = certificate_rows("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")


@pytest.mark.parametrize(
    ("nodes", "verdict"),
    [
        (node_rows(), PASS),
        (node_rows(None), FAIL),
        (node_rows("/elsewhere/9/"), FAIL),
        (node_rows(None, tls_certificate={"resource_uri": URI}), PASS),
        (node_rows(name="x", hostname="x"), UNCLEAR),
    ],
)
def test_assigned(nodes: ConfigurationRows, verdict: Verdict) -> None:
    assert declared.a_certificate_is_assigned(nodes, GOOD, node=NODE).verdict is verdict


SIGNED = [
    (node_rows(), certificate_rows(text(LEAF)), authority_rows(INTERMEDIATE), PASS),
    (node_rows(), certificate_rows(text(LEAF, INTERMEDIATE)), authority_rows(), PASS),
    (node_rows(), certificate_rows(text(INTERMEDIATE, LEAF)), authority_rows(), PASS),
    (node_rows(), certificate_rows(text(LEAF)), authority_rows(ROOT), FAIL),
    (node_rows(), certificate_rows(text(issued("conf1"))), authority_rows(), FAIL),
    (node_rows(None), GOOD, authority_rows(), FAIL),
    (node_rows(), BAD, authority_rows(), UNCLEAR),
    (node_rows(), certificate_rows(""), authority_rows(), UNCLEAR),
]


@pytest.mark.parametrize(("nodes", "certificates", "uploaded", "verdict"), SIGNED)
def test_signed(
    nodes: ConfigurationRows,
    certificates: ConfigurationRows,
    uploaded: ConfigurationRows,
    verdict: Verdict,
) -> None:
    judgement = declared.declared_certificate_is_trusted(
        nodes, certificates, uploaded, TRUSTED, node=NODE
    )
    assert judgement.verdict is verdict


@pytest.mark.parametrize(
    ("nodes", "certificate", "uses_dns", "verdict"),
    [
        (node_rows(), LEAF, True, PASS),
        (node_rows(alternative_fqdn="other.lab.example"), LEAF, True, FAIL),
        (node_rows(), issued("mgmt.lab.example"), True, FAIL),
        (node_rows(), issued("192.0.2.21"), False, PASS),
    ],
)
def test_named(
    nodes: ConfigurationRows,
    certificate: Holder,
    uses_dns: bool,  # noqa: FBT001
    verdict: Verdict,
) -> None:
    judgement = declared.declared_certificate_names_node(
        nodes, certificate_rows(text(certificate)), node=NODE, uses_dns=uses_dns
    )
    assert judgement.verdict is verdict


@pytest.mark.parametrize(("margin_days", "verdict"), [(30, PASS), (120, FAIL)])
def test_in_force(margin_days: int, verdict: Verdict) -> None:
    judgement = declared.declared_certificate_is_in_force(
        node_rows(), GOOD, node=NODE, margin_days=margin_days
    )
    assert judgement.verdict is verdict


@pytest.mark.parametrize(
    ("more", "verdict", "saw"),
    [
        ({}, NOT_APPLICABLE, "none"),
        ({"parameters": P256}, PASS, "secp256r1"),
        ({"parameters": WEAK_CURVE}, FAIL, "1.3.132.0.31"),
        ({"certificate": text(LEAF) + DH_1024}, FAIL, "1024-bit DH"),
        ({"parameters": P256 + DH_1024}, FAIL, "1024-bit DH"),
        ({"parameters": WEAK_CURVE.replace("BgUr", "AgUr")}, UNCLEAR, "not named"),
    ],
)
def test_parameters(more: dict[str, str], verdict: Verdict, saw: str) -> None:
    certificates = (
        certificate_rows(text(LEAF))
        if not more
        else rows("tls_certificate", {"resource_uri": URI, "certificate": text(LEAF)} | more)
    )
    judgement = declared.declared_parameters_are_strong(node_rows(), certificates, node=NODE)
    assert judgement.verdict is verdict
    assert saw in judgement.saw


@pytest.mark.parametrize(
    ("uploaded", "verdict"),
    [((ROOT, INTERMEDIATE), PASS), ((INTERMEDIATE,), FAIL), ((), FAIL)],
)
def test_root(uploaded: tuple[Holder, ...], verdict: Verdict) -> None:
    judgement = authorities.root_is_uploaded(authority_rows(*uploaded), TRUSTED)
    assert judgement.verdict is verdict


def test_a_root_of_the_same_name_is_another() -> None:
    impostor = issued("root", is_authority=True)
    assert authorities.root_is_uploaded(authority_rows(impostor), TRUSTED).verdict is FAIL


INTERMEDIATES = [
    ((ROOT, INTERMEDIATE), (LEAF, INTERMEDIATE), PASS),
    ((ROOT,), (LEAF, INTERMEDIATE), FAIL),
    ((ROOT,), (LEAF,), FAIL),
    ((ROOT, INTERMEDIATE), (LEAF,), PASS),
    ((ROOT,), (issued("x", ROOT),), PASS),
    ((ROOT,), (issued("x"),), UNCLEAR),
]


@pytest.mark.parametrize(("uploaded", "chain", "verdict"), INTERMEDIATES)
def test_intermediates(
    uploaded: tuple[Holder, ...], chain: tuple[Holder, ...], verdict: Verdict
) -> None:
    seen = served(*(one.facts for one in chain))
    judgement = authorities.intermediates_are_uploaded(authority_rows(*uploaded), TRUSTED, seen)
    assert judgement.verdict is verdict


def test_one_self_signed_node_does_not_hide_the_others() -> None:
    seen = served(issued("x").facts), served(LEAF.facts, INTERMEDIATE.facts)
    judge: Callable[..., Judgement] = authorities.intermediates_are_uploaded
    assert judge(authority_rows(ROOT), TRUSTED, *seen).verdict is FAIL
    assert judge(authority_rows(ROOT, INTERMEDIATE), TRUSTED, *seen).verdict is PASS


def test_expired_authorities() -> None:
    old = issued("old", is_authority=True, days=(-9, -1))
    assert authorities.no_authority_is_expired(authority_rows(ROOT, old)).verdict is FAIL
    assert authorities.no_authority_is_expired(authority_rows(ROOT)).verdict is PASS
    before = (datetime.now(UTC) - timedelta(days=5)).isoformat()
    assert authorities.no_authority_is_expired(authority_rows(old, read_at=before)).verdict is PASS


@cache
def last_resort(bits: int = 4096, name: str = "admin", user: str = "admin") -> Holder:
    key = rsa.generate_private_key(65537, bits)
    return issued(name, is_authority=True, key=key, user=user, days=(-1, 3650))


@pytest.mark.parametrize(
    ("uploaded", "verdict", "saw"),
    [
        (lambda: (ROOT, last_resort()), PASS, "CN=admin"),
        (lambda: (ROOT,), FAIL, "CN=root"),
        (lambda: (last_resort(2048),), FAIL, "RSA 2048 bits"),
        (lambda: (last_resort(2048, user="other"),), FAIL, "userPrincipalName other"),
        (lambda: (last_resort(2048, name="other"),), FAIL, "CN other"),
        (lambda: (last_resort(2048), last_resort()), PASS, ""),
        (lambda: (issued("admin", ROOT, user="admin"),), FAIL, ""),
    ],
)
def test_last_resort(
    uploaded: Callable[[], tuple[Holder, ...]], verdict: Verdict, saw: str
) -> None:
    seen = authority_rows(*uploaded())
    judgement = authorities.last_resort_is_trusted(seen, account="admin")
    assert judgement.verdict is verdict
    assert saw in judgement.saw


@pytest.mark.parametrize(("margin_days", "verdict"), [(90, PASS), (3649, PASS), (3651, FAIL)])
def test_last_resort_lasts(margin_days: int, verdict: Verdict) -> None:
    seen = authority_rows(last_resort())
    judgement = authorities.last_resort_lasts(seen, account="admin", margin_days=margin_days)
    assert judgement.verdict is verdict


def test_without_a_last_resort_there_is_nothing_to_last() -> None:
    judgement = authorities.last_resort_lasts(authority_rows(ROOT), account="admin", margin_days=90)
    assert judgement.verdict is UNCLEAR


def test_an_unreadable_authority_could_be_any() -> None:
    seen = replace(authority_rows(ROOT), rows=({"certificate": "damaged"},))
    assert authorities.no_authority_is_expired(seen).verdict is UNCLEAR
    assert authorities.root_is_uploaded(seen, TRUSTED).verdict is UNCLEAR
