"""DNS, NTP, clocks and syslog: what is seen, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from securemode.judges.dns import every_server_resolves_every_node
from securemode.judges.ntp import every_server_authenticates, node_keeps_time
from securemode.judges.syslog import login_attempt_arrives
from securemode.observations.dns import DnsServerSeen, DnsServersSeen, NameAnswer, NameSeen
from securemode.observations.ntp import (
    NodeClockSeen,
    NtpAnswer,
    NtpExchange,
    NtpServerSeen,
    NtpServersSeen,
)
from securemode.observations.syslog import ControlMessage, SyslogArrivalSeen
from securemode.verdicts import Verdict

PASS, FAIL, UNCLEAR = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
OK, NAK, SILENT = NtpAnswer.AUTHENTICATED, NtpAnswer.CRYPTO_NAK, NtpAnswer.SILENT
PLAIN, WRONG, GARBAGE = NtpAnswer.UNAUTHENTICATED, NtpAnswer.WRONG_MAC, NtpAnswer.GARBAGE


def dns(*answers: NameAnswer, addresses: tuple[str, ...] = ("192.0.2.1",)) -> DnsServersSeen:
    """One server an answer."""
    return DnsServersSeen(
        servers=tuple(
            DnsServerSeen(
                server=f"192.0.2.5{number}",
                names=(
                    NameSeen(
                        node="mgmt",
                        name="mgmt.example.com.",
                        record="A",
                        expected="192.0.2.1",
                        answer=answer,
                        addresses=addresses if answer is NameAnswer.ANSWERED else (),
                    ),
                ),
            )
            for number, answer in enumerate(answers)
        )
    )


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (dns(NameAnswer.ANSWERED, NameAnswer.ANSWERED), PASS),
        (dns(NameAnswer.ANSWERED, addresses=("192.0.2.9", "192.0.2.1")), PASS),
        (dns(NameAnswer.ANSWERED, addresses=("192.0.2.9",)), FAIL),
        (dns(NameAnswer.ANSWERED, NameAnswer.NO_SUCH_NAME), FAIL),
        (dns(NameAnswer.ANSWERED, NameAnswer.BROKEN), FAIL),
        (dns(NameAnswer.ANSWERED, NameAnswer.SERVER_FAILED), FAIL),
        (dns(NameAnswer.ANSWERED, NameAnswer.SILENT), FAIL),
        (dns(NameAnswer.SILENT, NameAnswer.SILENT), UNCLEAR),
    ],
)
def test_dns(seen: DnsServersSeen, verdict: Verdict) -> None:
    assert every_server_resolves_every_node(seen).verdict is verdict
    adapter = TypeAdapter(DnsServersSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


def said(answer: NtpAnswer, offset_s: float | None = 0.0) -> NtpExchange:
    tells = answer in {OK, PLAIN, WRONG}
    return NtpExchange(answer=answer, offset_s=offset_s if tells else None, synchronised=tells)


def ntp(
    before: NtpAnswer | None, wrong: NtpAnswer, after: NtpAnswer, unkeyed: NtpAnswer = PLAIN
) -> NtpServersSeen:
    server = NtpServerSeen(server="192.0.2.123", key_id=10, unkeyed=said(unkeyed))
    if before is not None:
        server = replace(
            server, right_before=said(before), wrong=said(wrong), right_after=said(after)
        )
    return NtpServersSeen(servers=(server,))


@pytest.mark.parametrize(
    ("seen", "verdict", "saw"),
    [
        (ntp(OK, NAK, OK), PASS, "a wrong key with crypto-NAK"),
        (ntp(OK, SILENT, OK), PASS, "a wrong key with silent"),
        (ntp(OK, PLAIN, OK), FAIL, "a wrong key is answered with the time"),
        (ntp(OK, OK, OK), FAIL, "a wrong key is answered with the time"),
        (ntp(OK, WRONG, OK), FAIL, "a wrong key is answered with the time"),
        (ntp(OK, GARBAGE, OK), UNCLEAR, "garbage in answer to a wrong key"),
        (ntp(OK, SILENT, SILENT), UNCLEAR, "only at times"),
        (ntp(SILENT, SILENT, SILENT), FAIL, "key 10 is answered: silent"),
        (ntp(SILENT, SILENT, SILENT, SILENT), UNCLEAR, "no answer, with a key or without"),
        (ntp(NAK, NAK, NAK), FAIL, "key 10 is answered: crypto-NAK"),
        (ntp(PLAIN, PLAIN, PLAIN), FAIL, "key 10 is answered: not authenticated"),
        (ntp(GARBAGE, GARBAGE, GARBAGE), UNCLEAR, "garbage in answer to key 10"),
        (ntp(None, NAK, OK), UNCLEAR, "the environment gives no key 10"),
        (
            NtpServersSeen(servers=(NtpServerSeen(server="n", unkeyed=said(PLAIN)),)),
            UNCLEAR,
            "no key id",
        ),
        (NtpServersSeen(servers=(NtpServerSeen(server="n", trouble="gone"),)), UNCLEAR, "gone"),
    ],
)
def test_ntp(seen: NtpServersSeen, verdict: Verdict, saw: str) -> None:
    judgement = every_server_authenticates(seen)
    assert judgement.verdict is verdict
    assert saw in judgement.saw
    adapter = TypeAdapter(NtpServersSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


def test_the_worst_server_counts() -> None:
    servers = (*ntp(OK, NAK, OK).servers, *ntp(PLAIN, PLAIN, PLAIN).servers)
    assert every_server_authenticates(NtpServersSeen(servers=servers)).verdict is FAIL


def times(*offsets: float | None, error_s: float = 0.01) -> NtpServersSeen:
    exchanges = [
        NtpExchange(answer=PLAIN, offset_s=offset, error_s=error_s, synchronised=True)
        for offset in offsets
    ]
    return NtpServersSeen(
        servers=tuple(NtpServerSeen(server=str(n), unkeyed=one) for n, one in enumerate(exchanges))
    )


@pytest.mark.parametrize(
    ("least", "most", "servers", "verdict"),
    [
        (-0.1, 0.1, times(0.0, 0.05), PASS),
        (3599.9, 3600.1, times(3600.0), PASS),
        (3599.9, 3600.1, times(0.0, 0.0), FAIL),
        (-3600.1, -3599.9, times(0.0), FAIL),
        (0.9, 1.1, times(0.0), UNCLEAR),
        (-0.1, 0.1, times(0.0, 3600.0), UNCLEAR),
        (-0.1, 0.1, times(None), UNCLEAR),
        (-0.1, 0.1, NtpServersSeen(servers=()), UNCLEAR),
    ],
)
def test_clock(least: float, most: float, servers: NtpServersSeen, verdict: Verdict) -> None:
    clock = NodeClockSeen(least_s=least, most_s=most, requests=3)
    assert node_keeps_time(clock, servers, tolerance_s=1.0).verdict is verdict


@given(
    true=st.floats(-10, 10),
    below=st.floats(0, 1),
    above=st.floats(0, 1),
    tolerance=st.floats(0.001, 5),
)
def test_a_clock_is_never_called_wrong_that_may_be_right(
    true: float, below: float, above: float, tolerance: float
) -> None:
    clock = NodeClockSeen(least_s=true - below, most_s=true + above, requests=1)
    verdict = node_keeps_time(clock, times(0.0, error_s=0.0), tolerance_s=tolerance).verdict
    if abs(true) <= tolerance:
        assert verdict is not FAIL
    else:
        assert verdict is not PASS


def test_an_unsynchronised_server_tells_no_time() -> None:
    exchange = NtpExchange(answer=PLAIN, offset_s=0.0, synchronised=False)
    assert NtpServerSeen(server="n", unkeyed=exchange).time is None


def arrival(*, arrived: bool, grew: int, controls: tuple[bool, ...]) -> SyslogArrivalSeen:
    return SyslogArrivalSeen(
        attempt="login form",
        sought="acceptance-login-1",
        arrived=arrived,
        grew_bytes=grew,
        waited_s=10.0,
        controls=tuple(ControlMessage(server="s", arrived=one) for one in controls),
    )


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (arrival(arrived=True, grew=99, controls=()), PASS),
        (arrival(arrived=True, grew=99, controls=(False,)), PASS),
        (arrival(arrived=False, grew=99, controls=(True,)), FAIL),
        (arrival(arrived=False, grew=99, controls=()), FAIL),
        (arrival(arrived=False, grew=0, controls=()), UNCLEAR),
        (arrival(arrived=False, grew=0, controls=(False,)), UNCLEAR),
    ],
)
def test_syslog(seen: SyslogArrivalSeen, verdict: Verdict) -> None:
    assert login_attempt_arrives(seen).verdict is verdict
    adapter = TypeAdapter(SyslogArrivalSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen
