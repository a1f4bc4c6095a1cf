"""Admission control: whether a host can give what a virtual machine reserves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

if TYPE_CHECKING:
    from securemode_lab.vcenter.machines import VirtualMachine
    from securemode_lab.vcenter.objects import Inventory, Managed

_MB = 1024 * 1024


def capacity(host: Managed) -> tuple[int, int]:
    """MHz and bytes that a host has for virtual machines."""
    hardware = host.read("hardware")
    mhz = int(hardware.cpuInfo.hz) // 1_000_000 * int(hardware.cpuInfo.numCpuCores)
    return mhz, int(hardware.memorySize)


def machines_on(inventory: Inventory, host: Managed) -> list[VirtualMachine]:
    """The virtual machines of a host."""
    return [
        machine  # type: ignore[misc]
        for machine in inventory.of(vim.VirtualMachine)
        if machine.kept["placement"].host == host.ref
    ]


def reserved(inventory: Inventory, host: Managed, *, without: Managed | None) -> tuple[int, int]:
    """MHz and bytes that running machines of a host have reserved."""
    running = [
        machine.config
        for machine in machines_on(inventory, host)
        if machine.is_on and machine is not without
    ]
    mhz = sum(config.cpuAllocation.reservation or 0 for config in running)
    return mhz, sum(config.memoryAllocation.reservation or 0 for config in running) * _MB


def admit(machine: VirtualMachine, config: Any) -> None:
    """Let a machine run with a configuration.

    Raises:
        vim.fault.InsufficientCpuResourcesFault: its host has not so many MHz left.
        vim.fault.InsufficientMemoryResourcesFault: its host has not so much memory left.
    """
    host, inventory = machine.host, machine.inventory
    mhz, memory = (
        whole - used
        for whole, used in zip(
            capacity(host), reserved(inventory, host, without=machine), strict=True
        )
    )
    wanted_mhz = config.cpuAllocation.reservation or 0
    if wanted_mhz > mhz:
        raise vim.fault.InsufficientCpuResourcesFault(
            msg="The available CPU resources in the parent resource pool are insufficient "
            "for the operation.",
            unreserved=mhz,
            requested=wanted_mhz,
        )
    wanted = (config.memoryAllocation.reservation or 0) * _MB
    if wanted > memory:
        raise vim.fault.InsufficientMemoryResourcesFault(
            msg="The available Memory resources in the parent resource pool are insufficient "
            "for the operation.",
            unreserved=memory,
            requested=wanted,
        )
