"""Which faults are on, where, and what a switched-off one has to put back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from securemode_lab.appliance.derive import Kind
from securemode_lab.faults import edits
from securemode_lab.faults.fault import (
    Defect,
    Fault,
    Forgotten,
    Misconfiguration,
    RecordDefect,
    RecordMistake,
    ServiceDefect,
    VSphereMistake,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from securemode_lab.appliance.answers import Answers
    from securemode_lab.deployment import Deployment
    from securemode_lab.faults.edits import Edited
    from securemode_lab.member import Member
    from securemode_lab.records.record import Records
    from securemode_lab.services.behaviour import SiteBehaviour
    from securemode_lab.vcenter.objects import Saved

_GLOBAL_KEY = 1


class UnknownFault(Exception):
    """There is no fault of that name, or it cannot be on the nodes named."""


@dataclass(frozen=True, slots=True)
class Previous:
    """Values of one row that a fault has changed."""

    resource: str
    key: Any
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Switched:
    """A fault that is on: where, and what was there before."""

    fault: Fault
    nodes: tuple[str, ...]
    answers: dict[str, Any] = field(default_factory=dict)
    rows: tuple[Previous, ...] = ()
    edited: tuple[Edited, ...] = ()
    inventory: Saved | None = None


class Switchboard:
    """The faults of one deployment."""

    def __init__(self) -> None:
        self.on: dict[str, Switched] = {}

    def defects_of(self, node: str) -> Iterator[Defect]:
        """The defects that a node has, in the order in which they were switched on."""
        for switched in self.on.values():
            if isinstance(switched.fault, Defect) and node in switched.nodes:
                yield switched.fault

    def site_behaviour(self, behaviour: SiteBehaviour) -> SiteBehaviour:
        """How the site's services behave with the faults that they have."""
        for switched in self.on.values():
            if isinstance(switched.fault, ServiceDefect):
                behaviour = switched.fault.change(behaviour)
        return behaviour

    def records(self, records: Records) -> Records:
        """What the operator's files say with the mistakes that they have."""
        for switched in self.on.values():
            if isinstance(switched.fault, RecordMistake):
                records = switched.fault.change(records)
        return records

    def recorded(self, answers: Answers) -> Answers:
        """What the Management Node keeps of the answers that its wizard was given."""
        for switched in self.on.values():
            if isinstance(switched.fault, RecordDefect):
                answers = replace(answers, **switched.fault.answers)
        return answers

    async def switch_on(
        self, deployment: Deployment, name: str, nodes: Sequence[str] | None = None
    ) -> Switched:
        """Switch a fault on, and return when every node behaves accordingly.

        Args:
            deployment: in which things go wrong.
            name: of the fault.
            nodes: for a defect those that have it; for a misconfiguration those whose own rows are
                wrong, or that restart after the wizard. Without it one node has a defect, and a
                misconfiguration is everywhere.

        Raises:
            UnknownFault: there is none of that name.
            NoSuchNode: a node of that name is not there.
        """
        fault = known(name)
        if name in self.on:
            return self.on[name]
        members = _members(deployment, fault, nodes)
        names = tuple(member.name for member in members)
        if isinstance(fault, VSphereMistake):
            self.on[name] = _mistake(deployment, fault, names)
            await deployment.vcenter.match_guests()
            return self.on[name]
        if not isinstance(fault, Misconfiguration):
            self.on[name] = Switched(fault, names)
            if isinstance(fault, Forgotten):
                await _forget(deployment, fault, members)
            await deployment.obey(members)
            return self.on[name]
        answers = {key: getattr(deployment.answers, key) for key in fault.answers}
        rows = tuple(_write(deployment, fault, members))
        edited = edits.run(deployment, members, fault.edit) if fault.edit else ()
        self.on[name] = Switched(fault, names, answers, rows, edited)
        await self._wizard(deployment, dict(fault.answers), names)
        return self.on[name]

    async def switch_off(self, deployment: Deployment, name: str) -> None:
        """Put everything back as it was, and return when every node behaves accordingly."""
        known(name)
        switched = self.on.get(name)
        if switched is None:
            return
        later = list(self.on.values())[list(self.on).index(name) + 1 :]
        del self.on[name]
        if switched.inventory is not None:
            await self._without(deployment, switched.inventory, later)
            return
        if isinstance(switched.fault, Forgotten):
            await deployment.restart(*switched.nodes)
            return
        if not isinstance(switched.fault, Misconfiguration):
            await deployment.obey(deployment.member(node) for node in switched.nodes)
            return
        edits.undo(deployment.store, switched.edited)
        for row in switched.rows:
            deployment.store.update(row.resource, row.key, row.values)
        await self._wizard(deployment, switched.answers, switched.nodes)

    async def _without(
        self, deployment: Deployment, inventory: Saved, later: Sequence[Switched]
    ) -> None:
        """Put vCenter's inventory back, and make the mistakes again that came later."""
        deployment.vcenter.restore(inventory)
        for other in later:
            if isinstance(other.fault, VSphereMistake):
                self.on[other.fault.name] = _mistake(deployment, other.fault, other.nodes)
        await deployment.vcenter.match_guests()

    async def _wizard(
        self, deployment: Deployment, answers: dict[str, Any], nodes: tuple[str, ...]
    ) -> None:
        """Run the security wizard and restart, where there are answers to change at all."""
        await deployment.settle()
        if not answers:
            return
        deployment.secure(replace(deployment.answers, **answers))
        await deployment.restart(*{deployment.management.name: None, **dict.fromkeys(nodes)})


