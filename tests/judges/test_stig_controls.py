"""Every control of both STIGs, by what a hardened target says and by what others say instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from judges.stig_cases import CASES, INPUTS, STIGS
from securemode.judges.stig_controls import judged
from securemode.judges.stig_reading import Reading
from securemode.observations.stig import BaselineSeen
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.stig.models import Control, Stig
    from securemode.verdicts import ControlJudgement


def _seen(stig: Stig, **changed: Any) -> BaselineSeen:
    values = CASES[stig.name]["hardened"] | changed
    present = {source: value for source, value in values.items() if value is not None}
    return BaselineSeen(subject="one", values=present)


def _judged(stig: Stig, control: Control, seen: BaselineSeen) -> ControlJudgement:
    return judged(control, Reading(seen, INPUTS), stig)


def _declared() -> Iterator[Any]:
    for stig in STIGS:
        for control in stig.controls:
            if not control.is_manual:
                yield pytest.param(stig, control, id=control.id)


def _cases(sort: str) -> Iterator[Any]:
    for stig in STIGS:
        for control in stig.controls:
            rows = CASES[stig.name]["controls"].get(control.id, {}).get(sort, ())
            for number, changed in enumerate(rows):
                yield pytest.param(stig, control, changed, id=f"{control.id}-{number}")


@pytest.mark.parametrize(("stig", "control"), list(_declared()))
def test_a_hardened_target_satisfies_every_control(stig: Stig, control: Control) -> None:
    said = _judged(stig, control, _seen(stig))
    assert said.verdict is Verdict.PASS, said
    assert said.expected
    assert said.saw
    assert not said.next_step


@pytest.mark.parametrize(("stig", "control", "changed"), list(_cases("good")))
def test_what_is_as_good_passes(stig: Stig, control: Control, changed: dict[str, Any]) -> None:
    said = _judged(stig, control, _seen(stig, **changed))
    assert said.verdict is Verdict.PASS, said


@pytest.mark.parametrize(("stig", "control", "changed"), list(_cases("bad")))
def test_what_is_not_is_found(stig: Stig, control: Control, changed: dict[str, Any]) -> None:
    said = _judged(stig, control, _seen(stig, **changed))
    assert said.verdict is Verdict.FAIL, said
    assert said.next_step == control.remedy
    assert said.severity == control.severity


@pytest.mark.parametrize(("stig", "control", "changed"), list(_cases("bad")))
def test_nothing_else_is_found_with_it(
    stig: Stig, control: Control, changed: dict[str, Any]
) -> None:
    seen = _seen(stig, **changed)
    others = [
        other
        for other in stig.controls
        if other.id != control.id and not set(other.sources) & set(control.sources)
    ]
    for other in (one for one in others if not one.is_manual):
        said = _judged(stig, other, seen)
        assert said.verdict in {Verdict.PASS, Verdict.NOT_APPLICABLE}, said


@pytest.mark.parametrize(("stig", "control"), list(_declared()))
def test_every_control_has_a_bad_case(stig: Stig, control: Control) -> None:
    assert CASES[stig.name]["controls"][control.id]["bad"]


@pytest.mark.parametrize(("stig", "control"), list(_declared()))
def test_what_is_refused_leaves_its_control_inconclusive(stig: Stig, control: Control) -> None:
    sources = set(control.sources)
    values = {
        source: value
        for source, value in CASES[stig.name]["hardened"].items()
        if source not in sources
    }
    refused = dict.fromkeys(sources, "the account may not")
    seen = BaselineSeen(subject="one", values=values, refused=refused)
    said = _judged(stig, control, seen)
    assert said.verdict is Verdict.INCONCLUSIVE, said
    assert "the account may not" in said.saw


@pytest.mark.parametrize(
    "id_",
    ["ESXI-80-000008", "ESXI-80-000085", "ESXI-80-000217", "ESXI-80-000239", "VMCH-80-000207"],
)
def test_what_vcenter_does_not_tell_is_no_value(id_: str) -> None:
    stig, control = STIGS.control(id_)
    said = _judged(stig, control, _seen(stig, **dict.fromkeys(control.sources)))
    assert said.verdict is Verdict.INCONCLUSIVE
    assert said.saw == "vCenter does not tell it"
