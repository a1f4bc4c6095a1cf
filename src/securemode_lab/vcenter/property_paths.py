"""Values of properties by their paths, of the types that vim25 declares for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import VmomiSupport, vmodl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode_lab.vcenter.objects import Managed
    from securemode_lab.vcenter.sessions import Session

_AS_THEY_ARE = (VmomiSupport.DataObject, VmomiSupport.ManagedObject)


def value_at(managed: Managed, path: str, session: Session | None) -> Any:
    """What a property is, typed; None where it, or what it is a part of, is unset.

    Args:
        managed: whose property it is.
        path: such as `config.hardware.device`.
        session: of whoever asks.

    Raises:
        vmodl.query.InvalidProperty: the type has no such property.
    """
    kind, value = managed.kind, None
    for number, name in enumerate(path.split(".")):
        try:
            info = kind._GetPropertyInfo(name)  # noqa: SLF001 - pyVmomi's public name
        except AttributeError:
            raise _no_such(path) from None
        value = getattr(value, info.name) if number else managed.read(info.name, session)
        if value is None or (number and _is_empty_list(value)):
            _check_rest(info.type, path.split(".")[number + 1 :], path)
            return None
        kind = type(value)
    return typed(value, info.type)


def _is_empty_list(value: Any) -> bool:
    """An empty list inside of a data object is one that nobody has set."""
    return isinstance(value, list) and not value


def _check_rest(kind: Any, names: list[str], path: str) -> None:
    """A path below something unset must exist all the same."""
    for name in names:
        try:
            kind = kind._GetPropertyInfo(name).type  # noqa: SLF001 - pyVmomi's public name
        except AttributeError:
            raise _no_such(path) from None


def _no_such(path: str) -> Any:
    return vmodl.query.InvalidProperty(msg=f"There is no property {path}", name=path)


def all_of(managed: Managed, session: Session | None) -> Iterator[tuple[str, Any]]:
    """Every property that is set, typed."""
    for info in managed.kind._GetPropertyList():  # noqa: SLF001 - pyVmomi's public name
        value = managed.read(info.name, session)
        if value is not None:
            yield info.name, typed(value, info.type)


def typed(value: Any, kind: Any) -> Any:
    """A Python value as the type that is declared, which its XML has to name."""
    if isinstance(value, _AS_THEY_ARE) or kind is object or isinstance(value, type):
        return value
    if isinstance(value, list):
        return value if isinstance(value, VmomiSupport.Array) else kind(value)
    if isinstance(value, bool) or type(value) is kind:
        return value
    if isinstance(value, (int, str, float)) and issubclass(kind, (int, str, float)):
        return kind(value)
    return value
