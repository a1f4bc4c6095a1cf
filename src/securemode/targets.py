"""What a run looks at: the nodes and locations of one deployment."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Scope(StrEnum):
    """What a requirement applies to, once for each; the names are those of the catalogue."""

    DEPLOYMENT = "deployment"
    MANAGEMENT_NODE = "management_node"
    CONFERENCING_NODE = "conferencing_node"
    EVERY_NODE = "every_node"
    LOCATION = "location"
    VIRTUAL_MACHINE = "virtual_machine"
    HOST = "host"
    DATASTORE = "datastore"


class Role(StrEnum):
    """The part that a node plays."""

    MANAGEMENT = "management"
    CONFERENCING = "conferencing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One node of the deployment, as it is reached from the vantage.

    Attributes:
        name: short name, unique in the deployment; it is the id of the node's tests.
        role: Management Node or Conferencing Node.
        ipv4: address literal, or None where the site does not use the family.
        ipv6: address literal, or None.
        fqdn: configured name, empty in a deployment without DNS.
        location: system location of a Conferencing Node, else empty.
        port_offset: added to every port number: 0 unless the node is reached through port
            forwarding (the lab's loopback profile is).
    """

    name: str
    role: Role
    ipv4: str | None = None
    ipv6: str | None = None
    fqdn: str = ""
    location: str = ""
    port_offset: int = 0

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The address that probes use where the family does not matter: IPv4 if there is one."""
        address = self.ipv4 or self.ipv6
        if address is None:
            message = f"node {self.name} has no address"
            raise ValueError(message)
        return address

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address of the node, IPv4 first."""
        return tuple(address for address in (self.ipv4, self.ipv6) if address)

    def port(self, number: int) -> int:
        """The port to connect to for the product's own port `number`."""
        return number + self.port_offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """One system location and the Conferencing Nodes in it."""

    name: str
    nodes: tuple[Node, ...] = ()

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One ESXi host, by the name under which vCenter lists it."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Datastore:
    """One datastore, by the name under which vCenter lists it."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Everything a run looks at; the Management Node comes first wherever nodes are listed."""

    management: Node
    conferencing: tuple[Node, ...] = ()
    locations: tuple[Location, ...] = field(default=())
    hosts: tuple[Host, ...] = ()
    datastores: tuple[Datastore, ...] = ()

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every node, Management Node first."""
        return (self.management, *self.conferencing)


Target = Node | Location | Host | Datastore | Deployment
