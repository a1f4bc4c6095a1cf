"""Hardware of a virtual system in an OVF descriptor: one item, one device or amount."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from pyVmomi import vim

from securemode_lab.vcenter.ovf_xml import (
    OVF,
    RASD,
    Element,
    attribute,
    is_required,
    number,
    optional,
    text_of,
)

_OLD_UNITS = {"bytes": 0, "kilobytes": 10, "megabytes": 20, "gigabytes": 30}


class Resource(IntEnum):
    """Resource types of CIM that the lab's hosts have hardware for."""

    PROCESSOR = 3
    MEMORY = 4
    IDE_CONTROLLER = 5
    SCSI_CONTROLLER = 6
    ETHERNET = 10
    FLOPPY = 14
    CD = 15
    DISK = 17
    USB_CONTROLLER = 23
    GRAPHICS = 24


SUBTYPES = {
    Resource.SCSI_CONTROLLER: ("virtualscsi", "lsilogic", "lsilogicsas", "buslogic"),
    Resource.ETHERNET: ("vmxnet3", "e1000", "e1000e"),
}
"""Where the subtype matters, those that are known; the first where none is given."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item.

    Attributes:
        element: where it stands.
        instance: its identifier.
        resource: what it is, None where the lab's hosts have nothing like it.
        subtype: in lower case.
        parent: instance of its controller, or empty.
        address: on that controller, or bus number of a controller itself.
        amount: how much of it: processors, or bytes of memory.
        sources: what it is made of: "disk/..." or "file/...".
        networks: names of those to which it is connected.
    """

    element: Element
    instance: str
    resource: Resource | None
    subtype: str
    parent: str
    address: int
    amount: int
    sources: tuple[str, ...]
    networks: tuple[str, ...]

    @property
    def is_required(self) -> bool:
        """Whether nothing works without it."""
        return is_required(self.element)

    @property
    def name(self) -> str:
        """As the descriptor shows it to people."""
        return _said(self.element, "ElementName") or f"item {self.instance}"


def item(element: Element) -> Item:
    """What an `Item` element says.

    Raises:
        vim.fault.OvfInvalidPackage: it lacks something, or has what is no number.
    """
    kind = number(element, "ResourceType", _needed(element, "ResourceType"))
    resource = Resource(kind) if kind in set(Resource) else None
    quantity = _said(element, "VirtualQuantity")
    amount = number(element, "VirtualQuantity", quantity) if quantity else 0
    if resource is Resource.MEMORY:
        amount *= unit_bytes(element, _said(element, "AllocationUnits"))
    address = _said(element, "AddressOnParent") or _said(element, "Address")
    found = [(host.text or "").strip() for host in element.findall(f"{{{RASD}}}HostResource")]
    links = [(link.text or "").strip() for link in element.findall(f"{{{RASD}}}Connection")]
    return Item(
        element=element,
        instance=_needed(element, "InstanceID"),
        resource=resource,
        subtype=_said(element, "ResourceSubType").lower(),
        parent=_said(element, "Parent"),
        address=int(address) if address.isdigit() else 0,
        amount=amount,
        sources=tuple(re.sub("^(ovf:)?/+", "", source) for source in found),
        networks=tuple(links),
    )


def applies(element: Element, configuration: str) -> bool:
    """Whether an item belongs to the chosen deployment option, as one without any always does."""
    named = optional(element, "configuration").split()
    return not named or configuration in named


def unit_bytes(element: Element, unit: str) -> int:
    """How many bytes a unit has, written as "byte * 2^20" or by its old name; a byte if empty.

    Raises:
        vim.fault.OvfInvalidValueFormatMalformed: it is no unit of bytes.
    """
    power = re.fullmatch(r"byte(?:\s*\*\s*2\^(\d{1,2}))?", unit.strip().lower() or "byte")
    if power:
        return 1 << int(power[1] or 0)
    if unit.lower() in _OLD_UNITS:
        return 1 << _OLD_UNITS[unit.lower()]
    return number(element, "AllocationUnits", unit)


def refused(entry: Item) -> vim.fault.OvfUnsupportedPackage | None:
    """The fault of an item that the lab's hosts have no hardware for, None where they have."""
    values = {
        "lineNumber": entry.element.line,
        "instanceId": entry.instance,
        "deviceType": int(_said(entry.element, "ResourceType")),
    }
    if entry.resource is None:
        text = f"Line {entry.element.line}: no support for the virtual hardware '{entry.name}'."
        return vim.fault.OvfUnsupportedType(msg=text, name=entry.name, **values)
    known = SUBTYPES.get(entry.resource)
    if known and entry.subtype and entry.subtype not in known:
        text = f"Line {entry.element.line}: no support for '{entry.subtype}' of '{entry.name}'."
        return vim.fault.OvfUnsupportedSubType(
            msg=text, elementName=entry.name, deviceSubType=entry.subtype, **values
        )
    return None


def capacity_bytes(element: Element) -> int:
    """Size of a `Disk` element."""
    size = number(element, "capacity", attribute(element, "capacity"))
    return size * unit_bytes(element, optional(element, "capacityAllocationUnits", OVF))


def _said(element: Element, name: str) -> str:
    return text_of(element, name, RASD)


def _needed(element: Element, name: str) -> str:
    value = _said(element, name)
    if not value:
        raise vim.fault.OvfMissingElementNormalBoundary(
            msg=f"Line {element.line}: an item lacks '{name}'.",
            lineNumber=element.line,
            name=name,
            boundary="Item",
        )
    return value
