"""The user of an agent, asked with wrong passwords, stale clocks and foreign engines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lab.snmp.peers import CONTACT, ENGINE_ID, SECURED, SYS_NAME, agent
from securemode_lab.appliance import ber
from securemode_lab.appliance.ber import Reader, Tag
from securemode_lab.appliance.snmp import SnmpAgent
from securemode_lab.appliance.snmp_counts import Count
from securemode_lab.appliance.snmp_message import Envelope, Level, ScopedPdu, V3Message
from securemode_lab.appliance.snmp_pdu import Pdu, PduType, Value, VarBind
from securemode_lab.appliance.snmp_usm import SHA, Aes, Keys

if TYPE_CHECKING:
    from securemode_lab.appliance.behaviour import Snmp

CONTACT_ARCS = tuple(map(int, CONTACT.split(".")))
FIRST_START = (1, 0)
NOT_REPORTABLE = 0


def keys(authentication: str = SECURED.authentication_password) -> Keys:
    return Keys.localised(
        authentication, SECURED.privacy_password, algorithm=SHA, engine_id=ENGINE_ID
    )


def get(
    signing: Keys,
    *,
    clock: tuple[int, int] = FIRST_START,
    engine_id: bytes = ENGINE_ID,
    kind: PduType = PduType.GET,
    level: Level = Level.AUTH_PRIV,
) -> bytes:
    """A request for sysContact that does not ask for reports: the bit for that isn't set."""
    pdu = Pdu(kind, 77, 0, 0, (VarBind(CONTACT_ARCS, Value(Tag.NULL)),))
    scoped = ScopedPdu(engine_id, b"", pdu).encode()
    envelope = Envelope(
        message_id=5,
        level=level,
        engine_id=engine_id,
        clock=clock,
        user=SECURED.username.encode(),
    )
    if level is not Level.AUTH_PRIV:
        return envelope.seal(scoped, keys=None if level is Level.NO_AUTH_NO_PRIV else signing)
    salt, hidden = Aes().encrypt(signing.privacy, clock, scoped)
    return envelope.seal(ber.octets(hidden), salt=salt, keys=signing)


def reportable(message: bytes, signing: Keys) -> bytes:
    """The same message, asking for reports, signed again."""
    read = V3Message.read(message)
    flags_at = message.index(bytes((Tag.OCTET_STRING, 1, read.level, Tag.INTEGER, 1, 3))) + 2
    flagged = bytearray(message)
    flagged[flags_at] |= 4
    end = read.digest_at + len(read.digest)
    flagged[read.digest_at : end] = bytes(len(read.digest))
    flagged[read.digest_at : end] = signing.digest(bytes(flagged))
    return bytes(flagged)


def report(answer: bytes | None) -> Count:
    assert answer is not None
    message = V3Message.read(answer)
    pdu = ScopedPdu.read(message.scoped).pdu
    assert pdu.kind is PduType.REPORT
    return Count(pdu.varbinds[0].oid)


def test_the_right_password_is_answered() -> None:
    answer = agent(SECURED).answer(get(keys()))
    assert answer is not None
    message = V3Message.read(answer)
    assert message.is_signed_by(keys())
    clear = Aes().decrypt(keys().privacy, message.clock, message.salt, message.ciphertext())
    pdu = ScopedPdu.read(clear).pdu
    assert (pdu.kind, pdu.request_id, pdu.status) == (PduType.RESPONSE, 77, 0)
    assert pdu.varbinds == (VarBind(CONTACT_ARCS, Value.text(SECURED.system_contact)),)


def test_no_report_for_who_does_not_ask_for_one() -> None:
    assert agent(SECURED).answer(get(keys("another-password"))) is None


