from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from securemode.judges.traffic import (
    OWN_MTU,
    PERMIT_MARKS,
    management_is_marked,
    mtu_is_announced,
    signalling_is_marked,
)
from securemode.observations.traffic import (
    AnnouncedMtu,
    AnswerState,
    MarkedAnswer,
    SegmentSizeSeen,
    Service,
    TrafficMarksSeen,
)
from securemode.verdicts import Verdict

V4, V6 = "198.51.100.21", "2001:db8:51::21"
REFUSAL = "Operation not permitted"
ANSWERED, SILENT = AnswerState.ANSWERED, AnswerState.SILENT


def answer(
    service: Service, *dscp: int, address: str = V4, state: AnswerState = ANSWERED, detail: str = ""
) -> MarkedAnswer:
    return MarkedAnswer(
        service=service, address=address, port=1, state=state, dscp=dscp, detail=detail
    )


def marks(*answers: MarkedAnswer, node: str = "conf1", users: bool = True) -> TrafficMarksSeen:
    return TrafficMarksSeen(node=node, serves_users_on_web_port=users, answers=answers)


SNMP_16 = answer(Service.SNMP, 16)
SNMP_SILENT = answer(Service.SNMP, state=SILENT)
HTTPS_0 = answer(Service.HTTPS, 0)
HTTPS_HIDDEN = answer(Service.HTTPS, detail=REFUSAL)


@pytest.mark.parametrize(
    ("seen", "verdict", "saw"),
    [
        (marks(SNMP_16), Verdict.PASS, "conf1: SNMP over IPv4 16"),
        (marks(answer(Service.SNMP, 0)), Verdict.FAIL, "conf1: SNMP over IPv4 0"),
        (marks(answer(Service.SNMP, 0, 16)), Verdict.FAIL, "conf1: SNMP over IPv4 0 and 16"),
        (marks(SNMP_16, HTTPS_0), Verdict.PASS, "conf1: SNMP over IPv4 16"),
        (
            marks(SNMP_16, HTTPS_0, node="mgmt", users=False),
            Verdict.FAIL,
            "mgmt: HTTPS over IPv4 0",
        ),
        (
            marks(SNMP_SILENT, answer(Service.HTTPS, 16, address=V6)),
            Verdict.PASS,
            "conf1: HTTPS over IPv6 16",
        ),
        (
            marks(SNMP_SILENT, HTTPS_0),
            Verdict.INCONCLUSIVE,
            "conf1: SNMP over IPv4 silent, conf1: HTTPS over IPv4 0, nothing of which counts",
        ),
        (
            marks(SNMP_SILENT, HTTPS_HIDDEN, users=False, node="mgmt"),
            Verdict.NOT_REVIEWED,
            "mgmt: SNMP over IPv4 silent, mgmt: HTTPS over IPv4 answered",
        ),
        (marks(SNMP_16, HTTPS_HIDDEN), Verdict.PASS, "conf1: SNMP over IPv4 16"),
    ],
)
def test_management_is_marked(seen: TrafficMarksSeen, verdict: Verdict, saw: str) -> None:
    judgement = management_is_marked(seen, dscp=16)
    assert (judgement.verdict, judgement.saw) == (verdict, saw)
    assert judgement.expected == "DSCP 16 on every packet of management traffic"
    assert (judgement.next_step == PERMIT_MARKS) == (verdict is Verdict.NOT_REVIEWED)


SIP_40, SIP_0 = answer(Service.SIP_TCP, 40), answer(Service.SIP_TLS, 0, address=V6)
SIP_HIDDEN = answer(Service.SIP_TCP, detail=REFUSAL)
SIP_SILENT = answer(Service.SIP_UDP, state=SILENT)


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        ((marks(SIP_40), marks(SIP_40, node="conf2")), Verdict.PASS),
        ((marks(SIP_40), marks(SIP_40, SIP_0, node="conf2")), Verdict.FAIL),
        ((marks(SIP_40), marks(SIP_HIDDEN, node="conf2")), Verdict.NOT_REVIEWED),
        ((marks(SIP_HIDDEN), marks(SIP_SILENT, node="conf2")), Verdict.INCONCLUSIVE),
        ((marks(SIP_40), marks(SIP_SILENT, node="conf2")), Verdict.INCONCLUSIVE),
        ((marks(SIP_HIDDEN), marks(SIP_0, node="conf2")), Verdict.FAIL),
        ((marks(SIP_SILENT, SIP_40),), Verdict.PASS),
    ],
)
def test_signalling_of_every_node_is_marked(
    seen: tuple[TrafficMarksSeen, ...], verdict: Verdict
) -> None:
    assert signalling_is_marked(*seen, dscp=40).verdict is verdict


def test_the_node_with_the_wrong_mark_is_named() -> None:
    judgement = signalling_is_marked(marks(SIP_40), marks(SIP_0, node="conf2"), dscp=40)
    assert judgement.what == "sends signalling with another mark"
    assert judgement.saw == "conf2: SIP over TLS over IPv6 0"


def sizes(*mtus: int, own: int = 1500, failure: str = "", node: str = "conf1") -> SegmentSizeSeen:
    announced: Any = [
        AnnouncedMtu(address=V4, port=443, segment_bytes=mtu - 40, mtu_bytes=mtu, own_mtu_bytes=own)
        for mtu in mtus
    ]
    if failure:
        announced.append(AnnouncedMtu(address=V6, port=443, failure=failure))
    return SegmentSizeSeen(node=node, announced=tuple(announced))


@pytest.mark.parametrize(
    ("seen", "verdict", "saw", "next_step"),
    [
        (sizes(1400), Verdict.PASS, "conf1: 1400 over IPv4", ""),
        (sizes(1500), Verdict.FAIL, "conf1: 1500 over IPv4", ""),
        (sizes(1300), Verdict.FAIL, "conf1: 1300 over IPv4", ""),
        (sizes(1300, own=1300), Verdict.NOT_REVIEWED, "conf1: at least 1300 over IPv4", OWN_MTU),
        (sizes(1200, own=1300), Verdict.FAIL, "conf1: 1200 over IPv4", ""),
        (sizes(1400, own=1400), Verdict.PASS, "conf1: 1400 over IPv4", ""),
        (sizes(1500, own=1500), Verdict.FAIL, "conf1: 1500 over IPv4", ""),
        (sizes(1400, failure="timed out"), Verdict.PASS, "conf1: 1400 over IPv4", ""),
        (sizes(failure="timed out"), Verdict.INCONCLUSIVE, "conf1: timed out", ""),
        (sizes(1500, failure="timed out"), Verdict.FAIL, "conf1: 1500 over IPv4", ""),
    ],
)
def test_mtu_is_announced(
    seen: SegmentSizeSeen, verdict: Verdict, saw: str, next_step: str
) -> None:
    judgement = mtu_is_announced(sizes(1400, node="conf2"), seen, mtu_bytes=1400)
    if verdict is Verdict.PASS:
        saw = f"conf2: 1400 over IPv4, {saw}"
    assert (judgement.verdict, judgement.saw, judgement.next_step) == (verdict, saw, next_step)
    assert judgement.expected == "an MTU of 1400 bytes"


@pytest.mark.parametrize("seen", [marks(SIP_40, SIP_HIDDEN), sizes(1400, failure="no route")])
def test_observations_survive_json(seen: object) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(type(seen))
    assert adapter.validate_json(adapter.dump_json(seen)) == seen
