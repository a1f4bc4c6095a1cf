from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.environment.parts import Permission
from securemode.judges.console_login import no_login_at_the_console
from securemode.judges.firmware import firmware_asks_for_password
from securemode.plugin.steps import judgement, observation
from securemode.probes.console_login import ConsoleLogin
from securemode.probes.firmware_password import FirmwarePassword
from securemode.probes.probe import Withheld, not_applicable
from securemode.probes.vsphere_inventory import inventory_of

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment, Node


@observation("BIOS setup is entered at the console of the virtual machine")
def bios_setup_entered(
    node: Node, deployment: Deployment, environment: Environment
) -> FirmwarePassword | Withheld:
    vcenter = inventory_of(deployment, environment)
    if isinstance(vcenter, Withheld):
        return vcenter
    return FirmwarePassword(target=node, address=vcenter.address, port=vcenter.port)


@judgement("it asks for the supervisor password")
def asks_for_the_supervisor_password(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(firmware_asks_for_password)


@observation("the system administrator logs in at the console")
def administrator_at_the_console(
    node: Node, deployment: Deployment, environment: Environment
) -> ConsoleLogin | Withheld:
    vcenter = inventory_of(deployment, environment)
    if isinstance(vcenter, Withheld) or Permission.CONSOLE not in environment.allow:
        return not_applicable("The console may not be used by this run: a person states it.")
    return ConsoleLogin(target=node, address=vcenter.address, port=vcenter.port)


@judgement("the console refuses the login")
def console_refuses_the_login(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(no_login_at_the_console)
