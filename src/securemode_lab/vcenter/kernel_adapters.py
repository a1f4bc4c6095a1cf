"""Kernel adapters of an ESXi host, and what each of them serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyVmomi import vim

from securemode_lab.vcenter.host_network import group_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NETMASK: Final = "255.255.255.0"
_SERVICES: Final = (
    "faultToleranceLogging",
    "management",
    "vSphereProvisioning",
    "vSphereReplication",
    "vSphereReplicationNFC",
    "vmotion",
    "vsan",
    "vsanWitness",
)


def add_kernel_adapter(network: Any, address: str, group: str) -> str:
    """A further kernel adapter on a port group of the host's own; its device, such as `vmk2`."""
    device = f"vmk{len(network.vnic)}"
    mac = f"00:50:56:6a:00:{len(network.vnic):02x}"
    network.vnic.append(
        vim.host.VirtualNic(
            device=device,
            key=f"key-vim.host.VirtualNic-{device}",
            portgroup=group,
            spec=vim.host.VirtualNic.Specification(
                ip=vim.host.IpConfig(dhcp=False, ipAddress=address, subnetMask=_NETMASK),
                mac=mac,
                portgroup=group,
                mtu=1500,
                netStackInstanceKey="defaultTcpipStack",
            ),
        )
    )
    port = vim.host.PortGroup.Port(key=f"port-{device}", mac=[mac], type="host")
    group_named(network, group).port.append(port)
    return device


def services_of_adapters(network: Any, chosen: Mapping[str, Iterable[str]]) -> Any:
    """Which kernel adapter serves what.

    Args:
        network: the host's.
        chosen: devices by service, such as `{"management": ["vmk0"]}`.
    """
    return vim.host.VirtualNicManagerInfo(
        netConfig=[_service(network, name, chosen.get(name, ())) for name in _SERVICES]
    )


def _service(network: Any, name: str, chosen: Iterable[str]) -> Any:
    candidates = [
        vim.host.VirtualNic(
            device=vnic.device,
            key=f"{name}.{vnic.key}",
            portgroup=vnic.portgroup,
            spec=vnic.spec,
        )
        for vnic in network.vnic
    ]
    selected = set(chosen)
    return vim.host.VirtualNicManager.NetConfig(
        nicType=name,
        multiSelectAllowed=True,
        candidateVnic=candidates,
        selectedVnic=[vnic.key for vnic in candidates if vnic.device in selected],
    )
