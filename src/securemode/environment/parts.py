"""The parts of an environment besides its site: identity, nodes, accounts, limits, gate."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from securemode.environment.files import CaFile, KeyPair, LogFile
from securemode.environment.secrets import SecretField
from securemode.environment.values import SUITE, Between, Days, Part, Text, problem
from securemode.stig.category import Category
from securemode.verdicts import Verdict

LARGEST_KEY_ID = 65535

DISCOVER: Literal["discover"] = "discover"


class Permission(StrEnum):
    """What `allow:` may name: checks that change, load or disturb the deployment."""

    WEB_SESSIONS = "web_sessions"
    SNMP_WRITE = "snmp_write"
    OUTBOUND_CALL = "outbound_call"
    SNAPSHOT = "snapshot"
    CONSOLE = "console"
    ICMPV6 = "icmpv6"
    RESTART = "restart"
    PKCS12 = "pkcs12"
    MEDIA_FLOW = "media_flow"
    ROLE_ACTIONS = "role_actions"


class Identity(Part):
    """Whose deployment this is: the first lines of every report."""

    customer: Text
    """Who accepts the deployment."""
    site: Text
    """Where it stands."""
    contract: Text
    """Number of the contract or order."""
    system: Text
    """Name of the system."""


class LabSettings(Part):
    """The lab that the set-up `lab` starts."""

    conferencing_nodes: Annotated[int, Between(1, 200, floor=SUITE, ceiling=SUITE)] = 2
    """How many Conferencing Nodes it has."""


def _address(family: type[IPv4Address | IPv6Address], example: str) -> AfterValidator:
    def check(text: str) -> str:
        try:
            return str(family(text))
        except ValueError:
            raise problem(
                f'is "{text}", which is not an {family.__name__.removesuffix("Address")} address',
                f'state an address such as "{example}"; names are for fqdn',
            ) from None

    return AfterValidator(check)


def _key_id(text: str) -> str:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= LARGEST_KEY_ID:
        raise problem(
            "has a key that is not the id of an NTP key",
            f'write the id between quotes, "1" to "{LARGEST_KEY_ID}", and refer to its key',
        )
    return str(int(text))


Ipv4 = Annotated[str, _address(IPv4Address, "192.0.2.10")]
Ipv6 = Annotated[str, _address(IPv6Address, "2001:db8::10")]
NtpKeyId = Annotated[str, AfterValidator(_key_id)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64)]


class NodeSettings(Part):
    """How one node is reached."""

    name: Name
    """Short name, unique in the deployment; it is the id of the node's tests."""
    ipv4: Ipv4 | None = None
    """IPv4 address."""
    ipv6: Ipv6 | None = None
    """IPv6 address."""
    fqdn: str = ""
    """Configured FQDN."""
    location: str = ""
    """System location of a Conferencing Node."""
    ipv6_gateway: Ipv6 | None = None
    """IPv6 gateway that the node has to have; null where it learns one from its router."""

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if self.ipv4 is None and self.ipv6 is None:
            raise problem("has no address", "state ipv4, ipv6 or both")
        return self


def _discovered_or_listed(value: object) -> str:
    return "discovered" if isinstance(value, str) else "listed"


def _some_distinct(nodes: tuple[NodeSettings, ...]) -> tuple[NodeSettings, ...]:
    names = [node.name for node in nodes]
    if not names:
        raise problem("is empty", 'list the nodes, or state "discover"')
    if twice := {name for name in names if names.count(name) > 1}:
        raise problem(f'names "{min(twice)}" twice', "give every node a name of its own")
    return nodes


ConferencingNodes = Annotated[
    Annotated[Literal["discover"], Tag("discovered")]
    | Annotated[
        tuple[NodeSettings, ...],
        AfterValidator(_some_distinct),
        Field(json_schema_extra={"minItems": 1}),
        Tag("listed"),
    ],
    Discriminator(_discovered_or_listed),
]


class Login(Part):
    """A user name and its password."""

    username: Text
    """User name."""
    password: SecretField
    """Password."""
    certificate: KeyPair | None = None
    """The user's client certificate, for where the product demands one."""


class SnmpCredentials(Part):
    """What the SNMP management station uses."""

    username: Text
    """SNMPv3 user name."""
    authentication_password: SecretField
    """SNMPv3 authentication password (SHA-1)."""
    privacy_password: SecretField
    """SNMPv3 privacy password (AES-128)."""
    community: SecretField | None = None
    """Configured community, which has to be refused."""


