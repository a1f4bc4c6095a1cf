"""Settings of hosts and virtual machines that have a key and, by a mistake, the wrong value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import VmomiSupport, vim

from securemode_lab.faults.fault import VSphereMistake
from securemode_lab.faults.vsphere_objects import on_host, on_machine
from securemode_lab.vcenter import host_edits
from securemode_lab.vcenter.hardened_values import CIPHERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from securemode_lab.vcenter.machines import VirtualMachine
    from securemode_lab.vcenter.objects import Managed

_Wrong = tuple[str, Any, str]
"""A key, its wrong value, and what is wrong in words."""

_OPTIONS: Mapping[str, _Wrong] = {
    "000005": ("Security.AccountLockFailures", 5, "locks an account after five bad logons only"),
    "000006": ("Annotations.WelcomeMessage", "Welcome.", "shows a greeting on its console"),
    "000010": ("UserVars.HostClientSessionTimeout", 3600, "keeps idle web sessions for an hour"),
    "000015": ("Config.HostAgent.log.level", "error", "logs errors of its agent only"),
    "000035": (
        "Security.PasswordQualityControl",
        "retry=3 min=disabled,disabled,disabled,7,7",
        "takes passwords of seven characters",
    ),
    "000043": ("Security.PasswordHistory", 0, "lets old passwords be used again"),
    "000047": (
        "Config.HostAgent.plugins.solo.enableMob",
        True,
        "has its managed object browser switched on",
    ),
    "000068": ("UserVars.ESXiShellInteractiveTimeOut", 0, "never ends an idle shell session"),
    "000111": ("Security.AccountUnlockTime", 120, "unlocks an account after two minutes"),
    "000113": (
        "Syslog.global.auditRecord.storageCapacity",
        4,
        "has room for 4 MB of audit records only",
    ),
    "000114": (
        "Syslog.global.logHost",
        "ssl://elsewhere.example:6514",
        "sends its logs to a server that is not the site's",
    ),
    "000189": ("DCUI.Access", "root,operator", "lets somebody else than root use its console"),
    "000191": ("Config.Etc.issue", "", "has no banner for SSH"),
    "000195": ("UserVars.ESXiShellTimeOut", 0, "never switches its shell services off"),
    "000196": ("UserVars.DcuiTimeOut", 3600, "keeps its console menu open for an hour"),
    "000213": ("Mem.ShareForceSalting", 0, "shares memory pages between virtual machines"),
    "000215": ("Net.BlockGuestBPDU", 0, "lets guests send BPDUs"),
    "000219": (
        "Net.DVFilterBindIpAddress",
        "192.0.2.99",
        "offers its network filter to an appliance that nobody has",
    ),
    "000222": ("UserVars.SuppressShellWarning", 1, "keeps quiet about an open shell"),
    "000223": (
        "UserVars.SuppressHyperthreadWarning",
        1,
        "keeps quiet about a weakness of its processors",
    ),
    "000224": (
        "Syslog.global.certificate.checkSSLCerts",
        False,
        "does not verify the certificate of its syslog server",
    ),
    "000225": ("Mem.MemEagerZero", 0, "does not clear memory that is given back"),
    "000226": (
        "Config.HostAgent.vmacore.soap.sessionTimeout",
        0,
        "never ends an idle session of its API",
    ),
    "000227": ("Security.PasswordMaxDays", 99999, "has passwords that never expire"),
    "000232": ("Syslog.global.auditRecord.storageEnable", False, "stores no audit records"),
    "000233": ("Syslog.global.auditRecord.remoteEnable", False, "sends no audit records away"),
    "000234": (
        "Syslog.global.certificate.strictX509Compliance",
        False,
        "is lax about the certificate of its syslog server",
    ),
    "000235": ("Syslog.global.logLevel", "error", "logs errors of its system only"),
    "000241": (
        "Config.HostAgent.plugins.hostsvc.esxAdminsGroup",
        "ESX Admins",
        "trusts the directory's group of the default name",
    ),
    "000244": ("VMkernel.Boot.execInstalledOnly", False, "runs programs of no package"),
    "000250": ("Net.BMCNetworkEnable", 1, "has a network adapter towards its BMC"),
}
"""Advanced options of a host, by the number of the control."""

_SSH: Mapping[str, _Wrong] = {
    "000052": ("ignorerhosts", "no", "lets .rhosts files decide who may log in by SSH"),
    "000187": ("ciphers", f"{CIPHERS},aes256-cbc", "offers a cipher for SSH that is not FIPS"),
    "000192": ("banner", "none", "shows no banner to who comes by SSH"),
    "000202": ("hostbasedauthentication", "yes", "trusts other hosts for logins by SSH"),
    "000204": ("permituserenvironment", "yes", "takes environment files of SSH users"),
    "000207": ("gatewayports", "yes", "forwards SSH ports for everybody"),
    "000209": ("permittunnel", "yes", "lets SSH users make tunnels"),
    "000210": ("clientalivecountmax", "30", "waits long for SSH clients that have gone"),
    "000211": ("clientaliveinterval", "0", "never asks whether an SSH client is still there"),
    "000230": ("allowtcpforwarding", "yes", "forwards TCP ports for SSH users"),
}
"""Settings of a host's SSH daemon, likewise."""

