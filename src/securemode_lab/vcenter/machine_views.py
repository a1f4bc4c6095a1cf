"""What vCenter tells of a virtual machine besides its configuration: summaries and file lists."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

if TYPE_CHECKING:
    from securemode_lab.vcenter.machines import VirtualMachine

_PREFIX_BITS = {4: 23, 6: 64}


def summary_of(machine: VirtualMachine) -> Any:
    """The property `summary`."""
    config, hardware = machine.config, machine.config.hardware
    disks = machine.devices(vim.vm.device.VirtualDisk)
    cards = machine.devices(vim.vm.device.VirtualEthernetCard)
    return vim.vm.Summary(
        vm=machine.ref,
        runtime=machine.read("runtime"),
        guest=_guest_summary(machine),
        config=vim.vm.Summary.ConfigSummary(
            name=config.name,
            template=bool(config.template),
            vmPathName=config.files.vmPathName,
            memorySizeMB=hardware.memoryMB,
            cpuReservation=config.cpuAllocation.reservation,
            memoryReservation=config.memoryAllocation.reservation,
            numCpu=hardware.numCPU,
            numEthernetCards=len(cards),
            numVirtualDisks=len(disks),
            uuid=config.uuid,
            instanceUuid=config.instanceUuid,
            guestId=config.guestId,
            guestFullName=config.guestFullName,
            annotation=config.annotation,
            installBootRequired=False,
        ),
        storage=vim.vm.Summary.StorageSummary(
            committed=sum(disk.capacityInKB for disk in disks) * 1024,
            uncommitted=0,
            unshared=0,
            timestamp=config.modified,
        ),
        quickStats=vim.vm.Summary.QuickStats(guestHeartbeatStatus="gray"),
        overallStatus="green",
    )


def _guest_summary(machine: VirtualMachine) -> Any:
    facts = machine.kept["facts"]
    summary = vim.vm.Summary.GuestSummary(
        toolsStatus="toolsOk" if machine.is_on else "toolsNotRunning",
        toolsVersionStatus2="guestToolsUnmanaged",
        toolsRunningStatus="guestToolsRunning" if machine.is_on else "guestToolsNotRunning",
    )
    if machine.is_on and facts.addresses:
        summary.hostName, summary.ipAddress = facts.fqdn, facts.addresses[0]
    return summary


def guest_info(machine: VirtualMachine) -> Any:
    """The property `guest`: what VMware Tools tell, nothing of a machine that is off."""
    facts, running = machine.kept["facts"], machine.is_on
    tells = running and bool(facts.addresses)
    return vim.vm.GuestInfo(
        toolsStatus="toolsOk" if tells else "toolsNotRunning",
        toolsVersionStatus2="guestToolsUnmanaged",
        toolsRunningStatus="guestToolsRunning" if tells else "guestToolsNotRunning",
        toolsVersion="12325",
        guestState="running" if tells else "notRunning",
        guestId=machine.config.guestId if tells else None,
        hostName=facts.fqdn if tells else None,
        ipAddress=facts.addresses[0] if tells else None,
        net=_cards(machine) if tells else [],
    )


def _cards(machine: VirtualMachine) -> list[Any]:
    """Every address is on the first card, as the product uses it."""
    facts = machine.kept["facts"]
    found = []
    for card in machine.devices(vim.vm.device.VirtualEthernetCard)[:1]:
        addresses = [
            vim.net.IpConfigInfo.IpAddress(
                ipAddress=address,
                prefixLength=_PREFIX_BITS[ipaddress.ip_address(address).version],
                state="preferred",
            )
            for address in facts.addresses
        ]
        found.append(
            vim.vm.GuestInfo.NicInfo(
                network=card.deviceInfo.summary if card.deviceInfo else None,
                ipAddress=list(facts.addresses),
                macAddress=card.macAddress,
                connected=True,
                deviceConfigId=card.key,
                ipConfig=vim.net.IpConfigInfo(ipAddress=addresses),
            )
        )
    return found


def layout_of(machine: VirtualMachine) -> Any:
    """The property `layoutEx`: the machine's files, with what they are for."""
    path = machine.config.files.vmPathName
    stem = path.removesuffix(".vmx")
    files = [("config", path, 4096), ("nvram", f"{stem}.nvram", 8684)]
    disks = machine.devices(vim.vm.device.VirtualDisk)
    files += [("diskDescriptor", disk.backing.fileName, 512) for disk in disks]
    return vim.vm.FileLayoutEx(
        file=[
            vim.vm.FileLayoutEx.FileInfo(
                key=key, name=name, type=kind, size=size, uniqueSize=size, accessible=True
            )
            for key, (kind, name, size) in enumerate(files)
        ],
        timestamp=machine.config.modified,
    )
