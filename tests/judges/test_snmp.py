from __future__ import annotations

import pytest

from securemode.judges.snmp import (
    NO_CONTROL,
    WITH_COMMUNITY,
    management_station_is_answered,
    nothing_less_is_answered,
    write_is_refused,
)
from securemode.observations.snmp import (
    SnmpAnswersSeen,
    SnmpOutcome,
    SnmpReply,
    SnmpRequest,
    SnmpWriteSeen,
)
from securemode.verdicts import Verdict

VALUE, UNVERIFIED, REPORT, ERROR, SILENCE, NOT_SENT = SnmpOutcome
RIGHT = SnmpReply(SnmpRequest.RIGHT, VALUE, "4711")
NOTHING = SnmpReply(SnmpRequest.RIGHT, SILENCE)
LESSER = tuple(set(SnmpRequest) - {SnmpRequest.RIGHT, SnmpRequest.WRITE})


def seen(
    *special: SnmpReply,
    before: SnmpReply = RIGHT,
    after: SnmpReply = RIGHT,
    without: frozenset[SnmpRequest] = frozenset(),
    web: bool = True,
) -> SnmpAnswersSeen:
    """Silence for every lesser request but the special ones."""
    replies = {one: SnmpReply(one, SILENCE) for one in LESSER if one not in without}
    replies |= {one.request: one for one in special}
    return SnmpAnswersSeen(
        before=before, lesser=tuple(replies.values()), after=after, web_port_answers=web
    )


@pytest.mark.parametrize(
    ("before", "web", "verdict", "what", "saw"),
    [
        (RIGHT, False, Verdict.PASS, "answers the management station", "sysUpTime 4711"),
        (NOTHING, True, Verdict.FAIL, "does not answer the management station", "silence"),
        (
            NOTHING,
            False,
            Verdict.INCONCLUSIVE,
            "does not answer the management station, nor anybody on its web port",
            "silence",
        ),
        (
            SnmpReply(SnmpRequest.RIGHT, REPORT, "usmStatsUnknownUserNames"),
            False,
            Verdict.FAIL,
            "does not answer the management station",
            "report usmStatsUnknownUserNames",
        ),
        (
            SnmpReply(SnmpRequest.RIGHT, NOT_SENT, "no AES"),
            True,
            Verdict.INCONCLUSIVE,
            "does not answer the management station",
            "not sent no AES",
        ),
    ],
)
def test_management_station_is_answered(
    before: SnmpReply, verdict: Verdict, what: str, saw: str, *, web: bool
) -> None:
    judgement = management_station_is_answered(seen(before=before, web=web))
    assert (judgement.verdict, judgement.what, judgement.saw) == (verdict, what, saw)
    assert judgement.expected == "a value for SNMPv3 authPriv SHA-1/AES-128"


@pytest.mark.parametrize(
    "reply",
    [
        SnmpReply(SnmpRequest.V2C_PUBLIC, VALUE, "7"),
        SnmpReply(SnmpRequest.V1_COMMUNITY, VALUE, "7"),
        SnmpReply(SnmpRequest.V2C_COMMUNITY, ERROR, "genErr"),
        SnmpReply(SnmpRequest.NO_AUTH_NO_PRIV, VALUE, "7"),
        SnmpReply(SnmpRequest.AUTH_NO_PRIV, VALUE, "7"),
        SnmpReply(SnmpRequest.MD5, VALUE, "7"),
        SnmpReply(SnmpRequest.DES, VALUE, "7"),
        SnmpReply(SnmpRequest.WRONG_PRIVACY, UNVERIFIED),
        SnmpReply(SnmpRequest.WRONG_AUTHENTICATION, UNVERIFIED),
        SnmpReply(SnmpRequest.WRONG_AUTHENTICATION, REPORT, "usmStatsNotInTimeWindows"),
        SnmpReply(SnmpRequest.MD5, REPORT, "usmStatsNotInTimeWindows"),
    ],
    ids=str,
)
def test_any_lesser_answer_is_a_fail(reply: SnmpReply) -> None:
    for control in (RIGHT, NOTHING):
        judgement = nothing_less_is_answered(seen(reply, before=control))
        assert judgement.verdict is Verdict.FAIL
        assert judgement.what == f"answers {reply.request.value}"
        assert judgement.saw == f"{reply.request.value}: {reply}"


