"""Waits for vCenter's tasks: what is asked for is only done when its task has ended well."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode.errors import TimedOut, UnexpectedAnswer
from securemode.vsphere.faults import of_fault
from securemode.vsphere.remedies import remedy_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.vsphere.session import VSphereSession

FIRST_PAUSE_S = 0.02
LONGEST_PAUSE_S = 2.0

TASK_TIMEOUT_S = 600.0


def carried_out(
    session: VSphereSession,
    doing: str,
    begin: Callable[[], Any],
    *,
    timeout_s: float = TASK_TIMEOUT_S,
    pause: Callable[[float], object] = time.sleep,
) -> Any:
    """Begin a task, wait until it has ended, and return its result.

    Args:
        session: with vCenter.
        doing: what is being done, for the message: "switching mgmt on".
        begin: calls the method that returns the task; once more where the session had ended.
        timeout_s: how long it may take.
        pause: waits between looks; takes seconds.

    Raises:
        CannotLook: the task is refused, fails, or vCenter does not say how it goes.
        TimedOut: it still runs.
    """
    task = session.ask(doing, begin)
    deadline = time.monotonic() + timeout_s
    wait_s = FIRST_PAUSE_S
    while True:
        info = _info(session, doing, task)
        if info.state == vim.TaskInfo.State.success:
            return info.result
        if info.state == vim.TaskInfo.State.error:
            raise failed(doing, info.error) from info.error
        if time.monotonic() >= deadline:
            raise TimedOut(
                f"{doing}: the task {info.key} still runs after {timeout_s:g} s.",
                remedy="look at it under Recent Tasks, and run the set-up again when it has ended.",
            )
        pause(wait_s)
        wait_s = min(2 * wait_s, LONGEST_PAUSE_S)


def failed(doing: str, fault: Any) -> UnexpectedAnswer:
    """The error to raise where a task or a lease ended in a fault."""
    if fault is None:
        return UnexpectedAnswer(f"{doing}: it failed, and vCenter does not say why.")
    error = of_fault(doing, fault)
    return UnexpectedAnswer(error.message, remedy=error.remedy or remedy_for(fault))


def _info(session: VSphereSession, doing: str, task: Any) -> Any:
    seen = session.properties(vim.Task, ["info"], objects=[task])
    for properties in seen.values():
        if "info" in properties:
            return properties["info"]
    raise UnexpectedAnswer(f"{doing}: vCenter does not say how its task goes.")
