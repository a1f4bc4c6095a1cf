"""Types of esxcli over SOAP, which pyVmomi lacks.

A host hands out its `ReflectManagedMethodExecuter`, whose `ExecuteSoap` runs one command and
answers with the result as XML in a string, or with a fault in the same way.
"""

from __future__ import annotations

from typing import Any, Final

from pyVmomi import VmomiSupport

_VERSION: Final = "vim.version.version1"
_OPTIONAL: Final = VmomiSupport.F_OPTIONAL
_EXECUTER: Final = "vmodl.reflect.ManagedMethodExecuter"
_STRING: Final = "string"
_Member = tuple[str, str, str, int]


def _data(name: str, wsdl: str, *members: _Member) -> Any:
    """A data type, which somebody else in this process may have declared already."""
    try:
        return VmomiSupport.GetVmodlType(name)
    except KeyError:
        return VmomiSupport.CreateAndLoadDataType(
            name, wsdl, "vmodl.DynamicData", _VERSION, list(members)
        )


def _executer() -> Any:
    try:
        return VmomiSupport.GetVmodlType(_EXECUTER)
    except KeyError:
        return VmomiSupport.CreateAndLoadManagedType(
            _EXECUTER, "ReflectManagedMethodExecuter", "vmodl.ManagedObject", _VERSION, [], []
        )


Argument: Final = _data(
    f"{_EXECUTER}.SoapArgument",
    "ReflectManagedMethodExecuterSoapArgument",
    ("name", _STRING, _VERSION, 0),
    ("val", _STRING, _VERSION, 0),
)
Fault: Final = _data(
    f"{_EXECUTER}.SoapFault",
    "ReflectManagedMethodExecuterSoapFault",
    ("faultMsg", _STRING, _VERSION, 0),
    ("faultDetail", _STRING, _VERSION, _OPTIONAL),
)
Result: Final = _data(
    f"{_EXECUTER}.SoapResult",
    "ReflectManagedMethodExecuterSoapResult",
    ("response", _STRING, _VERSION, _OPTIONAL),
    ("fault", f"{_EXECUTER}.SoapFault", _VERSION, _OPTIONAL),
)
Executer: Final = _executer()


def _parameter(name: str, kind: Any, flags: int = 0) -> Any:
    return VmomiSupport.Object(name=name, type=kind, version=_VERSION, flags=flags, privId=None)


def _method(wsdl: str, parameters: list[Any], result: Any, flags: int = 0) -> Any:
    """What pyVmomi says of a method that it knows."""
    return VmomiSupport.Object(
        name=VmomiSupport.Uncapitalize(wsdl),
        wsdlName=wsdl,
        type=Executer,
        version=_VERSION,
        params=tuple(parameters),
        isTask=False,
        resultFlags=flags,
        result=result,
        methodResult=result,
        privId="System.Read",
        faults=[],
    )


RETRIEVE: Final = _method("RetrieveManagedMethodExecuter", [], Executer)
EXECUTE: Final = _method(
    "ExecuteSoap",
    [
        _parameter("moid", str),
        _parameter("version", str),
        _parameter("method", str),
        _parameter("argument", Argument.Array, _OPTIONAL),
    ],
    Result,
    _OPTIONAL,
)
