"""An OVF descriptor: the files of a package, and the one virtual machine that it describes.

Source: DMTF DSP0243 1.1, chapters 7 to 9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyVmomi import vim

from securemode_lab.vcenter import ovf_xml as xml
from securemode_lab.vcenter.ovf_hardware import Item, applies, capacity_bytes, item, refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode_lab.vcenter.ovf_xml import Element

_ENVELOPE = frozenset(
    {"References", "DiskSection", "NetworkSection", "DeploymentOptionSection", "Strings"}
    | {"VirtualSystem"}
)
_SYSTEM = frozenset(
    {"Info", "Name", "OperatingSystemSection", "VirtualHardwareSection", "ProductSection"}
    | {"AnnotationSection", "EulaSection"}
)
_FAMILY = "vmx-"


@dataclass(frozen=True, slots=True)
class File:
    """A file of the package."""

    key: str
    path: str
    size_bytes: int | None
    compression: str


@dataclass(frozen=True, slots=True)
class Disk:
    """A virtual disk; without a file it is empty."""

    key: str
    capacity_bytes: int
    file: File | None


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a descriptor says.

    Attributes:
        name: of the virtual machine, unless its owner chooses another.
        files, disks: by their identifiers.
        networks: descriptions by name.
        items: its hardware, without what nobody understands.
        hardware_version: such as "vmx-19".
        guest: VMware's word for its operating system.
        annotation: for people.
        settings: `vmw:Config` by key.
        extra: `vmw:ExtraConfig` by key.
        options: deployment options by identifier, the default first.
        errors: what forbids to import it.
        warnings: what is left out.
    """

    name: str
    files: dict[str, File]
    disks: dict[str, Disk]
    networks: dict[str, str]
    items: tuple[Item, ...]
    hardware_version: str
    guest: str
    annotation: str
    settings: dict[str, str]
    extra: dict[str, str]
    options: tuple[str, ...] = ()
    errors: list[vim.fault.OvfFault] = field(default_factory=list)
    warnings: list[vim.fault.OvfFault] = field(default_factory=list)


def descriptor(text: str, option: str = "") -> Descriptor:
    """Read a descriptor.

    Args:
        text: of the file.
        option: the deployment option that was chosen; its own default where it is empty.

    Raises:
        vim.fault.OvfFault: it is no descriptor of one virtual machine.
    """
    envelope = _envelope(text)
    system = xml.child(envelope, "VirtualSystem")
    files = _files(envelope)
    options = _options(envelope)
    hardware = xml.child(system, "VirtualHardwareSection")
    chosen = option or next(iter(options), "")
    found = [item(e) for e in xml.children(hardware, "Item") if applies(e, chosen)]
    faults = [(fault, entry.is_required) for entry in found if (fault := refused(entry))]
    faults += _unknown(envelope, _ENVELOPE) + _unknown(system, _SYSTEM)
    return Descriptor(
        name=xml.text_of(system, "Name") or xml.attribute(system, "id"),
        files=files,
        disks=_disks(envelope, files),
        networks=_networks(envelope),
        items=tuple(entry for entry in found if not refused(entry)),
        hardware_version=_family(hardware),
        guest=_guest(system),
        annotation=next(
            (xml.text_of(e, "Annotation") for e in xml.children(system, "AnnotationSection")), ""
        ),
        settings=_pairs(hardware, "Config"),
        extra=_pairs(hardware, "ExtraConfig"),
        options=options,
        errors=[fault for fault, is_required in faults if is_required],
        warnings=[fault for fault, is_required in faults if not is_required],
    )


def _envelope(text: str) -> Element:
    """The root of a descriptor.

    Raises:
        vim.fault.OvfFault: it is none, or one of several machines.
    """
    envelope = xml.parsed(text)
    if envelope.tag != f"{{{xml.OVF}}}Envelope":
        space = envelope.tag.rpartition("}")[0].lstrip("{")
        raise vim.fault.OvfWrongNamespace(
            msg="This is no OVF envelope.", lineNumber=envelope.line, namespaceName=space
        )
    for collection in xml.children(envelope, "VirtualSystemCollection"):
        raise _unsupported(collection)
    return envelope


def _files(envelope: Element) -> dict[str, File]:
    found = {}
    for element in xml.children(xml.child(envelope, "References"), "File"):
        key, size = xml.attribute(element, "id"), xml.optional(element, "size")
        found[key] = File(
            key,
            xml.attribute(element, "href"),
            xml.number(element, "size", size) if size else None,
            xml.optional(element, "compression"),
        )
    return found


def _disks(envelope: Element, files: dict[str, File]) -> dict[str, Disk]:
    found = {}
    for element in _entries(envelope, "DiskSection", "Disk"):
        key, source = xml.attribute(element, "diskId"), xml.optional(element, "fileRef")
        if source and source not in files:
            raise xml.dangling(element, "fileRef", source)
        found[key] = Disk(key, capacity_bytes(element), files.get(source))
    return found


def _networks(envelope: Element) -> dict[str, str]:
    return {
        xml.attribute(element, "name"): xml.text_of(element, "Description")
        for element in _entries(envelope, "NetworkSection", "Network")
    }


def _options(envelope: Element) -> tuple[str, ...]:
    found = list(_entries(envelope, "DeploymentOptionSection", "Configuration"))
    found.sort(key=lambda element: xml.optional(element, "default") != "true")
    return tuple(xml.attribute(element, "id") for element in found)


def _entries(parent: Element, section: str, name: str) -> Iterable[Element]:
    for element in xml.children(parent, section):
        yield from xml.children(element, name)


def _family(hardware: Element) -> str:
    """The newest of the hardware families that the descriptor is content with."""
    named = " ".join(
        xml.text_of(system, "VirtualSystemType", xml.VSSD)
        for system in xml.children(hardware, "System")
    )
    words = named.replace(",", " ").split()
    known = [int(word[len(_FAMILY) :]) for word in words if re.fullmatch(r"vmx-\d{1,3}", word)]
    if named and not known:
        raise vim.fault.OvfNoSupportedHardwareFamily(
            msg=f"Line {hardware.line}: no support for the hardware '{named}'.",
            lineNumber=hardware.line,
            version=named,
        )
    return f"{_FAMILY}{max(known, default=13)}"


def _guest(system: Element) -> str:
    for element in xml.children(system, "OperatingSystemSection"):
        return xml.optional(element, "osType", xml.VMW) or "otherGuest64"
    return "otherGuest64"


def _pairs(hardware: Element, name: str) -> dict[str, str]:
    return {
        xml.optional(element, "key", xml.VMW): xml.optional(element, "value", xml.VMW)
        for element in xml.children(hardware, name, xml.VMW)
    }


def _unknown(
    parent: Element, known: frozenset[str]
) -> list[tuple[vim.fault.OvfUnsupportedElement, bool]]:
    """Sections that nobody understands, with whether they have to be understood."""
    return [
        (_unsupported(section), xml.is_required(section))
        for section in parent
        if isinstance(section, xml.Element)
        and not (section.tag.startswith(f"{{{xml.OVF}}}") and xml.local(section) in known)
    ]


def _unsupported(element: Element) -> vim.fault.OvfUnsupportedElement:
    return vim.fault.OvfUnsupportedElement(
        msg=f"Line {element.line}: unsupported element '{xml.local(element)}'.",
        lineNumber=element.line,
        name=xml.local(element),
    )
