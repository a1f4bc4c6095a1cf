"""Virtual machines that come in by an OVA and become nodes of the deployment.

Which node a machine is follows from what is on its disk and from its name. A Conferencing Node's
package is the same for all of them: its machine waits for the configuration that says the rest.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes

from securemode_lab import construction
from securemode_lab.appliance.derive import Kind
from securemode_lab.appliance.provisioning_file import NotAConfiguration
from securemode_lab.appliance.provisioning_password import is_behind
from securemode_lab.vcenter import ova, places
from securemode_lab.vcenter.arrival_systems import ArrivedManagement, ArrivedNode
from securemode_lab.vcenter.consoles.guest import ConsoleGuest
from securemode_lab.vcenter.consoles.plugged_in import plug_in
from securemode_lab.vcenter.lease import Door
from securemode_lab.vcenter.ovf_import import Imports

if TYPE_CHECKING:
    from securemode_lab.appliance.provisioning_file import Bootstrap
    from securemode_lab.appliance.resources.fields import Row
    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member
    from securemode_lab.vcenter.consoles.installed_system import InstalledSystem
    from securemode_lab.vcenter.lease_stream import Received
    from securemode_lab.vcenter.machines import Guest, VirtualMachine
    from securemode_lab.vcenter.vcenter import VCenter

NODE, CONFIGURED = "node", "configured"
"""Under which a machine remembers its node's name, and whether it has its configuration."""


class Arrivals:
    """The machines of one deployment that have come in by a package.

    Args:
        deployment: of which they become nodes.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._nodes: list[ArrivedNode] = []
        self._machines: list[VirtualMachine] = []

    def let_in(self, vcenter: VCenter) -> None:
        """Let machines come in, once the vCenter's resource pools are there."""
        site, offset = self._deployment.site, self._deployment.network.port_offset
        digest = site.vcenter_certificate.certificate.fingerprint(hashes.SHA1())  # noqa: S303 - as vSphere
        door = Door(places.PORT + offset, digest.hex(":").upper())
        Imports(door, self.inside).offer(vcenter)
        vcenter.arrivals = self

    def inside(self, machine: VirtualMachine) -> Guest:
        """What is inside of a machine whose disks have been uploaded."""
        kinds = {self._kind(received) for received in machine.kept["disks"].values()}
        system: InstalledSystem | None = None
        if Kind.MANAGEMENT in kinds:
            system = self._management(machine)
        elif Kind.CONFERENCING in kinds:
            system = self._conferencing(machine)
        guest = ConsoleGuest(system)
        plug_in(guest, machine)
        self._machines.append(machine)
        return guest

    async def make_way(self) -> None:
        """Take away what nobody knows any more in a restored state, before its nodes start."""
        for machine in self._machines:
            if machine.moid not in machine.inventory and machine.guest.is_on:
                await machine.guest.power_off()
        for node in self._nodes:
            await node.make_way()

    async def match(self) -> None:
        """Let machines wait for their configuration again that did in a restored state."""
        for node in self._nodes:
            await node.match()

    def give_power(self, node: str) -> bool:
        """Whether a machine that is on is this node by now."""
        return any(
            machine.is_on and machine.kept.get(CONFIGURED, True)
            for machine in self._machines
            if machine.moid in machine.inventory and machine.kept.get(NODE) == node
        )

    def become(self, machine: VirtualMachine, told: Bootstrap) -> Member:
        """Let a waiting machine be the node that its configuration says.

        Raises:
            NotAConfiguration: the deployment has no such node, or another machine is it.
        """
        row = self._row(told)
        member = self._member(machine, told)
        location = self._deployment.store.get("system_location", row["system_location"])
        member.node.nameplate = replace(
            member.node.nameplate,
            fqdn=f"{told.hostname}.{told.domain}",
            location=location["name"],
            key=row["id"],
        )
        member.console.os_password = self._password(told.password)
        machine.kept |= {NODE: member.name, CONFIGURED: True}
        return member

    def _kind(self, received: Received) -> Kind | None:
        """Of whose package a disk is."""
        for appliance, kind in (
            (ova.MANAGEMENT, Kind.MANAGEMENT),
            (ova.CONFERENCING, Kind.CONFERENCING),
        ):
            if received.sha256 == appliance.disk_sha256:
                return kind
        return None

    def _management(self, machine: VirtualMachine) -> InstalledSystem | None:
        """The Management Node; there is one, and a second machine finds its address taken."""
        member = self._deployment.management
        if member.name in self._taken(machine):
            return None
        machine.kept[NODE] = member.name
        construction.begin_anew(self._deployment)
        return ArrivedManagement(self._deployment, member, machine)

    def _conferencing(self, machine: VirtualMachine) -> InstalledSystem | None:
        """A Conferencing Node to be: the one that it is called after, or else the first free."""
        taken = self._taken(machine)
        free = [member for member in self._deployment.conferencing if member.name not in taken]
        if not free:
            return None
        named = [member for member in free if member.name == machine.name]
        member = (named or free)[0]
        machine.kept |= {NODE: member.name, CONFIGURED: False}
        node = ArrivedNode(self._deployment, self, machine)
        self._nodes.append(node)
        return node

    def _taken(self, machine: VirtualMachine) -> set[str]:
        """Names of nodes that other machines are: all of them, unless machines have to arrive."""
        if not self._deployment.bare:
            return {member.name for member in self._deployment.members}
        return {
            other.kept[NODE]
            for other in machine.inventory
            if other is not machine and NODE in other.kept
        }

    def _password(self, hashed: str) -> str:
        """The password behind a hash, where it is the site's; else one that nobody knows."""
        own = self._deployment.credentials.os_admin.password
        return own if is_behind(own, hashed) else secrets.token_urlsafe()

    def _row(self, told: Bootstrap) -> Row:
        """The node's row of the configuration."""
        management = self._deployment.management.node.attachment.ipv4
        if told.manager == management:
            for row in self._deployment.store.rows("worker_vm"):
                if (row["name"], row["address"]) == (told.name, told.address):
                    return row
        raise NotAConfiguration(
            f"The Management Node {told.manager} knows no node {told.name} at {told.address}."
        )

    def _member(self, machine: VirtualMachine, told: Bootstrap) -> Member:
        """The node at an address."""
        for member in self._deployment.conferencing:
            if member.node.attachment.ipv4 != told.address:
                continue
            if member.name in self._taken(machine):
                raise NotAConfiguration(f"Another machine has the address {told.address}.")
            return member
        raise NotAConfiguration(f"The address {told.address} is not on this machine's network.")
