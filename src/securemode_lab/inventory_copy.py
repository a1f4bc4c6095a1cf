"""A vCenter's inventory without the objects themselves, to be laid over one that was made anew.

What a process assembles has the same identifiers each time, and methods and computed properties
that cannot be written down. So only values are, by the identifier of the object that has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from securemode_lab.refusals import CannotBeWritten

if TYPE_CHECKING:
    from collections import Counter

    from securemode_lab.vcenter.objects import Saved


@dataclass(frozen=True, slots=True)
class WrittenObject:
    """One object as it was.

    Attributes:
        properties: those that have a value of their own.
        computed: names of the others.
        kept: what else it remembers.
    """

    properties: dict[str, Any]
    computed: frozenset[str]
    kept: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """Every object by its identifier, and how many identifiers were given out."""

    objects: dict[str, WrittenObject]
    counters: Counter[str]


def written(now: Saved, as_new: Saved) -> Written:
    """What can be written down of an inventory.

    Args:
        now: as it is.
        as_new: as it was assembled.

    Raises:
        CannotBeWritten: objects have come since, such as a snapshot or an imported machine.
    """
    assembled = {entry.managed.moid for entry in as_new.objects}
    strangers = [e.managed.moid for e in now.objects if e.managed.moid not in assembled]
    if strangers:
        raise CannotBeWritten(
            f"vCenter has what it did not have at first: {', '.join(strangers)}; "
            "only what every lab has can be kept in a file"
        )
    return Written(
        {
            entry.managed.moid: WrittenObject(
                {n: value for n, value in entry.properties.items() if not callable(value)},
                frozenset(n for n, value in entry.properties.items() if callable(value)),
                entry.kept,
            )
            for entry in now.objects
        },
        now.counters,
    )


def rebuilt(as_new: Saved, copy: Written) -> Saved:
    """The inventory that was written down, to be restored by a vCenter.

    Args:
        as_new: of that vCenter as it was assembled.
        copy: what was written.
    """
    from securemode_lab.vcenter.objects import Saved, SavedObject  # noqa: PLC0415 - pyVmomi

    fresh = {entry.managed.moid: entry for entry in as_new.objects}
    objects = []
    for moid, was in copy.objects.items():
        entry = fresh[moid]
        computed = {name: entry.properties[name] for name in was.computed}
        objects.append(SavedObject(entry.managed, computed | was.properties, was.kept))
    return Saved(tuple(objects), copy.counters)
