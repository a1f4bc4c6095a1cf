"""What changed between two runs, as it stands in the record of the later one."""

from __future__ import annotations

from pydantic import AwareDatetime

from securemode.report.root import Record
from securemode.verdicts import Verdict


class ComparedRun(Record):
    """One of the two runs.

    Attributes:
        id: of the run.
        environment: name of its environment.
        began: when it began, UTC.
        outcome: what it came to.
        exit_code: with which it ended.
    """

    id: str
    environment: str
    began: AwareDatetime
    outcome: str
    exit_code: int


class VersionChange(Record):
    """Something of which the two runs name different versions; empty where one names none."""

    of: str
    before: str
    after: str


class Difference(Record):
    """One path of what was seen, at every place where it changed alike.

    Attributes:
        probe: name of the probe that saw it.
        places: where: a target, its port, and what else tells one look from another.
        path: what, in readable words: "TLS 1.2 suites".
        added: what a list has now and had not.
        removed: what a list had and has no longer.
        before, after: the two values where it is no list.
        evidence: ids of the records, the same in both runs.
        judged: the requirements that the later run judged by these records.
    """

    probe: str
    places: tuple[str, ...]
    path: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    evidence: tuple[str, ...] = ()
    judged: tuple[str, ...] = ()


class CheckChange(Record):
    """One requirement (or STIG control), verified in one way, at every target that changed alike.

    Attributes:
        requirement: id of the requirement or control.
        kind: how it was verified; "control" for a control.
        targets: where.
        before, after: the verdicts; none in the run that did not come to one.
        what: the statement of the run that speaks last of it.
        expected, saw: of that run, as phrases.
        saw_before: what the earlier run saw, where both speak of it.
        next_step: what to do about it.
        evidence: ids of the records that the verdict rests on.
        seen: what differs in these records.
    """

    requirement: str
    title: str
    severity: str
    kind: str
    targets: tuple[str, ...]
    before: Verdict | None = None
    after: Verdict | None = None
    what: str = ""
    expected: str = ""
    saw: str = ""
    saw_before: str = ""
    next_step: str = ""
    evidence: tuple[str, ...] = ()
    seen: tuple[Difference, ...] = ()


class Comparison(Record):
    """What changed between two runs, worst first.

    Attributes:
        before, after: the two runs.
        cautions: why the comparison says less than it seems to, a sentence each.
        regressed: was fine, and is not.
        new_surface: a port open or a suite offered that was not there.
        vanished: judged before, and not now.
        still_open: was not fine, and is not.
        drifted: seen otherwise, though what rests on it holds.
        fixed: was not fine, and is.
        new_checks: judged now, and not before.
        versions: of product, suite and catalogue, where they differ.
    """

    before: ComparedRun
    after: ComparedRun
    cautions: tuple[str, ...] = ()
    regressed: tuple[CheckChange, ...] = ()
    new_surface: tuple[Difference, ...] = ()
    vanished: tuple[CheckChange, ...] = ()
    still_open: tuple[CheckChange, ...] = ()
    drifted: tuple[Difference, ...] = ()
    fixed: tuple[CheckChange, ...] = ()
    new_checks: tuple[CheckChange, ...] = ()
    versions: tuple[VersionChange, ...] = ()

    @property
    def is_worse(self) -> bool:
        """Whether something regressed, is open to the network anew, or is no longer checked."""
        return bool(self.regressed or self.new_surface or self.vanished)
