from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report import sample
from securemode.report.decision import EXIT_CODES, Circumstances, decide
from securemode.report.models import Outcome
from securemode.verdicts import Verdict

FAIL, INCONCLUSIVE, NOT_REVIEWED, WAIVED, ATTESTED, PASS, NOT_APPLICABLE = Verdict
STOPPED = {FAIL: 11, INCONCLUSIVE: 12, NOT_REVIEWED: 13}
VERDICTS = st.dictionaries(st.text("ABC-123", min_size=1), st.sampled_from(Verdict))
QUIET = Circumstances()


@pytest.mark.parametrize(
    ("verdicts", "outcome", "exit_code"),
    [
        ([PASS], Outcome.ACCEPTED, 0),
        ([PASS, ATTESTED, NOT_APPLICABLE], Outcome.ACCEPTED, 0),
        ([PASS, WAIVED], Outcome.ACCEPTED_WITH_WAIVERS, 10),
        ([PASS, WAIVED, FAIL], Outcome.NOT_ACCEPTED, 11),
        ([NOT_REVIEWED, INCONCLUSIVE, FAIL], Outcome.NOT_ACCEPTED, 11),
        ([NOT_REVIEWED, INCONCLUSIVE, PASS], Outcome.INCONCLUSIVE, 12),
        ([NOT_REVIEWED, PASS, WAIVED], Outcome.NOT_REVIEWED, 13),
        ([NOT_APPLICABLE], Outcome.NOT_REVIEWED, 13),
        ([], Outcome.NOT_REVIEWED, 13),
    ],
)
def test_the_worst_verdict_decides(
    verdicts: list[Verdict], outcome: Outcome, exit_code: int
) -> None:
    decision = decide({f"R-{n}": v for n, v in enumerate(verdicts)}, QUIET)
    assert (decision.verdict, decision.exit_code) == (outcome, exit_code)


@given(VERDICTS)
def test_nothing_that_stops_is_accepted_and_the_rest_never_stops(
    verdicts: dict[str, Verdict],
) -> None:
    decision = decide(verdicts, QUIET)
    stopping = {name for name, verdict in verdicts.items() if verdict in STOPPED}
    assert set(decision.blocked_by) == stopping
    if stopping:
        worst = min((verdicts[name] for name in stopping), key=list(Verdict).index)
        assert decision.exit_code == STOPPED[worst]
    elif PASS in verdicts.values() or ATTESTED in verdicts.values():
        assert decision.exit_code == (10 if WAIVED in verdicts.values() else 0)
    assert decision.exit_code == EXIT_CODES[decision.verdict]


@given(VERDICTS, st.sampled_from([INCONCLUSIVE, NOT_REVIEWED, FAIL]))
def test_one_more_deviation_never_makes_it_acceptable(
    verdicts: dict[str, Verdict], more: Verdict
) -> None:
    assert decide(verdicts | {"MORE": more}, QUIET).exit_code in {11, 12, 13}


@given(VERDICTS)
def test_blocked_by_names_the_worst_first(verdicts: dict[str, Verdict]) -> None:
    named = [verdicts[name] for name in decide(verdicts, QUIET).blocked_by]
    assert named == sorted(named, key=list(Verdict).index)


def test_a_gate_may_leave_something_open_but_never_a_failure() -> None:
    lenient = sample.gate("inconclusive")
    decision = decide({"A": PASS, "B": NOT_REVIEWED}, QUIET, lenient)
    assert (decision.exit_code, decision.blocked_by) == (0, ())
    assert "leaves 1 requirement open" in decision.rule
    assert decide({"A": PASS, "B": FAIL}, QUIET, sample.gate()).exit_code == 11


def test_a_gate_may_stop_what_passes_by_default() -> None:
    decision = decide({"A": PASS, "B": ATTESTED}, QUIET, sample.gate("attested"))
    assert decision.exit_code == 11
    assert "B" in decision.rule


def test_a_partial_run_is_never_an_acceptance() -> None:
    decision = decide({"A": PASS, "B": WAIVED}, Circumstances(partial=True))
    assert (decision.verdict, decision.exit_code) == (Outcome.SELECTION_HOLDS, 0)
    assert "Acceptance needs the whole run" in decision.rule
    assert decide({"A": FAIL}, Circumstances(partial=True)).exit_code == 11


def test_an_interrupted_run_says_what_was_seen_by_then() -> None:
    decision = decide({"A": PASS, "B": FAIL}, Circumstances(interrupted=True))
    assert (decision.verdict, decision.exit_code) == (Outcome.INTERRUPTED, 2)
    assert "1 failure had been seen" in decision.rule
    assert decide({"A": PASS}, Circumstances(interrupted=True)).exit_code == 2


def test_passes_of_a_suite_at_fault_prove_nothing_and_its_failures_stand() -> None:
    at_fault = Circumstances(guards_violated=2)
    decision = decide({"A": PASS}, at_fault)
    assert decision.exit_code == 12
    assert "2 guards" in decision.rule
    assert decide({"A": PASS, "B": FAIL}, at_fault).exit_code == 11


def test_the_rule_names_the_first_five_and_counts_the_rest() -> None:
    rule = decide({f"R-{number}": FAIL for number in range(7)}, QUIET).rule
    assert "R-4 and 2 more" in rule
    assert "R-5" not in rule
