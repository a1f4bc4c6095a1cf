"""Commands of esxcli over vCenter's own SOAP session; pyVmomi has no types for them.

Source: the reference client, govmomi `cli/esx/executor.go`: `RetrieveManagedMethodExecuter` of the
host names an executer, whose `ExecuteSoap` takes the command and returns XML in a string.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from pyVmomi import vim

from securemode.errors import AuthenticationRejected, CannotLook, UnexpectedAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_VIM = "urn:vim25"
_OK, _FAULT = 200, 500


def run(stub: Any, host: str, command: str, arguments: Mapping[str, str]) -> list[dict[str, str]]:
    """Run one command on one host.

    Args:
        stub: pyVmomi's, logged in.
        host: managed object id of the host.
        command: with its name space.
        arguments: of the command, by name.

    Raises:
        vim.fault.NotAuthenticated: the session has ended.
        CannotLook: the host refuses the command, or answers something else than its result.
    """
    this = f'<_this type="HostSystem">{escape(host)}</_this>'
    answer = _call(stub, "RetrieveManagedMethodExecuter", this)
    executer = answer.find(f".//{{{_VIM}}}returnval")
    if executer is None or not executer.text:
        raise UnexpectedAnswer(f"{host} names nothing that runs {command}.")
    kind = quoteattr(executer.get("type", "ReflectManagedMethodExecuter"))
    space, _, name = command.rpartition(".")
    body = (
        f"<_this type={kind}>{escape(executer.text)}</_this>"
        f"<moid>ha-cli-handler-{escape(space.replace('.', '-'))}</moid>"
        f"<version>urn:vim25/5.0</version>"
        f"<method>vim.EsxCLI.{escape(space)}.{escape(name)}</method>"
        f"{''.join(_argument(*each) for each in arguments.items())}"
    )
    return _result(command, _call(stub, "ExecuteSoap", body))


def _argument(name: str, value: str) -> str:
    inner = f"<{name}>{escape(value)}</{name}>"
    return f"<argument><name>{escape(name)}</name><val>{escape(inner)}</val></argument>"


def _call(stub: Any, method: str, body: str) -> ET.Element:
    """Post one request with the stub's session; the body of the answer."""
    request = (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{_ENVELOPE}">'
        f'<soapenv:Body><{method} xmlns="{_VIM}">{body}</{method}></soapenv:Body>'
        "</soapenv:Envelope>"
    )
    headers = {
        "Cookie": stub.cookie,
        "SOAPAction": stub.versionId,
        "Content-Type": "text/xml; charset=UTF-8",
    }
    connection = stub.GetConnection()
    try:
        connection.request("POST", stub.path, request.encode(), headers)
        response = connection.getresponse()
        status, text = response.status, response.read()
    except BaseException:
        connection.close()
        raise
    stub.ReturnConnection(connection)
    if status not in {_OK, _FAULT}:
        raise UnexpectedAnswer(f"vCenter answers {method} with HTTP {status}.")
    answer = ET.fromstring(text)  # noqa: S314 - of a vCenter whose certificate is verified
    _raise_fault(method, answer)
    return answer


def _raise_fault(method: str, answer: ET.Element) -> None:
    fault = answer.find(f".//{{{_ENVELOPE}}}Fault")
    if fault is None:
        return
    said = fault.findtext("faultstring") or ""
    names = " ".join(_local(element.tag) for element in fault.iter())
    if "NotAuthenticated" in names:
        raise vim.fault.NotAuthenticated(msg=said)
    raise _refused(method, f"{said} {names}", said or names)


def _result(command: str, answer: ET.Element) -> list[dict[str, str]]:
    refusal = answer.find(f".//{{{_VIM}}}fault")
    if refusal is not None:
        said = refusal.findtext(f"{{{_VIM}}}faultMsg") or "no reason"
        detail = refusal.findtext(f"{{{_VIM}}}faultDetail") or ""
        words = " ".join(re.sub(r"<[^>]*>", " ", detail).split())
        raise _refused(command, f"{said} {detail}", said if words in said else f"{said} {words}")
    response = answer.findtext(f".//{{{_VIM}}}response")
    if not response:
        return []
    return list(_structures(ET.fromstring(response)))  # noqa: S314 - as above


def _refused(what: str, fault: str, said: str) -> CannotLook:
    if "NoPermission" in fault:
        return AuthenticationRejected(
            f"the account may not call {what}.",
            remedy="give the account of credentials.vsphere the right to run esxcli on the host.",
        )
    return UnexpectedAnswer(f"{what} is refused: {said.rstrip('.')}.")


def _structures(answer: ET.Element) -> Iterator[dict[str, str]]:
    """The structures of an answer: an array of them, one of them, or a plain value."""
    if _is_array(answer):
        for child in answer:
            yield _structure(child) if len(child) else {"value": child.text or ""}
    elif len(answer):
        yield _structure(answer)
    elif answer.text is not None:
        yield {"value": answer.text}


def _is_array(answer: ET.Element) -> bool:
    kinds = [value for name, value in answer.attrib.items() if _local(name) == "type"]
    return any(kind.rpartition(":")[2].startswith("ArrayOf") for kind in kinds)


def _structure(element: ET.Element) -> dict[str, str]:
    """Its members by name; one that occurs several times as its values, separated by commas."""
    members: dict[str, str] = {}
    for child in element:
        name = _local(child.tag)
        text = ",".join(part.text or "" for part in child) if len(child) else child.text or ""
        members[name] = f"{members[name]},{text}" if name in members else text
    return members


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
