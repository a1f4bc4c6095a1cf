"""Where set-ups put the virtual machines that they deploy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from securemode.environment.files import Readable
from securemode.environment.parts import Ipv4, Name
from securemode.environment.values import Part, Text, problem

_SHA256_DIGITS = 64

OvaFile = Annotated[Path, Readable("the vendor's OVA")]
DiskProvisioning = Literal["thin", "thick", "eagerZeroedThick"]


def _sha256(text: str) -> str:
    digits = text.strip().lower()
    if len(digits) != _SHA256_DIGITS or not set(digits) <= set("0123456789abcdef"):
        raise problem("is no SHA-256 checksum", "state the 64 hexadecimal digits of sha256sum")
    return digits


Sha256 = Annotated[str, AfterValidator(_sha256)]


class Image(Part):
    """An OVA as the vendor ships it."""

    file: OvaFile
    """The OVA, relative to this file."""
    sha256: Sha256 | None = None
    """SHA-256 of the whole file, as the vendor publishes it; null: the manifest in it has to do."""


class NodePlacement(Part):
    """What is particular to one node; what is left out is as for all of them."""

    host: Text | None = None
    """ESXi host on which it runs."""
    datastore: Text | None = None
    """Datastore that holds its disks."""
    network: Text | None = None
    """Network or port group of its adapters."""
    networks: dict[Text, Text] = Field(default_factory=dict)
    """Network or port group by the name of the network in the OVA, where one is not enough."""
    netmask: Ipv4 | None = None
    """IPv4 network mask that the node is told."""
    gateway: Ipv4 | None = None
    """IPv4 gateway that the node is told."""

    def completed(self, common: NodePlacement) -> NodePlacement:
        """This, with what is common to all nodes where it says nothing itself."""
        stated = {name: value for name, value in self if value is not None and value != {}}
        return common.model_copy(update=stated)


class Placement(Part):
    """From which files, and on which hosts, datastores and networks, the nodes are deployed."""

    management_ova: Image | None = None
    """OVA of the Management Node; null: it is not deployed."""
    conferencing_ova: Image | None = None
    """Generic OVA of Conferencing Nodes; null: none is deployed."""
    datacenter: Text | None = None
    """Datacenter; null where vCenter has only one."""
    folder: Text | None = None
    """Folder of virtual machines, levels separated by "/"; null: the datacenter's own."""
    resource_pool: Text | None = None
    """Resource pool of the host or of its cluster; null: the one that holds all others."""
    disk_provisioning: DiskProvisioning = "thick"
    """How disks take space: "thin", "thick" (at once), "eagerZeroedThick" (and overwritten)."""
    power_on: bool = True
    """Whether a new Management Node is switched on at once; Conferencing Nodes always are."""
    all_nodes: NodePlacement = NodePlacement()
    """What holds for every node, unless `nodes` says otherwise."""
    nodes: dict[Name, NodePlacement] = Field(default_factory=dict)
    """What is particular to a node, by its name."""

    @model_validator(mode="after")
    def _deploys_something(self) -> Self:
        if self.management_ova is None and self.conferencing_ova is None:
            raise problem(
                "names no OVA, so that nothing could be deployed",
                "state management_ova, conferencing_ova or both; or leave deploy out",
            )
        return self

    def of(self, node: str) -> NodePlacement:
        """Where the node of this name goes."""
        return self.nodes.get(node, NodePlacement()).completed(self.all_nodes)
