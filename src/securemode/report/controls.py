"""The controls of the STIGs, gathered from the findings that add them up."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from securemode.report.control_result import ControlResult
from securemode.report.decision import count
from securemode.verdicts import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from securemode.report.recorded import RecordedFinding
    from securemode.verdicts import ControlJudgement

_WORST_FIRST = tuple(Verdict)
_ELSEWHERE = "deployment"


class Baseline(NamedTuple):
    """One STIG at one target.

    Attributes:
        stig: the STIG and its release.
        target: the host, or the node whose virtual machine it is.
        rows: its controls, worst first, then gravest.
    """

    stig: str
    target: str
    rows: tuple[ControlResult, ...]

    @property
    def is_open(self) -> bool:
        """Whether a reader has to act upon any of it."""
        return self.rows[0].verdict in _WORST_FIRST[:3]


def controls_of(findings: Iterable[RecordedFinding]) -> tuple[ControlResult, ...]:
    """One row a control and target, by STIG, target and id.

    Of a control that is both read and attested the worse of the two counts.
    """
    said: defaultdict[tuple[str, str, str], list[tuple[RecordedFinding, ControlJudgement]]]
    said = defaultdict(list)
    for finding in findings:
        for control in finding.controls:
            said[control.stig, finding.target, control.id].append((finding, control))
    return tuple(_row(said[place]) for place in sorted(said))


def _row(said: Sequence[tuple[RecordedFinding, ControlJudgement]]) -> ControlResult:
    verdict = worst(control.verdict for _, control in said)
    finding, control = next(pair for pair in said if pair[1].verdict is verdict)
    return ControlResult(
        id=control.id,
        stig=control.stig,
        target=finding.target,
        severity=control.severity,
        title=control.title,
        verdict=verdict,
        expected=control.expected,
        saw=_seen(said, control),
        reading=control.reading,
        next_step=control.next_step,
        kinds=tuple(sorted({finding.kind for finding, _ in said})),
        evidence=tuple(dict.fromkeys(name for finding, _ in said for name in finding.evidence)),
        vuln=control.vuln,
        rule=control.rule,
    )


def _seen(
    said: Sequence[tuple[RecordedFinding, ControlJudgement]], decisive: ControlJudgement
) -> str:
    """What was seen; where something decides only together with what was read, both."""
    if decisive.verdict not in {Verdict.ATTESTED, Verdict.NOT_REVIEWED}:
        return decisive.saw
    read = [one.saw for _, one in said if one.verdict is Verdict.PASS]
    return "; ".join(dict.fromkeys((*read, decisive.saw)))


def in_short(controls: Sequence[ControlResult]) -> str:
    """All of them in a sentence; empty where there are none."""
    if not controls:
        return ""
    targets = count(len({one.target for one in controls}), "target")
    ids = count(len({one.id for one in controls}), "STIG control")
    return f"{ids} at {targets}: {tally(controls)}."


def tally(controls: Sequence[ControlResult]) -> str:
    """How many are open, of which severity, and how many are anything else, each id once."""
    by_id: defaultdict[str, list[ControlResult]] = defaultdict(list)
    for one in controls:
        by_id[one.id].append(one)
    verdicts = {id_: worst(one.verdict for one in rows) for id_, rows in by_id.items()}
    counts = Counter(verdicts.values())
    opened = Counter(
        by_id[id_][0].severity for id_, verdict in verdicts.items() if verdict is Verdict.FAIL
    )
    severities = ", ".join(f"{opened[name]} {name}" for name in sorted(opened))
    parts = [f"{counts[Verdict.FAIL]} open ({severities})" if severities else "none open"]
    parts += [f"{counts[one]} {one}" for one in _WORST_FIRST[1:] if counts[one]]
    return ", ".join(parts)


def baselines(controls: Iterable[ControlResult]) -> tuple[Baseline, ...]:
    """The rows as tables: one a STIG and target, in the order of the record."""
    tables: defaultdict[tuple[str, str], list[ControlResult]] = defaultdict(list)
    for one in controls:
        tables[one.stig, one.target].append(one)
    return tuple(
        Baseline(*place, tuple(sorted(rows, key=_gravity))) for place, rows in tables.items()
    )


def _gravity(control: ControlResult) -> tuple[int, str, str]:
    return _WORST_FIRST.index(control.verdict), control.severity, control.id


def column(control: ControlResult, names: Sequence[str]) -> str:
    """The column of the map to which a control belongs; a host has none of its own."""
    return control.target if control.target in names else _ELSEWHERE


def haystack(control: ControlResult) -> str:
    """What the text search looks through."""
    words = (control.id, control.stig, control.target, control.severity, control.title, control.saw)
    return " ".join((*words, *control.evidence)).lower()
