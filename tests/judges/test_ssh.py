from __future__ import annotations

import pytest

from securemode.judges.ssh import (
    LOOK_BY_HAND,
    NEEDS_CREDENTIALS,
    NO_CONTROL,
    no_login_by_ssh,
    ssh_is_off,
)
from securemode.observations.ssh import LoginResult, PortAnswer, SshAccessSeen, SshLogin, SshPort
from securemode.verdicts import Verdict

OPEN, REFUSED, UNREACHABLE, SILENT = PortAnswer


def port(
    answer: PortAnswer, *, before: bool = True, after: bool = True, address: str = "192.0.2.1"
) -> SshPort:
    banner = "SSH-2.0-x" if answer is OPEN else ""
    return SshPort(
        address=address, answer=answer, banner=banner, alive_before=before, alive_after=after
    )


def seen(*ports: SshPort, login: SshLogin | None = None) -> SshAccessSeen:
    return SshAccessSeen(port=22, ports=ports, login=login)


SIX = "2001:db8::1"


@pytest.mark.parametrize(
    ("ports", "verdict", "what", "saw"),
    [
        ([port(SILENT)], Verdict.PASS, "answers no SSH on 22", "silent at 192.0.2.1"),
        ([port(UNREACHABLE)], Verdict.PASS, "answers no SSH on 22", "unreachable at 192.0.2.1"),
        (
            [port(REFUSED, before=False, after=False)],
            Verdict.PASS,
            "answers no SSH on 22",
            "refused at 192.0.2.1",
        ),
        (
            [port(SILENT, after=False)],
            Verdict.INCONCLUSIVE,
            "does not answer on 22, nor on its web port",
            "no positive control at 192.0.2.1",
        ),
        (
            [port(SILENT), port(UNREACHABLE, before=False, address=SIX)],
            Verdict.INCONCLUSIVE,
            "does not answer on 22, nor on its web port",
            "no positive control at 2001:db8::1",
        ),
        ([port(OPEN)], Verdict.FAIL, "answers SSH on 22", "SSH-2.0-x at 192.0.2.1"),
        (
            [port(SILENT, before=False), port(OPEN, address=SIX)],
            Verdict.FAIL,
            "answers SSH on 22",
            "SSH-2.0-x at 2001:db8::1",
        ),
    ],
)
def test_ssh_is_off(ports: list[SshPort], verdict: Verdict, what: str, saw: str) -> None:
    judgement = ssh_is_off(seen(*ports))
    assert (judgement.verdict, judgement.what, judgement.saw) == (verdict, what, saw)
    assert judgement.expected == "no SSH service"
    assert judgement.next_step == (NO_CONTROL if verdict is Verdict.INCONCLUSIVE else "")


@pytest.mark.parametrize(
    ("result", "verdict", "what", "next_step"),
    [
        (LoginResult.ACCEPTED, Verdict.FAIL, "lets the administrator in on 22", ""),
        (
            LoginResult.REJECTED,
            Verdict.PASS,
            "answers on 22, but rejects the administrator's password",
            "",
        ),
        (
            LoginResult.NO_CREDENTIALS,
            Verdict.INCONCLUSIVE,
            "answers on 22; whether a login is possible was not seen",
            NEEDS_CREDENTIALS,
        ),
        (
            LoginResult.NO_PASSWORD_LOGIN,
            Verdict.INCONCLUSIVE,
            "answers on 22; whether a login is possible was not seen",
            LOOK_BY_HAND,
        ),
        (
            LoginResult.NO_SESSION,
            Verdict.INCONCLUSIVE,
            "answers on 22; whether a login is possible was not seen",
            LOOK_BY_HAND,
        ),
    ],
)
def test_no_login_where_the_port_answers(
    result: LoginResult, verdict: Verdict, what: str, next_step: str
) -> None:
    login = SshLogin(address="192.0.2.1", methods=("password",), result=result, detail="why")
    judgement = no_login_by_ssh(seen(port(OPEN), login=login))
    assert (judgement.verdict, judgement.what, judgement.next_step) == (verdict, what, next_step)
    assert judgement.saw == f"{result.value}, methods: password (why)"


@pytest.mark.parametrize(
    ("answer", "controlled", "verdict"),
    [
        (SILENT, True, Verdict.PASS),
        (SILENT, False, Verdict.INCONCLUSIVE),
        (UNREACHABLE, False, Verdict.INCONCLUSIVE),
        (REFUSED, False, Verdict.PASS),
    ],
)
def test_no_login_where_nothing_answers(
    answer: PortAnswer, verdict: Verdict, *, controlled: bool
) -> None:
    judgement = no_login_by_ssh(seen(port(answer, before=controlled)))
    assert judgement.verdict is verdict
    if verdict is Verdict.PASS:
        assert judgement.what == "lets nobody in by SSH: nothing answers on 22"
