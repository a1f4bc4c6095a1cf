"""Runs set-ups where the lab's operator stands, each run in a process that may be killed.

python all_setups_operator.py ROOT < one JSON object a line, after the lab's document in the first.
Everything heavy is imported once; every request is answered by a fork, in one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from securemode.environment.loading import load
from securemode.errors import SetupFailed
from securemode.setups import lab_document
from securemode.setups.backup import Backup
from securemode.setups.configure_application import ConfigureApplication
from securemode.setups.configure_bios import ConfigureBios
from securemode.setups.console_way import by_console
from securemode.setups.deploy_conferencing_nodes import DeployConferencingNodes
from securemode.setups.deploy_management_node import DeployManagementNode
from securemode.setups.install_wizard import InstallWizard
from securemode.setups.kept_bootstrap import KeptBootstraps
from securemode.setups.kept_file import write_for_owner
from securemode.setups.kept_pages import KeptPages
from securemode.setups.kept_record import KeptRecord
from securemode.setups.lab import Lab
from securemode.setups.reserve_resources import ReserveResources
from securemode.setups.security_wizard import SecurityWizard
from securemode.vsphere import session as _heavy
from securemode.vsphere.access import VSphereAccess
from setups import death

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.setups.setup import Setup

assert _heavy  # imported before the first fork


class Run:
    """What one run of the suite has: an environment, a session, and a directory of kept things."""

    def __init__(self, root: Path, document: dict[str, Any], kept: Path) -> None:
        environment = load("lab", root / "environments", resolve=True)
        self.environment = lab_document.supplied(environment, document)
        self.deployment = self.environment.deployment()
        self.access = VSphereAccess(self.environment)
        self.lab = Lab(document)
        self.kept = kept

    def setup(self, name: str) -> Setup:
        """A set-up as the plug-in's fixtures make it."""
        return _MADE[name](self)


def _picture(what: str, _picture: bytes) -> str:
    return what


def _security_wizard(run: Run) -> Setup:
    node, environment = run.deployment.management, run.environment
    return SecurityWizard(
        environment,
        run.deployment,
        restart_node=lambda name: run.lab.control("restart", node=name),
        beside_ssh=partial(by_console, node, environment, run.access, _picture),
        kept=KeptRecord(run.kept / "security-wizard.json"),
    )


def _deploy_conferencing_nodes(run: Run) -> Setup:
    kept = KeptBootstraps(run.kept / "bootstrap")
    return DeployConferencingNodes(run.environment, run.deployment, run.access, kept)


def _configure_bios(run: Run) -> Setup:
    kept = KeptPages(run.kept / "bios.json")
    return ConfigureBios(
        run.environment, run.deployment, run.access, kept=kept, keep_picture=_picture
    )


_MADE: dict[str, Callable[[Run], Setup]] = {
    "deploy_management_node": lambda run: DeployManagementNode(run.environment, run.access),
    "install_wizard": lambda run: InstallWizard(
        run.environment,
        run.deployment,
        run.access,
        keep_picture=_picture,
        keep_log=partial(write_for_owner, run.kept / "installation.log"),
        was_installed=(run.kept / "installation.log").exists,
        begun=run.kept / "installation.begun",
    ),
    "security_wizard": _security_wizard,
    "deploy_conferencing_nodes": _deploy_conferencing_nodes,
    "reserve_resources": lambda run: ReserveResources(run.environment, run.deployment, run.access),
    "configure_bios": _configure_bios,
    "configure_application": lambda run: ConfigureApplication(run.environment),
    "backup": lambda run: Backup(run.environment),
}


def carried_out(root: Path, document: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Run set-ups in order; what each changed, or the words with which one stopped."""
    run = Run(root, document, Path(asked["kept"]))
    watch = death.Watch(asked.get("dies"))
    changes: dict[str, list[str]] = {}
    stopped = ""
    for name in asked["setups"]:
        watch.enters(name)
        try:
            changes[name] = [str(change) for change in run.setup(name).run(_said)]
        except SetupFailed as failed:
            stopped = f"{name}: {failed}"
            break
    run.access.close()
    return {"changes": changes, "stopped": stopped, "did": watch.did}


def _said(line: str) -> None:
    """What the person who waits is told is of use where a test fails."""
    sys.stderr.write(f"{line}\n")


def in_a_process(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What work in a forked process answers, or the signal that killed it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            with os.fdopen(writing, "w") as answer:
                json.dump(work(), answer)
            status = 0
        finally:
            sys.stderr.flush()
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    _, ended = os.waitpid(child, 0)
    if os.WIFSIGNALED(ended):
        return {"killed": os.WTERMSIG(ended)}
    answered: dict[str, Any] = json.loads(said) if said else {"stopped": "a defect, see stderr"}
    return answered


def main(root: str) -> None:
    document = json.loads(sys.stdin.readline())
    for line in sys.stdin:
        asked = json.loads(line)
        answer = in_a_process(partial(carried_out, Path(root), document, asked))
        sys.stdout.write(json.dumps(answer | {"number": asked["number"]}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
