"""Whether a host or a virtual machine satisfies its STIG: the sum of its controls."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from securemode.judges.attestations import EXPECTED, weighed
from securemode.judges.stig_controls import Weighed, judged, said
from securemode.judges.stig_operations import plain
from securemode.judges.stig_reading import Reading, Unread, not_applying
from securemode.stig.category import STIG_REQUIREMENT
from securemode.verdicts import ControlJudgement, Judgement, Verdict, unclear, worst

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from securemode.environment.stig import StigInputs
    from securemode.observations.attestations import AttestationsSeen
    from securemode.observations.stig import BaselineSeen, MachineBaselinesSeen
    from securemode.stig.category import Category
    from securemode.stig.models import Control, Stig
    from securemode.targets import Node

_MOST_NAMED = 5
_OPEN = (Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_REVIEWED)
_WORDS = {
    Verdict.FAIL: "open",
    Verdict.INCONCLUSIVE: "unread",
    Verdict.NOT_REVIEWED: "undecided",
}


def baseline_holds(
    seen: BaselineSeen, *, stig: Stig, inputs: StigInputs, severities: Collection[Category]
) -> Judgement:
    """No control that the vSphere API shows is open.

    Args:
        seen: what the host or virtual machine says.
        stig: its STIG.
        inputs: what the site decides.
        severities: those of which no control may be open.
    """
    reading = Reading(seen, inputs)
    controls = [judged(one, reading, stig) for one in stig.controls if not one.is_manual]
    controls.sort(key=_gravity)
    decisive = [one for one in controls if one.severity in severities]
    verdict = worst(one.verdict for one in decisive)
    if verdict not in _OPEN:
        return _holds(controls, stig, severities)
    naming = [one for one in decisive if one.verdict is verdict]
    first = naming[0]
    return Judgement(
        verdict,
        what=f"has {len(naming)} {_WORDS[verdict]} {_controls(naming)} of the {stig.title}: "
        f"{_named(naming)}",
        expected=_expected(severities),
        saw=_seen(naming),
        next_step=f"{first.id}: {first.next_step or 'find in the evidence what stood in the way'}",
        controls=tuple(controls),
    )


def machine_baseline_holds(
    seen: MachineBaselinesSeen,
    *,
    node: Node,
    stig: Stig,
    inputs: StigInputs,
    severities: Collection[Category],
) -> Judgement:
    """The same of a node's virtual machine."""
    if node.name not in seen.machines:
        return unclear(
            "has no virtual machine that could be found",
            expected="exactly one",
            saw=seen.unmatched.get(node.name, "none"),
            next_step="state it under vsphere.virtual_machines in the environment.",
        )
    machine = seen.machines[node.name]
    return baseline_holds(machine, stig=stig, inputs=inputs, severities=severities)


def controls_are_attested(
    seen: BaselineSeen,
    stated: AttestationsSeen | None = None,
    *,
    stig: Stig,
    inputs: StigInputs,
    within_days: int,
    two_persons: bool,
) -> Judgement:
    """What no API shows of the controls is stated by a person.

    Args:
        seen: what the host says: whether a control applies to it at all.
        stated: the attestations, where the environment names any.
        stig: its STIG.
        inputs: what the site decides.
        within_days: how long ago it may have been verified at most.
        two_persons: whether a second person has to have seen the same.
    """
    reading = Reading(seen, inputs)
    controls = [
        said(
            control,
            stig,
            _attested(control, reading, stated, within_days, two_persons=two_persons),
            reading,
            next_step=f"attest {control.by_person}.",
        )
        for control in stig.by_person
    ]
    return _sum_of_statements(sorted(controls, key=_gravity), stig)


def _sum_of_statements(controls: Sequence[ControlJudgement], stig: Stig) -> Judgement:
    """The worst of them decides, and those like it are named."""
    verdict = controls[0].verdict
    naming = [one for one in controls if one.verdict is verdict]
    is_open = verdict in _OPEN
    return Judgement(
        verdict,
        what=f"has {len(naming)} {_controls(naming)} of the {stig.title} that "
        f"{'nobody attests' if is_open else 'a person attests'}: {_named(naming)}",
        expected=EXPECTED,
        saw=naming[0].saw,
        next_step=_attest(naming) if is_open else "",
        controls=tuple(controls),
    )


def _attested(
    control: Control,
    reading: Reading,
    stated: AttestationsSeen | None,
    within_days: int,
    *,
    two_persons: bool,
) -> Weighed:
    """What persons say of one control of one host."""
    reason = not_applying(control.applies_when, reading)
    if reason and not isinstance(reason, Unread):
        return Weighed(Verdict.NOT_APPLICABLE, f"only where {control.applies_when}", reason)
    expected = f"{EXPECTED} {control.by_person}"
    fitting = [
        one
        for one in (stated.statements if stated else ())
        if one.requirement == STIG_REQUIREMENT
        and (not one.controls or control.id in one.controls)
        and (not one.targets or plain(reading.seen.subject) in map(plain, one.targets))
    ]
    if stated is None or not fitting:
        saw = f"no statement in {stated.file}" if stated else "the environment has no attestations"
        return Weighed(Verdict.NOT_REVIEWED, expected, saw)
    stands, saw = weighed(
        fitting, today=stated.today, within_days=within_days, two_persons=two_persons
    )
    return Weighed(Verdict.ATTESTED if stands else Verdict.NOT_REVIEWED, expected, saw)


def _holds(
    controls: Sequence[ControlJudgement], stig: Stig, severities: Collection[Category]
) -> Judgement:
    """Nothing that the gate asks about is open; what it leaves is said."""
    counts = Counter(one.verdict for one in controls)
    said_of = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    left = [one for one in controls if one.verdict is Verdict.FAIL]
    beside = f"; the gate leaves {_named(left)} open" if left else ""
    return Judgement(
        Verdict.PASS if counts[Verdict.PASS] else Verdict.NOT_APPLICABLE,
        what=f"has no open control of the {stig.title}{beside}",
        expected=_expected(severities),
        saw=f"of {len(controls)} controls {said_of}",
        controls=tuple(controls),
    )


def _gravity(control: ControlJudgement) -> tuple[int, str, str]:
    """Worst first, then gravest, then by id."""
    return tuple(Verdict).index(control.verdict), control.severity, control.id


def _controls(controls: Sequence[ControlJudgement]) -> str:
    return "control" if len(controls) == 1 else "controls"


def _named(controls: Sequence[ControlJudgement]) -> str:
    """The gravest few, and how many more there are of each severity."""
    ordered = sorted(controls, key=lambda one: (one.severity, one.id))
    named = ", ".join(f"{one.id} ({one.severity})" for one in ordered[:_MOST_NAMED])
    more = Counter(one.severity for one in ordered[_MOST_NAMED:])
    counted = ", ".join(f"{number} {severity}" for severity, number in more.items())
    return f"{named} and {more.total()} more ({counted})" if counted else named


def _seen(controls: Sequence[ControlJudgement]) -> str:
    few = "; ".join(f"{one.id}: {one.saw}" for one in controls[:_MOST_NAMED])
    return few if len(controls) <= _MOST_NAMED else f"{few}; …"


def _expected(severities: Collection[Category]) -> str:
    return f"no open control of {', '.join(sorted(severities))}"


def _attest(controls: Sequence[ControlJudgement]) -> str:
    ids = ", ".join(one.id for one in controls)
    return (
        f"attest {STIG_REQUIREMENT} in the environment's attestation file, with controls: [{ids}], "
        "a date and an end."
    )