_SETTINGS: Mapping[str, _Wrong] = {
    "000189": ("isolation.tools.copy.disable", "FALSE", "copies out of its console"),
    "000191": ("isolation.tools.dnd.disable", "FALSE", "lets things be dragged to its console"),
    "000192": ("isolation.tools.paste.disable", "FALSE", "pastes into its console"),
    "000193": ("isolation.tools.diskShrink.disable", "FALSE", "lets its guest shrink disks"),
    "000194": ("isolation.tools.diskWiper.disable", "FALSE", "lets its guest wipe disks"),
    "000195": ("RemoteDisplay.maxConnections", None, "says nothing of how many may watch"),
    "000196": ("tools.setinfo.sizeLimit", "10485760", "lets its guest write 10 MB of facts"),
    "000197": (
        "isolation.device.connectable.disable",
        "FALSE",
        "lets its guest connect devices",
    ),
    "000198": ("tools.guestlib.enableHostInfo", "TRUE", "tells its guest about the host"),
    "000199": ("sched.mem.pshare.salt", "lab", "shares memory pages with others of its salt"),
    "000200": ("ethernet0.filter0.name", "dv-filter", "has a filter on its network card"),
    "000201": ("tools.guest.desktop.autolock", "FALSE", "stays unlocked when nobody watches"),
    "000202": ("mks.enable3d", "TRUE", "has 3D graphics"),
    "000205": ("log.rotateSize", "100000000", "begins a new log after 100 MB only"),
    "000206": ("log.keepOld", "1", "keeps one old log only"),
}
"""Advanced settings of a virtual machine, likewise; None for one that is not there."""


def set_option(key: str, value: Any) -> Callable[[Managed], None]:
    """An advanced option of a host has another value."""
    is_number = isinstance(value, int) and not isinstance(value, bool)

    def edit(host: Managed) -> None:
        host_edits.set_option(host, key, VmomiSupport.long(value) if is_number else value)

    return edit


def set_ssh(key: str, value: str) -> Callable[[Managed], None]:
    """A setting of a host's SSH daemon has another value."""

    def edit(host: Managed) -> None:
        for row in host.kept["esxcli"]["system.ssh.server.config.list"]:
            if row["Key"] == key:
                row["Value"] = value

    return edit


def set_machine(key: str, value: str | None) -> Callable[[VirtualMachine], None]:
    """An advanced setting of a virtual machine has another value, or is not there."""

    def edit(vm: VirtualMachine) -> None:
        others = [o for o in vm.config.extraConfig if o.key.lower() != key.lower()]
        ours = [] if value is None else [vim.option.OptionValue(key=key, value=value)]
        vm.config.extraConfig = [*others, *ours]

    return edit


def _mistakes() -> Iterator[VSphereMistake]:
    for mistakes, made in ((_OPTIONS, set_option), (_SSH, set_ssh)):
        for number, (key, value, text) in mistakes.items():
            yield VSphereMistake.of_control(
                f"ESXI-80-{number}", f"a host {text}", on_host(made(key, value))
            )
    for number, (key, value, text) in _SETTINGS.items():
        yield VSphereMistake.of_control(
            f"VMCH-80-{number}",
            f"a virtual machine {text}",
            on_machine(set_machine(key, value)),
        )


FAULTS: tuple[VSphereMistake, ...] = tuple(_mistakes())
