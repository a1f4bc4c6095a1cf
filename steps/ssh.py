from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.ssh import no_login_by_ssh, ssh_is_off
from securemode.plugin.steps import judgement, observation
from securemode.probes.ssh import SshAccess

if TYPE_CHECKING:
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Node


@observation("the SSH port is looked at on every address")
def ssh_port_looked_at(node: Node) -> SshAccess:
    return SshAccess(node)


@judgement("no SSH service answers")
def no_ssh_service_answers(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(ssh_is_off)


@judgement("no login by SSH is possible")
def no_login_is_possible(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(no_login_by_ssh)
