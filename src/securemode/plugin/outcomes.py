"""From outcomes of tests to the record of the run, its reports and its exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from securemode import evidence
from securemode.features import coverage, read_all
from securemode.plugin import baseline
from securemode.plugin.facts import run_facts
from securemode.plugin.notes import Notes
from securemode.plugin.run import RUN, WORKER_KEY, Run
from securemode.plugin.speech import Speech
from securemode.plugin.tags import claims_of
from securemode.report import models, pack, terminal, validity
from securemode.report.record import compose
from securemode.report.recorded import RecordedFinding
from securemode.verdicts import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from xdist.workermanage import WorkerController

    from securemode.report.manifest import Unwritten
    from securemode.report.models import Result

_LETTERS = {
    Verdict.PASS: ".",
    Verdict.FAIL: "F",
    Verdict.INCONCLUSIVE: "?",
    Verdict.NOT_REVIEWED: "-",
    Verdict.NOT_APPLICABLE: "n",
    Verdict.ATTESTED: "a",
    Verdict.WAIVED: "w",
}


class Outcomes:
    """Gathers what every scenario came to; lives in the controller, or in the only process.

    Attributes:
        findings: everything recorded, in the order in which it arrived.
        notes: what was planned and done, here or in the workers.
        faults: errors of the suite itself, one line each.
        result: the record, once the session has ended.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.findings: list[RecordedFinding] = []
        self.notes = Notes()
        self.faults: list[str] = []
        self.result: Result | None = None
        self.unwritten: tuple[Unwritten, ...] = ()

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """A run of a selection says that it is one."""
        self.notes.partial = self.notes.partial or any(claims_of(item) for item in items)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remember what will be verified, so that what is left out shows; say what will happen."""
        self.notes.take_plan(session.items, self.run)
        if self.notes.planned and not session.config.option.collectonly:
            Speech(session.config).line(self._announcement(session))

    def _announcement(self, session: pytest.Session) -> str:
        run = self.run
        lab = run.lab and models.Lab(profile=run.lab.profile, reason=run.lab.profile_reason)
        return terminal.banner_before(
            environment=run.environment.name,
            nodes=[node.name for node in run.deployment.nodes],
            scenarios=len(session.items),
            requirements=len({claim.requirement for claim in self.notes.planned}),
            permissions=sorted(run.environment.allow),
            connections=self.notes.connections,
            lab=lab or None,
        )

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: WorkerController) -> None:
        """Take over what an xdist worker knows: it collects and observes, not the controller."""
        self.notes.merge(getattr(node, "workeroutput", {}).get(WORKER_KEY))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the findings that travelled with the report, from here or from a worker."""
        self.findings += map(RecordedFinding.of_plain, getattr(report, "findings", ()))
        if report.failed and not getattr(report, "findings", ()):
            first = str(report.longrepr).strip().splitlines()
            self.faults.append(f"{report.nodeid}: {first[-1] if first else 'failed'}")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the record and every report from it; the exit code is the decision's."""
        self.notes.take_end(self.run)
        if exitstatus in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
            return
        if (
            not self.notes.planned
            or session.config.option.plan
            or session.config.option.collectonly
        ):
            return
        self.result = self._compose(session.config, exitstatus)
        self._write(self.result)
        session.exitstatus = self.result.decision.exit_code
        if self.unwritten:  # the suite is at fault, and nobody can sign what is not there
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR

    def _compose(self, config: pytest.Config, exitstatus: int) -> Result:
        run = self.run
        covered = coverage(read_all(run.root / "features"))
        stopped = self.notes.interrupted or exitstatus == pytest.ExitCode.INTERRUPTED
        facts = run_facts(
            run,
            config,
            self.notes,
            covered=frozenset((name, kind) for name in covered for kind in covered[name]),
            interrupted=stopped,
            faults=tuple(self.faults),
        )
        result = compose(run.catalogue, self.findings, facts, run.environment.gate)
        records = tuple(evidence.records(run.directory / "evidence"))
        return baseline.since(config, validity.dated(result, records), records)

    def _write(self, result: Result) -> None:
        directory = self.run.directory
        written = pack.write(result, evidence.records(directory / "evidence"), directory)
        self.unwritten = written.unwritten
        if self.run.past is not None:  # nobody looked: the latest run is another
            return
        latest = directory.parent / f"{self.run.environment.name}-latest"
        latest.unlink(missing_ok=True)
        latest.symlink_to(directory.name)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """The last thing that the person who waited reads."""
        if self.result is not None:
            terminalreporter.ensure_newline()
            terminalreporter.write_line(
                terminal.summary(
                    self.result,
                    colour=terminalreporter.hasmarkup,
                    width=terminalreporter._screen_width,  # noqa: SLF001
                    report=str(_relative(self.run.directory / "report.html", self.run.root)),
                )
            )
        for one in self.unwritten:
            terminalreporter.write_line(
                f"ERROR: {one.file} was not written, the suite is at fault: {one.why}"
            )


class WorkerOutcomes:
    """In an xdist worker: sends home what only the worker knows."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.notes = Notes()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Every worker collects everything; the plan of one is the plan of all."""
        self.notes.take_plan(session.items, self.run)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Put the notes where the controller finds them."""
        self.notes.take_end(self.run)
        session.config.workeroutput[WORKER_KEY] = self.notes.as_plain()  # type: ignore[attr-defined]


def _relative(path: Path, root: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the findings travel with the report, as plain values."""
    report = yield
    ledger = getattr(item, "ledger", None)
    if call.when == "call" and ledger is not None:
        judged = not call.excinfo or call.excinfo.errisinstance(
            (pytest.fail.Exception, pytest.skip.Exception, pytest.xfail.Exception)
        )
        plain = [finding.as_plain() for finding in ledger.entries] if judged else []
        report.findings = plain  # type: ignore[attr-defined]
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Name verdicts as verdicts: "inconclusive" isn't "failed"."""
    findings = getattr(report, "findings", ())
    if report.when != "call" or not findings:
        return None
    verdict = worst(Verdict(finding["verdict"]) for finding in findings)
    return verdict.value, _LETTERS[verdict], verdict.value.upper()


def register(config: pytest.Config) -> None:
    """Start gathering; called once the run is known."""
    run = config.stash[RUN]
    gatherer = WorkerOutcomes(run) if run.worker else Outcomes(run)
    config.pluginmanager.register(gatherer, "securemode-outcomes")
