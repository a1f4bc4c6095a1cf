"""From an empty vCenter to nodes in sync, against the lab as a stranger sees it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.control.running import RunningLab, up

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = str(Path(__file__).with_name("deploying_operator.py"))
MANAGEMENT, CONFERENCING = "deploy_management_node", "deploy_conferencing_nodes"
RESOURCES = "reserve_resources"
KILLED = 9


class Deploying:
    """A lab that begins empty, and what a run keeps beside it."""

    def __init__(self, lab: RunningLab, directory: Path) -> None:
        self.lab = lab
        self.directory = directory

    def does(self, *steps: list[Any]) -> list[Any]:
        results = self._asked(*steps)
        assert isinstance(results, list), results
        return results

    def _asked(self, *steps: list[Any]) -> list[Any] | int:
        given = {"document": self.lab.document, "steps": steps, "directory": str(self.directory)}
        done = self.lab.run(sys.executable, PROGRAM, given=json.dumps(given), timeout_s=90)
        if done.returncode == KILLED:
            return KILLED
        assert done.returncode == 0, done.stderr[-3000:]
        results: list[Any] = json.loads(done.stdout)
        return results

    def dies(self, doing: str, name: str) -> None:
        """A run is killed where it is about to ask vCenter for this."""
        assert self._asked(["die_when", doing], ["run", name]) == KILLED

    def writes(self) -> int:
        """How often vCenter was written to, by its own log."""
        requests = self.lab.done("vsphere_requests")["requests"]
        return sum(request["wrote"] for request in requests)


@pytest.fixture(scope="module")
def empty_lab() -> Iterator[RunningLab]:
    lab = up("--stage", "empty", "--nodes", "2")
    try:
        lab.done("save", name="empty")
        yield lab
    finally:
        lab.stop()


@pytest.fixture
def empty(empty_lab: RunningLab, tmp_path: Path) -> Deploying:
    empty_lab.done("restore", name="empty")
    return Deploying(empty_lab, tmp_path / "kept")


@pytest.fixture(scope="module")
def _installed(empty_lab: RunningLab, tmp_path_factory: pytest.TempPathFactory) -> None:
    empty_lab.done("restore", name="empty")
    made = Deploying(empty_lab, tmp_path_factory.mktemp("kept"))
    made.does(["run", MANAGEMENT], ["install"])
    empty_lab.done("save", name="installed")


@pytest.fixture
def installed(empty_lab: RunningLab, tmp_path: Path, _installed: None) -> Deploying:
    empty_lab.done("restore", name="installed")
    return Deploying(empty_lab, tmp_path / "kept")


def test_an_empty_vcenter_becomes_a_deployment_in_sync(empty: Deploying) -> None:
    management, _, conferencing, resources, synced = empty.does(
        *(["run", MANAGEMENT], ["install"], ["run", CONFERENCING], ["run", RESOURCES], ["synced"])
    )
    assert management[0].startswith(
        "mgmt: virtual machine: none → mgmt on esxi1.lab.example, datastore1, VM Management"
    )
    assert "conf2: configuration: not in sync → in sync (DEPLOY-02)" in conferencing
    assert any(
        line.endswith("datastore2, dvs-conferencing-nodes (DEPLOY-02)") for line in conferencing
    )
    assert {line.partition(":")[0] for line in resources} == {"mgmt", "conf1", "conf2"}
    assert synced == ["conf1", "conf2"]
    assert not empty.directory.exists()
    before = empty.writes()
    again = empty.does(*(["run", name] for name in (MANAGEMENT, CONFERENCING, RESOURCES)))
    assert again == [[], [], []]
    assert empty.writes() == before


@pytest.mark.parametrize(
    "doing", ["importing mgmt", "marking mgmt as complete", "switching mgmt on"]
)
def test_a_management_node_whose_run_was_killed_is_completed(empty: Deploying, doing: str) -> None:
    empty.dies(doing, MANAGEMENT)
    ended, again = empty.does(["run", MANAGEMENT], ["run", MANAGEMENT])
    assert ended
    assert "stopped" not in ended
    assert again == []


@pytest.mark.parametrize("doing", ["marking conf1 as complete", "switching conf2 on"])
def test_conferencing_nodes_whose_run_was_killed_are_completed(
    installed: Deploying, doing: str
) -> None:
    installed.dies(doing, CONFERENCING)
    ended, again, synced = installed.does(["run", CONFERENCING], ["run", CONFERENCING], ["synced"])
    assert "stopped" not in ended
    assert again == []
    assert synced == ["conf1", "conf2"]


def test_a_connection_that_breaks_half_way_is_tried_again(empty: Deploying) -> None:
    empty.lab.done("vsphere", lost_uploads=1)
    (changes,) = empty.does(["run", MANAGEMENT])
    assert len(changes) == 2


def test_who_may_only_look_is_told_which_privilege_it_takes(empty: Deploying) -> None:
    _, (stopped, said) = empty.does(["as_reader"], ["run", MANAGEMENT])
    assert stopped == "stopped"
    assert "the account lacks the privilege" in said
    assert "Not done: mgmt: virtual machine imported; mgmt: switched on." in said
    assert "give the account of credentials.vsphere that privilege." in said


def test_a_session_that_has_ended_is_begun_anew(empty: Deploying) -> None:
    *_, changes = empty.does(["end_session"], ["run", MANAGEMENT])
    assert len(changes) == 2
