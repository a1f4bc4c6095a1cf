"""From the names under `vsphere.deploy` to the objects of vCenter, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from pyVmomi import vim

from securemode.errors import SetupFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from securemode.environment.placement import NodePlacement, Placement
    from securemode.vsphere.session import VSphereSession

_WHERE = "vsphere.deploy"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one virtual machine goes.

    Attributes:
        host, datastore, folder, pool: managed objects.
        networks: managed object by the name of the network in the OVA.
        said: the same for people.
    """

    host: Any
    datastore: Any
    folder: Any
    pool: Any
    networks: Mapping[str, Any]
    said: str


def place_for(
    session: VSphereSession, node: str, placement: Placement, networks: Sequence[str], size: int
) -> Place:
    """Look every name up.

    Args:
        session: with vCenter.
        node: name of the node.
        placement: what the environment states.
        networks: names of the networks in the OVA.
        size: bytes of the OVA.

    Raises:
        CannotLook: vCenter does not say.
        SetupFailed: a name is missing or leads nowhere, the host does not take a machine, or the
            datastore is full.
    """
    own = placement.of(node)
    host, seen = _host(session, node, own)
    datastore = _datastore(session, node, own, seen.get("datastore", ()), size)
    return Place(
        host=host,
        datastore=datastore,
        folder=_folder(session, placement),
        pool=_pool(session, placement, seen["parent"]),
        networks=_networks(session, node, own, seen.get("network", ()), networks),
        said=f"on {own.host}, {own.datastore}, {_ports(own, networks)}",
    )


def _ports(own: NodePlacement, networks: Sequence[str]) -> str:
    used = (own.networks.get(each, own.network) for each in networks)
    return ", ".join(dict.fromkeys(each for each in used if each)) or "without a network"


def _host(session: VSphereSession, node: str, own: NodePlacement) -> tuple[Any, dict[str, Any]]:
    state = "runtime.connectionState", "runtime.inMaintenanceMode"
    hosts = session.properties(vim.HostSystem, ["name", "parent", "datastore", "network", *state])
    names = {moid: seen["name"] for moid, seen in hosts.items()}
    moid = _named(own.host, names, f"host of {node}", f"{_WHERE}.nodes.{node}.host")
    seen = hosts[moid]
    if (connection := seen.get(state[0])) != "connected":
        raise SetupFailed(
            f"The host {own.host} does not respond: vCenter calls it {connection}.",
            remedy="bring it back into vCenter, or state another host.",
        )
    if seen.get(state[1]):
        raise SetupFailed(
            f"The host {own.host} is in maintenance mode.",
            remedy="end its maintenance mode, or state another host.",
        )
    return session.managed(vim.HostSystem, moid), seen


def _datastore(
    session: VSphereSession, node: str, own: NodePlacement, of_host: Iterable[Any], size: int
) -> Any:
    datastores = session.properties(
        vim.Datastore, ["name", "summary.freeSpace", "summary.accessible"], objects=of_host
    )
    names = {moid: seen["name"] for moid, seen in datastores.items()}
    key = f"{_WHERE}.nodes.{node}.datastore"
    moid = _named(own.datastore, names, f"datastore of {own.host}", key)
    seen = datastores[moid]
    if seen.get("summary.accessible") is False:
        raise SetupFailed(
            f"The datastore {own.datastore} cannot be reached by its hosts.",
            remedy="connect it again, or state another datastore.",
        )
    free = seen.get("summary.freeSpace")
    if free is not None and free < size:
        raise SetupFailed(
            f"The datastore {own.datastore} is full: {_mb(free)} MB are free, and {node} needs at "
            f"least the {_mb(size)} MB of its OVA.",
            remedy="free space there, or state another datastore.",
        )
    return session.managed(vim.Datastore, moid)


def _mb(count: int) -> str:
    return f"{count / 1e6:,.1f}"


def _networks(
    session: VSphereSession,
    node: str,
    own: NodePlacement,
    of_host: Iterable[Any],
    wanted: Sequence[str],
) -> dict[str, Any]:
    managed = {str(each._GetMoId()): each for each in of_host}  # noqa: SLF001 - no other name
    seen: dict[str, str] = {}
    for kind in {type(each) for each in managed.values()}:
        ours = [each for each in managed.values() if type(each) is kind]
        found = session.properties(kind, ["name"], objects=ours)
        seen |= {moid: properties["name"] for moid, properties in found.items()}
    if strange := own.networks.keys() - set(wanted):
        raise SetupFailed(
            f"The OVA of {node} has no network {min(strange)!r}; it has: {_listed(wanted)}.",
            remedy=f"correct {_WHERE}.nodes.{node}.networks.",
        )
    what, key = f"network of {own.host}", f"{_WHERE}.nodes.{node}.network"
    chosen = {each: _named(own.networks.get(each, own.network), seen, what, key) for each in wanted}
    return {each: managed[moid] for each, moid in chosen.items()}


def _pool(session: VSphereSession, placement: Placement, compute: Any) -> Any:
    """The pool that is stated among those of a host or its cluster, or the one above them."""
    moid = str(compute._GetMoId())  # noqa: SLF001
    root = session.properties(type(compute), ["resourcePool"], objects=[compute])[moid]
    if placement.resource_pool is None:
        return root["resourcePool"]
    pools = session.properties(vim.ResourcePool, ["name", "owner"])
    names = {moid: each["name"] for moid, each in pools.items() if each["owner"] == compute}
    named = _named(
        placement.resource_pool, names, "resource pool of the host", f"{_WHERE}.resource_pool"
    )
    return session.managed(vim.ResourcePool, named)


def _folder(session: VSphereSession, placement: Placement) -> Any:
    datacenters = session.properties(vim.Datacenter, ["name", "vmFolder"])
    names = {moid: each["name"] for moid, each in datacenters.items()}
    stated = placement.datacenter
    if stated is None and len(names) == 1:
        stated = next(iter(names.values()))
    moid = _named(stated, names, "datacenter", f"{_WHERE}.datacenter")
    folder = datacenters[moid]["vmFolder"]
    folders = session.properties(vim.Folder, ["name", "parent"])
    for level in filter(None, (placement.folder or "").split("/")):
        inner = {
            moid: each["name"] for moid, each in folders.items() if each.get("parent") == folder
        }
        named = _named(level, inner, "folder of virtual machines", f"{_WHERE}.folder")
        folder = session.managed(vim.Folder, named)
    return folder


def _named(name: str | None, known: Mapping[str, str], what: str, key: str) -> str:
    """The id of the only object that has this name."""
    found = [moid for moid, each in known.items() if each == name]
    if name is None:
        raise SetupFailed(
            f"No {what} is stated; there are: {_listed(known.values())}.", remedy=f"state {key}."
        )
    if len(found) != 1:
        _refuse(name, known, what, key, len(found))
    return found[0]


def _refuse(name: str, known: Mapping[str, str], what: str, key: str, count: int) -> NoReturn:
    if count:
        raise SetupFailed(
            f"{count} objects are each a {what} named {name!r}.",
            remedy=f"rename one, or state another under {key}.",
        )
    raise SetupFailed(
        f"There is no {what} named {name!r}; there are: {_listed(known.values())}.",
        remedy=f"correct {key}, or see whether it was renamed.",
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names))) or "none"
