"""Where the embedded lab has room for the machines of its nodes, as its document says."""

from __future__ import annotations

from ipaddress import IPv4Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

from securemode.environment.placement import Image, NodePlacement, Placement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NETWORK_BITS = 23
"""All nodes of a lab are on one link; nothing is routed there, so that any gateway will do."""


def placement_of(document: Mapping[str, Any]) -> Placement | None:
    """The lab's two OVAs, and a place for every node; None where it has none.

    The Management Node is on the first host, and Conferencing Nodes are on either in turn: on a
    standard switch of the first, on a distributed one of the second.
    """
    given = document["vsphere"]
    if "ova" not in given:
        return None
    network = ip_network(f"{document['management_node']['ipv4']}/{_NETWORK_BITS}", strict=False)
    assert isinstance(network, IPv4Network)
    return Placement(
        management_ova=Image(file=Path(given["ova"]["management"])),
        conferencing_ova=Image(file=Path(given["ova"]["conferencing"])),
        datacenter=given["datacenter"],
        folder=given["folder"],
        all_nodes=NodePlacement(netmask=str(network.netmask), gateway=str(network[1])),
        nodes=dict(_places(document)),
    )


def _places(document: Mapping[str, Any]) -> Iterator[tuple[str, NodePlacement]]:
    given, nodes = document["vsphere"], document["conferencing_nodes"]
    beneath = list(zip(given["hosts"], given["datastores"], strict=True))
    networks = given["networks"]
    ports = networks["conferencing"], networks["conferencing_distributed"]
    yield document["management_node"]["name"], _place(beneath[0], networks["management"])
    for number, node in enumerate(nodes):
        turn = number % 2
        yield node["name"], _place(beneath[turn], ports[turn])


def _place(beneath: tuple[str, str], network: str) -> NodePlacement:
    host, datastore = beneath
    return NodePlacement(host=host, datastore=datastore, network=network)
