"""govmomi's vCenter as set-ups use it, and a process that dies in the middle of its work."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from peers.vcsim import ACCOUNT, Simulated
from securemode.environment.models import Environment, Login
from securemode.environment.placement import Image, NodePlacement, Placement
from securemode.environment.secret import Secret
from securemode.environment.vsphere import VSphere
from securemode.vsphere.access import VSphereAccess
from setups.surroundings import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from securemode.vsphere.session import VSphereSession

PLACE = NodePlacement(
    host="DC0_C0_H0",
    datastore="LocalDS_0",
    network="DC0_DVPG0",
    netmask="255.255.255.0",
    gateway="192.0.2.1",
)


class Killed(BaseException):
    """The process is gone: nothing in it runs any more."""


@dataclass
class Told:
    """Lines for the person who waits."""

    lines: list[str] = field(default_factory=list)

    def __call__(self, line: str) -> None:
        self.lines.append(line)


def placement(ova: Path, **more: Any) -> Placement:
    """Both sorts of node from one OVA, all at one place."""
    given: dict[str, Any] = {"all_nodes": PLACE, "disk_provisioning": "thin"} | more
    image = Image(file=ova)
    return Placement(management_ova=image, conferencing_ova=image, **given)


def deploying(
    vcenter: Simulated, deploy: Placement | None, *, password: str = ACCOUNT[1], **more: Any
) -> Environment:
    """An environment that deploys there."""
    account = Login(username=ACCOUNT[0], password=Secret(password))
    names = more.pop("virtual_machines", {})
    return environment(vsphere=account, **more).with_deployment(
        vsphere=VSphere(
            address="127.0.0.1",
            port=vcenter.port,
            ca_file=vcenter.ca_file,
            deploy=deploy,
            virtual_machines=names,
        )
    )


@contextlib.contextmanager
def reaching(of: Environment) -> Iterator[VSphereAccess]:
    """A session with its vCenter."""
    access = VSphereAccess(of)
    try:
        yield access
    finally:
        access.close()


@contextlib.contextmanager
def dying_at(access: VSphereAccess, call: int) -> Iterator[Callable[[], int]]:
    """Let so many calls of vCenter through, then none; say how many there were."""
    session: Any = access.session()
    ask, calls = session.ask, 0

    def counting(doing: str, work: Callable[[], Any]) -> Any:
        nonlocal calls
        calls += 1
        if calls >= call:
            raise Killed(doing)
        return ask(doing, work)

    session.ask = counting
    try:
        yield lambda: calls
    finally:
        session.ask = ask


def machines(session: VSphereSession, *paths: str) -> dict[str, dict[str, Any]]:
    """Properties of every virtual machine, by its name."""
    found = session.properties(vim.VirtualMachine, ["name", *paths])
    return {seen["name"]: seen for seen in found.values()}


def tasks_of(session: VSphereSession) -> int:
    """How many tasks there have been: whatever is written is one."""
    manager = session.content.taskManager
    found = session.properties(vim.TaskManager, ["recentTask"], objects=[manager])
    return len(next(iter(found.values())).get("recentTask", ()))
