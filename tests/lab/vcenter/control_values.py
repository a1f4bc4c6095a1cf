"""Which value each key must have for its control, said once more, to check the lab by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SITE: Mapping[str, Any] = {
    "logHost": "ssl://syslog.lab.example:6514",
    "ntp": {"ntp1.lab.example", "ntp2.lab.example"},
    "vmotion_vlan": 20,
    "build": 24859861,
    "issuer": "Lab Example",
    "group": "Virtualization Operators",
}
_BANNER = "You are accessing a U.S. Government"
_FIPS = {
    "aes256-gcm@openssh.com",
    "aes128-gcm@openssh.com",
    "aes256-ctr",
    "aes192-ctr",
    "aes128-ctr",
}
_MINIMUM = "similar=deny retry=3 min=disabled,disabled,disabled,disabled,15"

OPTIONS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "000005": ("Security.AccountLockFailures", lambda v: v == 3),
    "000006": ("Annotations.WelcomeMessage", lambda v: _BANNER in v),
    "000010": ("UserVars.HostClientSessionTimeout", lambda v: 0 < v <= 900),
    "000015": ("Config.HostAgent.log.level", lambda v: v == "info"),
    "000035": ("Security.PasswordQualityControl", lambda v: v == _MINIMUM),
    "000043": ("Security.PasswordHistory", lambda v: v >= 5),
    "000047": ("Config.HostAgent.plugins.solo.enableMob", lambda v: v is False),
    "000068": ("UserVars.ESXiShellInteractiveTimeOut", lambda v: 0 < v <= 900),
    "000111": ("Security.AccountUnlockTime", lambda v: v == 900),
    "000113": ("Syslog.global.auditRecord.storageCapacity", lambda v: v == 100),
    "000114": ("Syslog.global.logHost", lambda v: v == SITE["logHost"]),
    "000189": ("DCUI.Access", lambda v: v == "root"),
    "000191": ("Config.Etc.issue", lambda v: _BANNER in v),
    "000195": ("UserVars.ESXiShellTimeOut", lambda v: 0 < v <= 600),
    "000196": ("UserVars.DcuiTimeOut", lambda v: 0 < v <= 600),
    "000213": ("Mem.ShareForceSalting", lambda v: v == 2),
    "000215": ("Net.BlockGuestBPDU", lambda v: v == 1),
    "000219": ("Net.DVFilterBindIpAddress", lambda v: v == ""),
    "000222": ("UserVars.SuppressShellWarning", lambda v: v == 0),
    "000223": ("UserVars.SuppressHyperthreadWarning", lambda v: v == 0),
    "000224": ("Syslog.global.certificate.checkSSLCerts", lambda v: v is True),
    "000225": ("Mem.MemEagerZero", lambda v: v == 1),
    "000226": ("Config.HostAgent.vmacore.soap.sessionTimeout", lambda v: v == 30),
    "000227": ("Security.PasswordMaxDays", lambda v: v == 90),
    "000232": ("Syslog.global.auditRecord.storageEnable", lambda v: v is True),
    "000233": ("Syslog.global.auditRecord.remoteEnable", lambda v: v is True),
    "000234": ("Syslog.global.certificate.strictX509Compliance", lambda v: v is True),
    "000235": ("Syslog.global.logLevel", lambda v: v == "info"),
    "000241": ("Config.HostAgent.plugins.hostsvc.esxAdminsGroup", lambda v: v == SITE["group"]),
    "000244": ("VMkernel.Boot.execInstalledOnly", lambda v: v is True),
    "000250": ("Net.BMCNetworkEnable", lambda v: v == 0),
}
SSH: Mapping[str, tuple[str, Callable[[str], bool]]] = {
    "000052": ("ignorerhosts", lambda v: v == "yes"),
    "000187": ("ciphers", lambda v: set(v.split(",")) <= _FIPS),
    "000192": ("banner", lambda v: v == "/etc/issue"),
    "000202": ("hostbasedauthentication", lambda v: v == "no"),
    "000204": ("permituserenvironment", lambda v: v == "no"),
    "000207": ("gatewayports", lambda v: v == "no"),
    "000209": ("permittunnel", lambda v: v == "no"),
    "000210": ("clientalivecountmax", lambda v: v == "3"),
    "000211": ("clientaliveinterval", lambda v: v == "200"),
    "000230": ("allowtcpforwarding", lambda v: v == "no"),
}
SETTINGS: Mapping[str, tuple[str, Callable[[str | None], bool]]] = {
    "000189": ("isolation.tools.copy.disable", lambda v: v in {None, "TRUE"}),
    "000191": ("isolation.tools.dnd.disable", lambda v: v in {None, "TRUE"}),
    "000192": ("isolation.tools.paste.disable", lambda v: v in {None, "TRUE"}),
    "000193": ("isolation.tools.diskShrink.disable", lambda v: v in {None, "TRUE"}),
    "000194": ("isolation.tools.diskWiper.disable", lambda v: v in {None, "TRUE"}),
    "000195": ("RemoteDisplay.maxConnections", lambda v: v == "1"),
    "000196": ("tools.setinfo.sizeLimit", lambda v: v in {None, "1048576"}),
    "000197": ("isolation.device.connectable.disable", lambda v: v in {None, "TRUE"}),
    "000198": ("tools.guestlib.enableHostInfo", lambda v: v in {None, "FALSE"}),
    "000199": ("sched.mem.pshare.salt", lambda v: v is None),
    "000200": ("ethernet0.filter0.name", lambda v: v is None),
    "000201": ("tools.guest.desktop.autolock", lambda v: v in {None, "TRUE"}),
    "000202": ("mks.enable3d", lambda v: v in {None, "FALSE"}),
    "000205": ("log.rotateSize", lambda v: v in {None, "2048000"}),
    "000206": ("log.keepOld", lambda v: v in {None, "10"}),
}
