"""Work that takes its time, and waiting for it."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from pyVim.task import WaitForTask, WaitForTasks
from pyVmomi import vim, vmodl

from lab.vcenter.serving import Collector, filter_spec, machine

if TYPE_CHECKING:
    from lab.vcenter.serving import Served


def test_a_task_tells_what_it_does(instance: Any) -> None:
    node = machine(instance, "node0")
    task = node.PowerOffVM_Task()
    assert WaitForTask(task) == "success"
    info = task.info
    assert (info.descriptionId, info.entityName) == ("VirtualMachine.powerOff", "node0")
    assert info.entity == node
    assert info.queueTime <= info.startTime <= info.completeTime
    assert task in instance.content.taskManager.recentTask


def test_a_slow_task_is_seen_running(served: Served, instance: Any) -> None:
    served.run(lambda: served.vcenter.be_in_trouble({"slow_tasks_s": 0.5}))
    task = machine(instance, "node0").PowerOffVM_Task()
    began = time.monotonic()
    assert task.info.state in {"queued", "running"}
    with pytest.raises(vmodl.fault.NotSupported):
        task.CancelTask()
    WaitForTask(task)
    assert 0.4 < time.monotonic() - began < 20


def test_a_task_fails_where_the_lab_is_told_so(served: Served, instance: Any) -> None:
    trouble = {"failing_tasks": {"VirtualMachine.powerOff": "the disk is on fire"}}
    served.run(lambda: served.vcenter.be_in_trouble(trouble))
    node = machine(instance, "node0")
    task = node.PowerOffVM_Task()
    with pytest.raises(vim.fault.GenericVmConfigFault, match="on fire"):
        WaitForTask(task)
    assert task.info.error.msg == "the disk is on fire"
    assert node.runtime.powerState == "poweredOn"


def test_several_tasks_are_waited_for_together(instance: Any) -> None:
    nodes = [machine(instance, f"node{number}") for number in range(3)]
    WaitForTasks([node.PowerOffVM_Task() for node in nodes], si=instance)
    assert {node.runtime.powerState for node in nodes} == {"poweredOff"}


def test_changes_are_told_once(instance: Any) -> None:
    collector, node = instance.content.propertyCollector, machine(instance, "node0")
    spec = filter_spec(instance, vim.VirtualMachine, ["name", "runtime.powerState"])
    watching = collector.CreateFilter(spec, partialUpdates=True)
    first = collector.WaitForUpdatesEx(None, Collector.WaitOptions(maxWaitSeconds=5))
    kinds = {update.kind for update in first.filterSet[0].objectSet}
    assert (kinds, len(first.filterSet[0].objectSet)) == ({"enter"}, 4)
    quick = Collector.WaitOptions(maxWaitSeconds=0)
    assert collector.WaitForUpdatesEx(first.version, quick) is None
    WaitForTask(node.PowerOffVM_Task(), pc=collector.CreatePropertyCollector())
    (change,) = collector.CheckForUpdates(first.version).filterSet[0].objectSet
    assert (change.obj, change.kind) == (node, "modify")
    assert [(c.name, c.val) for c in change.changeSet] == [("runtime.powerState", "poweredOff")]
    with pytest.raises(vmodl.query.InvalidCollectorVersion):
        collector.CheckForUpdates("777")
    watching.Destroy()
    assert collector.CheckForUpdates(None) is None


def test_whoever_waits_hears_of_the_end_of_the_session(served: Served) -> None:
    """A wait without an end must not outlive its session."""
    waiter = served.connect()
    collector = waiter.content.propertyCollector
    collector.CreateFilter(filter_spec(waiter, vim.StoragePod, ["name"]), partialUpdates=True)
    heard: list[type[BaseException]] = []

    def wait() -> None:
        try:
            collector.WaitForUpdates(None)
        except vmodl.MethodFault as fault:
            heard.append(type(fault))

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    time.sleep(0.2)
    assert thread.is_alive()
    served.run(served.vcenter.expire_sessions)
    thread.join(20)
    assert heard == [vmodl.fault.RequestCanceled]
