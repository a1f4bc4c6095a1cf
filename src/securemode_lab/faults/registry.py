"""Every fault that the lab can have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode_lab.faults import (
    administrators,
    bundles,
    certificates,
    closed_ports,
    headers,
    icmpv6,
    logins,
    media,
    outbound,
    records,
    restarts,
    roles,
    services,
    settings,
    sip,
    snmp,
    tls,
    traffic,
    vsphere_firmware,
    vsphere_hosts,
    vsphere_machine_stig,
    vsphere_machines,
    vsphere_networks,
    vsphere_options,
    vsphere_resources,
    vsphere_stig,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode_lab.faults.fault import Fault

_AREAS = (
    closed_ports,
    tls,
    bundles,
    headers,
    icmpv6,
    sip,
    logins,
    snmp,
    settings,
    certificates,
    administrators,
    roles,
    services,
    traffic,
    records,
    restarts,
    media,
    outbound,
    vsphere_hosts,
    vsphere_resources,
    vsphere_machines,
    vsphere_firmware,
    vsphere_networks,
    vsphere_stig,
    vsphere_options,
    vsphere_machine_stig,
)

FAULTS: tuple[Fault, ...] = tuple(fault for area in _AREAS for fault in area.FAULTS)
BY_NAME: Mapping[str, Fault] = {fault.name: fault for fault in FAULTS}


def described() -> list[dict[str, object]]:
    """Every fault for the control socket."""
    return [
        {
            "name": fault.name,
            "sort": fault.sort,
            "turns": list(fault.turns),
            "clouds": list(fault.clouds),
            "opens": list(fault.opens),
            "early": fault.early,
            "beside": fault.beside,
            "controls": list(fault.controls),
            "text": fault.text,
        }
        for fault in FAULTS
    ]