def _mistake(deployment: Deployment, fault: VSphereMistake, nodes: tuple[str, ...]) -> Switched:
    """Make a mistake in vCenter, and remember the inventory without it.

    Raises:
        UnknownFault: what it would be made on is not there.
    """
    before = deployment.vcenter.saved()
    try:
        fault.change(deployment.vcenter, deployment)
    except LookupError as error:
        deployment.vcenter.restore(before)
        raise UnknownFault(f"{fault.name} is made on what is not there: {error}") from error
    return Switched(fault, nodes, inventory=before)


async def _forget(deployment: Deployment, fault: Forgotten, members: list[Member]) -> None:
    """Run the wizard, with the answers that it has, and restart every node but these."""
    await deployment.settle()
    deployment.secure(deployment.answers)
    await deployment.restart(*(m.name for m in deployment.members if m not in members))
    for member in members:
        member.taken = replace(member.taken, **fault.answers)


def known(name: str) -> Fault:
    """The fault of that name.

    Raises:
        UnknownFault: there is none.
    """
    from securemode_lab.faults.registry import BY_NAME  # noqa: PLC0415 - needs pyVmomi

    if name not in BY_NAME:
        raise UnknownFault(f"no fault is called {name!r}: the command `faults` lists them")
    return BY_NAME[name]


def _members(deployment: Deployment, fault: Fault, nodes: Sequence[str] | None) -> list[Member]:
    if nodes:
        return [deployment.member(name) for name in nodes]
    if not isinstance(fault, Defect | Forgotten):
        return deployment.members
    kind = fault.kind if isinstance(fault, Defect) else Kind.CONFERENCING
    of_kind = [member for member in deployment.members if member.kind is kind]
    if not of_kind:
        raise UnknownFault(f"{fault.name} needs a node of the kind {kind}")
    return of_kind[:1]


def _write(
    deployment: Deployment, fault: Misconfiguration, members: list[Member]
) -> Iterator[Previous]:
    """Change the settings as an operator would, and remember what was there."""
    for resource, values in fault.settings.items():
        for table, key in _rows(deployment, resource, members):
            before = deployment.store.get(table, key)
            yield Previous(table, key, {name: before[name] for name in values})
            deployment.store.update(table, key, dict(values))


def _rows(deployment: Deployment, resource: str, members: list[Member]) -> list[tuple[str, Any]]:
    """Tables and keys that `resource` in a fault's settings stands for."""
    if resource == "global":
        return [("global", _GLOBAL_KEY)]
    if resource == "node":
        return [(member.table, member.node.nameplate.key) for member in members]
    if resource in ("management_vm", "worker_vm"):
        return [(m.table, m.node.nameplate.key) for m in members if m.table == resource]
    return [(resource, row["id"]) for row in deployment.store.rows(resource)]
