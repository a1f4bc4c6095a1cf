"""Whatever arrives, the agent neither fails nor hangs, and answers nothing that is malformed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lab.snmp.peers import SECURED, agent
from lab.snmp.test_passwords import get, keys
from securemode_lab.appliance import ber
from securemode_lab.appliance.ber import Reader, Tag
from securemode_lab.appliance.snmp_message import Level
from securemode_lab.appliance.snmp_pdu import Pdu, PduType, Value, VarBind

EVERYTHING = replace(
    SECURED,
    also=frozenset({"v1", "v2c", "noAuthNoPriv", "authNoPriv", "md5", "des", "wrong-password"}),
    writable=True,
)
OPEN = agent(EVERYTHING)
VALUES = st.builds(Value, st.sampled_from(sorted(set(Tag) - {Tag.SEQUENCE})), st.binary(max_size=9))
SYSTEM = (1, 3, 6, 1, 2, 1, 1)
OIDS = st.lists(st.integers(0, 12), max_size=4).map(lambda rest: (*SYSTEM, *rest))
PDUS = st.builds(
    Pdu,
    st.sampled_from(PduType),
    st.integers(-(2**31), 2**31 - 1),
    st.integers(-(2**31), 2**31 - 1),
    st.integers(-(2**31), 2**31 - 1),
    st.lists(st.builds(VarBind, OIDS, VALUES), max_size=5).map(tuple),
)
MESSAGES = [
    get(keys()),
    get(keys(), level=Level.AUTH_NO_PRIV),
    get(keys(), level=Level.NO_AUTH_NO_PRIV),
    ber.sequence(
        ber.integer(1),
        ber.octets(SECURED.community.encode()),
        Pdu(PduType.GET_BULK, 1, 1, 9, (VarBind(SYSTEM, Value(Tag.NULL)),) * 3).encode(),
    ),
]


def assert_well_formed(answer: bytes | None) -> None:
    if answer is not None:
        outside = Reader(answer)
        inside = outside.inside(Tag.SEQUENCE)
        assert outside.exhausted
        assert inside.integer() in {0, 1, 3}


@given(st.binary(max_size=200))
@settings(deadline=20_000)
def test_noise_meets_silence(noise: bytes) -> None:
    assert OPEN.answer(noise) is None


@given(
    st.sampled_from(MESSAGES),
    st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), min_size=1, max_size=4),
    st.integers(0, 2**16),
)
@settings(deadline=20_000, max_examples=500)
def test_damaged_messages(message: bytes, changes: list[tuple[int, int]], cut: int) -> None:
    damaged = bytearray(message)
    for position, value in changes:
        damaged[position % len(damaged)] = value
    assert_well_formed(OPEN.answer(bytes(damaged)))
    assert_well_formed(OPEN.answer(bytes(damaged[: cut % len(damaged)])))


@given(st.sampled_from([0, 1]), PDUS)
@settings(deadline=20_000, max_examples=300)
def test_every_protocol_data_unit(version: int, pdu: Pdu) -> None:
    community = ber.octets(SECURED.community.encode())
    answer = OPEN.answer(ber.sequence(ber.integer(version), community, pdu.encode()))
    assert_well_formed(answer)
    if not pdu.kind.is_request:
        assert answer is None


@given(PDUS)
def test_protocol_data_units_survive_the_journey(pdu: Pdu) -> None:
    assert Pdu.read(Reader(pdu.encode())) == pdu
