"""Services, firewall, time and accounts of an ESXi host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyVmomi import vim

from securemode_lab.vcenter import hardened_values as values

if TYPE_CHECKING:
    from collections.abc import Mapping

_LABELS: Final[Mapping[str, str]] = {
    "DCUI": "Direct Console UI",
    "TSM": "ESXi Shell",
    "TSM-SSH": "SSH",
    "lbtd": "Load-Based Teaming Daemon",
    "lwsmd": "Active Directory Service",
    "ntpd": "NTP Daemon",
    "ptpd": "PTP Daemon",
    "sfcbd-watchdog": "CIM Server",
    "slpd": "slpd",
    "snmpd": "SNMP Server",
    "vmsyslogd": "Syslog Server",
    "vpxa": "VMware vCenter Agent",
}
_RUNNING: Final = frozenset({"DCUI", "lbtd", "lwsmd", "ntpd", "vmsyslogd", "vpxa"})
_FACTORY_RUNNING: Final = frozenset({"DCUI", "lbtd", "vmsyslogd", "vpxa"})
_FACTORY_ON: Final = _FACTORY_RUNNING | {"sfcbd-watchdog", "slpd", "snmpd"}

_RuleSet = tuple[str, str, str, int, bool, bool]
_RULE_SETS: Final[tuple[_RuleSet, ...]] = (
    # key, label, protocol, port, enabled, addresses configurable
    ("sshServer", "SSH Server", "tcp", 22, True, True),
    ("sshClient", "SSH Client", "tcp", 22, False, True),
    ("ntpClient", "NTP Client", "udp", 123, True, True),
    ("dns", "DNS Client", "udp", 53, True, True),
    ("snmp", "SNMP Server", "udp", 161, False, True),
    ("syslog", "Syslog", "tcp", 6514, True, True),
    ("vMotion", "vMotion", "tcp", 8000, True, True),
    ("vSphereClient", "vSphere Web Client", "tcp", 443, True, True),
    ("webAccess", "vSphere Web Access", "tcp", 80, True, True),
    ("CIMHttpsServer", "CIM Secure Server", "tcp", 5989, False, True),
    ("CIMSLP", "CIM SLP", "udp", 427, False, True),
    ("activeDirectoryAll", "Active Directory All", "tcp", 389, True, True),
    ("iSCSI", "Software iSCSI Client", "tcp", 3260, False, True),
    ("nfsClient", "NFS Client", "tcp", 0, False, False),
    ("dvsSync", "DVSSync", "udp", 8301, True, False),
)


def services(*, hardened: bool) -> Any:
    """The services of a host: which run, and which start with it."""
    running = _RUNNING if hardened else _FACTORY_RUNNING
    starts = _RUNNING if hardened else _FACTORY_ON
    return vim.host.ServiceInfo(
        service=[
            vim.host.Service(
                key=key,
                label=label,
                required=key in {"vmsyslogd", "vpxa"},
                uninstallable=False,
                running=key in running,
                policy="on" if key in starts else "off",
            )
            for key, label in _LABELS.items()
        ]
    )


def firewall(*, hardened: bool) -> Any:
    """The firewall of a host; of a hardened one only the site's own network reaches it."""
    return vim.host.FirewallInfo(
        defaultPolicy=vim.host.FirewallInfo.DefaultPolicy(
            incomingBlocked=True, outgoingBlocked=True
        ),
        ruleset=[_rule_set(entry, hardened=hardened) for entry in _RULE_SETS],
    )


def _rule_set(entry: _RuleSet, *, hardened: bool) -> Any:
    key, label, protocol, port, enabled, configurable = entry
    return vim.host.Ruleset(
        key=key,
        label=label,
        required=False,
        enabled=enabled,
        rule=[
            vim.host.Ruleset.Rule(port=port, direction="inbound", portType="dst", protocol=protocol)
        ],
        allowedHosts=addresses() if hardened and configurable else everybody(),
        userControllable=True,
        ipListUserConfigurable=configurable,
    )


def addresses() -> Any:
    """The site's management network, and nobody else."""
    network, length = values.MANAGEMENT_NETWORK
    return vim.host.Ruleset.IpList(
        ipAddress=[],
        ipNetwork=[vim.host.Ruleset.IpNetwork(network=network, prefixLength=length)],
        allIp=False,
    )


def everybody() -> Any:
    """Every address that there is."""
    return vim.host.Ruleset.IpList(ipAddress=[], ipNetwork=[], allIp=True)


def time_settings(*, hardened: bool) -> Any:
    """From where a host takes the time."""
    servers = list(values.TIME_SERVERS) if hardened else []
    return vim.host.DateTimeInfo(
        timeZone=vim.host.DateTimeSystem.TimeZone(
            key="UTC", name="UTC", description="UTC", gmtOffset=0
        ),
        systemClockProtocol="ntp",
        ntpConfig=vim.host.NtpConfig(
            server=servers, configFile=[f"server {server}" for server in servers]
        ),
        enabled=hardened,
        serviceSync=hardened,
    )


def authentication(*, hardened: bool) -> Any:
    """Where a host's accounts are: its own, and those of the domain that it has joined."""
    joined = {"joinedDomain": values.DOMAIN.upper(), "domainMembershipStatus": "ok"}
    return vim.host.AuthenticationManagerInfo(
        authConfig=[
            vim.host.LocalAuthenticationInfo(enabled=True),
            vim.host.ActiveDirectoryInfo(enabled=hardened, **(joined if hardened else {})),
        ]
    )


def state_encryption(*, hardened: bool) -> Any:
    """How a host's configuration is sealed."""
    return vim.host.RuntimeInfo.StateEncryptionInfo(
        protectionMode="tpm" if hardened else "none",
        requireSecureBoot=hardened,
        requireExecInstalledOnly=hardened,
    )


def snmp_agent() -> Any:
    """The SNMP agent, which is off."""
    return vim.host.SnmpSystem.SnmpConfigSpec(
        enabled=False, port=161, readOnlyCommunities=[], trapTargets=[], option=[]
    )
