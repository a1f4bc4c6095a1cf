from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from report.sample import (
    NODES,
    Row,
    catalogue,
    finding,
    findings,
    planned,
    result,
    run_facts,
)
from securemode.report.effect import NOT_EFFECTIVE
from securemode.report.models import Outcome, Result, Standing
from securemode.report.record import RunFacts, compose
from securemode.verdicts import Verdict, worst

if TYPE_CHECKING:
    from securemode.report.models import RequirementResult
    from securemode.report.recorded import RecordedFinding

BOTH = {"observed": (), "declared": (), "documented": ()}


def facts(*covered: tuple[str, str], **more: Any) -> RunFacts:
    return run_facts(covered=frozenset(covered or [("A-1", "observed")]), **more)


def one(*found: RecordedFinding, row: Row | None = None, **more: Any) -> RequirementResult:
    return compose([row or Row(id="A-1")], found, facts(**more)).requirements[0]


@given(st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(Verdict)), min_size=1))
def test_a_requirement_has_the_worst_of_its_verdicts(said: list[tuple[str, Verdict]]) -> None:
    composed = one(*(finding("A-1", verdict, target=target) for target, verdict in said))
    assert composed.verdict is worst(verdict for _, verdict in said)
    assert len(composed.targets) == len(said)


@pytest.mark.parametrize(
    ("observed", "on_record", "wording"),
    [
        (Verdict.FAIL, {"declared": Verdict.PASS}, NOT_EFFECTIVE),
        (Verdict.FAIL, {"documented": Verdict.PASS}, NOT_EFFECTIVE),
        (Verdict.FAIL, {"declared": Verdict.PASS, "documented": Verdict.FAIL}, ""),
        (Verdict.FAIL, {"declared": Verdict.FAIL}, ""),
        (Verdict.FAIL, {}, ""),
        (Verdict.PASS, {"declared": Verdict.FAIL}, ""),
        (Verdict.INCONCLUSIVE, {"declared": Verdict.PASS}, ""),
    ],
)
def test_what_is_on_record_and_does_not_work_is_worded_so(
    observed: Verdict, on_record: dict[str, Verdict], wording: str
) -> None:
    more = [finding("A-1", verdict, kind=kind) for kind, verdict in on_record.items()]
    composed = one(finding("A-1", observed), *more, row=Row(id="A-1", kinds=BOTH))
    assert composed.wording == wording
    assert composed.kinds == {"observed": observed} | on_record
    assert composed.verdict is worst(composed.kinds.values())


@pytest.mark.parametrize(
    ("section", "unrestarted", "wording"),
    [
        (
            "security-wizard",
            ["conf2"],
            f"{NOT_EFFECTIVE}: conf2 not restarted since the security wizard",
        ),
        ("security-wizard", ["conf1"], NOT_EFFECTIVE),
        ("security-wizard", [], NOT_EFFECTIVE),
        ("global-settings", ["conf2"], NOT_EFFECTIVE),
    ],
)
def test_a_node_that_was_not_restarted_is_named_as_the_cause(
    section: str, unrestarted: list[str], wording: str
) -> None:
    found = [
        finding("A-1", Verdict.PASS, kind="documented", target="mgmt"),
        finding("A-1", Verdict.PASS, target="conf1"),
        finding("A-1", Verdict.FAIL, target="conf2"),
        finding("DEPLOY-06", Verdict.PASS, kind="documented", target="conf2"),
        *(finding("DEPLOY-06", Verdict.FAIL, kind="declared", target=node) for node in unrestarted),
    ]
    rows = [Row(id="A-1", section=section, kinds=BOTH), Row(id="DEPLOY-06", kinds=BOTH)]
    composed = compose(rows, found, facts())
    assert composed.requirements[0].wording == wording


def test_findings_stand_kind_by_kind_and_node_by_node() -> None:
    said = [finding("A-1", kind=k, target=t) for k in ("declared", "observed") for t in NODES[::-1]]
    order = [(entry.kind, entry.target) for entry in one(*said).targets]
    assert order == [(kind, node) for kind in ("observed", "declared") for node in NODES]


@settings(max_examples=10, deadline=None)
@given(st.randoms())
def test_the_order_of_findings_does_not_matter(random: Any) -> None:
    rows, found = tuple(catalogue()), findings()
    shuffled = random.sample(found, len(found))
    assert compose(rows, shuffled, run_facts()) == compose(rows, found, run_facts())


def test_a_selected_scenario_that_left_no_finding_was_not_reviewed() -> None:
    claims = (planned("A-1", "conf1"), planned("A-1", "conf2"))
    composed = compose([Row(id="A-1")], [finding("A-1", target="conf1")], facts(planned=claims))
    assert composed.requirements[0].verdict is Verdict.NOT_REVIEWED
    assert composed.decision.exit_code == 13
    missing = composed.requirements[0].targets[1]
    assert (missing.target, missing.saw) == ("conf2", "the run ended before")


def test_a_requirement_without_a_scenario_is_named_and_does_not_decide() -> None:
    rows = [Row(id="A-1"), Row(id="A-2", kinds=BOTH)]
    composed = compose(rows, [finding("A-1")], facts())
    uncovered = composed.requirements[1]
    assert (uncovered.standing, uncovered.verdict) == (Standing.NOT_COVERED, None)
    assert uncovered.pending_kinds == ("observed", "declared", "documented")
    assert (composed.scope.rows_total, composed.scope.rows_covered) == (2, 1)
    assert composed.decision.verdict is Outcome.ACCEPTED


def test_a_requirement_outside_the_selection_is_told_apart() -> None:
    covered = (("A-1", "observed"), ("A-2", "observed"))
    rows = [Row(id="A-1"), Row(id="A-2")]
    composed = compose(rows, [finding("A-1")], facts(*covered, run={"partial": True}))
    assert composed.requirements[1].standing is Standing.NOT_SELECTED
    assert (composed.scope.rows_covered, composed.scope.rows_judged) == (2, 1)
    assert composed.decision.verdict is Outcome.SELECTION_HOLDS


def test_a_kind_without_a_scenario_stays_pending() -> None:
    composed = compose([Row(id="A-1", kinds=BOTH)], [finding("A-1")], facts())
    assert [(p.requirement, p.kind) for p in composed.scope.pending] == [
        ("A-1", "declared"),
        ("A-1", "documented"),
    ]


def test_a_finding_that_the_catalogue_does_not_know_is_never_dropped_in_silence() -> None:
    composed = compose([Row(id="A-1")], [finding("A-1"), finding("Z-9")], facts())
    assert "Z-9" in composed.guards_violated[0]
    assert composed.decision.exit_code == 12


def test_the_real_catalogue_composes() -> None:
    composed = result()
    assert composed.scope.rows_total == 115
    assert sum(composed.counts.values()) == composed.scope.rows_judged
    assert list(composed.counts) == list(Verdict)
    assert composed.decision.blocked_by == ("WIZ-12", "WIZ-14", "WIZ-21", "SNMP-04", "WIZ-10")


def test_the_record_survives_its_file() -> None:
    composed = result()
    assert Result.model_validate_json(composed.to_json()) == composed
