"""The record arranged for the page: sections, map of targets, evidence in its place."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from securemode.report.models import Standing
from securemode.verdicts import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from securemode.report.models import RequirementResult, Result, TargetResult

ELSEWHERE = "deployment"
LONGEST_RECORD = 24_000
WIDEST_LINE = 92
_PEM = "-----BEGIN CERTIFICATE-----"
_WORST_FIRST = tuple(Verdict)
_HEADINGS = {
    "host": "Host environment",
    "resources": "Virtual machine resources",
    "bios": "BIOS",
    "deployment": "Deployment of the nodes",
    "certificates": "TLS certificates",
    "ipv6": "IPv6",
    "last-resort": "Last-resort account",
    "locations": "System locations",
    "contingency": "Contingency deployment",
    "backup": "Configuration backups",
}
"""Where the name of a section alone would not do."""


class Count(NamedTuple):
    """How many requirements of a section have a verdict or, without one, a standing."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the guide."""

    name: str
    requirements: tuple[RequirementResult, ...]

    @property
    def title(self) -> str:
        """The section as a heading: "security-wizard" is "Security wizard"."""
        return _HEADINGS.get(self.name, self.name.replace("-", " ").capitalize())

    @property
    def judged(self) -> tuple[RequirementResult, ...]:
        """The requirements that take part in the decision."""
        return tuple(r for r in self.requirements if r.standing is Standing.JUDGED)

    @property
    def counts(self) -> tuple[Count, ...]:
        """What there is at all, worst first, then what takes no part."""
        states = [state(requirement) for requirement in self.requirements]
        names = [*map(str, _WORST_FIRST), Standing.NOT_SELECTED, Standing.NOT_COVERED]
        return tuple(Count(str(name), states.count(name)) for name in names if name in states)


def state(requirement: RequirementResult) -> str:
    """The verdict, or the standing where there is none."""
    return str(requirement.verdict or requirement.standing)


def sections(result: Result) -> tuple[Section, ...]:
    """The catalogue section by section, in its own order."""
    grouped: defaultdict[str, list[RequirementResult]] = defaultdict(list)
    for requirement in result.requirements:
        grouped[requirement.section].append(requirement)
    return tuple(Section(name, tuple(rows)) for name, rows in grouped.items())


def columns(result: Result) -> tuple[str, ...]:
    """Names of the columns of the map: every node, then the deployment with its locations."""
    return (*(node.name for node in result.nodes), ELSEWHERE)


def cells(requirement: RequirementResult, names: Sequence[str]) -> tuple[Verdict | None, ...]:
    """The worst verdict at each node; what concerns no single node belongs to the last column."""
    said: defaultdict[str, list[Verdict]] = defaultdict(list)
    for finding in requirement.targets:
        said[_column(finding, names)].append(finding.verdict)
    return tuple(worst(said[name]) if name in said else None for name in names)


def _column(finding: TargetResult, names: Sequence[str]) -> str:
    return finding.target if finding.target in names else ELSEWHERE


def nodes(requirement: RequirementResult, names: Sequence[str]) -> tuple[str, ...]:
    """The columns of the map in which the requirement has something to say."""
    said = zip(names, cells(requirement, names), strict=True)
    return tuple(name for name, verdict in said if verdict is not None)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record as the page shows it.

    Attributes:
        record: the record, redacted when it was written; None where the file does not have it.
        home: id of the requirement under which it is shown; the others link to it there.
    """

    id: str
    record: Mapping[str, Any] | None
    home: str

    @property
    def headline(self) -> str:
        """What, at which target, from where and when."""
        record = self.record or {}
        said = record.get("probe") or record.get("note") or ""
        when = record.get("began") or record.get("at") or ""
        where = record.get("vantage")
        parts = (said, record.get("target"), where and f"from {where}", when)
        return " · ".join(str(part) for part in parts if part)

    @property
    def text(self) -> str:
        """The record, pretty-printed and cut where it would swamp the page."""
        text = _laid_out(self.record)
        if len(text) <= LONGEST_RECORD:
            return text
        return f"{text[:LONGEST_RECORD]}\n… cut here; the whole record is in the evidence file."


def _laid_out(value: object, before: str = "") -> str:
    """JSON as a reader likes it: what fits into a line is on one line."""
    if isinstance(value, str) and value.startswith(_PEM):
        value = f"{_PEM} … {len(value)} characters, whole in the evidence file"
    line = json.dumps(value, ensure_ascii=False)
    if len(line) <= WIDEST_LINE or not isinstance(value, dict | list):
        return line
    inner = f"{before} "
    if isinstance(value, dict):
        entries = [f"{json.dumps(k)}: {_laid_out(v, inner)}" for k, v in value.items()]
    else:
        entries = [_laid_out(entry, inner) for entry in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{inner}" + f",\n{inner}".join(entries) + f"\n{before}{closing}"


def evidence(result: Result, records: Iterable[Mapping[str, Any]]) -> dict[str, Evidence]:
    """Every record that a finding cites, at home under the worst requirement that cites it."""
    known = {str(record.get("id")): record for record in records}
    homes: dict[str, str] = {}
    for requirement in _judged_worst_first(result):
        for finding in requirement.targets:
            for name in finding.evidence:
                homes.setdefault(name, requirement.id)
    return {name: Evidence(name, known.get(name), home) for name, home in homes.items()}


def _judged_worst_first(result: Result) -> list[RequirementResult]:
    judged = [r for r in result.requirements if r.verdict is not None]
    return sorted(judged, key=lambda r: _WORST_FIRST.index(r.verdict or Verdict.NOT_APPLICABLE))


def shown_here(requirement: RequirementResult, known: Mapping[str, Evidence]) -> Iterator[Evidence]:
    """The records that are shown under this requirement, in the order of its findings."""
    cited = dict.fromkeys(name for finding in requirement.targets for name in finding.evidence)
    return (known[name] for name in cited if known[name].home == requirement.id)


def haystack(requirement: RequirementResult) -> str:
    """What the text search looks through."""
    words = [requirement.id, requirement.title, requirement.expected, requirement.wording]
    for finding in requirement.targets:
        words += [finding.target, finding.what, finding.saw, *finding.evidence]
    return " ".join(dict.fromkeys(words)).lower()
