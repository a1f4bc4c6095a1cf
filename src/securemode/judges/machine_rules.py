"""The rules for one virtual machine, by the words in which features state them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges import boot, resources
from securemode.judges.vlans import vlan_is_allowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode.environment.site import Site
    from securemode.judges.virtual_machines import Rule

FIXED_RULES: Mapping[str, Rule] = {
    "all CPU is reserved": resources.all_cpu_is_reserved,
    "the CPU limit equals the reservation": resources.cpu_limit_is_the_reservation,
    "CPU shares are normal": resources.cpu_shares_are_normal,
    "all memory is reserved and locked": resources.all_memory_is_reserved,
    "the memory limit equals the reservation": resources.memory_limit_is_the_reservation,
    "memory shares are normal": resources.memory_shares_are_normal,
    "shares of every disk are normal": resources.disk_shares_are_normal,
    "the hard disk comes first in the boot order": boot.hard_disk_is_first,
    "SCSI (0:0) comes before every other hard disk": boot.first_scsi_disk_leads,
    "BIOS setup is not forced at the next start": boot.setup_is_not_forced,
}
"""Those that ask the site for nothing."""


def rule_named(statement: str, site: Site) -> Rule:
    """The rule that a feature states.

    Args:
        statement: as it stands in the feature.
        site: whose values some rules need.
    """
    reserved = tuple((ids.first, ids.last) for ids in site.reserved_vlan_ids)
    of_the_site: Mapping[str, Rule] = {
        "every disk has an IOPS limit": resources.disks_are_limited(site.disk_iops),
        "every network adapter uses an allowed VLAN": vlan_is_allowed(reserved),
    }
    return {**FIXED_RULES, **of_the_site}[statement]
