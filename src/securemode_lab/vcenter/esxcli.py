"""esxcli over SOAP: the commands that a host answers, and how an answer is written."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from pyVmomi import vmodl

from securemode_lab.vcenter import esxcli_types
from securemode_lab.vcenter.host_parts import while_connected
from securemode_lab.vcenter.objects import READ, Managed, Method

if TYPE_CHECKING:
    from securemode_lab.vcenter.objects import Call

Plain = str | bool | int
Row = Mapping[str, Plain]
Arguments = Mapping[str, str]
Answer = Row | Sequence[Row] | str
"""One object, a list of them, or a plain text."""

_PREFIX: Final = "vim.EsxCLI."
_SCHEMA: Final = 'xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
_INSTANCE: Final = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_NAMESPACE: Final = f'xmlns="urn:vim25" {_SCHEMA} {_INSTANCE} versionId="5.0"'


@dataclass(frozen=True, slots=True)
class Command:
    """One command of esxcli.

    Attributes:
        kind: what it lists or gets, as the type of its answer ends.
        answer: from the host and the arguments to what is said.
        options: that it takes, without dashes.
    """

    kind: str
    answer: Callable[[Managed, Arguments], Answer]
    options: frozenset[str] = frozenset()


class CommandRefused(Exception):
    """The command was understood, and says what is wrong with how it was given."""


def executer(host: Managed, commands: Mapping[str, Command]) -> Managed:
    """What runs commands on one host, and the method by which the host hands it out."""

    def hand_out(_call: Call) -> Any:
        return made.ref

    def execute(
        _call: Call, moid: str, version: str, method: str, argument: Iterable[Any] | None = None
    ) -> Any:
        del version
        return run(host, commands, moid, method, argument or ())

    made = Managed(
        esxcli_types.Executer,
        f"ManagedMethodExecuter-{host.moid}",
        methods={"ExecuteSoap": while_connected(host, Method(execute, READ, esxcli_types.EXECUTE))},
    )
    host.methods["RetrieveManagedMethodExecuter"] = while_connected(
        host, Method(hand_out, READ, esxcli_types.RETRIEVE)
    )
    return made


def run(
    host: Managed,
    commands: Mapping[str, Command],
    moid: str,
    method: str,
    arguments: Iterable[Any],
) -> Any:
    """Run one command.

    Args:
        host: on which.
        commands: that there are, by name.
        moid: of the handler of the command's name space, `ha-cli-handler-system-account`.
        method: the command, `vim.EsxCLI.system.account.list`.
        arguments: each with a name and an XML element of that name.

    Raises:
        vmodl.fault.ManagedObjectNotFound: the handler is none of that command.
    """
    name = method.removeprefix(_PREFIX)
    space, _, _verb = name.rpartition(".")
    if moid != f"ha-cli-handler-{space.replace('.', '-')}":
        raise vmodl.fault.ManagedObjectNotFound(msg=f"The object '{moid}' has been deleted.")
    command = commands.get(name)
    if command is None:
        return _refused("The object or item referred to could not be found.", "NotFound")
    given = {entry.name.replace("-", ""): _text(entry.val) for entry in arguments}
    strange = sorted(set(given) - command.options)
    if strange:
        return _refused(f"Invalid option {strange[0]}", "CLIFault")
    try:
        answer = command.answer(host, given)
    except CommandRefused as error:
        return _refused(str(error), "CLIFault")
    return esxcli_types.Result(response=written(answer, _type_name(name, command.kind)))


def written(answer: Answer, kind: str) -> str:
    """An answer in XML.

    Args:
        answer: what is said.
        kind: name of the type of an object in it.
    """
    if isinstance(answer, str):
        return f'<obj {_NAMESPACE} xsi:type="xsd:string">{escape(answer)}</obj>'
    if isinstance(answer, Mapping):
        return f'<obj {_NAMESPACE} xsi:type="{kind}">{_members(answer)}</obj>'
    rows = "".join(f'<DataObject xsi:type="{kind}">{_members(row)}</DataObject>' for row in answer)
    return f'<obj {_NAMESPACE} xsi:type="ArrayOfDataObject">{rows}</obj>'


def _type_name(command: str, kind: str) -> str:
    return f"VimEsxCLI{command.replace('.', '')}{kind}"


def _members(row: Row) -> str:
    return "".join(f"<{name}>{escape(_plain(value))}</{name}>" for name, value in row.items())


def _plain(value: Plain) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _text(element: str) -> str:
    """What stands in the one element that is an argument's value."""
    try:
        return ET.fromstring(element).text or ""  # noqa: S314 (the lab's own client wrote it)
    except ET.ParseError as error:
        raise vmodl.fault.InvalidArgument(msg=f"argument is no XML: {error}") from error


def _refused(message: str, kind: str) -> Any:
    detail = f'<obj {_NAMESPACE} xsi:type="LocalizedMethodFault"><fault xsi:type="{kind}"/></obj>'
    return esxcli_types.Result(fault=esxcli_types.Fault(faultMsg=message, faultDetail=detail))
