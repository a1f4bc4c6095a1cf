"""What could undo the global settings: nodes and services with settings of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.configuration import not_shown, row_of_node
from securemode.verdicts import Judgement, statement, unclear

if TYPE_CHECKING:
    from securemode.observations.configuration import ConfigurationRows
    from securemode.targets import Node

SERVICES = ("conference", "gateway_routing_rule")
"""Resources whose objects may have a media encryption of their own; every product has the first."""

_MOST_NAMED = 5


def ssh_is_not_overridden(seen: ConfigurationRows, *, node: Node) -> Judgement:
    """A node does not switch SSH on for itself where it is off globally."""
    expected = '"Enable SSH" of the node at Use Global SSH setting or Disabled'
    row = row_of_node(seen, node)
    if isinstance(row, Judgement):
        return row
    if "enable_ssh" not in row:
        return not_shown(seen, "enable_ssh", "Enable SSH", expected=expected)
    value = row["enable_ssh"]
    return statement(
        good=value in ("GLOBAL", "OFF"),
        what="does not switch SSH on for itself",
        otherwise="overrides the global setting of SSH",
        expected=expected,
        saw=str(value),
    )


def no_service_lowers_encryption(*services: ConfigurationRows) -> Judgement:
    """Every service uses the global media encryption, or requires it by itself."""
    expected = "every service at Use global setting or Required"
    if not services[0].served:
        return unclear(
            "does not show its services",
            expected=expected,
            saw=f"no resource {services[0].resource}",
            next_step="look at the services in the Administrator interface.",
        )
    lowered = [
        f"{row.get('name')} ({row['crypto_mode']})"
        for service in services
        for row in service.rows
        if row.get("crypto_mode") not in (None, "", "on")
    ]
    more = f" and {len(lowered) - _MOST_NAMED} more" if len(lowered) > _MOST_NAMED else ""
    number = sum(len(service.rows) for service in services)
    return statement(
        good=not lowered,
        what="has no service that overrides the media encryption",
        otherwise="has services that override the media encryption",
        expected=expected,
        saw=", ".join(lowered[:_MOST_NAMED]) + more or f"{number} services, none overrides it",
    )
