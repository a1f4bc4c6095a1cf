"""What the site decides, with the guide's values as defaults and the guide's limits enforced."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from securemode.environment.values import (
    PRODUCT,
    SUITE,
    Between,
    Days,
    Dscp,
    Iops,
    Part,
    Port,
    Text,
    problem,
)
from securemode.environment.vlans import VlanIds

_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_ATTRIBUTE = re.compile(r"[A-Za-z0-9.-]+\s*=\s*\S.*", re.DOTALL)


class Protocols(Part):
    """Call protocols that the site needs; the guide wants every other one off."""

    sip: bool = True
    """SIP over TCP and TLS."""
    sip_udp: bool = False
    """SIP over UDP."""
    h323: bool = False
    """H.323."""
    webrtc: bool = False
    """WebRTC."""
    rtmp: bool = False
    """RTMP."""


class SipPorts(Part):
    """Ports on which the Conferencing Nodes answer SIP, as the security wizard was told."""

    udp: Port = 5060
    """SIP UDP listen port."""
    tcp: Port = 5060
    """SIP TCP listen port."""
    tls: Port = 5061
    """SIP TLS listen port."""

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if self.tcp == self.tls:
            raise problem(
                f"is {self.tls}, the same as tcp: one TCP port cannot be both",
                "state two different ports; the guide has 5060 for TCP and 5061 for TLS",
                key="tls",
            )
        return self


class WebSessions(Part):
    """Limits of simultaneous management web sessions; 0 would be no limit, so it is refused."""

    total: Annotated[int, Between(1)] = 100
    """Over all users."""
    per_user: Annotated[int, Between(1)] = 10
    """For one user."""

    @model_validator(mode="after")
    def _one_user_within_all(self) -> Self:
        if self.per_user > self.total:
            raise problem(
                f"is {self.per_user}, more than total ({self.total}): it would limit nothing",
                "state at most total; the guide has 10 of 100",
                key="per_user",
            )
        return self


class PortRange(Part):
    """UDP and TCP ports from `start` to `end`, both included."""

    start: Port
    """First port."""
    end: Port
    """Last port."""

    @model_validator(mode="after")
    def _upwards(self) -> Self:
        if self.end < self.start:
            raise problem(
                f"is {self.end}, before start ({self.start})",
                "state the range as Platform > Global settings > Port ranges shows it",
                key="end",
            )
        return self


class DscpMarks(Part):
    """DSCP of what the nodes send."""

    management: Dscp = 16
    """Of management traffic, everywhere."""
    media: Dscp = 51
    """Of media, in every location."""
    signalling: Dscp = 40
    """Of signalling, in every location."""


def _some_text(text: str) -> str:
    if not text.strip():
        raise problem(
            "is empty, the guide wants some appropriate text",
            "state the text, or leave the key out to accept any text",
        )
    return text


def _name_in_directory(dn: str) -> str:
    parts = re.split(r"(?<!\\),", dn)
    if not all(_ATTRIBUTE.fullmatch(part.strip()) for part in parts):
        raise problem(
            f'is "{dn}", which is not a distinguished name',
            'state it like "cn=auditors,ou=groups,dc=example,dc=com"',
        )
    return dn


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise problem(
            f'is "{url}", which is not the URL of a responder',
            'state it like "http://ocsp.example.com/", as Global settings > Security has it',
        )
    return url


def _host(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        pass
    labels = text.rstrip(".").split(".")
    if not labels[-1].isdigit() and all(_LABEL.fullmatch(label) for label in labels):
        return text
    raise problem(
        f'is "{text}", which is neither an address nor a host name',
        'state it like "192.0.2.53" or "ntp1.example.com", without a port',
    )


Host = Annotated[str, Field(max_length=255), AfterValidator(_host)]
DistinguishedName = Annotated[str, Field(max_length=255), AfterValidator(_name_in_directory)]


class LdapSite(Part):
    """The directory in which administrators are looked up, and what gives them their roles."""

    server: Host
    """Its FQDN, or the domain that finds it, as the product is told."""
    base_dn: DistinguishedName
    """Where searches begin."""
    bind_username: Text
    """DN or user name with which the product binds."""
    groups: dict[Text, DistinguishedName] = Field(default_factory=dict)
    """DN of the group that gives each role, by the role's name."""


