"""What no interface shows of a host: stated by persons, control by control."""

from __future__ import annotations

from typing import Any

import pytest

from judges.stig_cases import CASES, INPUTS, STIGS
from securemode.judges.stig import controls_are_attested
from securemode.observations.attestations import AttestationsSeen, Statement
from securemode.observations.stig import BaselineSeen
from securemode.targets import Scope
from securemode.verdicts import Judgement, Verdict

HOST = STIGS.of(Scope.HOST)


def _seen(changed: dict[str, Any] | None = None) -> BaselineSeen:
    values = CASES["esxi8"]["hardened"] | (changed or {})
    return BaselineSeen(subject="esxi1.example.com", values=values)


def _attested(
    *statements: dict[str, Any], seen: BaselineSeen | None = None, file: bool = True
) -> Judgement:
    values: dict[str, Any] = {
        "requirement": "HOST-01",
        "says": "It is so.",
        "by": "Ada Example, officer",
        "confirmed_by": "Ben Example, administrator",
        "verified": "2026-11-20",
        "valid_until": "2027-11-20",
        "how": "Looked.",
    }
    made = tuple(Statement(**values | one) for one in statements)
    stated = AttestationsSeen(file="prod.attestations.yaml", today="2026-11-23", statements=made)
    return controls_are_attested(
        seen or _seen(),
        stated if file else None,
        stig=HOST,
        inputs=INPUTS,
        within_days=366,
        two_persons=True,
    )


def test_a_statement_on_the_whole_covers_every_control_of_persons() -> None:
    said = _attested({})
    assert said.verdict is Verdict.ATTESTED
    assert len(said.controls) == 8
    assert {one.verdict for one in said.controls} == {Verdict.ATTESTED}
    assert "Ada Example, officer, confirmed by Ben Example" in said.saw


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        ((), "no statement in prod.attestations.yaml"),
        (({"requirement": "LAST-04"},), "no statement in prod.attestations.yaml"),
        (({"targets": ("esxi2.example.com",)},), "no statement in prod.attestations.yaml"),
        (({"valid_until": "2026-11-22"},), "which ended on 2026-11-22"),
        (({"confirmed_by": None},), "without the second person"),
    ],
)
def test_without_a_statement_that_stands_it_is_not_reviewed(
    statements: tuple[dict[str, Any], ...], why: str
) -> None:
    said = _attested(*statements)
    assert said.verdict is Verdict.NOT_REVIEWED
    assert why in said.saw
    assert "attest HOST-01 in the environment's attestation file" in said.next_step


def test_a_statement_on_some_controls_covers_only_these() -> None:
    said = _attested({"controls": ("ESXI-80-000236",), "targets": ("ESXI1.example.com",)})
    verdicts = {one.id: one.verdict for one in said.controls}
    assert verdicts.pop("ESXI-80-000236") is Verdict.ATTESTED
    assert set(verdicts.values()) == {Verdict.NOT_REVIEWED}
    assert "has 7 controls of the ESXi 8 STIG that nobody attests" in said.what
    assert "ESXI-80-000236" not in said.next_step


def test_without_a_file_nothing_is_attested() -> None:
    assert _attested(file=False).saw == "the environment has no attestations"


def test_what_does_not_apply_needs_no_person() -> None:
    said = _attested({"controls": ("ESXI-80-000236",)}, seen=_seen({"fact vmotion.vlans": {}}))
    (control,) = (one for one in said.controls if one.id == "ESXI-80-000160")
    assert control.verdict is Verdict.NOT_APPLICABLE
