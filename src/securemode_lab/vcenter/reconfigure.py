"""`ReconfigVM_Task`: how a virtual machine's configuration is changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pyVmomi import vim, vmodl
from pyVmomi.VmomiSupport import DataObject

from securemode_lab.vcenter import admission, device_changes, hardware, tasks
from securemode_lab.vcenter.objects import Method, copied
from securemode_lab.vcenter.power import must_respond

if TYPE_CHECKING:
    from securemode_lab.vcenter.machines import VirtualMachine
    from securemode_lab.vcenter.objects import Call

_PLAIN = (
    "name",
    "annotation",
    "guestId",
    "uuid",
    "instanceUuid",
    "firmware",
    "maxMksConnections",
    "migrateEncryption",
    "ftEncryptionMode",
    "guestAutoLockEnabled",
    "memoryReservationLockedToMax",
    "nestedHVEnabled",
    "cpuHotAddEnabled",
    "memoryHotAddEnabled",
)
"""Members that `ConfigSpec` and `ConfigInfo` have in common and that replace one another."""
_MERGED = ("flags", "bootOptions", "cpuAllocation", "memoryAllocation", "latencySensitivity")
"""Those of which unset members mean no change."""


def merged(old: Any, new: Any) -> Any:
    """`old` with what is set in `new`: unset members mean no change."""
    if old is None or new is None or not isinstance(new, DataObject) or type(old) is not type(new):
        return copied(old if new is None else new)
    made = copied(old)
    for member in new._GetPropertyList():  # noqa: SLF001 - pyVmomi's public name
        value = getattr(new, member.name)
        if value is None or (isinstance(value, list) and not value):
            continue
        setattr(made, member.name, merged(getattr(old, member.name), value))
    return made


def applied(machine: VirtualMachine, spec: Any) -> Any:
    """The configuration that a `ConfigSpec` makes of a machine's.

    Raises:
        vmodl.MethodFault: the machine can't be configured like that.
    """
    config = copied(machine.config)
    if spec.changeVersion and spec.changeVersion != config.changeVersion:
        raise vim.fault.ConcurrentAccess(msg="The machine was changed by somebody else.")
    for name in _PLAIN:
        if getattr(spec, name) is not None:
            setattr(config, name, getattr(spec, name))
    for name in _MERGED:
        setattr(config, name, merged(getattr(config, name), getattr(spec, name)))
    _resize(machine, config, spec)
    _set_options(config, spec.extraConfig)
    device_changes.apply(machine, config, spec.deviceChange)
    _settle_resources(config, spec)
    if machine.is_on:
        admission.admit(machine, config)
    config.modified = datetime.now(UTC)
    config.changeVersion = config.modified.isoformat()
    return config


def _resize(machine: VirtualMachine, config: Any, spec: Any) -> None:
    for asked, name, hot in (
        (spec.numCPUs, "numCPU", config.cpuHotAddEnabled),
        (spec.memoryMB, "memoryMB", config.memoryHotAddEnabled),
        (spec.numCoresPerSocket, "numCoresPerSocket", False),
    ):
        if asked is None or asked == getattr(config.hardware, name):
            continue
        if machine.is_on and not hot:
            raise vim.fault.InvalidPowerState(
                msg="The attempted operation cannot be performed in the current state "
                "(Powered on).",
                requestedState="poweredOff",
                existingState="poweredOn",
            )
        if asked <= 0:
            raise _invalid(f"configSpec.{name}")
        setattr(config.hardware, name, int(asked))


def _set_options(config: Any, options: Any) -> None:
    """Each key is there once; an empty value removes it."""
    known = {option.key.lower(): option for option in config.extraConfig}
    for option in options:
        if option.value in ("", None):
            known.pop(option.key.lower(), None)
        else:
            known[option.key.lower()] = vim.option.OptionValue(key=option.key, value=option.value)
    config.extraConfig = list(known.values())


def _settle_resources(config: Any, spec: Any) -> None:
    """Levels have their numbers, and locked memory is reserved."""
    if config.memoryReservationLockedToMax:
        asked = spec.memoryAllocation
        whole = config.hardware.memoryMB
        if asked is not None and asked.reservation is not None and asked.reservation < whole:
            raise _invalid("configSpec.memoryAllocation.reservation")
        config.memoryAllocation.reservation = whole
    for name, memory in (("cpuAllocation", False), ("memoryAllocation", True)):
        given = getattr(config, name)
        if given.shares is not None and given.shares.level != "custom":
            given.shares.shares = hardware.shares_of(given.shares.level, config, memory=memory)
        if given.reservation < 0 or given.limit < -1:
            raise _invalid(f"configSpec.{name}")
        if given.limit != -1 and given.reservation > given.limit:
            raise _invalid(f"configSpec.{name}")
    if config.memoryAllocation.reservation > config.hardware.memoryMB:
        raise _invalid("configSpec.memoryAllocation.reservation")


def _invalid(member: str) -> Any:
    return vmodl.fault.InvalidArgument(
        msg=f"A specified parameter was not correct: {member}", invalidProperty=member
    )


def reconfigure(call: Call, spec: Any) -> Any:
    """Change a machine, all of it or nothing."""
    machine: VirtualMachine = call.managed  # type: ignore[assignment]

    def work() -> None:
        must_respond(machine)
        machine.properties["config"] = applied(machine, spec)

    return tasks.start(
        call.inventory, machine, "VirtualMachine.reconfigure", work, user=call.session.user
    )


METHODS = {"ReconfigVM_Task": Method(reconfigure, "VirtualMachine.Config.Settings")}
