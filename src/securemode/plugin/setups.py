"""Runs the set-ups that the environment names, in order, and keeps what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pytest_bdd.compat import get_fixture_names

from securemode.errors import CannotLook, SetupFailed
from securemode.plugin import secured
from securemode.plugin.run import run_of
from securemode.plugin.speech import Speech
from securemode.report.models import SetupRecord
from securemode.setups.setup import Setup

if TYPE_CHECKING:
    from securemode.plugin.run import Run

LAB = "lab"
"""The set-up that says which lab is verified; it does so for a restored one too."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse a set-up that nobody provides before anything is touched."""
    known = get_fixture_names(fixturemanager=session._fixturemanager)  # noqa: SLF001
    for name in run_of(session.config).setups:
        if name not in known:
            raise pytest.UsageError(
                f"there is no set-up {name!r}. Next: name a session fixture that returns a Setup; "
                "docs/add-a-requirement.md says how."
            )


def run_setups(run: Run, request: pytest.FixtureRequest) -> None:
    """Plan, apply and verify each; a set-up that stops ends the run, its transcript is kept."""
    speech = Speech(request.config)
    log = run.open_observatory().log
    transcripts = {}
    for name in run.setups:
        if _is_restored(run, name):
            continue
        setup = request.getfixturevalue(name)
        if not isinstance(setup, Setup):
            raise SetupFailed(f"the fixture {name} returns no Setup but {type(setup).__name__}.")
        stopped = ""
        changes: list[str] = []
        try:
            changes = [
                str(change)
                for change in setup.run(
                    lambda line: speech.line(run.redactor.text(line)), run.redactor.add
                )
            ]
        except (SetupFailed, CannotLook) as error:
            stopped = run.redactor.text(str(error))
        transcripts[name] = setup.transcript
        if setup.transcript:
            log.noted("transcript", name, setup.transcript)
        outcome = f"stopped: {stopped}" if stopped else "; ".join(setup.notes) or "done"
        clean = tuple(run.redactor.text(change) for change in changes)
        run.setup_records.append(SetupRecord(name=name, changes=clean, outcome=outcome))
        if stopped:
            pytest.exit(f"set-up {name} stopped: {stopped}", pytest.ExitCode.INTERRUPTED)
    if said := secured.keep(run, transcripts):
        speech.line(f"lab: {run.redactor.text(said)}")


def _is_restored(run: Run, name: str) -> bool:
    """Note a set-up whose effects have come back with the lab's state: it is not performed."""
    found = run.secured.restored if run.secured else None
    if found is None or name == LAB:
        return False
    if name in found.transcripts:
        run.open_observatory().log.noted(
            "transcript", name, found.transcripts[name], of_run=found.run
        )
    outcome = f"not performed: restored {found}"
    run.setup_records.append(SetupRecord(name=name, outcome=outcome))
    return True
