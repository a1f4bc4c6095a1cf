"""SOAP as vim25 speaks it: requests read, and answers written, with pyVmomi's serialisers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from pyVmomi import SoapAdapter, VmomiSupport, vmodl

NAMESPACE = "urn:vim25"
VERSION = "vim.version.v8_0_3_0"
_SEPARATOR = SoapAdapter.NS_SEP
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_OPTIONAL = VmomiSupport.F_OPTIONAL
_PREFIXES = {NAMESPACE: "", SoapAdapter.XMLNS_XSI: "xsi", SoapAdapter.XMLNS_XSD: "xsd"}
_START = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<soapenv:Envelope xmlns:soapenv="{SoapAdapter.XMLNS_SOAPENV}" '
    f'xmlns:xsd="{SoapAdapter.XMLNS_XSD}" xmlns:xsi="{SoapAdapter.XMLNS_XSI}">\n<soapenv:Body>\n'
)
_END = "\n</soapenv:Body>\n</soapenv:Envelope>"

Describe = Callable[[str, str], Any]
"""pyVmomi's description of a method, by the id of a managed object and the method's name."""


class BadEnvelope(Exception):
    """A request is no SOAP, or says something that no method of vim25 understands."""


@dataclass(slots=True)
class Request:
    """A method that somebody calls.

    Attributes:
        method: its name in the WSDL.
        kind, moid: of the object on which it is called.
        info: pyVmomi's description of it.
        arguments: by pyVmomi's names; those that were left out are missing.
    """

    method: str = ""
    kind: str = ""
    moid: str = ""
    info: Any = None
    arguments: dict[str, Any] = field(default_factory=dict)


def read(body: bytes, describe: Describe, request: Request | None = None) -> Request:
    """What a request says.

    Args:
        body: of the POST.
        describe: what tells of methods.
        request: to be filled; what a fault leaves half read can be logged.

    Raises:
        BadEnvelope: it says nothing that can be understood.
        vmodl.MethodFault: no such object, or no such method.
    """
    reader = _Reader(describe, request or Request())
    try:
        reader.parse(body)
    except (ExpatError, TypeError, ValueError, KeyError, AttributeError) as bad:
        raise BadEnvelope(f"{type(bad).__name__}: {bad}") from bad
    if not reader.request.moid:
        raise BadEnvelope("no method with a _this in the body")
    return reader.request


class _Reader(SoapAdapter.ExpatDeserializerNSHandlers):  # type: ignore[misc]
    """Hands each argument to pyVmomi's deserialiser, once it knows of which type it is."""

    def __init__(self, describe: Describe, request: Request) -> None:
        super().__init__()
        self.request = request
        self._describe = describe
        self._path: list[str] = []
        self._text = ""
        self._read: list[tuple[Any, Any]] = []

    def parse(self, body: bytes) -> None:
        self._parser = ParserCreate(namespace_separator=_SEPARATOR)
        self._parser.buffer_text = True
        SoapAdapter.SetHandlers(self._parser, SoapAdapter.GetHandlers(self))
        self._parser.Parse(body, True)  # noqa: FBT003 - expat takes it by position only
        for parameter, reader in self._read:
            value = reader.GetResult()
            if issubclass(parameter.type, list):
                self.request.arguments.setdefault(parameter.name, parameter.type()).append(value)
            else:
                self.request.arguments[parameter.name] = value

    def StartElementHandler(self, tag: str, attributes: dict[str, str]) -> None:  # noqa: N802
        name = tag.rpartition(_SEPARATOR)[2]
        within = self._path[1:2] == ["Body"]
        if within and len(self._path) == 2:  # noqa: PLR2004 - Envelope, Body
            self.request.method = name
        elif within and len(self._path) == 3 and name == "_this":  # noqa: PLR2004 - and the method
            self.request.kind, self._text = attributes["type"], ""
        elif within and len(self._path) == 3 and self._reads(name, tag, attributes):  # noqa: PLR2004
            return
        self._path.append(name)

    def EndElementHandler(self, tag: str) -> None:  # noqa: N802
        del tag
        if self._path.pop() == "_this":
            self.request.moid = self._text.strip()
            self.request.info = self._describe(self.request.moid, self.request.method)

    def CharacterDataHandler(self, data: str) -> None:  # noqa: N802
        self._text += data

    def _reads(self, name: str, tag: str, attributes: dict[str, str]) -> bool:
        """Let pyVmomi read an argument; it gives the parser back behind it."""
        for parameter in self.request.info.params:
            if parameter.name.lower() == name.lower():
                kind = parameter.type
                kind = kind.Item if issubclass(kind, list) else kind
                reader = SoapAdapter.SoapDeserializer(version=VERSION)
                reader.Deserialize(self._parser, kind, nsMap=self.nsMap)
                reader.StartElementHandler(tag, attributes)
                self._read.append((parameter, reader))
                return True
        return False


class _Writer(SoapAdapter.SoapSerializer):  # type: ignore[misc]
    """pyVmomi's serialiser, to which a required member that nobody has set is neutral."""

    def _Serialize(self, value: Any, info: Any, namespace: str) -> None:  # noqa: N802
        if value is None:
            if info.flags & _OPTIONAL:
                return
            value = neutral(info.type)
        super()._Serialize(value, info, namespace)


def neutral(kind: Any) -> Any:
    """Nothing, none or false, of a type."""
    if issubclass(kind, VmomiSupport.Enum):
        return kind.values[0]
    if issubclass(kind, VmomiSupport.ManagedObject):
        return kind("none")
    return _EPOCH if issubclass(kind, datetime) else kind()


def written(value: Any, name: str, kind: Any, version: str = VERSION) -> str:
    """A value as XML.

    Args:
        value: of pyVmomi's types.
        name: of the element.
        kind: which is declared for it.
        version: of the API that the client asked for.
    """
    out = StringIO()
    writer = _Writer(out, version, _PREFIXES)
    writer.outermostAttrs = ""
    info = VmomiSupport.Object(name=name, type=kind, version=VERSION, flags=_OPTIONAL)
    info.version = "vmodl.version.version1"
    writer.Serialize(value, info)
    return out.getvalue()


def answer(method: str, result: Any, kind: Any, version: str = VERSION) -> bytes:
    """The answer of a method."""
    inner = "" if result is None else written(result, "returnval", kind, version)
    return enveloped(f'<{method}Response xmlns="{NAMESPACE}">{inner}</{method}Response>')


def fault(found: Any, version: str = VERSION) -> bytes:
    """The answer of a method that raised a fault."""
    name = VmomiSupport.GetWsdlName(type(found))
    out = StringIO()
    writer = _Writer(out, version, _PREFIXES)
    writer.outermostAttrs = ""
    info = VmomiSupport.Object(name=f"{name}Fault", type=object, version=VERSION, flags=0)
    writer.SerializeFaultDetail(found, info)
    detail = out.getvalue().replace(">", f' xmlns="{NAMESPACE}">', 1)
    said = SoapAdapter.XmlEscape(found.msg or name)
    return enveloped(
        "<soapenv:Fault><faultcode>ServerFaultCode</faultcode>"
        f"<faultstring>{said}</faultstring><detail>{detail}</detail></soapenv:Fault>"
    )


def refusal(sentence: str) -> bytes:
    """The answer to what is no request."""
    return fault(vmodl.fault.InvalidRequest(msg=sentence))


def enveloped(inner: str) -> bytes:
    """What stands in the body of an answer, as a whole answer."""
    return f"{_START}{inner}{_END}".encode()
