"""The virtual machine of a node as set-ups need it: where it is, whether it is on and whole."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyVmomi import vim, vmodl

from securemode.errors import CannotLook, SetupFailed
from securemode.observations.vsphere import MachineIdentity
from securemode.vsphere.matching import of_node
from securemode.vsphere.tasks import FIRST_PAUSE_S, LONGEST_PAUSE_S, carried_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.environment.vsphere import VSphere
    from securemode.targets import Node
    from securemode.vsphere.session import Properties, VSphereSession

MARK = "securemode.import"
"""Advanced setting that a machine has for as long as its import has not come to its end."""

UNFINISHED = "unfinished"

LEASE_ENDS_S = 420.0
"""After which vCenter has given up an import whose client is gone; it usually waits 300 s."""

_BUSY = (vim.fault.InvalidState, vim.fault.TaskInProgress, vim.fault.ConcurrentAccess)

_PATHS = (
    "name",
    "config.instanceUuid",
    "config.uuid",
    "config.template",
    "guest.hostName",
    "guest.ipAddress",
    "runtime.powerState",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine(MachineIdentity):
    """A virtual machine that was found.

    Attributes:
        is_on: whether it is powered on.
    """

    is_on: bool

    def in_session(self, session: VSphereSession) -> Any:
        """The managed object."""
        return session.managed(vim.VirtualMachine, self.moid)


class Listing:
    """Every virtual machine of vCenter, read once until something has been written.

    Args:
        session: with vCenter.
    """

    def __init__(self, session: VSphereSession) -> None:
        self._session = session
        self._machines: list[Machine] | None = None

    def machines(self) -> list[Machine]:
        """All of them.

        Raises:
            CannotLook: vCenter does not say.
        """
        if self._machines is None:
            seen = self._session.properties(vim.VirtualMachine, _PATHS)
            self._machines = [_machine(moid, properties) for moid, properties in seen.items()]
        return self._machines

    def forget(self) -> None:
        """Something has been written: the next look is a new one."""
        self._machines = None

    def machine_of(self, node: Node, vcenter: VSphere) -> Machine | None:
        """The virtual machine of a node; None where there is none yet.

        Raises:
            CannotLook: vCenter does not say.
            SetupFailed: several could be meant, or the one that is stated has another name by now.
        """
        machines = self.machines()
        match = of_node(node, machines, vcenter)
        if match.machine is None and not match.candidates:
            _refuse_renamed(node, machines, vcenter)
        if match.candidates and match.machine is None:
            raise SetupFailed(
                f"Which virtual machine is {node.name} cannot be told: {match.why}.",
                remedy=f"state its managed object id under vsphere.virtual_machines.{node.name}.",
            )
        return match.machine


def _refuse_renamed(node: Node, machines: list[Machine], vcenter: VSphere) -> None:
    """A machine that has the node's name or address, but not the stated name, is no other node."""
    stated = vcenter.virtual_machines.get(node.name)
    if stated is None:
        return
    unstated = {name: one for name, one in vcenter.virtual_machines.items() if name != node.name}
    other = of_node(node, machines, vcenter.model_copy(update={"virtual_machines": unstated}))
    if other.candidates:
        named = " and ".join(map(str, other.candidates))
        raise SetupFailed(
            f"vCenter has no virtual machine {stated!r}, but {named} with the name or an address "
            f"of {node.name}: it was renamed, or is another.",
            remedy=f"correct vsphere.virtual_machines.{node.name}, or remove that machine.",
        )


def _machine(moid: str, seen: dict[str, Any]) -> Machine:
    return Machine(
        moid=moid,
        name=seen.get("name", ""),
        instance_uuid=seen.get("config.instanceUuid", ""),
        bios_uuid=seen.get("config.uuid", ""),
        guest_name=seen.get("guest.hostName", ""),
        addresses=(seen["guest.ipAddress"],) if seen.get("guest.ipAddress") else (),
        is_template=seen.get("config.template", False),
        is_on=seen.get("runtime.powerState") == "poweredOn",
    )


def is_unfinished(session: VSphereSession, machine: Machine) -> bool:
    """Whether a run of a set-up that was cut off left the machine without all of its disks."""
    found: Properties = session.properties(
        vim.VirtualMachine, ["config.extraConfig"], objects=[machine.in_session(session)]
    )
    settings = found.get(machine.moid, {}).get("config.extraConfig", ())
    return any(one.key == MARK and one.value == UNFINISHED for one in settings)


def switch_on(session: VSphereSession, machine: Machine) -> None:
    """Power a machine on, and wait until it is.

    Raises:
        CannotLook: vCenter refuses it or fails.
    """
    managed = machine.in_session(session)
    carried_out(session, f"switching {machine.name} on", managed.PowerOnVM_Task)


def remove(
    session: VSphereSession,
    machine: Machine,
    progress: Callable[[str], object],
    pause: Callable[[float], object] = time.sleep,
) -> None:
    """Remove what an import that was cut off has left of a machine.

    As long as the lease of that import lasts, vCenter lets nobody touch the machine; when the lease
    has run out, it may remove the machine itself.

    Args:
        session: with vCenter.
        machine: which.
        progress: takes a line where it takes long.
        pause: waits between attempts; takes seconds.

    Raises:
        CannotLook: vCenter refuses it or fails.
    """
    managed = machine.in_session(session)
    deadline = time.monotonic() + LEASE_ENDS_S
    wait_s = FIRST_PAUSE_S
    while True:
        try:
            carried_out(session, f"removing {machine.name}", managed.Destroy_Task, pause=pause)
        except CannotLook as error:
            if is_gone(session, managed):
                return
            if not _is_busy(error) or time.monotonic() >= deadline:
                raise
        else:
            return
        if wait_s == FIRST_PAUSE_S:
            progress(f"{machine.name}: vCenter still waits for the import that was cut off")
        pause(wait_s)
        wait_s = min(2 * wait_s, LONGEST_PAUSE_S)


def _is_busy(error: CannotLook) -> bool:
    fault = error.__cause__
    return isinstance(fault, _BUSY) and not isinstance(fault, vim.fault.InvalidPowerState)


def is_gone(session: VSphereSession, managed: Any) -> bool:
    """Whether a machine that was there is no more.

    Raises:
        CannotLook: vCenter does not say.
    """
    try:
        return not session.properties(vim.VirtualMachine, ["name"], objects=[managed])
    except CannotLook as error:
        if isinstance(error.__cause__, vmodl.fault.ManagedObjectNotFound):
            return True
        raise
