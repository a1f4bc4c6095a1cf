"""The inventory of the lab's vCenter without its virtual machines: what stands around them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.vcenter import networks, places
from securemode_lab.vcenter.datastores import datastore
from securemode_lab.vcenter.host_network import DistributedUplinks, Networking
from securemode_lab.vcenter.hosts import Server, hardened_host
from securemode_lab.vcenter.objects import Managed
from securemode_lab.vcenter.pools import cluster
from securemode_lab.vcenter.search import ROOT, children

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from securemode_lab.vcenter.objects import Inventory
    from securemode_lab.vcenter.places import HostPlace

_CORES_PER_MACHINE = 4
_MB_PER_MACHINE = 4096
_SPARE = 8


@dataclass(frozen=True, slots=True)
class Around:
    """Where virtual machines can be put.

    Attributes:
        folder: for the deployment's.
        other_folder: for everybody else's.
        pool: of the cluster.
        hosts: by their names.
        datastores: by their names.
    """

    folder: Managed
    other_folder: Managed
    pool: Any
    hosts: dict[str, Managed]
    datastores: dict[str, Managed]


def build(
    inventory: Inventory,
    machines: int,
    certify: Callable[[str], str],
    hosts: Sequence[HostPlace] = places.HOSTS,
) -> Around:
    """Make a datacenter with its hosts, networks and datastores.

    Args:
        inventory: in which they will be.
        machines: how many each host has to carry.
        certify: makes the certificate, PEM, of the host of that name.
        hosts: which there are.
    """
    below = _datacenter(inventory)
    together = cluster(inventory, places.CLUSTER, below["host"].ref)
    made_hosts = _Hosts(inventory, below["network"].ref, certify)
    for place in hosts:
        made_hosts.add(place, together, machines)
    stores = {
        place.datastore: datastore(
            inventory,
            place.datastore,
            below["datastore"].ref,
            [made_hosts.by_name[place.name].ref],
        )
        for place in hosts
    }
    return Around(
        folder=folder(inventory, places.FOLDER, below["vm"]),
        other_folder=below["vm"],
        pool=together.read("resourcePool"),
        hosts=made_hosts.by_name,
        datastores=stores,
    )


def _datacenter(inventory: Inventory) -> dict[str, Managed]:
    """Root folder and datacenter; the folders that every datacenter has, by their names."""
    root = folder(inventory, "Datacenters", None, moid=ROOT)
    center = Managed(vim.Datacenter, inventory.new_moid("datacenter"))
    inventory.add(center)
    center.properties = {"name": places.DATACENTER, "parent": root.ref, "overallStatus": "green"}
    kinds = ("vm", "host", "datastore", "network")
    below = {kind: folder(inventory, kind, center) for kind in kinds}
    center.properties |= {f"{kind}Folder": made.ref for kind, made in below.items()}
    center.properties |= {
        "datastore": lambda: [store.ref for store in inventory.of(vim.Datastore)],
        "network": lambda: [network.ref for network in inventory.of(vim.Network)],
    }
    return below


def folder(inventory: Inventory, name: str, parent: Managed | None, moid: str = "") -> Managed:
    """A folder; what is in it says so itself."""
    made = Managed(vim.Folder, moid or inventory.new_moid("group"))
    made.properties = {
        "name": name,
        "overallStatus": "green",
        "childType": [vim.Folder, vim.ManagedEntity],
        "childEntity": lambda: [child.ref for child in children(inventory, made)],
    }
    if parent is not None:
        made.properties["parent"] = parent.ref
    return inventory.add(made)


class _Hosts:
    """The hosts of a datacenter, with the networks that they bring."""

    def __init__(
        self, inventory: Inventory, network_folder: Any, certify: Callable[[str], str]
    ) -> None:
        self.by_name: dict[str, Managed] = {}
        self._inventory = inventory
        self._folder = network_folder
        self._certify = certify
        self._switch: Managed | None = None

    def add(self, place: HostPlace, parent: Managed, machines: int) -> None:
        """A host that can carry so many machines."""
        host, *managers = hardened_host(
            place.name,
            moid=f"host-{place.number}",
            number=place.number,
            networking=self._networking(place),
            certificate=self._certify(place.name),
            server=Server(
                cores=max(32, _CORES_PER_MACHINE * (machines + _SPARE)),
                memory_mb=max(512 * 1024, _MB_PER_MACHINE * (machines + _SPARE)),
            ),
        )
        inventory = self._inventory
        host.properties |= {
            "parent": parent.ref,
            "vm": lambda: _refs(inventory, vim.VirtualMachine, _runs_on(host)),
            "datastore": lambda: _refs(inventory, vim.Datastore, _is_mounted_by(host)),
            "network": lambda: _refs(inventory, vim.Network, _reaches(host)),
        }
        for managed in (host, *managers):
            inventory.add(managed)
        self.by_name[place.name] = host
        if place.has_own_switch:
            self._add_port_groups()
        else:
            networks.join(self._distributed(), host)

    def _networking(self, place: HostPlace) -> Networking:
        if place.has_own_switch:
            own = (places.MANAGEMENT_GROUP, places.CONFERENCING_GROUP)
            return Networking(
                address=place.address, groups={name: places.VLANS[name] for name in own}
            )
        switch = self._distributed()
        uplinks = switch.read("config").uplinkPortgroup[0]
        return Networking(
            address=place.address,
            distributed=DistributedUplinks(
                name=places.SWITCH,
                uuid=switch.read("uuid"),
                uplink_group=uplinks._moId,  # noqa: SLF001
            ),
        )

    def _add_port_groups(self) -> None:
        known = {network.read("name") for network in self._inventory.of(vim.Network)}
        for name in (places.MANAGEMENT_GROUP, places.CONFERENCING_GROUP):
            if name not in known:
                networks.port_group(
                    self._inventory, name, self._folder, partial(self._with_group, name)
                )

    def _with_group(self, name: str) -> list[Any]:
        """Hosts that have a port group of that name."""
        return [
            host.ref
            for host in self._inventory.of(vim.HostSystem)
            if any(group.spec.name == name for group in host.read("config").network.portgroup)
        ]

    def _distributed(self) -> Managed:
        """The distributed switch, made when the first host needs it."""
        if self._switch is None:
            self._switch = networks.distributed_switch(
                self._inventory, places.SWITCH, self._folder, self._on_switch
            )
            networks.distributed_group(
                self._inventory,
                places.DISTRIBUTED_GROUP,
                self._switch,
                networks.settings(networks.vlan(places.VLANS[places.DISTRIBUTED_GROUP])),
                hosts=self._on_switch,
            )
        return self._switch

    def _on_switch(self) -> list[Any]:
        """Hosts that belong to the distributed switch."""
        return [
            host.ref
            for host in self._inventory.of(vim.HostSystem)
            if host.read("config").network.proxySwitch
        ]


def _refs(inventory: Inventory, kind: Any, fits: Callable[[Managed], bool]) -> list[Any]:
    return [managed.ref for managed in inventory.of(kind) if fits(managed)]


def _runs_on(host: Managed) -> Callable[[Managed], bool]:
    return lambda machine: bool(machine.kept["placement"].host == host.ref)


def _is_mounted_by(host: Managed) -> Callable[[Managed], bool]:
    return lambda store: host.ref in [mount.key for mount in store.read("host")]


def _reaches(host: Managed) -> Callable[[Managed], bool]:
    return lambda network: host.ref in network.read("host")
