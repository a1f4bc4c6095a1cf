from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from securemode.judges.exposure import (
    administrator_interface_is_there,
    client_api_serves_nothing,
    plain_web_only_redirects,
    protocol_is_as_needed,
    web_answers_over_ipv6,
)
from securemode.observations.exposure import (
    Content,
    ServicePort,
    ServicePortsSeen,
    WebAnswer,
    WebAnswersSeen,
    WebState,
)
from securemode.observations.ports import PortState
from securemode.observations.traffic import Service
from securemode.verdicts import Verdict

V4, V6 = "198.51.100.21", "2001:db8:51::21"
OPEN, RESET, ICMP, SILENT = PortState.OPEN, PortState.RESET, PortState.ICMP, PortState.SILENT
PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


def port(service: Service, state: PortState, answer: str = "", **more: Any) -> ServicePort:
    return ServicePort(service=service, port=1, state=state, answer=answer, **more)


def ports(*each: ServicePort, controlled: bool = True) -> ServicePortsSeen:
    return ServicePortsSeen(ports=each, control_port=443, alive_before=True, alive_after=controlled)


SIP = port(Service.SIP_TCP, OPEN, "200 OK", speaks=True)
NOT_SIP = port(Service.SIP_TCP, OPEN, "mute")
TLS_SILENT = port(Service.SIP_TLS, SILENT)


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (ports(SIP, TLS_SILENT), PASS),
        (ports(SIP, controlled=False), PASS),
        (ports(NOT_SIP), FAIL),
        (ports(TLS_SILENT), FAIL),
        (ports(TLS_SILENT, controlled=False), INCONCLUSIVE),
        (ports(port(Service.H323, OPEN, "mute"), port(Service.RAS, SILENT)), PASS),
        (ports(port(Service.H323, OPEN, "closed")), PASS),
        (ports(port(Service.H323, OPEN, "something else")), FAIL),
        (ports(port(Service.H323, RESET), port(Service.RAS, SILENT)), FAIL),
    ],
)
def test_needed_protocols_answer(seen: ServicePortsSeen, verdict: Verdict) -> None:
    assert protocol_is_as_needed(seen, protocol="it", needed=True).verdict is verdict


@pytest.mark.parametrize(
    ("seen", "verdict", "what", "saw"),
    [
        (
            ports(TLS_SILENT),
            PASS,
            "is silent for SIP",
            "TCP 1 silent, while 443 accepted before and after",
        ),
        (ports(SIP, TLS_SILENT), FAIL, "listens for SIP", "TCP 1 open (200 OK)"),
        (ports(NOT_SIP, controlled=False), FAIL, "listens for SIP", "TCP 1 open (mute)"),
        (
            ports(port(Service.SIP_TCP, RESET)),
            FAIL,
            "does not listen for SIP, but says so",
            "TCP 1 reset",
        ),
        (
            ports(port(Service.SIP_UDP, ICMP)),
            FAIL,
            "does not listen for SIP, but says so",
            "UDP 1 icmp",
        ),
        (
            ports(port(Service.SIP_UDP, ICMP, sender="198.51.100.1")),
            INCONCLUSIVE,
            "does not let tell whether it listens for SIP",
            "UDP 1 icmp from 198.51.100.1",
        ),
        (
            ports(TLS_SILENT, controlled=False),
            INCONCLUSIVE,
            "is silent for SIP, but on its web port as well",
            "TCP 1 silent",
        ),
    ],
)
def test_other_protocols_are_silent(
    seen: ServicePortsSeen, verdict: Verdict, what: str, saw: str
) -> None:
    judgement = protocol_is_as_needed(seen, protocol="SIP", needed=False)
    assert (judgement.verdict, judgement.what, judgement.saw) == (verdict, what, saw)


def web(
    status: int = 0,
    *,
    state: WebState = WebState.ANSWERED,
    content: Content = Content.OTHER,
    location: str = "",
    address: str = V4,
) -> WebAnswer:
    return WebAnswer(
        request="GET /",
        address=address,
        state=state,
        status=status,
        content=content,
        location=location,
    )


def answers(*each: WebAnswer, control: WebAnswer | None = None) -> WebAnswersSeen:
    return WebAnswersSeen(answers=each, control=control or web(200))


