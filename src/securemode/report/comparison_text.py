"""What a person reads of a comparison in the terminal, worst first."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from securemode.report.wording import listed, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from securemode.report.comparison_models import (
        CheckChange,
        ComparedRun,
        Comparison,
        Difference,
    )

GROUPS = {
    "regressed": "was fine, and is not",
    "new surface": "open or offered, and was not",
    "vanished": "judged before, and not now",
    "still open": "was not fine, and is not",
    "drifted": "seen otherwise, what rests on it holds",
    "fixed": "was not fine, and is",
    "new checks": "judged now, and not before",
    "versions": "what differs in number or name",
}
"""The groups of a comparison, worst first, and what each means."""

_MOST_SHOWN = 20
_MOST_SEEN = 3
_MOST_ITEMS = 8


def counts(comparison: Comparison) -> dict[str, int]:
    """How many entries each group has, worst first."""
    return {name: len(getattr(comparison, name.replace(" ", "_"))) for name in GROUPS}


def in_short(comparison: Comparison) -> str:
    """One line: "1 regressed, 2 fixed", or that nothing changed."""
    shown = {name: number for name, number in counts(comparison).items() if number}
    shown.pop("versions", None)
    said = ", ".join(f"{number} {name}" for name, number in shown.items())
    return said or "nothing changed"


def text(comparison: Comparison, *, width: int = 100) -> str:
    """The comparison whole; of very long groups the first entries, the rest stands in the JSON."""
    parts = ["\n".join(_head(comparison, width))]
    for name, meaning in GROUPS.items():
        if entries := list(_entries(comparison, name, width)):
            parts.append("\n".join([f"{name.upper()}  {len(entries)}: {meaning}", *_most(entries)]))
    parts.append(in_short(comparison))
    return "\n\n".join(parts) + "\n"


def _most(entries: Sequence[str]) -> list[str]:
    more = len(entries) - _MOST_SHOWN
    return [*entries[:_MOST_SHOWN], *([f"  … and {more} more, all in --json"] if more > 0 else [])]


def _head(comparison: Comparison, width: int) -> Iterator[str]:
    yield f"before  {_run(comparison.before)}"
    yield f"now     {_run(comparison.after)}"
    for caution in comparison.cautions:
        yield textwrap.fill(f"Note: {caution}", width, subsequent_indent="      ")


def _run(run: ComparedRun) -> str:
    return f"{run.id}, {run.began:%Y-%m-%d %H:%M} UTC, {run.outcome}"


def _entries(comparison: Comparison, group: str, width: int) -> Iterator[str]:
    found = getattr(comparison, group.replace(" ", "_"))
    if group == "versions":
        for change in found:
            yield _wrapped(f"{change.of}: {change.before or '-'} → {change.after or '-'}", width)
    elif group in {"new surface", "drifted"}:
        for one in found:
            yield _wrapped(f"{difference(one)} ({one.probe}, {listed(one.evidence)})", width)
    else:
        for one in found:
            yield "\n".join(_check(one, group, width))


def _check(change: CheckChange, group: str, width: int) -> Iterator[str]:
    """One check: in full where something is wrong, in a line where nothing is."""
    verdicts = f"{change.before or 'not judged'} → {change.after or 'not judged'}"
    yield _wrapped(f"{change.requirement} {change.title} ({change.kind}, {verdicts})", width)
    where = listed(change.targets)
    if group in {"fixed", "new checks"}:
        yield _wrapped(where, width, indent="    ")
        return
    said = f"{where}: {change.what}"
    if change.expected:
        said += f": expected {change.expected}, saw {change.saw}"
    if change.saw_before and change.saw_before != change.saw:
        said += f"; before, {change.saw_before}"
    yield _wrapped(f"{said.rstrip('.')}.", width, indent="    ")
    for one in change.seen[:_MOST_SEEN]:
        yield _wrapped(difference(one), width, indent="    ")
    if change.next_step and group != "vanished":
        yield _wrapped(f"Next: {change.next_step}", width, indent="    ")


def difference(one: Difference) -> str:
    """Where and what: "conf1 5061: TLS 1.2 suites: + TLS_RSA_WITH_AES_128_CBC_SHA"."""
    return f"{listed(one.places)}: {one.path}: {change_of(one)}"


def change_of(one: Difference) -> str:
    """What was added and removed, or both values."""
    if not (one.added or one.removed):
        return f"{one.before or '(empty)'} → {one.after or '(empty)'}"
    items = [*(f"+ {item}" for item in one.added), *(f"- {item}" for item in one.removed)]
    more = len(items) - _MOST_ITEMS
    return ", ".join([*items[:_MOST_ITEMS], *([f"and {more} more"] if more > 0 else [])])


def _wrapped(text_: str, width: int, indent: str = "  ") -> str:
    return textwrap.fill(
        printable(text_),
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
