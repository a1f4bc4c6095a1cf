"""Changes of the configuration that add and remove rows, and how they are taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from securemode_lab.appliance.resources import CONFIGURATION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from securemode_lab.appliance.store import Snapshot, Store
    from securemode_lab.deployment import Deployment
    from securemode_lab.faults.fault import Edit
    from securemode_lab.member import Member

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edited:
    """One row before it was changed, None where it was not there."""

    resource: str
    key: Any
    before: Row | None


def run(deployment: Deployment, members: Sequence[Member], edit: Edit) -> tuple[Edited, ...]:
    """Make a change, and remember every row that it concerns."""
    before = deployment.store.snapshot()
    edit(deployment, members)
    return tuple(_differences(before, deployment.store.snapshot()))


def undo(store: Store, edited: Sequence[Edited]) -> None:
    """Put rows back as they were; others stay as they are by now."""
    if not edited:
        return
    now = store.snapshot()
    for entry in edited:
        key = CONFIGURATION[entry.resource].key
        rows = {row[key]: row for row in now["rows"][entry.resource]}
        rows.pop(entry.key, None)
        if entry.before is not None:
            rows[entry.key] = entry.before
        now["rows"][entry.resource] = [rows[number] for number in sorted(rows)]
    store.restore(now)


def _differences(before: Snapshot, after: Snapshot) -> Iterator[Edited]:
    for resource in before["rows"]:
        key = CONFIGURATION[resource].key
        old = {row[key]: row for row in before["rows"][resource]}
        new = {row[key]: row for row in after["rows"][resource]}
        for number in {**old, **new}:
            if old.get(number) != new.get(number):
                yield Edited(resource, number, old.get(number))
