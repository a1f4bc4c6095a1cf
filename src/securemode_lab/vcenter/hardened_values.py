"""What an ESXi 8.0 host says out of the box, and what it says once it is hardened to its STIG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

Value = str | int | bool

VERSION: Final = "8.0.3"
BUILD: Final = "24859861"
OLD_BUILD: Final = "24022510"
DOMAIN: Final = "lab.example"
MANAGEMENT_VLAN: Final = 10
VMOTION_VLAN: Final = 20
STORAGE_VLAN: Final = 30
SYSLOG: Final = "ssl://syslog.lab.example:6514"
TIME_SERVERS: Final = ("ntp1.lab.example", "ntp2.lab.example")
ADMINISTRATORS: Final = "Virtualization Operators"
LOCAL_ACCOUNTS: Final = ("root", "dcui", "vpxuser")
MANAGEMENT_NETWORK: Final = ("192.0.2.0", 24)
CIPHERS: Final = "aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr"
BANNER_FRAGMENT: Final = "You are accessing a U.S. Government"
BANNER: Final = (
    f"{BANNER_FRAGMENT} (USG) Information System (IS) that is provided for"
    " USG-authorized use only. By using this IS, you consent to its conditions."
)

OPTIONS: Final[Mapping[str, Value]] = {
    "Annotations.WelcomeMessage": f"{{bgcolor:black}} {{/color}}{BANNER}",
    "Config.Etc.issue": BANNER,
    "Config.HostAgent.log.level": "info",
    "Config.HostAgent.plugins.hostsvc.esxAdminsGroup": ADMINISTRATORS,
    "Config.HostAgent.plugins.solo.enableMob": False,
    "Config.HostAgent.vmacore.soap.sessionTimeout": 30,
    "DCUI.Access": "root",
    "Mem.MemEagerZero": 1,
    "Mem.ShareForceSalting": 2,
    "Net.BMCNetworkEnable": 0,
    "Net.BlockGuestBPDU": 1,
    "Net.DVFilterBindIpAddress": "",
    "ScratchConfig.CurrentScratchLocation": "/vmfs/volumes/osdata/.locker",
    "Security.AccountLockFailures": 3,
    "Security.AccountUnlockTime": 900,
    "Security.PasswordHistory": 5,
    "Security.PasswordMaxDays": 90,
    "Security.PasswordQualityControl": (
        "similar=deny retry=3 min=disabled,disabled,disabled,disabled,15"
    ),
    "Syslog.global.auditRecord.remoteEnable": True,
    "Syslog.global.auditRecord.storageCapacity": 100,
    "Syslog.global.auditRecord.storageEnable": True,
    "Syslog.global.certificate.checkSSLCerts": True,
    "Syslog.global.certificate.strictX509Compliance": True,
    "Syslog.global.logDir": "[] /scratch/log",
    "Syslog.global.logHost": SYSLOG,
    "Syslog.global.logLevel": "info",
    "UserVars.DcuiTimeOut": 600,
    "UserVars.ESXiShellInteractiveTimeOut": 900,
    "UserVars.ESXiShellTimeOut": 600,
    "UserVars.HostClientSessionTimeout": 900,
    "UserVars.SuppressHyperthreadWarning": 0,
    "UserVars.SuppressShellWarning": 0,
    "VMkernel.Boot.execInstalledOnly": True,
}
"""Advanced options of a hardened host, by key."""

FACTORY_OPTIONS: Final[Mapping[str, Value]] = {
    **OPTIONS,
    "Annotations.WelcomeMessage": "",
    "Config.Etc.issue": "",
    "Config.HostAgent.plugins.hostsvc.esxAdminsGroup": "ESX Admins",
    "Mem.MemEagerZero": 0,
    "Net.BMCNetworkEnable": 1,
    "Net.BlockGuestBPDU": 0,
    "Security.AccountLockFailures": 5,
    "Security.PasswordHistory": 0,
    "Security.PasswordMaxDays": 99999,
    "Security.PasswordQualityControl": "retry=3 min=disabled,disabled,disabled,7,7",
    "Syslog.global.auditRecord.remoteEnable": False,
    "Syslog.global.auditRecord.storageCapacity": 4,
    "Syslog.global.auditRecord.storageEnable": False,
    "Syslog.global.certificate.strictX509Compliance": False,
    "Syslog.global.logHost": "",
    "Syslog.global.logLevel": "error",
    "UserVars.ESXiShellInteractiveTimeOut": 0,
    "UserVars.ESXiShellTimeOut": 0,
    "VMkernel.Boot.execInstalledOnly": False,
}
"""The same as they are out of the box."""

SSH_SERVER: Final[Mapping[str, str]] = {
    "allowtcpforwarding": "no",
    "banner": "/etc/issue",
    "ciphers": CIPHERS,
    "clientalivecountmax": "3",
    "clientaliveinterval": "200",
    "gatewayports": "no",
    "hostbasedauthentication": "no",
    "ignorerhosts": "yes",
    "permitrootlogin": "yes",
    "permittunnel": "no",
    "permituserenvironment": "no",
    "port": "22",
}
"""Configuration of a hardened host's SSH daemon, by key."""

FACTORY_SSH_SERVER: Final[Mapping[str, str]] = {
    **SSH_SERVER,
    "allowtcpforwarding": "yes",
    "ciphers": f"{CIPHERS},aes256-cbc",
    "clientaliveinterval": "0",
    "permittunnel": "yes",
}
"""The same as it is out of the box."""

VIRTUAL_MACHINE: Final[Mapping[str, str]] = {
    "RemoteDisplay.maxConnections": "1",
    "bios.bootDeviceClasses": "allow:hd",
    "isolation.device.connectable.disable": "TRUE",
    "isolation.tools.copy.disable": "TRUE",
    "isolation.tools.diskShrink.disable": "TRUE",
    "isolation.tools.diskWiper.disable": "TRUE",
    "isolation.tools.dnd.disable": "TRUE",
    "isolation.tools.paste.disable": "TRUE",
    "log.keepOld": "10",
    "log.rotateSize": "2048000",
    "mks.enable3d": "FALSE",
    "tools.guest.desktop.autolock": "TRUE",
    "tools.guestlib.enableHostInfo": "FALSE",
    "tools.setinfo.sizeLimit": "1048576",
}
"""Advanced settings of a hardened virtual machine, by key."""


def site_values(issuer: str) -> dict[str, Any]:
    """What the site has decided where the STIGs leave it a choice, by the name of the input.

    Args:
        issuer: organization of the authority that signs the hosts' certificates.
    """
    return {
        "ad_admin_group": ADMINISTRATORS,
        "ad_joined": True,
        "allowed_local_accounts": list(LOCAL_ACCOUNTS),
        "approved_issuer_orgs": [issuer],
        "approved_passthrough": [],
        "banner_fragments": [BANNER_FRAGMENT],
        "dvfilter_ip": "",
        "dvfilter_names": [],
        "esxi_min_build": int(BUILD),
        "exception_users": [],
        "mgmt_vlan": MANAGEMENT_VLAN,
        "nonpersistent_exceptions": [],
        "ntp_servers": list(TIME_SERVERS),
        "serial_exceptions": [],
        "snmp_enabled": False,
        "syslog_servers": [SYSLOG],
        "usb_exceptions": [],
        "use_ptp": False,
        "vgt_exceptions": [],
        "vmotion_vlan": VMOTION_VLAN,
    }
