"""What the lab's vCenter is called and where its things are; known before anything is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from securemode_lab.vcenter.hardened_values import site_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from securemode_lab.document import VSphereLogins

PORT = 443
DATACENTER, CLUSTER, FOLDER = "Lab", "Conferencing", "Pexip"
SWITCH = "dvs-conferencing"
MANAGEMENT_GROUP, CONFERENCING_GROUP = "VM Management", "VM Conferencing"
DISTRIBUTED_GROUP = "dvs-conferencing-nodes"
VLANS = {MANAGEMENT_GROUP: 110, CONFERENCING_GROUP: 120, DISTRIBUTED_GROUP: 120}
FOREIGN = "jump-host"
LIMIT_IOPS = 500
_CAPACITY_IOPS = 10_000


@dataclass(frozen=True, slots=True)
class HostPlace:
    """One ESXi host.

    Attributes:
        number: from 1.
        name: by which vCenter lists it.
        address: of its management adapter, on a network of its own.
        datastore: the only one that it has mounted.
        has_own_switch: whether it carries virtual machines on a switch of its own.
    """

    number: int
    name: str
    address: str
    datastore: str
    has_own_switch: bool


HOSTS = (
    HostPlace(1, "esxi1.lab.example", "192.0.2.11", "datastore1", has_own_switch=True),
    HostPlace(2, "esxi2.lab.example", "192.0.2.12", "datastore2", has_own_switch=False),
)


def host_of(number: int) -> HostPlace:
    """Where a node is: the Management Node is number 0, the Conferencing Nodes follow from 1 on."""
    return HOSTS[1] if number and number % 2 == 0 else HOSTS[0]


def standby(node: str) -> str:
    """Name of the virtual machine that stands by for a node."""
    return f"{node}-contingency"


def capacity_iops(nodes: int) -> int:
    """What each datastore can do: enough for its machines, those that stand by and the stranger.

    The first host has half of the nodes, and the Management Node, and as many that stand by.
    """
    machines = 2 * (nodes // 2 + 1) + 1
    limits = LIMIT_IOPS * machines
    return max(_CAPACITY_IOPS, -(-limits // 1000) * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How the vCenter is reached, and who may log in.

    Attributes:
        fqdn: its name.
        address: its address.
        port: of HTTPS, as it is on the lab's network.
        ca_file: the authority that vouches for its certificate.
        logins: of administrator and reader.
    """

    fqdn: str
    address: str
    port: int
    ca_file: str
    logins: VSphereLogins


def document(
    reach: Reach, nodes: Iterable[str], issuer: str, ova: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What the lab's document says of its vCenter.

    Args:
        reach: how it is reached.
        nodes: names of all nodes.
        issuer: organization of the authority that signs the hosts' certificates.
        ova: paths of the product's packages, by the kind of node.
    """
    names, logins = list(nodes), reach.logins
    return {
        "address": reach.address,
        "name": reach.fqdn,
        "port": reach.port,
        "username": logins.administrator.username,
        "password": logins.administrator.password,
        "reader": {"username": logins.reader.username, "password": logins.reader.password},
        "ca_file": reach.ca_file,
        "hosts": [host.name for host in HOSTS],
        "datastores": {host.datastore: capacity_iops(len(names)) for host in HOSTS},
        "virtual_machines": {name: name for name in names},
        "contingency": {name: standby(name) for name in names},
        "datacenter": DATACENTER,
        "cluster": CLUSTER,
        "folder": FOLDER,
        "networks": {
            "management": MANAGEMENT_GROUP,
            "conferencing": CONFERENCING_GROUP,
            "conferencing_distributed": DISTRIBUTED_GROUP,
        },
        "ova": dict(ova or {}),
        "bios_supervisor_password": logins.bios_supervisor_password,
        "stig": site_values(issuer),
    }
