"""The texts of `--list-requirements` and `--explain`."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from securemode.errors import ConfigurationError
from securemode.requirements import AREAS, Kind
from securemode.stig.category import STIG_REQUIREMENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from securemode.requirements import Catalogue, Requirement, Verification

WIDTH = 100
COVERAGES = ("covered", "partly", "uncovered")


_LABEL = 14
_LEGEND = "+ a scenario verifies it by this kind, - none does yet"


def requirements_table(
    catalogue: Catalogue,
    covered: Mapping[str, frozenset[str]],
    area: str | None = None,
    kind: str | None = None,
    coverage: str | None = None,
) -> str:
    """One line a requirement: id, kinds and which of them have a scenario, scope, title.

    Args:
        catalogue: the requirements.
        covered: requirement id to the kinds by which some scenario verifies it.
        area: only this area, for example "WIZ".
        kind: only rows verified by this kind.
        coverage: only rows all of whose kinds ("covered"), some ("partly") or none have a scenario.

    Raises:
        ConfigurationError: there is no such area, kind or coverage.
    """
    wanted_area = _one_of("area", area.upper() if area else None, AREAS)
    wanted_kind = _one_of("kind", kind, tuple(Kind))
    wanted_coverage = _one_of("coverage", coverage, COVERAGES)
    rows = [
        row
        for row in catalogue
        if wanted_area in {None, row.area}
        and (wanted_kind is None or wanted_kind in row.kinds)
        and wanted_coverage in {None, _coverage(row, covered)}
    ]
    if not rows:
        return "No requirement is like that."
    cells = [(row.id, _marked(row, covered), str(row.applies_to), row.title) for row in rows]
    return "\n".join(
        [*_aligned(cells), "", _summary(rows, covered), _LEGEND, *_sums(catalogue, rows)]
    )


def _sums(catalogue: Catalogue, rows: Sequence[Requirement]) -> Iterator[str]:
    """Where the controls are listed that a requirement adds up."""
    if any(row.id == STIG_REQUIREMENT for row in rows):
        for stig in catalogue.stigs:
            many = f"{len(stig.controls)} controls of the {stig.title}"
            yield f"the {many} ({STIG_REQUIREMENT}): --area {stig.prefix}"


def _one_of(what: str, value: str | None, known: Sequence[str]) -> str | None:
    if value is not None and value not in known:
        raise ConfigurationError(
            f'There is no {what} "{value}".', remedy=f"take one of: {', '.join(known)}."
        )
    return value


def _coverage(row: Requirement, covered: Mapping[str, frozenset[str]]) -> str:
    done = covered.get(row.id, frozenset()) & row.kinds.keys()
    if not done:
        return "uncovered"
    return "covered" if len(done) == len(row.kinds) else "partly"


def _marked(row: Requirement, covered: Mapping[str, frozenset[str]]) -> str:
    """The kinds with their marks, strongest first: +observed -documented."""
    done = covered.get(row.id, frozenset())
    return " ".join(f"{'+' if kind in done else '-'}{kind}" for kind in Kind if kind in row.kinds)


def _aligned(cells: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    for row in cells:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(padded).rstrip()


def _summary(rows: Sequence[Requirement], covered: Mapping[str, frozenset[str]]) -> str:
    said = [_coverage(row, covered) for row in rows]
    counts = ", ".join(f"{said.count(coverage)} {coverage}" for coverage in COVERAGES)
    return f"{len(rows)} requirement{'' if len(rows) == 1 else 's'}: {counts}"


def explain(
    catalogue: Catalogue,
    requirement: str,
    covered: Mapping[str, frozenset[str]],
    faults: Iterable[str] = (),
) -> str:
    """Everything that is known of one requirement, at most 100 columns wide.

    Args:
        catalogue: the requirements.
        requirement: its id.
        covered: requirement id to the kinds by which some scenario verifies it.
        faults: names of the lab's faults that turn it.

    Raises:
        ConfigurationError: there is no such requirement; the nearest ids are named.
    """
    row = catalogue.row(requirement)
    done = covered.get(row.id, frozenset())
    entries = [
        ("area", f"{catalogue.areas[row.area]} (guide section {row.section})"),
        ("applies to", str(row.applies_to).replace("_", " ")),
        ("expected", row.expected),
        ("site value", f"site.{row.site}" if row.site else "none; the guide decides"),
        ("severity", f"{row.severity}: {row.why}"),
        *((kind, _verified(row.kinds[kind], kind in done)) for kind in Kind if kind in row.kinds),
        ("remedy", row.remedy.text),
        ("interface", row.remedy.interface),
        ("API", row.remedy.api),
        ("wizard", row.remedy.wizard),
        ("faults", ", ".join(sorted(faults))),
    ]
    lines = [line for label, text in entries if text for line in _entry(label, text)]
    return "\n".join([*wrap(f"{row.id}  {row.title}", WIDTH), "", *lines])


def _verified(verification: Verification, has_scenario: bool) -> str:  # noqa: FBT001
    """What a kind of verification looks at, and on which conditions."""
    conditions = [
        f"where {verification.where}" if verification.where else "",
        f"needs allow: [{verification.intrusive}]" if verification.intrusive else "",
        f"more with allow: [{verification.more_with}]" if verification.more_with else "",
        "from the node's own link" if verification.vantage == "on-link" else "",
        "on request" if verification.on_request else "",
        "has a scenario" if has_scenario else "no scenario yet",
    ]
    return "; ".join(part for part in (verification.note, *conditions) if part)


def _entry(label: str, text: str) -> list[str]:
    indent = " " * _LABEL
    return wrap(text, WIDTH, initial_indent=f"{label}:".ljust(_LABEL), subsequent_indent=indent)
