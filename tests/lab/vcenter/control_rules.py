"""What each control of the STIGs asks for, said once more and in another way, to check the lab by.

Every rule is a function from a host, or a virtual machine, to whether it is in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.x509.oid import NameOID
from pyVmomi import vim

from lab.vcenter.control_values import OPTIONS, SETTINGS, SITE, SSH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode_lab.vcenter.machines import VirtualMachine
    from securemode_lab.vcenter.objects import Inventory, Managed


def _esxcli(host: Managed, command: str) -> Any:
    return host.kept["esxcli"][command]


def _service(key: str) -> Any:
    def off(host: Managed, _: Inventory) -> bool:
        found = [s for s in host.read("config").service.service if s.key == key]
        return all(not s.running and s.policy == "off" for s in found)

    return off


def _keeps_time(host: Managed, _: Inventory) -> bool:
    config = host.read("config")
    (daemon,) = [s for s in config.service.service if s.key == "ntpd"]
    servers = set(config.dateTimeInfo.ntpConfig.server)
    stays = daemon.running and daemon.policy == "on"
    return bool(stays and servers and servers <= SITE["ntp"])


def _served(host: Managed) -> dict[str, set[str]]:
    """Kernel adapters by what they serve."""
    return {
        one.nicType: {v.device for v in one.candidateVnic if v.key in one.selectedVnic}
        for one in host.read("config").virtualNicManagerInfo.netConfig
    }


def _alone(kind: str) -> Any:
    def rule(host: Managed, _: Inventory) -> bool:
        served = _served(host)
        others = set[str]().union(*(v for k, v in served.items() if k != kind))
        return not served[kind] & others

    return rule


def _vmotion(host: Managed, inventory: Inventory) -> bool:
    network = host.read("config").network
    vlans = {g.spec.name: g.spec.vlanId for g in network.portgroup}
    groups = {v.portgroup for v in network.vnic if v.device in _served(host)["vmotion"]}
    right = {vlans[name] for name in groups} == {SITE["vmotion_vlan"]}
    return right and _alone("vmotion")(host, inventory)


def groups_of_machines(host: Managed, inventory: Inventory) -> set[str]:
    """Names or keys of the port groups to which machines of a host are connected."""
    cards = [
        card
        for vm in inventory.of(vim.VirtualMachine)
        if vm.kept["placement"].host == host.ref
        for card in vm.properties["config"].hardware.device
        if isinstance(card, vim.vm.device.VirtualEthernetCard)
    ]
    return {
        card.backing.deviceName
        if hasattr(card.backing, "deviceName")
        else card.backing.port.portgroupKey
        for card in cards
    }


def groups_of_management(host: Managed) -> set[str]:
    """Names or keys of the port groups of the adapters by which a host is managed."""
    devices = _served(host)["management"]
    adapters = [v for v in host.read("config").network.vnic if v.device in devices]
    return {v.portgroup or v.spec.distributedVirtualPort.portgroupKey for v in adapters}


def _management(host: Managed, inventory: Inventory) -> bool:
    together = groups_of_management(host) & groups_of_machines(host, inventory)
    return _alone("management")(host, inventory) and not together


def _chap(host: Managed, _: Inventory) -> bool:
    adapters = host.read("config").storageDevice.hostBusAdapter
    return all(
        a.authenticationProperties.mutualChapAuthenticationType == "chapRequired"
        for a in adapters
        if isinstance(a, vim.host.InternetScsiHba)
    )


def _joined(host: Managed, _: Inventory) -> bool:
    stores = host.read("config").authenticationManagerInfo.authConfig
    (domain,) = [s for s in stores if isinstance(s, vim.host.ActiveDirectoryInfo)]
    return bool(domain.domainMembershipStatus == "ok")


def _firewall(host: Managed, _: Inventory) -> bool:
    policy = host.read("config").firewall.defaultPolicy
    enabled = _esxcli(host, "network.firewall.enabled")
    return bool(enabled and policy.incomingBlocked and policy.outgoingBlocked)


def _narrow(host: Managed, _: Inventory) -> bool:
    sets = host.read("config").firewall.ruleset
    return not any(r.enabled and r.ipListUserConfigurable and r.allowedHosts.allIp for r in sets)


def _rejects(member: str) -> Any:
    def rule(host: Managed, _: Inventory) -> bool:
        network = host.read("config").network
        own = [getattr(s.spec.policy.security, member) for s in network.vswitch]
        groups = [getattr(g.computedPolicy.security, member) for g in network.portgroup]
        return not any([*own, *groups])

    return rule


def _issuer(host: Managed, _: Inventory) -> bool:
    shown = x509.load_pem_x509_certificate(bytes(host.read("config").certificate))
    (name,) = shown.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return bool(name.value == SITE["issuer"])


def _kernel(host: Managed, _: Inventory) -> bool:
    rows = {r["Name"]: r["Configured"] for r in _esxcli(host, "system.settings.kernel.list")}
    return bool(rows["disableHwrng"] == "FALSE" and rows["entropySources"] == "0")


def _no_shell(host: Managed, _: Inventory) -> bool:
    rows = _esxcli(host, "system.account.list")
    return not any(row["Shellaccess"] for row in rows if row["UserID"] == "dcui")


def _no_profile(host: Managed, inventory: Inventory) -> bool:
    profiles = inventory.of(vim.profile.host.HostProfile)
    return not any(host.ref in profile.read("entity") for profile in profiles)


_HOST: Mapping[str, Any] = {
    "000008": lambda h, _: h.read("config").lockdownMode != "lockdownDisabled",
    "000014": lambda h, _: _esxcli(h, "system.security.fips140.ssh.get")["Enabled"],
    "000049": _joined,
    "000085": lambda h, _: h.read("runtime").stateEncryption.requireSecureBoot,
    "000094": lambda h, _: h.read("capability").uefiSecureBoot,
    "000124": _keeps_time,
    "000133": lambda h, _: h.kept["acceptance"] != "community",
    "000145": _chap,
    "000160": _vmotion,
    "000193": _service("TSM-SSH"),
    "000194": _service("TSM"),
    "000198": _management,
    "000199": _alone("vsan"),
    "000201": lambda h, _: not h.kept["exceptions"],
    "000212": lambda h, _: not h.kept["snmp"].enabled,
    "000214": _firewall,
    "000216": _rejects("forgedTransmits"),
    "000217": _rejects("macChanges"),
    "000218": _rejects("allowPromiscuous"),
    "000220": lambda h, _: all(g.spec.vlanId != 4095 for g in h.read("config").network.portgroup),
    "000221": lambda h, _: int(h.read("config").product.build) >= SITE["build"],
    "000228": _service("sfcbd-watchdog"),
    "000229": _issuer,
    "000231": _service("slpd"),
    "000238": lambda h, _: h.read("runtime").stateEncryption.protectionMode == "tpm",
    "000239": _narrow,
    "000240": _no_profile,
    "000243": lambda h, _: _esxcli(h, "system.syslog.config.get")["LocalLogOutputIsPersistent"],
    "000245": _kernel,
    "000246": lambda h, _: (
        not _esxcli(h, "system.syslog.config.logfilter.get")["LogFilteringEnabled"]
    ),
    "000247": lambda h, _: _esxcli(h, "system.tls.server.running") == "NIST_2024",
    "000248": lambda h, _: not _esxcli(h, "system.security.keypersistence.get")["Enabled"],
    "000249": _no_shell,
}


def open_on_host(host: Managed, inventory: Inventory) -> set[str]:
    """Controls that a host does not keep."""
    options = {o.key: o.value for o in host.read("config").option}
    ssh = {row["Key"]: row["Value"] for row in _esxcli(host, "system.ssh.server.config.list")}
    bad = {number for number, (key, good) in OPTIONS.items() if not good(options[key])}
    bad |= {number for number, (key, good) in SSH.items() if not good(ssh[key])}
    bad |= {number for number, good in _HOST.items() if not good(host, inventory)}
    return {f"ESXI-80-{number}" for number in bad}


_MACHINE: Mapping[str, Any] = {
    "000203": lambda c: c.migrateEncryption != "disabled",
    "000204": lambda c: c.ftInfo is None or c.ftEncryptionMode != "ftEncryptionDisabled",
    "000207": lambda c: c.flags.enableLogging,
    "000208": lambda c: all(
        d.backing.diskMode != "independent_nonpersistent"
        for d in c.hardware.device
        if isinstance(d, vim.vm.device.VirtualDisk)
    ),
    "000209": lambda c: not _has(c, vim.vm.device.VirtualFloppy),
    "000210": lambda c: (
        not any(
            d.connectable.connected
            for d in c.hardware.device
            if isinstance(d, vim.vm.device.VirtualCdrom)
        )
    ),
    "000211": lambda c: not _has(c, vim.vm.device.VirtualParallelPort),
    "000212": lambda c: not _has(c, vim.vm.device.VirtualSerialPort),
    "000213": lambda c: (
        not _has(c, vim.vm.device.VirtualUSBController, vim.vm.device.VirtualUSBXHCIController)
    ),
    "000214": lambda c: not _has(c, vim.vm.device.VirtualPCIPassthrough),
}


def _has(config: Any, *kinds: Any) -> bool:
    return any(isinstance(device, kinds) for device in config.hardware.device)


def open_on_machine(machine: VirtualMachine) -> set[str]:
    """Controls that a virtual machine does not keep."""
    settings = {o.key.lower(): o.value for o in machine.config.extraConfig}
    bad = {n for n, (key, good) in SETTINGS.items() if not good(settings.get(key.lower()))}
    bad |= {number for number, good in _MACHINE.items() if not good(machine.config)}
    return {f"VMCH-80-{number}" for number in bad}


CONTROLS = {f"ESXI-80-{number}" for number in {**OPTIONS, **SSH, **_HOST}} | {
    f"VMCH-80-{number}" for number in {**SETTINGS, **_MACHINE}
}
