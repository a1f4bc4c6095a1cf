from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import pytest

from lab.calls import captures, hellos
from lab.calls.cases import node_behaviour
from securemode_lab.appliance.outbound import ANONYMOUS
from securemode_lab.appliance.tls import client_context

if TYPE_CHECKING:
    from pathlib import Path

AES128_SHA = 0x002F
CHACHA20 = {0x1303, 0xCCA8, 0xCCA9}
CBC_SHA2 = {0xC027, 0xC028, 0xC023, 0xC024, 0x67, 0x6B}
ANONYMOUS_SUITES = {0xA7, 0xA6, 0x6D, 0x6C, 0x3A, 0x34}
X25519, X448 = 0x001D, 0x001E
ED25519, ED448 = 0x0807, 0x0808
SHA1_SIGNATURES = {0x0203, 0x0201}
OLD_VERSIONS = {0x0301, 0x0302}
NEW_VERSIONS = {0x0303, 0x0304}
SIGNALLING = {0x00FF, 0x5600}
SECURE = {
    "fips_mode": True,
    "enable_sip_aes128_sha": False,
    "enable_fir": True,
}


def hello_bytes(**answers: Any) -> bytes:
    """What a node with these answers says first."""
    outbound = node_behaviour(**answers).outbound
    assert outbound is not None
    context = client_context(outbound.tls, "", None, verifies=False)
    outgoing = ssl.MemoryBIO()
    connection = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="trap.lab.example")
    with pytest.raises(ssl.SSLWantReadError):
        connection.do_handshake()
    return outgoing.read()


def hello(**answers: Any) -> hellos.Hello:
    return hellos.read(hello_bytes(**answers))


def test_a_secured_node_offers_what_fips_approves_and_nothing_older() -> None:
    said = hello(**SECURE)
    suites = set(said.suites) - SIGNALLING
    assert AES128_SHA not in suites
    assert not suites & (CHACHA20 | ANONYMOUS_SUITES)
    assert suites >= {0x1301, 0x1302, 0xC02F, 0xC030} | CBC_SHA2
    assert set(said.versions) == NEW_VERSIONS
    assert said.groups == (0x17, 0x18, 0x19)
    assert not {ED25519, ED448} & set(said.signatures)
    assert not SHA1_SIGNATURES & set(said.signatures)
    assert said.server_name == "trap.lab.example"


@pytest.mark.parametrize("value", [False, True])
@pytest.mark.parametrize(
    ("answer", "suites"),
    [
        ("enable_sip_aes128_sha", {AES128_SHA}),
        ("enable_aes128_sha", {AES128_SHA}),
        ("enable_sip_tls_adh", ANONYMOUS_SUITES),
        ("enable_tls12_cbc", CBC_SHA2),
    ],
)
def test_an_answer_decides_about_its_suites(
    answer: str,
    suites: set[int],
    value: bool,  # noqa: FBT001
) -> None:
    before, after = hello(**SECURE), hello(**(SECURE | {answer: value}))
    assert suites <= set(after.suites) if value else not suites & set(after.suites)
    if answer != "enable_tls12_cbc":
        assert set(after.suites) - suites == set(before.suites)
    assert after.versions == before.versions
    assert after.signatures == before.signatures


def test_old_versions_come_with_their_signatures() -> None:
    said = hello(**(SECURE | {"enable_tls1": True}))
    assert set(said.versions) == OLD_VERSIONS | NEW_VERSIONS
    assert set(said.signatures) >= SHA1_SIGNATURES


def test_permitting_old_versions_for_https_concerns_nobody_who_is_called() -> None:
    assert hello(permit_https_old_tls=True).versions == hello().versions


def test_without_fips_mode_modern_algorithms_are_offered() -> None:
    said = hello()
    assert set(said.suites) >= CHACHA20 | {AES128_SHA}
    assert {X25519, X448} <= set(said.groups)
    assert {ED25519, ED448} <= set(said.signatures)


def test_every_anonymous_suite_is_one_that_openssl_knows() -> None:
    assert len(ANONYMOUS) == len(ANONYMOUS_SUITES)


@pytest.mark.parametrize(
    "answers",
    [SECURE, {}, {"enable_tls1": True}, {"enable_sip_tls_adh": True}, {"enable_aes128_sha": True}],
    ids=str,
)
def test_tshark_reads_the_same(tmp_path: Path, answers: dict[str, Any]) -> None:
    data = hello_bytes(**answers)
    file = tmp_path / "hello.pcap"
    captures.write(file, data, 5061)
    names = ("ciphersuite", "extensions.supported_version", "sig_hash_alg")
    fields = [f"tls.handshake.{name}" for name in names]
    suites, versions, signatures = (
        tuple(int(number, 16) for number in field.split("|"))
        for field in captures.dissected(file, "tls", 5061, *fields)
    )
    ours = hellos.read(data)
    assert (suites, versions, signatures) == (ours.suites, ours.versions, ours.signatures)
