"""What each command of esxcli says of a host.

What vim25 shows as well is told from there, so that the two cannot contradict each other; the rest
the host keeps by the name of the command (`kept["esxcli"]`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from securemode_lab.vcenter import hardened_values as values
from securemode_lab.vcenter.esxcli import Command, CommandRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode_lab.vcenter.esxcli import Answer, Arguments
    from securemode_lab.vcenter.objects import Managed

_ACCEPTANCE: Final[Mapping[str, str]] = {
    "vmware_certified": "VMwareCertified",
    "vmware_accepted": "VMwareAccepted",
    "partner": "PartnerSupported",
    "community": "CommunitySupported",
}
_DESCRIPTIONS: Final[Mapping[str, str]] = {
    "root": "Administrator",
    "dcui": "DCUI User",
    "vpxuser": "VMware VirtualCenter administration account",
}


def first_answers(*, hardened: bool) -> dict[str, Any]:
    """What a host keeps of the commands that vim25 has no twin of, by command."""
    return {
        "network.firewall.enabled": True,
        "system.account.list": [_account(name, shell=not hardened) for name in _DESCRIPTIONS],
        "system.security.fips140.ssh.get": {"Enabled": True},
        "system.security.keypersistence.get": {"Enabled": False},
        "system.settings.kernel.list": [
            _kernel("disableHwrng", "Bool", "FALSE", "Do not use the hardware's random numbers."),
            _kernel("entropySources", "uint32", "0", "Sources of entropy; 0 is the default."),
            _kernel("execInstalledOnly", "Bool", str(hardened).upper(), "Run VIBs' files only."),
        ],
        "system.ssh.server.config.list": [
            {"Key": key, "Value": value}
            for key, value in (values.SSH_SERVER if hardened else values.FACTORY_SSH_SERVER).items()
        ],
        "system.syslog.config.get": {"LocalLogOutputIsPersistent": hardened},
        "system.syslog.config.logfilter.get": {"LogFilteringEnabled": False},
        "system.tls.server.running": "NIST_2024" if hardened else "COMPATIBLE",
        "system.tls.server.configured": "NIST_2024" if hardened else "COMPATIBLE",
    }


def _kept(command: str) -> Any:
    """An answer that the host keeps as it is."""

    def answer(host: Managed, arguments: Arguments) -> Answer:
        del arguments
        kept: Answer = host.kept["esxcli"][command]
        return kept

    return answer


def _kernel_settings(host: Managed, arguments: Arguments) -> Answer:
    rows: list[dict[str, str]] = host.kept["esxcli"]["system.settings.kernel.list"]
    wanted = arguments.get("option")
    if wanted is None:
        return rows
    found = [row for row in rows if row["Name"] == wanted]
    if not found:
        raise CommandRefused(f"Invalid Key: {wanted}")
    return found


def _tls(host: Managed, arguments: Arguments) -> Answer:
    running = arguments.get("showcurrentbootprofile") == "true"
    kept = host.kept["esxcli"]
    profile = kept[f"system.tls.server.{'running' if running else 'configured'}"]
    shown = {"Profile": profile}
    if arguments.get("showprofiledefaults") == "true":
        shown["ProtocolVersions"] = "tls1.2,tls1.3" if profile == "NIST_2024" else "tls1.2"
    return shown


def _firewall(host: Managed, arguments: Arguments) -> Answer:
    del arguments
    policy = host.read("config").firewall.defaultPolicy
    drops = policy.incomingBlocked and policy.outgoingBlocked
    return {
        "DefaultAction": "DROP" if drops else "PASS",
        "Enabled": bool(host.kept["esxcli"]["network.firewall.enabled"]),
        "Loaded": True,
    }


def _encryption(host: Managed, arguments: Arguments) -> Answer:
    del arguments
    state = host.read("runtime").stateEncryption
    return {
        "Mode": "TPM" if state.protectionMode == "tpm" else "NONE",
        "RequireExecutablesOnlyFromInstalledVIBs": bool(state.requireExecInstalledOnly),
        "RequireSecureBoot": bool(state.requireSecureBoot),
    }


def _acceptance(host: Managed, arguments: Arguments) -> Answer:
    del arguments
    return _ACCEPTANCE[host.kept["acceptance"]]


def _packages(host: Managed, arguments: Arguments) -> Answer:
    del arguments
    return [
        {
            "AcceptanceLevel": _ACCEPTANCE[package.acceptanceLevel],
            "ID": f"{package.vendor}_bootbank_{package.name}_{package.version}",
            "Name": package.name,
            "Vendor": package.vendor,
            "Version": package.version,
        }
        for package in host.kept["packages"]
    ]


def _snmp(host: Managed, arguments: Arguments) -> Answer:
    del arguments
    agent = host.kept["snmp"]
    targets = [f"{target.hostName}@{target.port}" for target in agent.trapTargets or []]
    return {
        "Authentication": agent_option(agent, "authProtocol"),
        "Communities": ",".join(agent.readOnlyCommunities or []),
        "Enable": bool(agent.enabled),
        "Port": agent.port,
        "Privacy": agent_option(agent, "privProtocol"),
        "Targets": ",".join(targets),
        "V3targets": agent_option(agent, "v3targets"),
    }


def agent_option(agent: Any, key: str) -> str:
    """What an SNMP agent's option says, empty where it has none of that name."""
    return next((str(o.value) for o in agent.option or [] if o.key == key), "")


def _bound_adapters(host: Managed, arguments: Arguments) -> Answer:
    del host, arguments
    return []


COMMANDS: Final[Mapping[str, Command]] = {
    "iscsi.networkportal.list": Command("IscsiNetworkPortal", _bound_adapters),
    "network.firewall.get": Command("Firewall", _firewall),
    "software.acceptance.get": Command("", _acceptance),
    "software.vib.list": Command("SummaryExt", _packages),
    "system.account.list": Command("Account", _kept("system.account.list")),
    "system.security.fips140.ssh.get": Command("FipsSsh", _kept("system.security.fips140.ssh.get")),
    "system.security.keypersistence.get": Command(
        "KeyPersistence", _kept("system.security.keypersistence.get")
    ),
    "system.settings.encryption.get": Command("SettingsEncryption", _encryption),
    "system.settings.kernel.list": Command("KernelOption", _kernel_settings, frozenset({"option"})),
    "system.snmp.get": Command("AgentConfig", _snmp),
    "system.ssh.server.config.list": Command(
        "SshServerConfig", _kept("system.ssh.server.config.list")
    ),
    "system.syslog.config.get": Command("SyslogConfig", _kept("system.syslog.config.get")),
    "system.syslog.config.logfilter.get": Command(
        "SyslogLogfilter", _kept("system.syslog.config.logfilter.get")
    ),
    "system.tls.server.get": Command(
        "TlsServer", _tls, frozenset({"showcurrentbootprofile", "showprofiledefaults"})
    ),
}
"""Every command that the lab's hosts answer, by name."""


def _account(name: str, *, shell: bool) -> dict[str, Any]:
    return {
        "Description": _DESCRIPTIONS[name],
        "Shellaccess": name == "root" or shell,
        "UserID": name,
    }


def _kernel(name: str, kind: str, value: str, description: str) -> dict[str, str]:
    return {
        "Configured": value,
        "Default": value,
        "Description": description,
        "Name": name,
        "Runtime": value,
        "Type": kind,
    }
