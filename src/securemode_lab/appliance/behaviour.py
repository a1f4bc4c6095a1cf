"""How one node behaves on the wire at one moment.

`Behaviour` is the only thing that the servers of a node obey. It is derived from the configuration
that has reached the node, from the wizard's answers that it took at its last start and from the
variants; a defect ("lying appliance") changes it after that, so that they disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ClosedPorts(StrEnum):
    """What a packet to a closed port meets."""

    DROP = "drop"
    RESET = "reset"
    ICMP = "icmp"


@dataclass(frozen=True, slots=True)
class Tls:
    """What one TLS port accepts.

    Attributes:
        versions: names of `ssl.TLSVersion`: "TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3".
        ciphers: OpenSSL cipher string for TLS 1.2 and below, without a security level.
        ciphersuites: OpenSSL list of TLS 1.3 suites.
        groups: OpenSSL list of groups.
        signatures: OpenSSL list of signature algorithms, empty for OpenSSL's own.
    """

    versions: frozenset[str]
    ciphers: str
    ciphersuites: str
    groups: str
    signatures: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """What a node's own calls are like.

    Attributes:
        tls: what the ClientHello of SIP/TLS offers.
        verifies_peers: whether the certificate of a SIP/TLS peer has to be right.
        tolerates: what may be wrong with it nevertheless: "address" (its iPAddress names the peer,
            and nothing else does), which is a setting; "untrusted", "expired" and "other-name",
            which are defects.
        cca_id: in the Contact header, or empty.
        resource_priority: prefix of the Resource-Priority header, or empty for none.
        fir: whether video is offered with `ccm fir`.
        srtp_sha1: whether the suites AES_CM_128_HMAC_SHA1_* are offered.
        crypto_mode: of services that have none of their own: "on", "besteffort" or "off".
        plain_media: whether streams without encryption are offered in every mode (a defect).
    """

    tls: Tls
    verifies_peers: bool = False
    tolerates: frozenset[str] = frozenset()
    cca_id: str = ""
    resource_priority: str = ""
    fir: bool = False
    srtp_sha1: bool = True
    crypto_mode: str = "besteffort"
    plain_media: bool = False


@dataclass(frozen=True, slots=True)
class Snmp:
    """What the node's SNMP agent answers; `mode` as in the product: DISABLED, STANDARD, AUTHPRIV.

    `also` names security levels answered against the configuration (defects): any of "v1", "v2c",
    "noAuthNoPriv", "authNoPriv", "md5", "des", "wrong-password"; `writable` lets a SET succeed.
    """

    mode: str = "DISABLED"
    community: str = "public"
    username: str = ""
    authentication_password: str = ""
    privacy_password: str = ""
    system_contact: str = ""
    system_location: str = ""
    also: frozenset[str] = frozenset()
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Headers:
    """Security headers of the node's HTTP answers: name to value, in the order sent."""

    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Everything that can be seen of one node from outside.

    Attributes:
        closed_ports: what a closed port answers.
        sip_udp, sip_tcp, sip_tls: listen ports, None where nothing listens.
        h323: whether TCP 1720 and UDP 1719 listen.
        ssh: whether TCP 22 listens.
        ssh_logins: whether the system administrator may log in where it does.
        https, sip: TLS of the web port and of the SIP/TLS port.
        headers: of every HTTP answer.
        http: TCP 80: "redirect", "content" (served without TLS) or "closed".
        sessions_total, sessions_per_user: limits of web sessions, None for unlimited.
        snmp: the agent.
        management_dscp, signalling_dscp, media_dscp: marks of what the node sends, 0 unmarked.
        signalling_ports, media_ports: first and last port from which it calls and sends media,
            which is why they are marked so; None on a node that does neither.
        h323_groups: sizes in bits of the Diffie-Hellman groups that its H.323 calls offer, where
            they offer encryption.
        mtu_bytes: of the node's interface.
        clock_error_s: how far its clock is off, which only a defect makes.
        multicast_echo, redirects, duplicate_address_detection: the three ICMPv6 settings.
        pkcs12_uploads, pkcs12_exports: whether the web interface takes PKCS#12 bundles, and
            whether those that it exports have content.
    """

    closed_ports: ClosedPorts
    sip_udp: int | None
    sip_tcp: int | None
    sip_tls: int | None
    h323: bool
    ssh: bool
    ssh_logins: bool
    https: Tls
    sip: Tls
    headers: Headers = field(default_factory=Headers)
    http: str = "redirect"
    sessions_total: int | None = None
    sessions_per_user: int | None = None
    snmp: Snmp = field(default_factory=Snmp)
    management_dscp: int = 0
    signalling_dscp: int = 0
    media_dscp: int = 0
    signalling_ports: tuple[int, int] | None = None
    media_ports: tuple[int, int] | None = None
    h323_groups: frozenset[int] = frozenset()
    mtu_bytes: int = 1500
    clock_error_s: float = 0.0
    multicast_echo: bool = True
    redirects: bool = False
    duplicate_address_detection: bool = True
    pkcs12_uploads: bool = True
    pkcs12_exports: bool = True
