"""esxcli over SOAP, by hand: pyVmomi has no types for it, so nothing here is the lab's own."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

import requests

_VIM, _SOAP = "{urn:vim25}", "{http://schemas.xmlsoap.org/soap/envelope/}"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ENVELOPE = (
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">'
    "<soapenv:Body>{}</soapenv:Body></soapenv:Envelope>"
)


class Refused(Exception):
    """vCenter answered with a fault of SOAP, whose type this is."""


@dataclass
class Esxcli:
    """Commands on one host.

    Args:
        address: of the vCenter, with its port.
        ca_file: that vouches for it.
        cookie: of a session.
        host: its managed object id.
    """

    address: str
    ca_file: str
    cookie: str
    host: str
    faults: list[str] = field(default_factory=list)

    def executer(self) -> str:
        body = f'<RetrieveManagedMethodExecuter xmlns="urn:vim25">{_this("HostSystem", self.host)}'
        found = self._post(f"{body}</RetrieveManagedMethodExecuter>").find(f".//{_VIM}returnval")
        assert found is not None
        assert found.attrib["type"] == "ReflectManagedMethodExecuter"
        assert found.text
        return found.text

    def run(self, command: str, handler: str = "", **arguments: str) -> list[dict[str, str]]:
        """Rows of the answer; a plain text is one row of its own."""
        space = command.rpartition(".")[0].replace(".", "-")
        given = "".join(
            f"<argument><name>{name}</name>"
            f"<val>{escape(f'<{name}>{value}</{name}>')}</val></argument>"
            for name, value in arguments.items()
        )
        answer = self._post(
            f'<ExecuteSoap xmlns="urn:vim25">'
            f"{_this('ReflectManagedMethodExecuter', self.executer())}"
            f"<moid>{handler or f'ha-cli-handler-{space}'}</moid><version>urn:vim25/5.0</version>"
            f"<method>vim.EsxCLI.{command}</method>{given}</ExecuteSoap>"
        )
        fault = answer.find(f".//{_VIM}faultMsg")
        if fault is not None:
            detail = answer.find(f".//{_VIM}faultDetail")
            assert detail is not None
            ET.fromstring(detail.text or "")
            self.faults.append(fault.text or "")
            return []
        response = answer.find(f".//{_VIM}response")
        assert response is not None
        return _rows(ET.fromstring(response.text or ""))

    def _post(self, body: str) -> ET.Element:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                f"https://{self.address}/sdk",
                data=_ENVELOPE.format(body).encode(),
                headers={"Cookie": self.cookie, "SOAPAction": '"urn:vim25/8.0.3.0"'},
                verify=self.ca_file,
                timeout=30,
            )
        root = ET.fromstring(answer.text)
        fault = root.find(f".//{_SOAP}Fault/detail/*")
        if fault is not None:
            raise Refused(fault.tag.rpartition("}")[2])
        return root


def _this(kind: str, moid: str) -> str:
    return f'<_this type="{kind}">{moid}</_this>'


def _rows(answer: ET.Element) -> list[dict[str, str]]:
    kind = answer.attrib[_TYPE]
    if kind == "ArrayOfDataObject":
        return [_members(row) for row in answer]
    if kind.startswith("xsd:"):
        return [{"": answer.text or ""}]
    return [_members(answer)]


def _members(row: ET.Element) -> dict[str, str]:
    assert row.attrib[_TYPE].startswith("VimEsxCLI")
    return {member.tag.removeprefix(_VIM): member.text or "" for member in row}
