"""IPv6 of a node, as configured."""

from __future__ import annotations

from ipaddress import IPv6Address
from typing import TYPE_CHECKING

from securemode.judges.configuration import in_words, not_shown, row_of_node
from securemode.verdicts import Judgement, statement

if TYPE_CHECKING:
    from securemode.observations.configuration import ConfigurationRows
    from securemode.targets import Node


def ipv6_is_configured(
    seen: ConfigurationRows, *, node: Node, gateway: str | None = None
) -> Judgement:
    """A node has its IPv6 address and a gateway, rather than whatever a router advertises.

    Args:
        seen: the rows of nodes of its kind.
        node: the node, with the address that the site states.
        gateway: the one that the site states; None accepts any.
    """
    which = f"gateway {gateway}" if gateway else "a gateway"
    expected = f"address {node.ipv6 or 'of the site'} and {which}"
    row = row_of_node(seen, node)
    if isinstance(row, Judgement):
        return row
    for field, label in (("ipv6_address", "IPv6 address"), ("ipv6_gateway", "IPv6 gateway")):
        if field not in row:
            return not_shown(seen, field, label, expected=expected)
    return statement(
        good=_is(row["ipv6_address"], node.ipv6) and _is(row["ipv6_gateway"], gateway),
        what="has its IPv6 address and gateway",
        otherwise="does not have the IPv6 address and gateway of the site",
        expected=expected,
        saw=f"address {in_words(row['ipv6_address'])}, gateway {in_words(row['ipv6_gateway'])}",
    )


def _is(found: object, wanted: str | None) -> bool:
    """Whether this is an address at all, and the one that is wanted if any is."""
    address = _address(found)
    return address is not None and _address(wanted) in (None, address)


def _address(text: object) -> IPv6Address | None:
    try:
        return IPv6Address(str(text))
    except ValueError:
        return None