@pytest.mark.parametrize(
    "reply",
    [
        SnmpReply(SnmpRequest.V1_PUBLIC, ERROR, "noSuchName"),
        SnmpReply(SnmpRequest.V2C_PUBLIC, ERROR, "authorizationError"),
        SnmpReply(SnmpRequest.NO_AUTH_NO_PRIV, REPORT, "usmStatsUnsupportedSecLevels"),
        SnmpReply(SnmpRequest.AUTH_NO_PRIV, ERROR, "authorizationError"),
        SnmpReply(SnmpRequest.WRONG_AUTHENTICATION, REPORT, "usmStatsWrongDigests"),
        SnmpReply(SnmpRequest.WRONG_PRIVACY, REPORT, "usmStatsDecryptionErrors"),
        SnmpReply(SnmpRequest.WRONG_PRIVACY, REPORT, "usmStatsNotInTimeWindows"),
    ],
    ids=str,
)
def test_a_refusal_is_no_answer(reply: SnmpReply) -> None:
    judgement = nothing_less_is_answered(seen(reply))
    assert judgement.verdict is Verdict.PASS
    assert judgement.what == "answers none of 10 lesser requests"
    assert judgement.expected == "no answer to anything less"
    assert str(reply) in judgement.saw


@pytest.mark.parametrize(
    ("observed", "what", "next_step"),
    [
        (
            seen(before=NOTHING),
            "answers nothing less, nor the management station",
            NO_CONTROL,
        ),
        (seen(after=NOTHING), "answers nothing less, nor the management station", NO_CONTROL),
        (
            seen(SnmpReply(SnmpRequest.DES, NOT_SENT, "no DES")),
            "was not asked in every lesser way",
            "run on a machine whose Python has MD5 and DES.",
        ),
        (
            seen(without=WITH_COMMUNITY),
            "was not asked with its own community",
            "state credentials.snmp.community.",
        ),
    ],
)
def test_what_does_not_show_that_nothing_less_is_answered(
    observed: SnmpAnswersSeen, what: str, next_step: str
) -> None:
    judgement = nothing_less_is_answered(observed)
    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert (judgement.what, judgement.next_step) == (what, next_step)


@pytest.mark.parametrize(
    ("outcome", "detail", "after", "verdict", "what"),
    [
        (VALUE, "x", RIGHT, Verdict.FAIL, "accepts an SNMP write"),
        (VALUE, "x", NOTHING, Verdict.FAIL, "accepts an SNMP write"),
        (ERROR, "notWritable", RIGHT, Verdict.PASS, "refuses an SNMP write"),
        (ERROR, "noAccess", RIGHT, Verdict.PASS, "refuses an SNMP write"),
        (ERROR, "authorizationError", RIGHT, Verdict.PASS, "refuses an SNMP write"),
        (SILENCE, "", RIGHT, Verdict.PASS, "refuses an SNMP write"),
        (
            SILENCE,
            "",
            NOTHING,
            Verdict.INCONCLUSIVE,
            "was not seen to refuse an SNMP write: it answers no read",
        ),
        (
            ERROR,
            "commitFailed",
            RIGHT,
            Verdict.INCONCLUSIVE,
            "neither accepts nor refuses an SNMP write",
        ),
    ],
)
def test_write_is_refused(
    outcome: SnmpOutcome, detail: str, after: SnmpReply, verdict: Verdict, what: str
) -> None:
    write = SnmpReply(SnmpRequest.WRITE, outcome, detail)
    judgement = write_is_refused(SnmpWriteSeen(before=RIGHT, write=write, after=after))
    assert (judgement.verdict, judgement.what) == (verdict, what)
    assert judgement.expected == "a refusal"
