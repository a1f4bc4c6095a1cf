"""A whole deployment: its nodes, the configuration they share, and how both change in time.

The boot model is the product's: the wizard leaves answers on the Management Node, which restarts; a
Conferencing Node takes them when it starts itself. Configuration reaches the Management Node at
once and the Conferencing Nodes by replication.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from securemode_lab import construction
from securemode_lab.appliance import variants as known_variants
from securemode_lab.appliance.accounts import Accounts
from securemode_lab.appliance.answers import Answers
from securemode_lab.appliance.snapshots import Machine, WizardRun
from securemode_lab.appliance.store import Store
from securemode_lab.appliance.web import ManagementWeb
from securemode_lab.appliance.web_variants import POSSIBILITIES
from securemode_lab.clients.ldap import LdapDirectory
from securemode_lab.dialling import Dialling
from securemode_lab.faults.switchboard import Switchboard
from securemode_lab.habits import Habits, given_to
from securemode_lab.origin import Origin
from securemode_lab.records.files import RecordFiles
from securemode_lab.replicating import Replication
from securemode_lab.services.behaviour import site_behaviour
from securemode_lab.status import LiveStatus
from securemode_lab.vsphere import VSphere

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from securemode_lab.appliance.install_wizard import InstallValues
    from securemode_lab.member import Member
    from securemode_lab.network.attachment import Network
    from securemode_lab.vcenter.vcenter import VCenter


class NoSuchNode(Exception):
    """The deployment has no node of that name."""


class Deployment:
    """Management Node and Conferencing Nodes on one network.

    Args:
        network: where they are attached.
        conferencing_nodes: how many of them.
        installed: whether the installation wizard has been completed and the nodes deployed.
        folder: for the site's files.
        bare: whether none of its machines is there before it is imported into vCenter.
        by_address: whether the site names nodes by address in their certificates.
        origin: that of the deployment which it shall be, None for a new one.

    Attributes:
        answers: of the security wizard, as they hold from the next start of each node on.
        wizard_ended: when the security wizard was last completed, None if that never was.
        installed: whether the installation wizard has been completed.
        variants: what is unknown of the product, by name.
        faults: those that are switched on.
        site: services around the deployment.
        habits: what nodes ask of them.
        dialling: calls of the nodes.
        vsphere: hosts and virtual machines, as far as vCenter tells of them.
        records: what the site's people keep.
    """

    def __init__(
        self,
        network: Network,
        conferencing_nodes: int,
        *,
        installed: bool,
        folder: Path,
        bare: bool = False,
        by_address: bool = False,
        origin: Origin | None = None,
    ) -> None:
        self.network = network
        self.bare = bare
        self.installed = installed
        self.answers = Answers()
        self.wizard_ended: datetime | None = None
        self.variants = known_variants.defaults()
        self.faults = Switchboard()
        self.origin = origin or Origin.new()
        pki, self.credentials = self.origin.pki, self.origin.credentials
        self.host_keys = self.origin.host_keys
        attachment = network.attach(construction.MANAGEMENT_HOST)
        self.site = construction.site(self, folder, by_address=by_address)
        self.habits = Habits(self)
        web = self.credentials.web
        values = construction.installation_values(attachment, self.site, web)
        own = pki.self_signed(construction.MANAGEMENT_FQDN)
        self.store = Store(construction.installed(values, attachment, own))
        self.records = RecordFiles(
            folder / "records",
            values if installed else None,
            self.credentials.os_admin.password,
            self.origin.began,
        )
        self._web_login = (web.username, web.password)
        directory = LdapDirectory(self.store, attachment, lambda: given_to(self.management))
        self.accounts = Accounts(self.store, *self._web_login, directory=directory)
        self.accounts.attempted, self.accounts.holds = self.habits.attempted, self.habits.holds
        self.web = ManagementWeb(
            self.store, self.accounts, status=LiveStatus(self), machine=self._machine()
        )
        self.web.documents.token_key = self.origin.token_key
        self.web.listen_at(attachment.tap)
        self.dialling = Dialling(self)
        self.web.dial = self.dialling.dial
        self.web.let_end(self.dialling.disconnect)
        self.management = construction.management_member(self, attachment, pki)
        self.conferencing = [
            construction.conferencing_member(self, number, pki)
            for number in range(1, conferencing_nodes + 1)
        ]
        if bare:
            construction.forget_keys(self.conferencing)
        for member in self.members:
            self.site.add_node(member.node)
        self.vsphere = VSphere(self)
        if installed:
            construction.configure_nodes(self)
        self._replication = Replication(self, self._obey)

    @property
    def members(self) -> list[Member]:
        """Every node, the Management Node first."""
        return [self.management, *self.conferencing]

    def member(self, name: str) -> Member:
        """The node of that name.

        Raises:
            NoSuchNode: there is none.
        """
        for member in self.members:
            if member.name == name:
                return member
        names = ", ".join(member.name for member in self.members)
        raise NoSuchNode(f"no node is called {name!r}: there are {names}")

    @property
    def vcenter(self) -> VCenter:
        """What manages hosts and virtual machines."""
        return self.vsphere.vcenter

    @property
    def web_login(self) -> tuple[str, str]:
        """User name and password of the local web administrator."""
        return self._web_login

    @web_login.setter
    def web_login(self, login: tuple[str, str]) -> None:
        self._web_login = login
        self.accounts.set_local(*login)

    def _machine(self) -> Machine:
        """What diagnostic snapshots hold beside the configuration."""

        def last_run() -> WizardRun | None:
            answers, ended = self.recorded_answers, self.wizard_ended
            return None if answers is None or ended is None else WizardRun(answers, ended)

        return Machine(last_run, self.credentials.snapshot_password)

    async def start(self, *, powered: bool = True) -> None:
        """Switch on what is deployed, or only what is around it."""
        await self.management.software_ready()
        await self.site.start()
        await self.vsphere.server.start()
        await self.records.obey(self.records.well, self.variants)
        if powered and not self.bare:
            deployed = self.members if self.installed else [self.management]
            await asyncio.gather(*(self._power_on(member) for member in deployed))
        self.store.subscribe(self._replication.changed)

    async def stop(self) -> None:
        """Switch everything off."""
        await self.settle()
        self.web.restart()
        await self.dialling.calls.release_all()
        await self.habits.stop()
        await self.vsphere.server.stop()
        await asyncio.gather(*(member.node.power_off() for member in self.members))
        await self.site.stop()

    async def restart(self, *names: str) -> None:
        """Restart nodes at the same time, and return when each answers again.

        One whose virtual machine is off stays off.
        """
        members = [self.member(name) for name in names]
        running = [member for member in members if self.vsphere.gives_power(member.name)]
        await asyncio.gather(*(self._restart(member) for member in running))

    async def power_on(self, name: str) -> None:
        """Switch a node on, and return when it answers; one that is on stays as it is."""
        member = self.member(name)
        if not member.node.is_on:
            await self._power_on(member)
        if member is self.management and self.installed:
            await self._deploy()

    async def power_off(self, name: str) -> None:
        """Switch a node off; its calls and the sessions of its web interface end."""
        member = self.member(name)
        await self.dialling.calls.release_all(member.node)
        await member.node.power_off()
        if member is self.management:
            self.web.restart()

    def install(self, values: InstallValues) -> None:
        """Take the values of the installation wizard, which the restart makes effective."""
        attachment = self.management.node.attachment
        own = self.management.own_certificate
        self.store.install(construction.installed(values, attachment, own))
        self.web_login = str(values["user"]), str(values["pass"])
        self.installed = True

    @property
    def recorded_answers(self) -> Answers | None:
        """What `security.json` says, None where there is none: the wizard never ran."""
        return None if self.wizard_ended is None else self.faults.recorded(self.answers)

    def secure(self, answers: Answers) -> None:
        """Keep the answers of a security wizard that has just ended, before anything restarts."""
        self.answers = answers
        self.wizard_ended = datetime.now(UTC)

    async def vary(self, name: str, value: str) -> None:
        """Let an unknown be otherwise.

        Raises:
            UnknownVariant: there is no such one, or it takes no such value.
        """
        self.variants[name] = known_variants.accepted(name, value)
        if name in POSSIBILITIES:
            self.web.vary(name, value)
        await self.obey()

    async def obey(self, members: Iterable[Member] | None = None) -> None:
        """Have nodes behave as configuration, answers, variants and faults say."""
        await self.settle()
        self.site.obey(self.faults.site_behaviour(site_behaviour(self.variants)))
        await self.records.obey(self.faults.records(self.records.well), self.variants)
        for member in self.members if members is None else members:
            await self._obey(member)

    async def match_power(self) -> None:
        """Switch on and off what a restored state says: a node that never started is off."""
        await self.vsphere.make_way()
        for member in self.members:
            has_power = self.vsphere.gives_power(member.name)
            started = member.node.boot_time if has_power else None
            if started is None and member.node.is_on:
                await member.node.power_off()
            elif started is not None and not member.node.is_on:
                await self._power_on(member)
                member.node.boot_time = started
        await self.vsphere.match_guests()

    async def settle(self) -> None:
        """Wait until every change of the configuration has reached every node."""
        await self._replication.settle()

    async def _power_on(self, member: Member) -> None:
        member.take_answers(self)
        member.replicate(self.store)
        await member.node.power_on(member.orders(self))
        self.habits.refresh(member, started=True)

    async def _restart(self, member: Member) -> None:
        await self.power_off(member.name)
        await asyncio.sleep(float(self.variants["restart_s"]))
        if self.vsphere.gives_power(member.name):
            await self.power_on(member.name)

    async def _deploy(self) -> None:
        """Deploy Conferencing Nodes that are not there yet: after the installation wizard."""
        if self.bare:
            construction.offer_service(self.store)
            return
        if any(member.node.boot_time for member in self.conferencing):
            return
        construction.configure_nodes(self)
        await asyncio.gather(*(self._power_on(member) for member in self.conferencing))
        self.vsphere.have_started(member.name for member in self.conferencing)

    async def _obey(self, member: Member) -> None:
        if member.node.is_on:
            await member.node.obey(member.orders(self))
            self.habits.refresh(member)
