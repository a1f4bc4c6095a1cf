from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from securemode.judges.attestations import is_attested
from securemode.observations.attestations import AttachedFile, AttestationsSeen, Statement
from securemode.verdicts import Judgement, Verdict

TODAY = "2026-11-23"


def _statement(**differently: object) -> Statement:
    values: dict[str, object] = {
        "requirement": "LAST-04",
        "says": "It lies in the safe.",
        "by": "Ada Example, officer",
        "confirmed_by": "Ben Example, administrator",
        "verified": "2026-11-20",
        "valid_until": "2027-11-20",
        "how": "Opened the safe.",
        "attached": (AttachedFile(name="safe.png", stated="aa", found="aa"),),
    }
    return Statement(**values | differently)  # type: ignore[arg-type]


def _judged(*statements: Statement, two_persons: bool = True) -> Judgement:
    seen = AttestationsSeen(file="prod.attestations.yaml", today=TODAY, statements=statements)
    return is_attested(seen, requirement="LAST-04", within_days=366, two_persons=two_persons)


def test_a_valid_statement_attests() -> None:
    said = _judged(_statement(requirement="BACKUP-02"), _statement())
    assert said.verdict is Verdict.ATTESTED
    assert "Ada Example, officer, confirmed by Ben Example, administrator" in said.saw
    assert "until 2027-11-20" in said.saw


@pytest.mark.parametrize("day", [TODAY, "2026-11-20"])
def test_a_statement_stands_on_its_first_and_last_day(day: str) -> None:
    assert _judged(_statement(verified=day, valid_until=TODAY)).verdict is Verdict.ATTESTED


@pytest.mark.parametrize(
    ("differently", "why"),
    [
        ({"requirement": "BACKUP-02"}, "no statement on LAST-04 in prod.attestations.yaml"),
        ({"verified": "2026-11-24"}, "a day that has not come"),
        ({"valid_until": "2026-11-22"}, "which ended on 2026-11-22"),
        ({"verified": "2025-11-21"}, "verified 367 days ago; the gate allows 366"),
        ({"confirmed_by": None}, "without the second person"),
        ({"by": ""}, '"It lies in the safe.", which nobody has signed'),
        ({"attached": (AttachedFile(name="a.png", stated="aa", found=None),)}, "a.png is missing"),
        ({"attached": (AttachedFile(name="a.png", stated="aa", found="bb"),)}, "was changed after"),
    ],
)
def test_anything_less_leaves_it_open(differently: dict[str, object], why: str) -> None:
    said = _judged(_statement(**differently))
    assert said.verdict is Verdict.NOT_REVIEWED
    assert why in said.saw
    assert said.next_step


def test_one_person_is_enough_where_the_gate_says_so() -> None:
    said = _judged(_statement(confirmed_by=None), two_persons=False)
    assert said.verdict is Verdict.ATTESTED


def test_a_newer_statement_makes_up_for_an_ended_one() -> None:
    ended = _statement(verified="2026-01-01", valid_until="2026-06-01")
    assert _judged(ended, _statement()).verdict is Verdict.ATTESTED


def test_observations_survive_json() -> None:
    seen = AttestationsSeen(file="a.yaml", today=TODAY, statements=(_statement(),))
    adapter = TypeAdapter(AttestationsSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen
