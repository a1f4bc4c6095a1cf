"""Whole states of a deployment by name, so that a secured one is back in an instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode_lab.appliance.web_variants import POSSIBILITIES

if TYPE_CHECKING:
    from datetime import datetime

    from securemode_lab.appliance.answers import Answers
    from securemode_lab.appliance.node import Nameplate
    from securemode_lab.appliance.store import Snapshot
    from securemode_lab.deployment import Deployment
    from securemode_lab.faults.switchboard import Switched
    from securemode_lab.vcenter.objects import Saved


class NothingSaved(Exception):
    """No state of that name was saved."""


@dataclass(frozen=True, slots=True)
class _Machine:
    """What one node remembers."""

    nameplate: Nameplate
    taken: Answers
    installed: bool
    boot_time: datetime | None
    os_password: str | None


@dataclass(frozen=True, slots=True)
class State:
    """Everything that can change in a deployment."""

    store: Snapshot
    answers: Answers
    wizard_ended: datetime | None
    installed: bool
    web_login: tuple[str, str]
    machines: dict[str, _Machine]
    faults: dict[str, Switched]
    variants: dict[str, str]
    vcenter: Saved | None


class Memory:
    """The saved states of one deployment."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._states: dict[str, State] = {}

    @property
    def names(self) -> list[str]:
        """Of everything that was saved."""
        return list(self._states)

    async def save(self, name: str) -> None:
        """Keep the present state under a name, once the last change has reached every node."""
        self._states[name] = await present(self._deployment)

    async def restore(self, name: str) -> None:
        """Return to a saved state without restarting anything; web sessions end.

        Raises:
            NothingSaved: there is none of that name.
        """
        if name not in self._states:
            raise NothingSaved(f"no state was saved as {name!r}")
        await become(self._deployment, self._states[name])


async def present(deployment: Deployment) -> State:
    """The state of a deployment, once the last change has reached every node."""
    await deployment.settle()
    return State(
        store=deployment.store.snapshot(),
        answers=deployment.answers,
        wizard_ended=deployment.wizard_ended,
        installed=deployment.installed,
        web_login=deployment.web_login,
        machines={
            member.name: _Machine(
                member.node.nameplate,
                member.taken,
                member.installed,
                member.node.boot_time,
                member.console.os_password,
            )
            for member in deployment.members
        },
        faults=dict(deployment.faults.on),
        variants=dict(deployment.variants),
        vcenter=deployment.vsphere.saved(),
    )


async def become(deployment: Deployment, state: State) -> None:
    """Have a deployment be as it was; web sessions and calls end."""
    await deployment.dialling.calls.release_all()
    deployment.answers, deployment.installed = state.answers, state.installed
    deployment.wizard_ended = state.wizard_ended
    deployment.faults.on = dict(state.faults)
    deployment.variants = dict(state.variants)
    for variant in POSSIBILITIES:
        deployment.web.vary(variant, state.variants[variant])
    for member in deployment.members:
        machine = state.machines[member.name]
        member.taken, member.installed = machine.taken, machine.installed
        member.node.nameplate = machine.nameplate
        member.node.boot_time = machine.boot_time
        member.console.os_password = machine.os_password
    deployment.web_login = state.web_login
    deployment.store.restore(state.store)
    deployment.web.restart()
    deployment.vsphere.restore(state.vcenter)
    await deployment.match_power()
    for member in deployment.members:  # one that was switched on has taken the newest answers
        machine = state.machines[member.name]
        member.taken, member.installed = machine.taken, machine.installed
    await deployment.obey()
