"""Both sides at one size: what is run, on how many nodes, and what their figures add up to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from connections import Sent
from measuring import Measured, Measuring
from same_facts import scenarios

if TYPE_CHECKING:
    from standing_lab import StandingLab

BY_HAND = "benchmarks/by_hand.sh"
SUITE, WHOLE = "the suite, same facts", "the suite, whole run"
DEPLOYMENT, WIRE, SSLYZE, TESTSSL = "deployment", "wire", "sslyze", "testssl"
TOOLS = (SSLYZE, TESTSSL)
PARTS = (DEPLOYMENT, WIRE, *TOOLS)


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one command, or of several together.

    Attributes:
        what: was run.
        nodes: of the lab, the Management Node too.
        looked_at: how many of them the command was given.
        factor: by which wall and CPU time were multiplied; 1 where nothing was extrapolated.
        figures: as measured on those that were looked at.
    """

    what: str
    nodes: int
    looked_at: int
    factor: float
    figures: Measured

    @property
    def wall_s(self) -> float:
        """Of all nodes."""
        return self.figures.wall_s * self.factor

    @property
    def cpu_s(self) -> float:
        """Of all nodes, every process of the command."""
        return self.figures.cpu_s * self.factor


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run at one size.

    Attributes:
        samples: the most nodes that each part of the script is run on.
        timeout_s: how long one command may take.
        whole: whether the whole run of the suite is measured too.
    """

    samples: dict[str, int]
    timeout_s: float
    whole: bool


def rows(lab: StandingLab, plan: Plan) -> list[Row]:
    """Measure the suite, every part of the script, and the whole run, one after the other."""
    measuring, everyone = Measuring(lab), len(lab.nodes)
    suite = [*lab.pytest, "--setup=none"]

    def on_all(what: str, command: list[str]) -> Row:
        took = measuring.measured(command, nodes=everyone, timeout_s=plan.timeout_s)
        return Row(what, everyone, everyone, 1.0, took)

    found = [on_all(SUITE, [*suite, *scenarios()])]
    for part in PARTS:
        number = min(everyone, plan.samples.get(part, everyone))
        if number == 0:
            continue
        site = lab.site(f"site-{part}", number)
        command = [*lab.inside, BY_HAND, str(site), str(lab.folder / part), part]
        took = measuring.measured(command, nodes=number, timeout_s=plan.timeout_s)
        found.append(Row(part, everyone, number, _factor(part, everyone, number), took))
    if plan.whole:
        found.append(on_all(WHOLE, suite))
    return found


def _factor(part: str, everyone: int, number: int) -> float:
    """All of them to those looked at: nodes, or TLS endpoints, of which the first node has one."""
    if part in TOOLS:
        return (2 * everyone - 1) / (2 * number - 1)
    return everyone / number


def by_hand(measured: list[Row], tool: str) -> Row | None:
    """What the script takes altogether with one of the two tools; None where that was not run."""
    parts = [row for row in measured if row.what in {DEPLOYMENT, WIRE, tool}]
    if len(parts) < 3:  # noqa: PLR2004 - the three that make a whole
        return None
    figures = [part.figures for part in parts]
    whole = all(one.is_whole for one in figures)
    together = Measured(
        exit_code=max(one.exit_code or 0 for one in figures) if whole else None,
        wall_s=sum(part.wall_s for part in parts),
        cpu_s=sum(part.cpu_s for part in parts),
        lab_cpu_s=sum(
            one.lab_cpu_s * part.factor for one, part in zip(figures, parts, strict=True)
        ),
        memory_mb=max(one.memory_mb for one in figures),
        sent=_together([_all_of(part) for part in parts]),
        said="",
    )
    least = min(part.looked_at for part in parts)
    row = replace(parts[0], what=f"by hand, with {tool}", looked_at=least, factor=1.0)
    return replace(row, figures=together)


def _all_of(row: Row) -> Sent:
    """What all nodes would have been sent."""
    sent, factor = row.figures.sent, row.factor
    return Sent(
        round(sent.opened * factor), round(sent.asked * factor), round(sent.datagrams * factor)
    )


def _together(sent: list[Sent]) -> Sent:
    return Sent(
        sum(one.opened for one in sent),
        sum(one.asked for one in sent),
        sum(one.datagrams for one in sent),
    )
