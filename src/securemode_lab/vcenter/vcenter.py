"""A vCenter: its inventory, who is logged in, and the endpoint that answers for both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode_lab.vcenter.collector import property_collector
from securemode_lab.vcenter.datastores import file_manager
from securemode_lab.vcenter.endpoint import Endpoint
from securemode_lab.vcenter.host_profiles import profile_manager
from securemode_lab.vcenter.machines import VirtualMachine
from securemode_lab.vcenter.objects import Inventory, Managed
from securemode_lab.vcenter.request_log import RequestLog
from securemode_lab.vcenter.search import search_index
from securemode_lab.vcenter.service import SessionManager, service_instance
from securemode_lab.vcenter.views import view_manager

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aiohttp import web

    from securemode_lab.vcenter.arrival import Arrivals
    from securemode_lab.vcenter.objects import Saved
    from securemode_lab.vcenter.sessions import Session, Sessions
    from securemode_lab.vcenter.trouble import Trouble


class VCenter:
    """One vCenter, empty but for the managers that every client needs.

    Args:
        sessions: who may log in.

    Attributes:
        inventory: every managed object.
        log: every request.
        routes: what else its web server serves; to be added before it starts.
        arrivals: machines that have come in by a package.
    """

    def __init__(self, sessions: Sessions) -> None:
        self.inventory = Inventory()
        self.sessions = sessions
        self.log = RequestLog()
        self.routes: list[web.RouteDef] = []
        self.arrivals: Arrivals | None = None
        for manager in (
            service_instance(self.inventory),
            SessionManager(sessions, self._clear_up),
            property_collector(),
            view_manager(),
            search_index(),
            file_manager(),
            profile_manager(),
            Managed(
                vim.TaskManager,
                "TaskManager",
                {"recentTask": lambda: [task.ref for task in self.inventory.of(vim.Task)]},
            ),
        ):
            self.inventory.add(manager)

    @property
    def trouble(self) -> Trouble:
        """What goes wrong at present."""
        return self.inventory.trouble

    @property
    def machines(self) -> list[VirtualMachine]:
        """Every virtual machine."""
        found = self.inventory.of(vim.VirtualMachine)
        return [machine for machine in found if isinstance(machine, VirtualMachine)]

    def machine(self, name: str) -> VirtualMachine:
        """The virtual machine of that name.

        Raises:
            LookupError: there is none.
        """
        found = self.inventory.named(vim.VirtualMachine, name)
        assert isinstance(found, VirtualMachine)
        return found

    def gives_power(self, name: str) -> bool:
        """Whether the machine of that name is on; there may be none, and nothing else is off."""
        return all(machine.is_on for machine in self.machines if machine.name == name)

    def are_on(self, names: Iterable[str]) -> None:
        """Take note that machines have been switched on by whoever deployed them."""
        started = set(names)
        for machine in self.machines:
            if machine.name in started:
                machine.kept["on"] = True

    def host(self, name: str) -> Managed:
        """The host of that name.

        Raises:
            LookupError: there is none.
        """
        return self.inventory.named(vim.HostSystem, name)

    def application(self) -> web.Application:
        """What its web server serves."""
        return Endpoint(self).application()

    def expire_sessions(self) -> int:
        """End every session as if it had idled for too long; how many there were."""
        sessions = self.sessions.all()
        for session in sessions:
            self.sessions.end(session)
            self._clear_up(session)
        return len(sessions)

    def saved(self) -> Saved:
        """The whole inventory, to be restored."""
        return self.inventory.saved()

    def restore(self, saved: Saved) -> None:
        """Return to that state; what is inside of machines follows by `match_guests`."""
        self.inventory.restore(saved)

    async def make_way(self) -> None:
        """Stop what machines did that a restored state has otherwise, or not at all."""
        if self.arrivals is not None:
            await self.arrivals.make_way()

    async def match_guests(self) -> None:
        """Switch on and off what is inside of machines, as their power has it."""
        if self.arrivals is not None:
            await self.arrivals.match()
        for machine in self.machines:
            if machine.is_on and not machine.guest.is_on:
                await machine.guest.power_on(enter_setup=False)
            elif machine.guest.is_on and not machine.is_on:
                await machine.guest.power_off()

    def be_in_trouble(self, wanted: Mapping[str, Any]) -> None:
        """Let things go wrong, or right again: attributes of `trouble` by their names.

        Raises:
            ValueError: an attribute cannot be that.
        """
        self.trouble.become(wanted)
        for host in self.inventory.of(vim.HostSystem):
            is_silent = host.read("name") in self.trouble.silent_hosts
            host.properties["runtime"].connectionState = (
                "notResponding" if is_silent else "connected"
            )

    def described(self) -> dict[str, Any]:
        """What the control socket tells: power of the machines, and what goes wrong."""
        trouble = self.trouble
        return {
            "machines": {machine.name: machine.is_on for machine in self.machines},
            "sessions": [session.user for session in self.sessions.all()],
            "slow_tasks_s": trouble.slow_tasks_s,
            "failing_tasks": dict(trouble.failing_tasks),
            "silent_hosts": sorted(trouble.silent_hosts),
            "keys_fail_every": trouble.keys_fail_every,
        }

    def _clear_up(self, session: Session) -> None:
        """Views, filters and collectors go with their session."""
        for moid in session.objects:
            self.inventory.remove(moid)
