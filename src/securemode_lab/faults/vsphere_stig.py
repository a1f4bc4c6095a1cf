"""Hosts that their STIG finds fault with, where it takes more than one value of one key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.faults.fault import VSphereMistake
from securemode_lab.faults.vsphere_objects import FIRST_HOST, SECOND_HOST, on_host
from securemode_lab.vcenter import host_edits
from securemode_lab.vcenter.hardened_values import OLD_BUILD, STORAGE_VLAN, VMOTION_VLAN
from securemode_lab.vcenter.host_certificate import as_bytes, installers_certificate
from securemode_lab.vcenter.host_network import (
    MACHINE_SWITCH,
    MANAGEMENT_GROUP,
    MANAGEMENT_SWITCH,
    VMOTION_GROUP,
    add_group,
    apply_policies,
    group_named,
    switch_named,
)
from securemode_lab.vcenter.host_profiles import attach_profile
from securemode_lab.vcenter.host_services import everybody
from securemode_lab.vcenter.host_storage import iscsi_adapter
from securemode_lab.vcenter.kernel_adapters import add_kernel_adapter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from securemode_lab.faults.vsphere_objects import HostEdit
    from securemode_lab.vcenter.objects import Managed

_TRUNK = 4095
_UNDECLARED_VLAN = VMOTION_VLAN + 1
_STORAGE_GROUP = "Storage"


def _config(edit: Callable[[Any], None]) -> HostEdit:
    """A part of a host's configuration is another one."""
    return lambda host: edit(host.properties["config"])


def _kept(command: str, **values: Any) -> HostEdit:
    """A command of esxcli answers otherwise."""

    def edit(host: Managed) -> None:
        host.kept["esxcli"][command].update(values)

    return edit


def _said(key: str, value: Any) -> HostEdit:
    """What stands behind an answer of esxcli is otherwise."""

    def edit(host: Managed) -> None:
        host.kept["esxcli"][key] = value

    return edit


def _service(key: str, *, running: bool = True, policy: str = "on") -> HostEdit:
    """A service runs, or starts with the host, though it should not; or the reverse."""

    def edit(host: Managed) -> None:
        service = host_edits.service(host, key)
        service.running, service.policy = running, policy

    return edit


def _lockdown_off(host: Managed) -> None:
    host_edits.lock_down(host, "lockdownDisabled")


def _exception_user(host: Managed) -> None:
    host.kept["exceptions"] = ["operator"]


def _community_packages(host: Managed) -> None:
    host.kept["acceptance"] = "community"


def _state(**values: Any) -> HostEdit:
    """The host's configuration is sealed otherwise."""

    def edit(host: Managed) -> None:
        for member, value in values.items():
            setattr(host.properties["runtime"].stateEncryption, member, value)

    return edit


def _started_insecurely(host: Managed) -> None:
    host.properties["capability"].uefiSecureBoot = False


def _old_image(host: Managed) -> None:
    product = host.properties["config"].product
    product.fullName = product.fullName.replace(product.build, OLD_BUILD)
    product.build = OLD_BUILD


def _left_the_domain(config: Any) -> None:
    for store in config.authenticationManagerInfo.authConfig:
        if isinstance(store, vim.host.ActiveDirectoryInfo):
            store.domainMembershipStatus = "otherProblem"


def _strange_time(config: Any) -> None:
    config.dateTimeInfo.ntpConfig.server = ["pool.example"]


def _chap_less_storage(config: Any) -> None:
    config.storageDevice.hostBusAdapter.append(iscsi_adapter())
    config.storageDevice.softwareInternetScsiEnabled = True


def _vmotion_elsewhere(config: Any) -> None:
    group_named(config.network, VMOTION_GROUP).spec.vlanId = _UNDECLARED_VLAN


def _shared_adapter(kind: str, device: str) -> HostEdit:
    """A kernel adapter serves one thing more."""
    return lambda host: host_edits.serve(host, kind, device)


def _storage_adapter(host: Managed) -> None:
    """Storage has an adapter, which replication uses as well."""
    network = host.properties["config"].network
    chosen = host_edits.chosen_adapters(host)
    add_group(network, _STORAGE_GROUP, STORAGE_VLAN, MANAGEMENT_SWITCH)
    device = add_kernel_adapter(network, "198.51.100.201", _STORAGE_GROUP)
    host_edits.choose_adapters(host, chosen | {"vsan": [device], "vSphereReplication": [device]})


def _open_agent(host: Managed) -> None:
    host.kept["snmp"].enabled = True
    host.kept["snmp"].readOnlyCommunities = ["public"]
    host_edits.service(host, "snmpd").running = True


def _passing(config: Any) -> None:
    config.firewall.defaultPolicy.incomingBlocked = False
    config.firewall.defaultPolicy.outgoingBlocked = False


def _open_to_all(host: Managed) -> None:
    host_edits.rule_set(host, "vSphereClient").allowedHosts = everybody()


def _lax_switch(member: str, switch: str = MACHINE_SWITCH) -> Callable[[Any], None]:
    def edit(config: Any) -> None:
        setattr(switch_named(config.network, switch).spec.policy.security, member, True)
        apply_policies(config.network)

    return edit


def _lax_group(member: str) -> Callable[[Any], None]:
    def edit(config: Any) -> None:
        group = group_named(config.network, MANAGEMENT_GROUP)
        setattr(group.spec.policy.security, member, True)
        apply_policies(config.network)

    return edit


def _trunk(config: Any) -> None:
    add_group(config.network, "Capture", _TRUNK, MACHINE_SWITCH)


