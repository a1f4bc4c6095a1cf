"""XML of OVF descriptors, with the line of each element, which the faults tell."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from xml.parsers import expat

from pyVmomi import vim

if TYPE_CHECKING:
    from collections.abc import Iterator

OVF = "http://schemas.dmtf.org/ovf/envelope/1"
_CIM = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
RASD = f"{_CIM}CIM_ResourceAllocationSettingData"
VSSD = f"{_CIM}CIM_VirtualSystemSettingData"
VMW = "http://www.vmware.com/schema/ovf"
_LONGEST = 5_000_000


class Element(ET.Element):
    """An element that knows its line."""

    line = 0


def parsed(text: str) -> Element:
    """The root element of a document.

    Raises:
        vim.fault.OvfXmlFormat: it is not well-formed, or brings a document type along.
    """
    builder = ET.TreeBuilder(element_factory=Element)
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        found = {_qualified(key): value for key, value in attributes.items()}
        element = builder.start(_qualified(name), found)
        assert isinstance(element, Element)
        element.line = parser.CurrentLineNumber

    def refuse_document_type(*_parts: object) -> None:
        raise _malformed(parser.CurrentLineNumber, "document types are not allowed")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: builder.end(_qualified(name))
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse_document_type
    if len(text) > _LONGEST:
        raise _malformed(0, f"longer than {_LONGEST} characters")
    try:
        parser.Parse(text, True)  # noqa: FBT003 - expat takes it by position alone
    except expat.ExpatError as failed:
        raise _malformed(failed.lineno, expat.errors.messages[failed.code]) from None
    root = builder.close()
    assert isinstance(root, Element)
    return root


def children(element: Element, name: str, space: str = OVF) -> Iterator[Element]:
    """Those children of an element that have that name."""
    for child in element.findall(f"{{{space}}}{name}"):
        assert isinstance(child, Element)
        yield child


def child(element: Element, name: str) -> Element:
    """The child that an element has to have.

    Raises:
        vim.fault.OvfMissingElement: it is not there.
    """
    for found in children(element, name):
        return found
    raise vim.fault.OvfMissingElementNormalBoundary(
        msg=f"Line {element.line}: missing element '{name}' below '{local(element)}'.",
        lineNumber=element.line,
        name=name,
        boundary=local(element),
    )


def text_of(element: Element, name: str, space: str = OVF) -> str:
    """Text of a child, empty where there is none."""
    return next((found.text or "" for found in children(element, name, space)), "").strip()


def attribute(element: Element, name: str) -> str:
    """An attribute that an element has to have.

    Raises:
        vim.fault.OvfMissingAttribute: it is not there.
    """
    value = element.get(f"{{{OVF}}}{name}")
    if value is None:
        raise vim.fault.OvfMissingAttribute(
            msg=f"Line {element.line}: '{local(element)}' lacks the attribute '{name}'.",
            lineNumber=element.line,
            elementName=local(element),
            attributeName=name,
        )
    return value


def optional(element: Element, name: str, space: str = OVF) -> str:
    """An attribute, empty where it is not there."""
    return element.get(f"{{{space}}}{name}", "")


def is_required(element: Element) -> bool:
    """Whether whoever does not understand the element has to refuse: so, where nothing is said."""
    return optional(element, "required") not in {"false", "0"}


def number(element: Element, name: str, value: str) -> int:
    """A whole number that a descriptor gives.

    Raises:
        vim.fault.OvfInvalidValueFormatMalformed: it is none.
    """
    if value.isascii() and value.isdigit():
        return int(value)
    raise vim.fault.OvfInvalidValueFormatMalformed(
        msg=f"Line {element.line}: '{value}' of '{name}' is no whole number.",
        lineNumber=element.line,
        elementName=local(element),
        attributeName=name,
        value=value,
    )


def dangling(element: Element, name: str, value: str) -> vim.fault.OvfInvalidValueReference:
    """The fault of a reference to what the descriptor does not have."""
    return vim.fault.OvfInvalidValueReference(
        msg=f"Line {element.line}: '{name}' refers to '{value}', which is not in the descriptor.",
        lineNumber=element.line,
        elementName=local(element),
        attributeName=name,
        value=value,
    )


def local(element: Element) -> str:
    """Name of an element without its name-space."""
    return element.tag.rpartition("}")[2]


def _qualified(name: str) -> str:
    return "{" + name if "}" in name else name


def _malformed(line: int, description: str) -> vim.fault.OvfXmlFormat:
    return vim.fault.OvfXmlFormat(
        msg=f"Line {line}: {description}", lineNumber=line, description=description
    )
