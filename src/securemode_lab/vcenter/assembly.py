"""The vCenter of a deployment, put together when somebody first needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode_lab.services import authority
from securemode_lab.vcenter import deployed, layout, places
from securemode_lab.vcenter.arrival import Arrivals
from securemode_lab.vcenter.consoles.guest import ConsoleGuest
from securemode_lab.vcenter.consoles.installed_system import NodeSystem
from securemode_lab.vcenter.consoles.plugged_in import plug_in, secure
from securemode_lab.vcenter.guests import PlainGuest
from securemode_lab.vcenter.machines import GuestFacts
from securemode_lab.vcenter.sessions import Sessions
from securemode_lab.vcenter.vcenter import VCenter

if TYPE_CHECKING:
    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member
    from securemode_lab.vcenter.layout import Around


def assemble(deployment: Deployment) -> VCenter:
    """A vCenter with hardened hosts, and with a virtual machine for each node of a deployment."""
    logins = deployment.credentials.vsphere
    accounts = [logins.administrator, logins.reader]
    vcenter = VCenter(Sessions(accounts, writers=[logins.administrator.username]))
    certificates = deployment.site.certificates

    def certify(name: str) -> str:
        return certificates.server(authority.server(name)).pem

    count = len(deployment.members)
    around = layout.build(vcenter.inventory, count, certify)
    for number, member in enumerate(deployment.members):
        if not deployment.bare:
            _add_node(vcenter, around, deployment, member, number)
        _add_standby(vcenter, around, deployment, member.name, number)
    deployed.stranger(vcenter.inventory, around)
    Arrivals(deployment).let_in(vcenter)
    return vcenter


def _add_node(
    vcenter: VCenter, around: Around, deployment: Deployment, member: Member, number: int
) -> None:
    """The machine of a node."""
    plate, attachment = member.node.nameplate, member.node.attachment
    addresses = tuple(address for address in (attachment.ipv4, attachment.ipv6) if address)
    guest = ConsoleGuest(NodeSystem(deployment, member))
    machine = deployed.node(
        vcenter.inventory,
        around,
        member.name,
        number,
        guest,
        facts=GuestFacts(fqdn=plate.fqdn, addresses=addresses),
        on=member.node.boot_time is not None,
    )
    plug_in(guest, machine)
    secure(machine, deployment.credentials.vsphere.bios_supervisor_password)


def _add_standby(
    vcenter: VCenter, around: Around, deployment: Deployment, node: str, number: int
) -> None:
    """The machine that stands by for a node, of a secondary deployment that is there already."""
    name = places.standby(node)
    machine = deployed.node(vcenter.inventory, around, name, number, PlainGuest())
    secure(machine, deployment.credentials.vsphere.bios_supervisor_password)
