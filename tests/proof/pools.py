"""Which faults are shown together in one run, so that the proof does not take an hour.

Faults that turn or cloud different requirements are switched on at once. If exactly the
requirements of all of them turn, each has turned its own. If not, halves of the pool are shown, and
halves of these, down to a fault alone: pooling can make the proof faster, never easier. What it
could hide is a fault that turns nothing while another wrongly turns its requirement; with
ACCEPT_PROOF_ALONE in the environment every fault is shown alone.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from securemode_lab.faults.fault import Forgotten, VSphereMistake
from securemode_lab.faults.registry import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from securemode_lab.faults.fault import Fault

Pool = tuple["Fault", ...]
Variant = tuple[str, str]
"""What is unknown of the product, and which way it is taken."""

LARGEST = 15
MOST_CONTROLS = 40
"""Mistakes that one control of a STIG finds: all of them turn HOST-01, so the controls are told."""
UNDECIDABLE = {
    ("secret_style", "blank"): {"NTP-02": "inconclusive"},
    ("secret_style", "omit"): {"NTP-02": "inconclusive"},
}
"""A product that shows nothing of a key leaves open whether there is one, and so does the suite."""


def switched_on(pool: Iterable[Fault]) -> list[Fault]:
    """The faults of a pool, and before them those without which some of them do not show."""
    pool = tuple(pool)
    companions = dict.fromkeys(fault.beside for fault in pool if fault.beside)
    return [*(BY_NAME[name] for name in companions), *pool]


def controls_of(fault: Fault) -> tuple[str, ...]:
    """The controls of the STIGs that it turns."""
    return fault.controls


def expected(pool: Iterable[Fault], covered: Collection[str]) -> dict[str, str]:
    """The verdicts that have to turn: requirement or control to what it becomes."""
    pool = tuple(pool)
    controls = {
        name: "not reviewed" if fault.opens else "fail"
        for fault in pool
        for name in controls_of(fault)
    }
    return controls | {
        name: verdict
        for fault in switched_on(pool)
        for verdict, names in (
            ("fail", fault.turns),
            ("inconclusive", fault.clouds),
            ("not reviewed", fault.opens),
        )
        for name in names
        if name in covered
    }


def pools(
    faults: Iterable[Fault], covered: Collection[str], *, largest: int = LARGEST
) -> list[Pool]:
    """Put every fault into the first pool in which it meets none that it cannot meet.

    Those that can meet the fewest others come first: fewer pools are made that way.
    """
    faults = tuple(faults)
    apart = _apart(faults, covered)
    made: list[Pool] = []
    for fault in sorted(faults, key=lambda fault: -len(apart[fault.name])):
        most = MOST_CONTROLS if controls_of(fault) and largest > 1 else largest
        for number, pool in enumerate(made):
            if len(pool) < most and apart[fault.name].isdisjoint(other.name for other in pool):
                made[number] = (*pool, fault)
                break
        else:
            made.append((fault,))
    return made


def _apart(faults: Pool, covered: Collection[str]) -> dict[str, set[str]]:
    """By the name of a fault, those that it cannot meet."""
    own = {fault.name: _own(fault, covered) for fault in faults}
    apart: dict[str, set[str]] = {name: set() for name in own}
    for fault, other in combinations(faults, 2):
        if own[fault.name] & own[other.name] or not _can_meet(fault, other):
            apart[fault.name].add(other.name)
            apart[other.name].add(fault.name)
    return apart


def _own(fault: Fault, covered: Collection[str]) -> set[str]:
    """What no other fault of its pool may turn: its controls, or else its requirements."""
    return set(controls_of(fault) or expected(switched_on((fault,)), covered))


def _can_meet(fault: Fault, other: Fault) -> bool:
    """Whether neither overwrites or hides the other."""
    if bool(controls_of(fault)) != bool(controls_of(other)):
        return False
    if controls_of(fault) and bool(fault.opens) != bool(other.opens):
        return False
    thing = _thing(fault)
    return _is_sociable(fault) and _is_sociable(other) and not (thing and thing == _thing(other))


def _thing(fault: Fault) -> str:
    """What it gives another shape, or nothing: two edits of the same thing begin with its name."""
    if fault.name.startswith(("certificates-", "node-shows-")):
        return "certificates"  # that nodes serve: no other one shows beside it
    is_mistake = isinstance(fault, VSphereMistake) and not fault.controls
    edits = is_mistake or getattr(fault, "edit", None) is not None
    return fault.name.split("-")[0] if edits else ""


def of_different_names(variants: Iterable[Variant], *, largest: int) -> list[tuple[Variant, ...]]:
    """Variants that can be taken at once: of each name one."""
    made: list[tuple[Variant, ...]] = []
    for variant in variants:
        for number, others in enumerate(made):
            if len(others) < largest and variant[0] not in {name for name, _ in others}:
                made[number] = (*others, variant)
                break
        else:
            made.append((variant,))
    return made


def undecided(variants: Iterable[Variant]) -> dict[str, str]:
    """The verdicts that a product which takes its unknowns this way leaves open."""
    return {
        name: verdict
        for variant in variants
        for name, verdict in UNDECIDABLE.get(variant, {}).items()
    }


def _is_sociable(fault: Fault) -> bool:
    """Whether it leaves others their restarts, begins when they do and needs none of them."""
    return not (fault.early or fault.beside or isinstance(fault, Forgotten))
