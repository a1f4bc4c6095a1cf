"""How a virtual machine gets snapshots and a new name, and how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

from lab.vcenter.serving import machine

if TYPE_CHECKING:
    from lab.vcenter.serving import Served


@pytest.fixture
def node(instance: Any) -> Any:
    """The machine of the first node, which runs."""
    return machine(instance, "node0")


def snapshots(node: Any) -> Any:
    return node.snapshot


def test_snapshots_form_a_tree(node: Any) -> None:
    assert snapshots(node) is None
    for name in ("first", "second", "third"):
        WaitForTask(
            node.CreateSnapshot_Task(name=name, description="why", memory=False, quiesce=False)
        )
    (first,) = snapshots(node).rootSnapshotList
    (second,) = first.childSnapshotList
    assert (first.name, second.name, first.state) == ("first", "second", "poweredOn")
    assert snapshots(node).currentSnapshot == second.childSnapshotList[0].snapshot
    assert second.snapshot.config.name == "node0"
    WaitForTask(second.snapshot.RemoveSnapshot_Task(removeChildren=False))
    (first,) = snapshots(node).rootSnapshotList
    assert [child.name for child in first.childSnapshotList] == ["third"]
    WaitForTask(first.snapshot.RemoveSnapshot_Task(removeChildren=True))
    assert snapshots(node) is None
    WaitForTask(node.CreateSnapshot_Task(name="again", description="", memory=False, quiesce=False))
    WaitForTask(node.RemoveAllSnapshots_Task())
    assert snapshots(node) is None


def test_names_are_given_once_in_a_folder(node: Any) -> None:
    with pytest.raises(vim.fault.DuplicateName) as refused:
        WaitForTask(node.Rename_Task("node1"))
    assert refused.value.name == "node1"
    WaitForTask(node.Rename_Task("renamed"))
    assert node.name == node.summary.config.name == "renamed"


def test_a_destroyed_machine_is_gone(served: Served, node: Any) -> None:
    WaitForTask(node.PowerOffVM_Task())
    host = node.runtime.host
    files = served.vcenter.inventory.named(vim.Datastore, "datastore1").kept["files"]
    files["node0/node0.nvram"], files["node1/node1.nvram"] = b"a", b"b"
    WaitForTask(node.Destroy_Task())
    assert [found.name for found in host.vm] == ["node1", "jump-host"]
    assert list(files) == ["node1/node1.nvram"]
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        assert node.name