class NtpServer(Part):
    """One NTP server and the key that it shares with the nodes."""

    address: Host
    """Address or FQDN."""
    key_id: Annotated[int, Between(1, 65535, floor=PRODUCT, ceiling=PRODUCT)] | None = None
    """Id of its key in credentials.ntp_keys."""


class SyslogServer(Part):
    """One remote syslog server."""

    address: Host
    """Address or FQDN."""
    port: Port = 514
    """Port; 6514 is usual for TLS."""
    transport: Literal["udp", "tcp", "tls"] = "udp"
    """How messages travel."""


Banner = Annotated[str, Field(max_length=4096), AfterValidator(_some_text)]
ResponderUrl = Annotated[str, Field(max_length=255), AfterValidator(_web_address)]
Seconds = Annotated[float, Between(0.001, 60, floor=SUITE, ceiling=SUITE)]


class Site(Part):
    """The site's own values; whatever is left out has the guide's value."""

    protocols: Protocols = Protocols()
    """Call protocols that the site needs."""
    sip_ports: SipPorts = SipPorts()
    """SIP listen ports."""
    web_sessions: WebSessions = WebSessions()
    """Limits of management web sessions."""
    cca_id: Text | None = None
    """CCA-ID in the Contact header of outbound SIP."""
    resource_priority_prefix: Literal["uc", "dsn"] | None = None
    """Prefix in the Resource-Priority header of outbound SIP; null accepts either."""
    signalling_ports: PortRange = PortRange(start=33000, end=39999)
    """Signalling port range; the product's own by default."""
    media_ports: PortRange = PortRange(start=40000, end=49999)
    """Media port range; the product's own by default."""
    dscp: DscpMarks = DscpMarks()
    """DSCP of what the nodes send."""
    mtu_bytes: Annotated[int, Between(512, 1500, floor=PRODUCT)] = 1400
    """MTU of every location."""
    session_timeout_minutes: Annotated[int, Between(5, 10, floor=PRODUCT)] = 10
    """Idle time after which a management session ends."""
    login_banner: Banner | None = None
    """Login banner, word for word; null accepts any text."""
    ocsp_responder_url: ResponderUrl | None = None
    """Responder to which OCSP requests go; null accepts any."""
    uses_dns: bool = True
    """Whether the nodes have names; without DNS their certificates hold addresses."""
    uses_ipv6: bool = False
    """Whether the nodes have IPv6 addresses."""
    certificate_margin_days: Days = 30
    """Days that a server certificate must still be valid."""
    last_resort_margin_days: Days = 90
    """Days that the last-resort certificate must still be valid."""
    backup_age_days: Days = 7
    """Days after which a backup is no longer recent."""
    clock_tolerance_s: Seconds = 1.0
    """How far a node's clock may be from the NTP servers."""
    reserved_vlan_ids: tuple[VlanIds, ...] = ()
    """VLAN ids that no node may use, besides 4095: numbers, and ranges like "1001-1024"."""
    disk_iops: Iops | None = None
    """IOPS limit of every disk; null accepts any that is set."""
    datastore_iops: dict[Text, Iops] = Field(default_factory=dict)
    """IOPS that each datastore can deliver, by its name; no interface of vSphere tells."""
    ldap: LdapSite | None = None
    """The directory of the administrators; null where the site does not state it."""
    dns_servers: tuple[Host, ...] = ()
    """Addresses of the DNS servers that the nodes use."""
    ntp_servers: tuple[NtpServer, ...] = ()
    """NTP servers that the nodes use."""
    syslog_servers: tuple[SyslogServer, ...] = ()
    """Remote syslog servers to which the nodes send."""
    client_certificate_identity: Literal["CN", "UPN"] = "CN"
    """Where a client certificate names its user: subject CN or userPrincipalName."""
