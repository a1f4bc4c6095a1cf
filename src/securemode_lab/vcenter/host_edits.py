"""Changes of an ESXi host's configuration, as its managers make them for whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.vcenter.kernel_adapters import services_of_adapters

if TYPE_CHECKING:
    from securemode_lab.vcenter.objects import Managed


def set_option(host: Managed, key: str, value: Any) -> None:
    """Change an advanced option.

    Raises:
        vim.fault.InvalidName: there is none of that key.
    """
    for option in host.properties["config"].option:
        if option.key == key:
            option.value = value
            return
    raise vim.fault.InvalidName(name=key, entity=host.ref)


def service(host: Managed, key: str) -> Any:
    """The service of that key.

    Raises:
        vim.fault.NotFound: there is none.
    """
    return _found(host.properties["config"].service.service, key)


def rule_set(host: Managed, key: str) -> Any:
    """The firewall's rule set of that key.

    Raises:
        vim.fault.NotFound: there is none.
    """
    return _found(host.properties["config"].firewall.ruleset, key)


def lock_down(host: Managed, mode: str) -> None:
    """Say who may still log in to the host itself."""
    host.properties["config"].lockdownMode = mode
    host.properties["config"].adminDisabled = mode != "lockdownDisabled"
    if mode == "lockdownStrict":
        service(host, "DCUI").running = False


def chosen_adapters(host: Managed) -> dict[str, list[str]]:
    """Devices of the kernel adapters that serve something, by what they serve."""
    return {
        service.nicType: [
            vnic.device for vnic in service.candidateVnic if vnic.key in service.selectedVnic
        ]
        for service in host.properties["config"].virtualNicManagerInfo.netConfig
    }


def choose_adapters(host: Managed, chosen: dict[str, list[str]]) -> None:
    """Have these kernel adapters serve what is said; services that are not named lose theirs."""
    config = host.properties["config"]
    config.virtualNicManagerInfo = services_of_adapters(config.network, chosen)


def serve(host: Managed, kind: str, device: str, *, serves: bool = True) -> None:
    """Have a kernel adapter serve something, or no longer."""
    chosen = chosen_adapters(host)
    devices = [name for name in chosen.get(kind, []) if name != device]
    chosen[kind] = [*devices, device] if serves else devices
    choose_adapters(host, chosen)


def _found(entries: list[Any], key: str) -> Any:
    for entry in entries:
        if entry.key == key:
            return entry
    raise vim.fault.NotFound(msg=f"there is no {key}")
