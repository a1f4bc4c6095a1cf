"""`--setup=lab_secured` on a lab of the run's own: restores what an earlier run has secured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.errors import SetupFailed
from securemode.evidence import now
from securemode.plugin.options import asks_for_secured_lab
from securemode.setups import lab as embedded
from securemode.setups.secured_lab import Secured, SecuredLab, key_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from securemode.plugin.run import Run
    from securemode.setups.lab import Lab


def started(run: Run, config: pytest.Config) -> Lab:
    """A lab for this run: a secured one where such a state was asked for and is kept, or a new one.

    Raises:
        SetupFailed: none comes up.
    """
    assert run.environment.lab is not None
    nodes = config.option.nodes or run.environment.lab.conferencing_nodes
    profile, stage = config.option.lab_profile, embedded.stage_before(run.setups)
    if asks_for_secured_lab(config):
        key = key_of(run.root, run.environment, nodes, profile, stage, run.setups)
        folder = run.directory.parent / f"{run.environment.name}-secured"
        run.secured = SecuredLab(folder, key)
        if run.secured.find():
            try:
                return embedded.start(nodes, profile=profile, state=run.secured.state)
            except SetupFailed as error:
                run.secured.refuse(error.message)
    return embedded.start(nodes, profile=profile, stage=stage)


def own_files(run: Run) -> Mapping[str, Path]:
    """What set-ups make for one deployment and later runs need, by what it is."""
    last_resort = run.environment.credentials.last_resort
    places = {"record of the security wizard": run.own_record}
    if last_resort is not None:
        places["last-resort certificate"] = last_resort.certificate
        places["last-resort key"] = last_resort.key
    return places


def keep(run: Run, transcripts: Mapping[str, str]) -> str:
    """Keep the lab that the set-ups have secured; a sentence about it, or nothing.

    Args:
        run: whose set-ups have ended.
        transcripts: of its set-ups, by their names.
    """
    if run.secured is None or run.secured.restored is not None or run.lab is None:
        return ""
    left = Secured(
        run=run.id,
        at=now(),
        setups=tuple(transcripts),
        transcripts={name: run.redactor.text(text) for name, text in transcripts.items()},
        files={
            name: path.read_text(encoding="utf-8")
            for name, path in own_files(run).items()
            if path.exists()
        },
    )
    try:
        run.secured.keep(run.lab, left)
    except SetupFailed as error:
        return error.message
    return "its state is kept for later runs with --setup=lab_secured"