class RoleLogins(Part):
    """One account a role of the guide, to prove what each role may and may not do."""

    read_only: Login | None = None
    """An account whose only role is Read-only."""
    read_write: Login | None = None
    """An account whose only role is Read-write."""
    auditor: Login | None = None
    """An account whose only role is Auditor."""


class RefusedCertificates(Part):
    """Client certificates that the product has to refuse."""

    unknown: KeyPair | None = None
    """A valid one of the site's CA whose user is not in the directory."""
    expired: KeyPair | None = None
    """One of the site's CA that has expired, of a user in the directory."""
    other_ca: KeyPair | None = None
    """A valid one of a CA that the product does not trust; the suite makes one where it is null."""


class Credentials(Part):
    """The accounts that a run uses."""

    web: Login
    """Administrator of the Administrator interface and of the Management API."""
    more_web: tuple[Login, ...] = ()
    """Further administrators, for checks that need several users."""
    os_admin: Login | None = None
    """System administrator (SSH and console)."""
    snmp: SnmpCredentials | None = None
    """The SNMP management station."""
    roles: RoleLogins = RoleLogins()
    """One account a role."""
    ldap_bind_password: SecretField | None = None
    """Password of site.ldap.bind_username."""
    ntp_keys: dict[NtpKeyId, SecretField] = Field(default_factory=dict)
    """Keys of the NTP servers by key id."""
    backup_passphrase: SecretField | None = None
    """Passphrase of the backups that the set-up `backup` makes."""
    client_certificate: KeyPair | None = None
    """The administrator's client certificate, for API and web where the product demands one."""
    last_resort: KeyPair | None = None
    """The self-signed last-resort certificate."""
    vsphere: Login | None = None
    """Account of vCenter; one that may only read is enough, but for set-ups, the console, and the
    STIG's ESXI-80-000201, which takes the privilege Global.Settings."""
    bios_supervisor_password: SecretField | None = None
    """Password that set-ups give the firmware of the virtual machines."""
    refused_certificates: RefusedCertificates = RefusedCertificates()
    """Client certificates that the product has to refuse."""


class Trust(Part):
    """The certification authorities that the run trusts."""

    ca_file: CaFile | None = None
    """The site's CA certificates (PEM), relative to this file; null: those of this machine."""
    intermediate_file: CaFile | None = None
    """The site's intermediate CA certificates (PEM), which set-ups import; null: there are none."""


class Collectors(Part):
    """Where the site's collectors write what the nodes send them."""

    syslog_file: LogFile | None = None
    """File to which the syslog collector appends, readable to this run."""


class Limits(Part):
    """How hard a run may press on the deployment, and how long it may take."""

    connections_per_target: Annotated[int, Between(1, 64, floor=SUITE, ceiling=SUITE)] = 8
    """Connections that a node has open with us at any time, at most."""
    connections_total: Annotated[int, Between(1, 1024, floor=SUITE, ceiling=SUITE)] = 64
    """The same over all nodes."""
    answer_timeout_s: Annotated[float, Between(0.1, 60, floor=SUITE, ceiling=SUITE)] = 2.0
    """How long one answer may take."""
    run_timeout_s: Annotated[float, Between(10, 86400, floor=SUITE, ceiling=SUITE)] = 900
    """How long the whole run may take."""


class Gate(Part):
    """What stops the acceptance."""

    stops: frozenset[Verdict] = frozenset(
        {Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_REVIEWED}
    )
    """Verdicts that stop it."""
    attested_within_days: Days = 366
    """Days after which an attestation has to be made again, whatever end it states."""
    two_persons: bool = False
    """Whether an attestation needs a second person."""
    stig_severities: frozenset[Category] = frozenset(Category)
    """Severities of STIG controls that must not be open."""

    @field_validator("stops")
    @classmethod
    def _stops_what_is_wrong(cls, stops: frozenset[Verdict]) -> frozenset[Verdict]:
        if Verdict.FAIL not in stops:
            raise problem('does not hold "fail"', 'add "fail": a failed requirement always stops')
        if good := stops & {Verdict.PASS, Verdict.NOT_APPLICABLE}:
            raise problem(f'holds "{min(good)}", so nothing could be accepted', "remove it")
        return stops
