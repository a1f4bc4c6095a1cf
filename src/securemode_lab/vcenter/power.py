"""Power of a virtual machine: on, off and reset."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pyVmomi import vim, vmodl

from securemode_lab.vcenter import admission, tasks
from securemode_lab.vcenter.objects import Method

if TYPE_CHECKING:
    from securemode_lab.vcenter.machines import VirtualMachine
    from securemode_lab.vcenter.objects import Call

_STATES = {True: "poweredOn", False: "poweredOff"}
_SHOWN = {True: "Powered on", False: "Powered off"}


def must_respond(machine: VirtualMachine) -> None:
    """Refuse what takes a host that responds.

    Raises:
        vmodl.fault.HostNotConnected: the machine's host does not.
    """
    if machine.is_cut_off:
        raise vmodl.fault.HostNotConnected(
            msg="Unable to communicate with the remote host, since it is disconnected."
        )


def must_be(machine: VirtualMachine, *, on: bool) -> None:
    """Refuse what a machine can't do in the state in which it is.

    Raises:
        vmodl.fault.HostNotConnected: its host does not respond.
        vim.fault.InvalidPowerState: it is on, or off.
    """
    must_respond(machine)
    if machine.is_on is not on:
        raise vim.fault.InvalidPowerState(
            msg="The attempted operation cannot be performed in the current state "
            f"({_SHOWN[machine.is_on]}).",
            requestedState=_STATES[on],
            existingState=_STATES[machine.is_on],
        )


async def switch_on(machine: VirtualMachine) -> None:
    """Switch a machine on; one that has entered its set-up utility is not asked to again.

    Raises:
        vmodl.MethodFault: it is on, or its host can't give what it reserves.
    """
    must_be(machine, on=False)
    admission.admit(machine, machine.config)
    machine.kept |= {"on": True, "boot_time": datetime.now(UTC)}
    await _boot(machine)


async def switch_off(machine: VirtualMachine) -> None:
    """Switch a machine off.

    Raises:
        vmodl.MethodFault: it is off, or its host does not respond.
    """
    must_be(machine, on=True)
    await machine.guest.power_off()
    machine.kept |= {"on": False, "boot_time": None}


async def reset(machine: VirtualMachine) -> None:
    """Start a machine anew that runs.

    Raises:
        vmodl.MethodFault: it is off, or its host does not respond.
    """
    must_be(machine, on=True)
    await machine.guest.power_off()
    machine.kept["boot_time"] = datetime.now(UTC)
    await _boot(machine)


async def _boot(machine: VirtualMachine) -> None:
    options = machine.config.bootOptions
    enter_setup = bool(options is not None and options.enterBIOSSetup)
    if enter_setup:
        options.enterBIOSSetup = False
    await machine.guest.power_on(enter_setup=enter_setup)


def _power_on(call: Call, host: Any = None) -> Any:
    del host
    machine: VirtualMachine = call.managed  # type: ignore[assignment]
    return _task(call, "powerOn", lambda: switch_on(machine))


def _power_off(call: Call) -> Any:
    machine: VirtualMachine = call.managed  # type: ignore[assignment]
    return _task(call, "powerOff", lambda: switch_off(machine))


def _reset(call: Call) -> Any:
    machine: VirtualMachine = call.managed  # type: ignore[assignment]
    return _task(call, "reset", lambda: reset(machine))


def _task(call: Call, name: str, work: tasks.Work) -> Any:
    return tasks.start(
        call.inventory, call.managed, f"VirtualMachine.{name}", work, user=call.session.user
    )


METHODS = {
    "PowerOnVM_Task": Method(_power_on, "VirtualMachine.Interact.PowerOn"),
    "PowerOffVM_Task": Method(_power_off, "VirtualMachine.Interact.PowerOff"),
    "ResetVM_Task": Method(_reset, "VirtualMachine.Interact.Reset"),
}
