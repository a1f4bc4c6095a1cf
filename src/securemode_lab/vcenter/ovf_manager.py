"""`OvfManager`: reads descriptors, and says what a virtual machine made of one would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim, vmodl

from securemode_lab.vcenter.objects import Managed, Method
from securemode_lab.vcenter.ovf_descriptor import descriptor
from securemode_lab.vcenter.ovf_devices import Wishes
from securemode_lab.vcenter.ovf_spec import config_spec, file_item

if TYPE_CHECKING:
    from securemode_lab.vcenter.objects import Call, Inventory
    from securemode_lab.vcenter.ovf_descriptor import Descriptor

_THIN = frozenset({"thin", "sparse", "monolithicSparse", "twoGbMaxExtentSparse"})
_EAGER = "eagerZeroedThick"
_THICK = frozenset({"thick", "flat", "monolithicFlat", "twoGbMaxExtentFlat", _EAGER})


def ovf_manager(moid: str) -> Managed:
    """The manager, which has no state."""
    methods = {
        "CreateImportSpec": Method(_create_import_spec, "System.View"),
        "ParseDescriptor": Method(_parse, "System.View"),
    }
    return Managed(vim.OvfManager, moid, {"ovfImportOption": [], "ovfExportOption": []}, methods)


# pyVmomi's names of parameters are the method's.
def _create_import_spec(
    call: Call,
    ovfDescriptor: str,  # noqa: N803
    resourcePool: Any,  # noqa: N803
    datastore: Any,
    cisp: Any,
) -> Any:
    """What `ImportVApp` takes; what is wrong with the package is part of the answer."""
    inventory = call.inventory
    _must_know(inventory, vim.ResourcePool, resourcePool, "resourcePool")
    _must_know(inventory, vim.Datastore, datastore, "datastore")
    if not cisp.entityName:
        raise vmodl.fault.InvalidArgument(invalidProperty="cisp.entityName")
    _must_reach(inventory, datastore, cisp.hostSystem)
    result = vim.OvfManager.CreateImportSpecResult()
    try:
        described = descriptor(ovfDescriptor, cisp.deploymentOption)
        result.warning = described.warnings
        result.error = [*described.errors, *_unmapped(described, cisp)]
        if result.error:
            return result
        wishes = _wishes(inventory, datastore, cisp)
        spec, media = config_spec(described, wishes)
    except vim.fault.OvfFault as fault:
        result.error = [fault]
        return result
    result.importSpec = vim.vm.VmImportSpec(configSpec=spec)
    result.fileItem = [file_item(cisp.entityName, medium) for medium in media]
    return result


def _parse(call: Call, ovfDescriptor: str, pdp: Any) -> Any:  # noqa: N803
    """What a package is, before anything is decided."""
    del call
    result = vim.OvfManager.ParseDescriptorResult(
        annotation="", defaultEntityName="", virtualApp=False, defaultDeploymentOption=""
    )
    try:
        described = descriptor(ovfDescriptor, pdp.deploymentOption)
    except vim.fault.OvfFault as fault:
        result.error = [fault]
        return result
    result.annotation = described.annotation
    result.defaultEntityName = described.name
    result.defaultDeploymentOption = next(iter(described.options), "")
    result.network = [
        vim.OvfManager.NetworkInfo(name=name, description=text)
        for name, text in described.networks.items()
    ]
    flat = sum(disk.capacity_bytes for disk in described.disks.values())
    packed = sum(file.size_bytes or 0 for file in described.files.values())
    result.approximateFlatDeploymentSize = flat
    result.approximateDownloadSize = result.approximateSparseDeploymentSize = packed
    result.error, result.warning = described.errors, described.warnings
    return result


def _must_know(inventory: Inventory, kind: Any, ref: Any, parameter: str) -> None:
    """Refuse what is no object of that kind.

    Raises:
        vmodl.MethodFault: it is not there, or is something else.
    """
    if not issubclass(inventory.get(ref._moId).kind, kind):  # noqa: SLF001 - pyVmomi's own name
        raise vmodl.fault.InvalidArgument(invalidProperty=parameter)


def _must_reach(inventory: Inventory, datastore: Any, host: Any) -> None:
    """Refuse a datastore that the host does not have.

    Raises:
        vim.fault.InvalidDatastore: so it is.
    """
    store = inventory.get(datastore._moId)  # noqa: SLF001
    mounted = {mount.key for mount in store.read("host") or []}
    if host is not None and host not in mounted:
        name = store.read("name")
        raise vim.fault.InvalidDatastore(
            msg=f"The datastore '{name}' is not accessible from the host.",
            datastore=datastore,
            name=name,
        )


def _unmapped(described: Descriptor, cisp: Any) -> list[Any]:
    """A fault for each network of the descriptor that nobody said where to find."""
    mapped = {mapping.name for mapping in cisp.networkMapping}
    return [
        vim.fault.OvfNetworkMappingNotSupported(
            msg=f"The network '{name}' of the package is mapped to no network of the site."
        )
        for name in described.networks
        if name not in mapped
    ]


def _wishes(inventory: Inventory, datastore: Any, cisp: Any) -> Wishes:
    """What whoever imports has chosen.

    Raises:
        vim.fault.OvfFault: a choice is impossible.
        vmodl.MethodFault: a network is not there.
    """
    kind = cisp.diskProvisioning or "thick"
    if kind not in _THIN | _THICK:
        raise vim.fault.OvfUnsupportedDiskProvisioning(
            msg=f"Disk provisioning type '{kind}' is not supported.",
            diskProvisioning=kind,
            supportedDiskProvisioning=",".join(sorted(_THIN | _THICK)),
        )
    networks = {}
    for mapping in cisp.networkMapping:
        network = inventory.get(mapping.network._moId)  # noqa: SLF001
        if cisp.hostSystem is not None and cisp.hostSystem not in (network.read("host") or []):
            name = network.read("name")
            raise vim.fault.OvfNetworkMappingNotSupported(
                msg=f"The host is not connected to the network '{name}'."
            )
        networks[mapping.name] = network_backing(inventory, network)
    return Wishes(
        name=cisp.entityName,
        datastore=datastore,
        thin=kind in _THIN,
        eager=kind == _EAGER,
        networks=networks,
    )


def network_backing(inventory: Inventory, network: Managed) -> Any:
    """What a card needs that is connected to a network or distributed port group."""
    card = vim.vm.device.VirtualEthernetCard
    if issubclass(network.kind, vim.dvs.DistributedVirtualPortgroup):
        config = network.read("config")
        switch = inventory.get(config.distributedVirtualSwitch._moId)  # noqa: SLF001
        port = vim.dvs.PortConnection(switchUuid=switch.read("uuid"), portgroupKey=network.moid)
        return card.DistributedVirtualPortBackingInfo(port=port)
    return card.NetworkBackingInfo(
        deviceName=network.read("name"), network=network.ref, useAutoDetect=False
    )
