"""Chains and parameters that OpenSSL's own server sends, as our probe reads them."""

from __future__ import annotations

import base64
import contextlib
import socket
import subprocess
from functools import cache
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import TypeAdapter

from peers.access import LOOPBACK, access_to, listener, node_with_free, program, wait_until
from peers.pki import Holder, issued
from securemode.errors import Refused, UnexpectedAnswer
from securemode.judges.certificates import chain_is_trusted, key_is_compliant, parameters_are_strong
from securemode.observations.certificates import ServedCertificatesSeen
from securemode.observations.tls import TlsVersion
from securemode.probes.certificates import ServedCertificates
from securemode.probes.site_authorities import SiteAuthorities
from securemode.tls_parameters import read_parameters
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from securemode.targets import Node

ROOT = issued("root", is_authority=True)
INTERMEDIATE = issued("intermediate", ROOT, is_authority=True)
LEAF = issued("node.lab.example", INTERMEDIATE)
OAKLEY_GROUP_2 = """
FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1 29024E08 8A67CC74 020BBEA6 3B139B22 514A0879
8E3404DD EF9519B3 CD3A431B 302B0A6D F25F1437 4FE1356D 6D51C245 E485B576 625E7EC6 F44C42E9 A637ED6B
0BFF5CB6 F406B7ED EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE65381 FFFFFFFF FFFFFFFF
"""
PASS, FAIL = Verdict.PASS, Verdict.FAIL


@pytest.fixture
def node() -> Node:
    return node_with_free(443)


@cache
def rsa_leaf(bits: int) -> Holder:
    key = rsa.generate_private_key(65537, bits)
    return issued("node.lab.example", INTERMEDIATE, key=key)


@contextlib.contextmanager
def s_server(node: Node, directory: Path, chain: tuple[Holder, ...], *more: str) -> Iterator[None]:
    """`openssl s_server` with one chain, sent as it is given."""
    certificate, key, others = (directory / name for name in ("cert.pem", "key.pem", "chain.pem"))
    certificate.write_bytes(chain[0].pem)
    key.write_bytes(chain[0].key_pem)
    others.write_bytes(b"".join(one.pem for one in chain[1:]))
    command = [program("openssl"), "s_server", "-accept", f"{LOOPBACK}:{node.port(443)}"]
    command += ["-cert", str(certificate), "-key", str(key), "-www", "-no-CAfile", "-no-CApath"]
    command += ["-cert_chain", str(others)] if chain[1:] else []
    server = subprocess.Popen(
        [*command, *more],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: _listens(node))
        yield
    finally:
        server.kill()
        server.wait(30)


def _listens(node: Node) -> bool:
    with socket.socket() as sock:
        sock.settimeout(0.5)
        return sock.connect_ex((LOOPBACK, node.port(443))) == 0


def look(
    node: Node, directory: Path, chain: tuple[Holder, ...], *more: str
) -> ServedCertificatesSeen:
    with s_server(node, directory, chain, *more):
        return ServedCertificates(target=node).look(access_to(node))


def subjects(seen: ServedCertificatesSeen) -> dict[TlsVersion, list[str]]:
    return {one.version: list(map(str, one.certificates)) for one in seen.chains}


