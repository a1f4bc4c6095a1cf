"""Data objects with every member that their type requires, as pyVmomi sends no others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pyVmomi import VmomiSupport

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def filled(kind: Any, **values: Any) -> Any:
    """A data object with these values, and neutral ones for what its type requires beside them.

    Args:
        kind: pyVmomi's class of the data object.
        values: by member; nothing is required of what they hold themselves.
    """
    made = kind(**values)
    for member in made._GetPropertyList():  # noqa: SLF001 (pyVmomi calls its own public face so)
        is_optional = bool(member.flags & VmomiSupport.F_OPTIONAL)
        if not is_optional and getattr(made, member.name) is None:
            setattr(made, member.name, _neutral(member.type))
    return made


def _neutral(kind: Any) -> Any:
    """Nothing, none or false, of a type."""
    if issubclass(kind, VmomiSupport.DataObject):
        return filled(kind)
    if issubclass(kind, VmomiSupport.Enum):
        return kind.values[0]
    if issubclass(kind, VmomiSupport.ManagedObject):
        return kind("none")
    return _EPOCH if issubclass(kind, datetime) else kind()