def _strange_certificate(host: Managed) -> None:
    made = installers_certificate(host.properties["name"])
    host.properties["config"].certificate = as_bytes(made)


def _kernel(name: str, value: str) -> HostEdit:
    def edit(host: Managed) -> None:
        for row in host.kept["esxcli"]["system.settings.kernel.list"]:
            if row["Name"] == name:
                row["Configured"] = row["Runtime"] = value

    return edit


def _weak_tls(host: Managed) -> None:
    for when in ("configured", "running"):
        host.kept["esxcli"][f"system.tls.server.{when}"] = "COMPATIBLE"


def _shell_of_the_console(host: Managed) -> None:
    for row in host.kept["esxcli"]["system.account.list"]:
        if row["UserID"] == "dcui":
            row["Shellaccess"] = True


_SSH_FIPS = _kept("system.security.fips140.ssh.get", Enabled=False)
_KEYS = _kept("system.security.keypersistence.get", Enabled=True)
_VOLATILE = _kept("system.syslog.config.get", LocalLogOutputIsPersistent=False)
_FILTERED = _kept("system.syslog.config.logfilter.get", LogFilteringEnabled=True)

_MISTAKES: tuple[tuple[str, str, HostEdit], ...] = (
    # number of the control, with what tells two mistakes apart; what is wrong; how it is made
    ("000008", "has its lockdown mode switched off", _lockdown_off),
    ("000014", "has an SSH daemon without FIPS cryptography", _SSH_FIPS),
    ("000049", "has lost its place in the site's domain", _config(_left_the_domain)),
    ("000085", "would start without Secure Boot", _state(requireSecureBoot=False)),
    ("000094", "was started without Secure Boot", _started_insecurely),
    ("000124", "takes the time from a server of nobody's", _config(_strange_time)),
    ("000124-stopped", "has stopped to keep time", _service("ntpd", running=False)),
    ("000124-manual", "does not keep time after a restart", _service("ntpd", policy="off")),
    ("000133", "takes packages of the community", _community_packages),
    ("000145", "talks to iSCSI storage without CHAP", _config(_chap_less_storage)),
    ("000160", "moves machines on a VLAN of nobody's", _config(_vmotion_elsewhere)),
    ("000193", "has SSH running", _service("TSM-SSH")),
    ("000194", "has its shell running", _service("TSM")),
    (
        "000198",
        "manages itself and keeps copies of machines through one adapter",
        _shared_adapter("faultToleranceLogging", "vmk0"),
    ),
    ("000199", "reaches its storage by an adapter that serves replication too", _storage_adapter),
    ("000201", "excepts a user from lockdown whom nobody has approved", _exception_user),
    ("000212", "answers SNMP requests of the community public", _open_agent),
    ("000214", "has its firewall switched off", _said("network.firewall.enabled", value=False)),
    ("000214-passing", "has a firewall that lets pass what no rule names", _config(_passing)),
    ("000216", "lets machines forge their address", _config(_lax_switch("forgedTransmits"))),
    ("000216-group", "lets a port group forge addresses", _config(_lax_group("forgedTransmits"))),
    ("000217", "lets machines change their address", _config(_lax_switch("macChanges"))),
    ("000217-group", "lets a port group change addresses", _config(_lax_group("macChanges"))),
    ("000218", "lets machines hear everything", _config(_lax_switch("allowPromiscuous"))),
    ("000218-group", "lets a port group hear everything", _config(_lax_group("allowPromiscuous"))),
    ("000220", "has a port group that hands every VLAN on to guests", _config(_trunk)),
    ("000221", "lacks the newest patches", _old_image),
    ("000228", "has its CIM service running", _service("sfcbd-watchdog")),
    ("000229", "has a certificate of an authority that nobody approved", _strange_certificate),
    ("000231", "has its OpenSLP service running", _service("slpd")),
    ("000238", "does not seal its configuration by a TPM", _state(protectionMode="none")),
    ("000239", "lets everybody reach its web client", _open_to_all),
    ("000243", "forgets its logs when it restarts", _VOLATILE),
    ("000245", "does without the random numbers of its hardware", _kernel("disableHwrng", "TRUE")),
    ("000245-sources", "takes entropy from one source only", _kernel("entropySources", "1")),
    ("000246", "filters what it logs", _FILTERED),
    ("000247", "offers TLS by an older profile", _weak_tls),
    (
        "000247-pending",
        "waits for a restart before it offers TLS by the new profile",
        _said("system.tls.server.running", "COMPATIBLE"),
    ),
    ("000248", "keeps keys where they outlast a restart", _KEYS),
    ("000249", "gives the console's account a shell", _shell_of_the_console),
)


def _mistakes() -> Iterator[VSphereMistake]:
    for number, text, edit in _MISTAKES:
        control, dash, suffix = number.partition("-")
        yield VSphereMistake.of_control(
            f"ESXI-80-{control}", f"a host {text}", on_host(edit), suffix=f"{dash}{suffix}"
        )
    yield VSphereMistake.of_control(
        "ESXI-80-000240",
        "a host has a profile that joins the domain with somebody's password",
        lambda vcenter, _: attach_profile(vcenter.inventory, vcenter.host(FIRST_HOST)),
    )
    yield VSphereMistake.of_control(
        "ESXI-80-000008",
        "the second host has its lockdown mode switched off",
        on_host(_lockdown_off, SECOND_HOST),
        suffix="-second-host",
    )


FAULTS: tuple[VSphereMistake, ...] = tuple(_mistakes())
