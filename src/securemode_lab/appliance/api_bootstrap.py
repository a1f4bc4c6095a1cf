"""The document with which a new Conferencing Node finds its way into the deployment.

The product's own format is not public beyond being XML that is delivered once, with the answer that
creates the node. This one is the lab's; it holds what a node would need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from .resources.fields import Row
    from .store import Store

_NODE = ("name", "hostname", "domain", "address", "netmask", "gateway", "ipv6_address",
         "ipv6_gateway", "node_type", "password")  # fmt: skip


def bootstrap(node: Row, store: Store) -> bytes:
    """The bootstrap configuration of one Conferencing Node."""
    location = store.get("system_location", node["system_location"])
    management = store.get("management_vm", 1)
    document = ET.Element("configuration")
    _add(document, "node", {name: node[name] for name in _NODE})
    _add(document, "system_location", {"name": location["name"], "mtu": location["mtu"]})
    _add(document, "management_node", {name: management[name] for name in ("name", "address")})
    ET.indent(document)
    text: str = ET.tostring(document, encoding="unicode", xml_declaration=True)
    return text.encode()


def _add(document: ET.Element, tag: str, values: Row) -> None:
    element = ET.SubElement(document, tag)
    for name, value in values.items():
        ET.SubElement(element, name).text = "" if value is None else str(value)
