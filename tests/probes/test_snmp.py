from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from pysnmp.proto.secmod.rfc3414.priv import des
from pysnmp.proto.secmod.rfc3826.priv import aes

from peers.access import access_to, listener, node_with_free
from peers.snmp import AUTHENTICATION, COMMUNITY, PRIVACY, SECURE, STATION, USER, agent, snmpd
from securemode.errors import Unsupported
from securemode.observations.snmp import (
    SnmpAnswersSeen,
    SnmpOutcome,
    SnmpReply,
    SnmpRequest,
    SnmpWriteSeen,
)
from securemode.probes.snmp import SnmpAnswers, SnmpWrite
from securemode.probes.snmp_messages import Message, Sort, message
from securemode.probes.snmp_selftest import aes_works

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.targets import Node

SILENCE = ("silence", "")
WRONG_DIGEST = ("report", "usmStatsWrongDigests")
DENIED = ("error", "authorizationError")
LESSER = {
    "V1_PUBLIC": SILENCE,
    "V1_COMMUNITY": SILENCE,
    "V2C_PUBLIC": SILENCE,
    "V2C_COMMUNITY": SILENCE,
    "NO_AUTH_NO_PRIV": DENIED,
    "AUTH_NO_PRIV": DENIED,
    "MD5": WRONG_DIGEST,
    "DES": SILENCE,
    "WRONG_AUTHENTICATION": WRONG_DIGEST,
    "WRONG_PRIVACY": SILENCE,
}
WAIT_S = 2.0
"""For each of them: six silences one after another would take 12 s."""


@pytest.fixture
def node() -> Node:
    return node_with_free(161, 443)


def look(node: Node) -> SnmpAnswersSeen:
    return SnmpAnswers(node).look(access_to(node, snmp=STATION, timeout_s=WAIT_S))


def replies(seen: SnmpAnswersSeen) -> dict[str, tuple[str, str]]:
    return {reply.request.name: (reply.outcome.value, reply.detail) for reply in seen.lesser}


def answered(seen: SnmpAnswersSeen) -> set[str]:
    return {reply.request.name for reply in seen.lesser if reply.outcome is SnmpOutcome.VALUE}