@pytest.mark.parametrize("demands", [False, True])
def test_the_chain_is_read_as_it_is_sent(node: Node, tmp_path: Path, *, demands: bool) -> None:
    more = ("-Verify", "1") if demands else ()
    seen = look(node, tmp_path, (LEAF, INTERMEDIATE, ROOT), *more)
    whole = ["CN=node.lab.example", "CN=intermediate", "CN=root"]
    assert subjects(seen) == {TlsVersion.TLS_1_2: whole, TlsVersion.TLS_1_3: whole}
    assert {chain.certificates[0] for chain in seen.chains} == {LEAF.facts}
    adapter = TypeAdapter(ServedCertificatesSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


@pytest.mark.parametrize(
    ("switch", "version"), [("-tls1_2", TlsVersion.TLS_1_2), ("-tls1_3", TlsVersion.TLS_1_3)]
)
def test_one_version_is_enough(
    node: Node, tmp_path: Path, switch: str, version: TlsVersion
) -> None:
    seen = look(node, tmp_path, (LEAF,), switch)
    assert subjects(seen) == {version: ["CN=node.lab.example"]}
    assert [key.version for key in seen.ephemeral if key.offered == "approved curves"] == [version]


@pytest.mark.parametrize(
    ("chain", "verdict"),
    [
        ((LEAF, INTERMEDIATE), PASS),
        ((LEAF,), FAIL),
        ((issued("node"),), FAIL),
        ((issued("node", issued("root", is_authority=True)),), FAIL),
    ],
)
def test_trust(node: Node, tmp_path: Path, chain: tuple[Holder, ...], verdict: Verdict) -> None:
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(ROOT.pem)
    access = access_to(node, ca_file=ca_file)
    trusted = SiteAuthorities(target=access.deployment).look(access)
    assert chain_is_trusted(look(node, tmp_path, chain), trusted).verdict is verdict


@pytest.mark.parametrize(("bits", "verdict"), [(1024, FAIL), (2048, PASS)])
def test_rsa_keys(node: Node, tmp_path: Path, bits: int, verdict: Verdict) -> None:
    seen = look(node, tmp_path, (rsa_leaf(bits),), "-cipher", "ALL:@SECLEVEL=0")
    assert {leaf.key_bits for leaf in seen.leaves} == {bits}
    assert [chain.offered for chain in seen.chains] == ["RSA", "any"]
    assert key_is_compliant(seen).verdict is verdict


@pytest.mark.parametrize(("curve", "verdict"), [(ec.SECP384R1(), PASS), (ec.SECP256K1(), FAIL)])
def test_ec_keys(node: Node, tmp_path: Path, curve: ec.EllipticCurve, verdict: Verdict) -> None:
    leaf = issued("node", INTERMEDIATE, key=ec.generate_private_key(curve))
    seen = look(node, tmp_path, (leaf,))
    assert seen.leaves[0].curve == curve.name
    assert key_is_compliant(seen).verdict is verdict


def test_dh_parameters_of_old(node: Node, tmp_path: Path) -> None:
    parameters = tmp_path / "dh.pem"
    der = bytes.fromhex("308187 028181 00") + bytes.fromhex(OAKLEY_GROUP_2) + b"\x02\x01\x02"
    block = base64.encodebytes(der).decode()
    pem = f"-----BEGIN DH PARAMETERS-----\n{block}-----END DH PARAMETERS-----\n"
    parameters.write_text(pem)
    assert [key.dh_bits for key in read_parameters(pem)] == [1024]
    switches = ("-dhparam", str(parameters), "-cipher", "ALL:@SECLEVEL=0")
    seen = look(node, tmp_path, (rsa_leaf(2048),), *switches)
    assert [key.dh_bits for key in seen.ephemeral if key.dh_bits] == [1024]
    assert parameters_are_strong(seen).verdict is FAIL


def test_dh_parameters_of_today(node: Node, tmp_path: Path) -> None:
    seen = look(node, tmp_path, (rsa_leaf(2048),))
    assert [key.dh_bits for key in seen.ephemeral if key.dh_bits] == [2048]
    assert parameters_are_strong(seen).verdict is PASS


@pytest.mark.parametrize(
    ("curves", "families", "verdict"),
    [
        ("P-384", {"approved curves": "secp384r1"}, PASS),
        ("secp256k1", {"other curves": "secp256k1"}, FAIL),
        ("X25519", {"X25519 and X448": "x25519"}, FAIL),
        ("X25519:P-256", {"approved curves": "secp256r1", "X25519 and X448": "x25519"}, PASS),
    ],
)
def test_curves(
    node: Node, tmp_path: Path, curves: str, families: dict[str, str], verdict: Verdict
) -> None:
    seen = look(node, tmp_path, (rsa_leaf(2048),), "-curves", curves)
    assert {key.offered: key.group for key in seen.ephemeral if key.group} == families
    assert parameters_are_strong(seen).verdict is verdict


def test_nobody_there(node: Node) -> None:
    probe = ServedCertificates(target=node)
    with pytest.raises(Refused):
        probe.look(access_to(node))
    with listener(node.port(443)), pytest.raises(UnexpectedAnswer, match="serves no certificate"):
        probe.look(access_to(node, timeout_s=0.2))
    assert probe.connections()[0].most >= 11