GONE = web(state=WebState.SILENT)
OF_API = Content.CLIENT_API


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (answers(web(404), web(403)), PASS),
        (answers(web(302, location="https://198.51.100.21/")), PASS),
        (answers(web(state=WebState.CLOSED)), PASS),
        (answers(web(403, content=OF_API)), PASS),
        (answers(web(404), web(200)), FAIL),
        (answers(web(404, content=OF_API)), FAIL),
        (answers(web(503, content=OF_API)), FAIL),
        (answers(web(405)), FAIL),
        (answers(web(401)), FAIL),
        (answers(web(500)), INCONCLUSIVE),
        (answers(web(404), web(state=WebState.MUTE)), INCONCLUSIVE),
        (answers(web(404), control=GONE), INCONCLUSIVE),
        (answers(GONE, control=GONE), INCONCLUSIVE),
    ],
)
def test_client_api_serves_nothing(seen: WebAnswersSeen, verdict: Verdict) -> None:
    assert client_api_serves_nothing(seen).verdict is verdict


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (answers(web(301, location="https://198.51.100.21/")), PASS),
        (answers(web(state=WebState.REFUSED)), PASS),
        (answers(GONE), PASS),
        (answers(web(404)), PASS),
        (answers(web(301, location="https://a/"), web(200)), FAIL),
        (answers(web(302, location="http://198.51.100.21/login")), FAIL),
        (answers(web(302, location="/login")), FAIL),
        (answers(web(401)), FAIL),
        (answers(web(500)), INCONCLUSIVE),
        (answers(GONE, control=GONE), INCONCLUSIVE),
        (answers(GONE, control=web(state=WebState.WANTS_CERTIFICATE)), PASS),
    ],
)
def test_plain_web_only_redirects(seen: WebAnswersSeen, verdict: Verdict) -> None:
    assert plain_web_only_redirects(seen).verdict is verdict


@pytest.mark.parametrize(
    ("seen", "verdict", "what"),
    [
        (
            answers(web(302), web(200, content=Content.LOGIN_FORM)),
            PASS,
            "shows its login page at the Administrator interface",
        ),
        (
            answers(web(state=WebState.WANTS_CERTIFICATE)),
            PASS,
            "asks for a client certificate at the Administrator interface",
        ),
        (answers(web(400)), PASS, "asks for a client certificate at the Administrator interface"),
        (answers(web(403)), PASS, "asks for a client certificate at the Administrator interface"),
        (answers(web(200)), INCONCLUSIVE, "answers with something else than its login page"),
        (answers(web(502)), INCONCLUSIVE, "answers with something else than its login page"),
        (
            answers(web(state=WebState.REFUSED), control=GONE),
            FAIL,
            "has no Administrator interface",
        ),
        (answers(GONE), FAIL, "has no Administrator interface"),
        (answers(GONE, control=GONE), INCONCLUSIVE, "does not answer at all"),
    ],
)
def test_administrator_interface_is_there(
    seen: WebAnswersSeen, verdict: Verdict, what: str
) -> None:
    judgement = administrator_interface_is_there(seen)
    assert (judgement.verdict, judgement.what) == (verdict, what)


@pytest.mark.parametrize(
    ("state", "control", "verdict"),
    [
        (WebState.ANSWERED, GONE, PASS),
        (WebState.WANTS_CERTIFICATE, GONE, PASS),
        (WebState.SILENT, web(200), FAIL),
        (WebState.REFUSED, web(200), FAIL),
        (WebState.NO_TLS, web(200), FAIL),
        (WebState.SILENT, GONE, INCONCLUSIVE),
        (WebState.UNREACHABLE, web(200), INCONCLUSIVE),
        (WebState.SILENT, web(200, address=V6), INCONCLUSIVE),
    ],
)
def test_web_answers_over_ipv6(state: WebState, control: WebAnswer, verdict: Verdict) -> None:
    seen = answers(web(state=state, address=V6), control=control)
    assert web_answers_over_ipv6(seen).verdict is verdict


@pytest.mark.parametrize("seen", [ports(SIP), answers(web(200))])
def test_observations_survive_json(seen: object) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(type(seen))
    assert adapter.validate_json(adapter.dump_json(seen)) == seen
