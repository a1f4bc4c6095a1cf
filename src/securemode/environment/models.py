"""The environment: one deployment, how to reach it, what its site decides, what a run may do to it.

`securemode.environment.loading.load` makes one from a file. The models can be built directly as
well; a secret is then given as a `Secret`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import Field, ValidationInfo, field_validator

from securemode.environment.files import KeyPair
from securemode.environment.means import PeerCertificates, Power, Records, Trap
from securemode.environment.parts import (
    DISCOVER,
    Collectors,
    ConferencingNodes,
    Credentials,
    Gate,
    Identity,
    LabSettings,
    Limits,
    Login,
    Name,
    NodeSettings,
    Permission,
    RefusedCertificates,
    RoleLogins,
    SnmpCredentials,
    Trust,
)
from securemode.environment.secret import secrets_in
from securemode.environment.site import LdapSite, NtpServer, Site, SyslogServer
from securemode.environment.values import SUITE, Between, Part, Text, problem
from securemode.environment.vsphere import VSphere
from securemode.errors import ConfigurationError
from securemode.targets import Deployment, Location, Node, Role

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "DISCOVER",
    "Collectors",
    "Credentials",
    "Environment",
    "Gate",
    "Identity",
    "KeyPair",
    "LabSettings",
    "LdapSite",
    "Limits",
    "Login",
    "NodeSettings",
    "NtpServer",
    "PeerCertificates",
    "Permission",
    "Power",
    "Records",
    "RefusedCertificates",
    "RoleLogins",
    "Site",
    "SnmpCredentials",
    "SyslogServer",
    "Trap",
    "Trust",
    "VSphere",
]

Known = TypeVar("Known")

_UNSTATED_TRUST = Trust()


class Environment(Part):
    """One deployment as a run sees it; `environments/example.yaml` explains every key.

    With a `lab` the Management Node, the credentials and the trust may be missing: the lab's own
    document supplies them by `with_deployment`; asking for them earlier is a ConfigurationError.
    """

    name: Name
    """Name of the environment; that of its file where it is left out."""
    identity: Identity
    """Whose deployment this is."""
    lab: LabSettings | None = None
    """Present where the deployment is the embedded lab."""
    protected: bool = False
    """Whether set-ups may change nothing here without --allow-changes=<name>."""
    stated_management_node: NodeSettings | None = Field(
        default=None, alias="management_node", validate_default=True
    )
    """The Management Node."""
    conferencing_nodes: ConferencingNodes = DISCOVER
    """The Conferencing Nodes: a list, or "discover" to ask the Management Node for them."""
    port_offset: Annotated[int, Between(0, 60000, floor=SUITE, ceiling=SUITE)] = 0
    """Added to every port number, where the nodes are reached through port forwarding."""
    stated_credentials: Credentials | None = Field(
        default=None, alias="credentials", validate_default=True
    )
    """The accounts that a run uses."""
    trust: Trust = Field(default_factory=lambda: _UNSTATED_TRUST, validate_default=True)
    """The certification authorities that the run trusts."""
    certificates: dict[Name, KeyPair] = Field(default_factory=dict)
    """Server certificates that set-ups upload, by the name of the node."""
    site: Site = Site()
    """What the site decides."""
    collectors: Collectors = Collectors()
    """Where the site's collectors write."""
    records: Records = Records()
    """What was written down of the deployment."""
    trap: Trap | None = None
    """Where the nodes can call this run; null: it can't be called."""
    power: Power | None = None
    """How a node is restarted; null: nobody but a person can."""
    vsphere: VSphere | None = None
    """The vCenter that manages its virtual machines; null: nobody can look at them."""
    allow: frozenset[Permission] = frozenset()
    """Intrusive checks that may run."""
    setup: tuple[Text, ...] = ()
    """Set-ups to run, in order."""
    all_ports: bool = False
    """Whether all 65,535 ports are looked at instead of a sample, as by --all-ports."""
    slow: bool = False
    """Whether checks run that have to wait for minutes, as by --slow."""
    limits: Limits = Limits()
    """How hard a run may press."""
    gate: Gate = Gate()
    """What stops the acceptance."""

    @field_validator("stated_management_node", "stated_credentials", "trust")
    @classmethod
    def _stated_or_lab(cls, value: Known, info: ValidationInfo) -> Known:
        """Only an environment with a lab can do without these three."""
        unstated = value is None or value is _UNSTATED_TRUST
        if unstated and "lab" in info.data and info.data["lab"] is None:
            raise problem(
                "is missing; only an environment with a lab can do without it",
                "state it as environments/example.yaml does",
            )
        return value

    @field_validator("conferencing_nodes")
    @classmethod
    def _without_the_management_node(
        cls, nodes: str | tuple[NodeSettings, ...], info: ValidationInfo
    ) -> str | tuple[NodeSettings, ...]:
        management = info.data.get("stated_management_node")
        listed = () if isinstance(nodes, str) else nodes
        if management is not None and management.name in {node.name for node in listed}:
            raise problem(
                f'names "{management.name}", which is the Management Node',
                "give every node a name of its own",
            )
        return nodes

    @field_validator("certificates")
    @classmethod
    def _of_known_nodes(
        cls, certificates: dict[str, KeyPair], info: ValidationInfo
    ) -> dict[str, KeyPair]:
        """Where all nodes are stated, a certificate for another name is a slip of the pen."""
        management = info.data.get("stated_management_node")
        listed = info.data.get("conferencing_nodes", DISCOVER)
        if management is None or isinstance(listed, str):
            return certificates
        names = [management.name, *(node.name for node in listed)]
        if strange := [name for name in certificates if name not in names]:
            raise problem(
                f'names "{strange[0]}", which is no node of this environment',
                f"write one of: {', '.join(names)}",
            )
        return certificates

    @property
    def management_node(self) -> NodeSettings:
        """The Management Node, stated or supplied by the lab."""
        return self._supplied(self.stated_management_node, "management_node")

    @property
    def credentials(self) -> Credentials:
        """The accounts, stated or supplied by the lab."""
        return self._supplied(self.stated_credentials, "credentials")

    @property
    def web_ca_file(self) -> Path | None:
        """The CA by which the Management Node is verified before credentials go there.

        A lab has those of the factory at first, and nobody else can answer in its network.
        """
        return None if self.lab is not None else self.trust.ca_file

    def _supplied(self, value: Known | None, key: str) -> Known:
        if value is None:
            raise ConfigurationError(
                f"environment {self.name}: {key} is not known before the lab runs.",
                remedy='add "lab" to setup:, or state it.',
            )
        return value

    def with_deployment(
        self,
        *,
        management_node: NodeSettings | None = None,
        conferencing_nodes: tuple[NodeSettings, ...] | None = None,
        credentials: Credentials | None = None,
        port_offset: int | None = None,
        trust: Trust | None = None,
        certificates: dict[str, KeyPair] | None = None,
        site: Site | None = None,
        collectors: Collectors | None = None,
        records: Records | None = None,
        trap: Trap | None = None,
        power: Power | None = None,
        vsphere: VSphere | None = None,
    ) -> Environment:
        """This environment with what the lab or discovery supplied; None leaves a part as it is."""
        supplied = {
            "stated_management_node": management_node,
            "conferencing_nodes": conferencing_nodes,
            "stated_credentials": credentials,
            "port_offset": port_offset,
            "trust": trust,
            "certificates": certificates,
            "site": site,
            "collectors": collectors,
            "records": records,
            "trap": trap,
            "power": power,
            "vsphere": vsphere,
        }
        return self.model_copy(
            update={name: value for name, value in supplied.items() if value is not None}
        )

    def management(self) -> Node:
        """The Management Node as a target: all that is known before discovery."""
        return self._target(self.management_node, Role.MANAGEMENT)

    def deployment(self) -> Deployment:
        """Every node as a target, Conferencing Nodes grouped by their location.

        Raises:
            ConfigurationError: the Conferencing Nodes are still to be discovered.
        """
        if isinstance(self.conferencing_nodes, str):
            raise ConfigurationError(
                f"environment {self.name}: the Conferencing Nodes are still to be discovered.",
                remedy="list them under conferencing_nodes:.",
            )
        nodes = tuple(self._target(node, Role.CONFERENCING) for node in self.conferencing_nodes)
        locations = tuple(
            Location(name=name, nodes=tuple(node for node in nodes if node.location == name))
            for name in dict.fromkeys(node.location for node in nodes)
            if name
        )
        beneath = self.vsphere.beneath() if self.vsphere else {}
        return Deployment(
            management=self.management(), conferencing=nodes, locations=locations, **beneath
        )

    def ipv6_gateway_of(self, node: Node) -> str | None:
        """The IPv6 gateway that the site states for a node, if it states one."""
        listed = () if isinstance(self.conferencing_nodes, str) else self.conferencing_nodes
        stated = {one.name: one.ipv6_gateway for one in (self.management_node, *listed)}
        return stated.get(node.name)

    def _target(self, node: NodeSettings, role: Role) -> Node:
        return Node(
            role=role, port_offset=self.port_offset, **node.model_dump(exclude={"ipv6_gateway"})
        )

    def secret_values(self) -> tuple[str, ...]:
        """Every resolved secret, longest first, for the redaction of whatever is written."""
        values = {secret.reveal() for secret in secrets_in(self)} - {""}
        return tuple(sorted(values, key=lambda value: (-len(value), value)))