def test_secure_snmpd_answers_the_station_and_nothing_less(node: Node, tmp_path: Path) -> None:
    with snmpd(node.port(161), SECURE, tmp_path), listener(node.port(443)):
        began = time.monotonic()
        seen = look(node)
        took_s = time.monotonic() - began
    assert seen.is_controlled
    assert seen.web_port_answers
    assert replies(seen) == LESSER
    assert took_s < 4 * WAIT_S
    adapter = TypeAdapter(SnmpAnswersSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


def test_three_nodes_at_once(node: Node, tmp_path: Path) -> None:
    with snmpd(node.port(161), SECURE, tmp_path), ThreadPoolExecutor(3) as pool:
        began = time.monotonic()
        seen = list(pool.map(look, [node] * 3))
        took_s = time.monotonic() - began
    assert [replies(one) for one in seen] == [LESSER] * 3
    assert took_s < 3 * WAIT_S


@pytest.mark.parametrize(
    ("configuration", "lets_through"),
    [
        (SECURE + "rocommunity public\n", {"V1_PUBLIC", "V2C_PUBLIC"}),
        (SECURE + f"rocommunity {COMMUNITY}\n", {"V1_COMMUNITY", "V2C_COMMUNITY"}),
        (SECURE + f"rouser {USER} auth\n", {"AUTH_NO_PRIV"}),
        (SECURE + f"rouser {USER} noauth\n", {"AUTH_NO_PRIV", "NO_AUTH_NO_PRIV"}),
    ],
    ids=["public", "community", "authNoPriv", "noAuthNoPriv"],
)
def test_what_a_lax_snmpd_lets_through(
    node: Node, tmp_path: Path, configuration: str, lets_through: set[str]
) -> None:
    with snmpd(node.port(161), configuration, tmp_path):
        seen = look(node)
    assert answered(seen) == lets_through
    assert seen.is_controlled
    assert not seen.web_port_answers


@pytest.mark.parametrize(
    ("protocols", "lets_through"),
    [
        (f"MD5 {AUTHENTICATION} AES {PRIVACY}", "MD5"),
        (f"SHA {AUTHENTICATION} DES {PRIVACY}", "DES"),
    ],
    ids=["MD5", "DES"],
)
def test_weak_protocols_are_asked_for_real(
    node: Node, tmp_path: Path, protocols: str, lets_through: str
) -> None:
    configuration = f"createUser {USER} {protocols}\nrouser {USER} authpriv\n"
    with snmpd(node.port(161), configuration, tmp_path):
        seen = look(node)
    assert answered(seen) == {lets_through}
    assert not seen.is_controlled


def test_node_without_agent(node: Node) -> None:
    with listener(node.port(443)):
        seen = look(node)
    assert seen.before == SnmpReply(SnmpRequest.RIGHT, SnmpOutcome.SILENCE)
    assert {reply.outcome for reply in seen.lesser} == {SnmpOutcome.SILENCE}
    assert seen.after.outcome is SnmpOutcome.NOT_SENT
    assert seen.web_port_answers


def test_write_is_refused_or_accepted(node: Node, tmp_path: Path) -> None:
    seen = []
    for configuration in (SECURE, SECURE.replace("rouser", "rwuser")):
        with snmpd(node.port(161), configuration, tmp_path):
            seen.append(SnmpWrite(node).look(access_to(node, snmp=STATION)))
    assert [(one.write.outcome, one.is_controlled) for one in seen] == [
        (SnmpOutcome.ERROR, True),
        (SnmpOutcome.VALUE, True),
    ]
    assert seen[0].write.detail == "noAccess"
    assert seen[1].before.detail == seen[1].write.detail == seen[1].after.detail
    adapter = TypeAdapter(SnmpWriteSeen)
    assert adapter.validate_json(adapter.dump_json(seen[0])) == seen[0]


def test_nothing_is_written_where_nothing_can_be_read(node: Node) -> None:
    with agent(node.port(161), lambda _: None) as came:
        seen = SnmpWrite(node).look(access_to(node, snmp=STATION))
    assert seen.write.outcome is SnmpOutcome.NOT_SENT
    assert len(came) == 2


def test_answer_that_pysnmp_would_take_for_silence(node: Node) -> None:
    def lie(question: bytes) -> bytes:
        return ENCRYPTED if b"\x02\x01\x03" in question[:8] else b"junk"

    with agent(node.port(161), lie):
        seen = look(node)
    outcomes = {reply.request: reply for reply in (seen.before, *seen.lesser)}
    assert outcomes[SnmpRequest.WRONG_AUTHENTICATION].outcome is SnmpOutcome.UNVERIFIED
    assert outcomes[SnmpRequest.RIGHT].outcome is SnmpOutcome.UNVERIFIED
    assert str(outcomes[SnmpRequest.V2C_PUBLIC]) == "error not an SNMP answer"


def test_protection_that_this_machine_lacks_is_not_silence(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(des, "PysnmpCryptoError", True)
    with snmpd(node.port(161), SECURE, tmp_path):
        seen = look(node)
    assert seen.is_controlled
    assert replies(seen)["DES"][0] == "not sent"


def test_without_credentials_nothing_is_asked(node: Node) -> None:
    with pytest.raises(Unsupported, match="no SNMP credentials"):
        SnmpAnswers(node).look(access_to(node))


def test_aes_really_encrypts(monkeypatch: pytest.MonkeyPatch) -> None:
    aes_works()
    monkeypatch.setattr(aes, "PysnmpCryptoError", True)
    with pytest.raises(Unsupported, match="cannot encrypt with AES"):
        aes_works()


def test_aes_with_wrong_results_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aes.Aes, "decrypt_data", lambda *_: bytes(16))
    with pytest.raises(Unsupported, match="wrong results"):
        aes_works()


def test_every_request_is_in_the_plan(node: Node) -> None:
    plan = SnmpAnswers(node).connections()
    assert [(one.transport, one.port) for one in plan] == [
        ("udp", str(node.port(161))),
        ("tcp", str(node.port(443))),
    ]
    assert plan[0].most >= 12 * 6
    assert SnmpWrite.intrusive == "snmp_write"


def tlv(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    length = len(body)
    return bytes([tag]) + (bytes([length]) if length < 128 else bytes([0x81, length])) + body


ZERO = tlv(2, b"\0")
WRONG_DIGESTS_OID = tlv(6, bytes.fromhex("2b060106030f01010500"))
HEADER = tlv(0x30, ZERO, tlv(2, b"\x7f\xff"), tlv(4, b"\x03"), tlv(2, b"\x03"))
PLAIN_HEADER = tlv(0x30, ZERO, tlv(2, b"\x7f\xff"), tlv(4, b"\0"), tlv(2, b"\x03"))
SECURITY = tlv(4, tlv(0x30, b""))
ENCRYPTED = tlv(0x30, tlv(2, b"\x03"), HEADER, SECURITY, tlv(4, b"secret"))
VARIABLES = tlv(0x30, tlv(0x30, WRONG_DIGESTS_OID, ZERO))


def pdu(tag: int, status: int) -> bytes:
    return tlv(tag, ZERO, tlv(2, bytes([status])), ZERO, VARIABLES)


@pytest.mark.parametrize(
    ("datagram", "expected"),
    [
        (ENCRYPTED, Message(Sort.ENCRYPTED)),
        (
            tlv(
                0x30,
                tlv(2, b"\x03"),
                PLAIN_HEADER,
                SECURITY,
                tlv(0x30, tlv(4), tlv(4), pdu(0xA8, 0)),
            ),
            Message(Sort.REPORT, "noError", "1.3.6.1.6.3.15.1.1.5.0"),
        ),
        (
            tlv(0x30, tlv(2, b"\x01"), tlv(4, b"public"), pdu(0xA2, 16)),
            Message(Sort.RESPONSE, "authorizationError", "1.3.6.1.6.3.15.1.1.5.0"),
        ),
        (
            tlv(0x30, tlv(2, b"\0"), tlv(4, b"public"), pdu(0xA2, 99)),
            Message(Sort.RESPONSE, "error 99", "1.3.6.1.6.3.15.1.1.5.0"),
        ),
        (tlv(0x30, tlv(2, b"\0"), tlv(4, b"public"), pdu(0xA0, 0)), Message(Sort.OTHER)),
        (ENCRYPTED[:-3], Message(Sort.OTHER)),
        (b"", Message(Sort.OTHER)),
    ],
)
def test_messages_are_told_apart(datagram: bytes, expected: Message) -> None:
    assert message(datagram) == expected


@settings(max_examples=300)
@given(st.binary(max_size=200), st.integers(0, 60), st.binary(max_size=4))
def test_no_datagram_upsets_the_reader(noise: bytes, at: int, patch: bytes) -> None:
    damaged = ENCRYPTED[:at] + patch + ENCRYPTED[at + len(patch) :]
    for datagram in (noise, damaged):
        assert message(datagram).sort in Sort