def test_a_request_in_clear_gets_its_report_without_asking() -> None:
    answer = agent(SECURED).answer(get(keys("another-password"), level=Level.AUTH_NO_PRIV))
    assert report(answer) is Count.WRONG_DIGESTS


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (get(keys("another-password")), Count.WRONG_DIGESTS),
        (get(keys(), engine_id=b"\x80\x00\x00\x00\x04foreign"), Count.UNKNOWN_ENGINE_IDS),
        (get(keys(), clock=(1, 300)), Count.NOT_IN_TIME_WINDOWS),
        (get(keys(), clock=(2, 0)), Count.NOT_IN_TIME_WINDOWS),
    ],
)
def test_reports(message: bytes, expected: Count) -> None:
    signing = keys("another-password") if expected is Count.WRONG_DIGESTS else keys()
    assert report(agent(SECURED).answer(reportable(message, signing))) is expected


def test_only_the_report_of_the_time_is_signed() -> None:
    answer = agent(SECURED).answer(reportable(get(keys(), clock=(1, 300)), keys()))
    assert answer is not None
    message = V3Message.read(answer)
    assert message.level is Level.AUTH_NO_PRIV
    assert message.is_signed_by(keys())


def test_the_edge_of_the_time_window_is_inside() -> None:
    assert agent(SECURED).answer(get(keys(), clock=(1, 150))) is not None


def test_another_configuration_is_another_start() -> None:
    restarted = agent(SECURED)
    restarted.apply(replace(SECURED, system_contact="another"))
    assert restarted.answer(get(keys())) is None
    assert restarted.answer(get(keys(), clock=(2, 0))) is not None
    restarted.apply(replace(SECURED, system_contact="another"))
    assert restarted.answer(get(keys(), clock=(2, 0))) is not None


def test_a_wrong_password_is_answered_by_the_defect_alone() -> None:
    """Encrypted for the right keys: an answer, though not one that the asker can verify."""
    wrong = keys("another-password")
    asked = replace(wrong, privacy=keys().privacy)
    assert agent(SECURED).answer(get(asked)) is None
    lying = agent(replace(SECURED, also=frozenset({"wrong-password"})))
    answer = lying.answer(get(asked, clock=(0, 0)))
    assert answer is not None
    message = V3Message.read(answer)
    assert message.level is Level.AUTH_PRIV
    assert message.is_signed_by(keys())
    assert not message.is_signed_by(wrong)


def test_disabled_is_silent() -> None:
    disabled = replace(SECURED, mode="DISABLED", also=frozenset({"v1", "v2c", "noAuthNoPriv"}))
    silent = SnmpAgent(ENGINE_ID, SYS_NAME)
    assert silent.answer(get(keys())) is None
    silent.apply(disabled)
    assert silent.answer(get(keys())) is None
    assert silent.answer(get(keys(), level=Level.NO_AUTH_NO_PRIV)) is None


@pytest.mark.parametrize(
    "unready",
    [
        replace(SECURED, username=""),
        replace(SECURED, authentication_password=""),
        replace(SECURED, privacy_password="7-chars"),
    ],
)
def test_half_a_user_is_none(unready: Snmp) -> None:
    asked = get(keys(), level=Level.AUTH_NO_PRIV)
    assert report(agent(unready).answer(asked)) is Count.UNKNOWN_USER_NAMES


@pytest.mark.parametrize("kind", [PduType.RESPONSE, PduType.REPORT, PduType.TRAP, PduType.INFORM])
def test_what_is_no_request_meets_silence(kind: PduType) -> None:
    assert agent(SECURED).answer(get(keys(), kind=kind)) is None


def test_a_response_is_never_larger_than_asked_for() -> None:
    public = agent(replace(SECURED, mode="STANDARD"))
    everything = Pdu(PduType.GET_BULK, 1, 0, 2**31 - 1, (VarBind((1, 3), Value(Tag.NULL)),) * 50)
    request = ber.sequence(
        ber.integer(1), ber.octets(SECURED.community.encode()), everything.encode()
    )
    answer = public.answer(request)
    assert answer is not None
    assert 50_000 < len(answer) <= 65_507
    assert Reader(answer).inside(Tag.SEQUENCE).integer() == 1
