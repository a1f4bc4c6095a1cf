"""Tasks: work that vCenter begins at once and ends later, well or not."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pyVmomi import vim, vmodl
from pyVmomi.VmomiSupport import GetWsdlMethod

from securemode_lab.vcenter.objects import Managed, Method

if TYPE_CHECKING:
    from securemode_lab.vcenter.objects import Call, Inventory

Work = Callable[[], Any]
"""Does what a task is for, and returns its result; a coroutine function is waited for."""
DEFAULT_TAKES_S = 0.02
_REMEMBERED = 200
_WHOLE = 100


def start(
    inventory: Inventory,
    entity: Managed,
    description_id: str,
    work: Work,
    takes_s: float = DEFAULT_TAKES_S,
    *,
    user: str = "VSPHERE.LOCAL\\Administrator",
) -> Any:
    """Begin a task, and return the reference by which a client follows it.

    Args:
        inventory: in which it happens.
        entity: to which it happens.
        description_id: kind and method, such as `VirtualMachine.powerOn`.
        work: done at the end; a fault that it raises is the task's error.
        takes_s: how long it takes before that.
        user: who asked for it.
    """
    task = Managed(vim.Task, inventory.new_moid("task"))
    task.methods["CancelTask"] = Method(_cannot_cancel)
    task.transient = True
    info = task.properties["info"] = _queued(task, entity, description_id, user)
    inventory.add(task)
    _forget_old(inventory)
    runner = asyncio.get_running_loop().create_task(_run(inventory, info, work, takes_s))
    inventory.running.add(runner)
    runner.add_done_callback(inventory.running.discard)
    return task.ref


def _queued(task: Managed, entity: Managed, description_id: str, user: str) -> Any:
    """What a task tells of itself before it has begun."""
    return vim.TaskInfo(
        key=task.moid,
        task=task.ref,
        name=_method(description_id),
        descriptionId=description_id,
        entity=entity.ref,
        entityName=entity.read("name"),
        state="queued",
        cancelled=False,
        cancelable=False,
        reason=vim.TaskReasonUser(userName=user),
        queueTime=datetime.now(UTC),
        eventChainId=int(task.moid.rpartition("-")[2]),
    )


async def _run(inventory: Inventory, info: Any, work: Work, takes_s: float) -> None:
    trouble = inventory.trouble
    info.state, info.startTime, info.progress = "running", datetime.now(UTC), 0
    await asyncio.sleep(takes_s + trouble.slow_tasks_s)
    try:
        _fail_if_asked(trouble.failing_tasks.get(info.descriptionId))
        result = work()
        info.result = await result if inspect.isawaitable(result) else result
        info.progress, info.state = _WHOLE, "success"
    except vmodl.MethodFault as fault:
        _end_badly(info, fault)
    except Exception as defect:  # noqa: BLE001 - whoever waits for the task must hear of it
        _end_badly(info, vmodl.fault.SystemError(msg=f"the lab failed: {defect!r}", reason="lab"))
    info.completeTime = datetime.now(UTC)


def _fail_if_asked(sentence: str | None) -> None:
    if sentence is not None:
        raise vim.fault.GenericVmConfigFault(msg=sentence, reason=sentence)


def _end_badly(info: Any, fault: Any) -> None:
    info.error, info.state = fault, "error"


def _cannot_cancel(call: Call) -> None:
    del call
    raise vmodl.fault.NotSupported(msg="The task cannot be cancelled.")


def _method(description_id: str) -> Any:
    """The method's name as pyVmomi's clients understand it, None where it is none."""
    kind, _, name = description_id.partition(".")
    try:
        info = getattr(vim, kind)._GetMethodInfo(name[:1].upper() + name[1:])  # noqa: SLF001
        return GetWsdlMethod("urn:vim25", info.wsdlName)
    except (AttributeError, KeyError):
        return None


def _forget_old(inventory: Inventory) -> None:
    """Tasks that ended long ago are known no more, as on a real one."""
    known = inventory.of(vim.Task)
    for task in known[: max(0, len(known) - _REMEMBERED)]:
        if task.properties["info"].completeTime is not None:
            inventory.remove(task.moid)
