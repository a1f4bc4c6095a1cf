from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.dns import every_server_resolves_every_node
from securemode.judges.ntp import every_server_authenticates, node_keeps_time
from securemode.judges.syslog import login_attempt_arrives
from securemode.plugin.steps import judgement, observation
from securemode.probes.clock import NodeClock
from securemode.probes.dns import DnsServers
from securemode.probes.ntp import NtpServers
from securemode.probes.probe import not_applicable, not_reviewed
from securemode.probes.syslog import SyslogArrival

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.environment.site import Site
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment, Node

NO_KEYS = "the environment gives no key of an NTP server."
GIVE_KEYS = "state site.ntp_servers with key_id, and the keys in credentials.ntp_keys."
NO_FILE = "the environment does not say where the syslog collector writes."
GIVE_FILE = "state collectors.syslog_file, and site.syslog_servers for the control message."
CLOCK_STEPS = 4
"""A node's clock is read this many times as precisely as the site tolerates."""


def servers_of_time(deployment: Deployment, site: Site) -> NtpServers:
    stated = tuple((server.address, server.key_id) for server in site.ntp_servers)
    return NtpServers(target=deployment, stated=stated)


@observation("every DNS server is asked for every node")
def dns_servers_asked(deployment: Deployment, site: Site) -> DnsServers | Withheld:
    if not site.uses_dns:
        return not_applicable("site.uses_dns says that the site does without DNS.")
    return DnsServers(target=deployment, stated=site.dns_servers)


@judgement("each DNS server gives the address of every node")
def dns_servers_resolve(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(every_server_resolves_every_node)


@observation("every NTP server is asked with its key and with a wrong one")
def ntp_servers_asked(
    deployment: Deployment, environment: Environment, site: Site
) -> NtpServers | Withheld:
    if not environment.credentials.ntp_keys:
        return not_reviewed(NO_KEYS, next_step=GIVE_KEYS)
    return servers_of_time(deployment, site)


@judgement("each NTP server answers its key and refuses the wrong one")
def ntp_servers_authenticate(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(every_server_authenticates)


@observation("the clock of the node and the NTP servers are read")
def clocks_read(deployment: Deployment, node: Node, site: Site) -> tuple[NodeClock, NtpServers]:
    clock = NodeClock(node, site.clock_tolerance_s / CLOCK_STEPS)
    return clock, servers_of_time(deployment, site)


@judgement("the node keeps the time of the NTP servers")
def node_has_the_time(seen: Sightings, site: Site) -> tuple[Finding, ...]:
    return seen.together(node_keeps_time, tolerance_s=site.clock_tolerance_s)


@observation("a login is attempted under a name of its own")
def login_attempted(node: Node, environment: Environment, site: Site) -> SyslogArrival | Withheld:
    if environment.collectors.syslog_file is None:
        return not_reviewed(NO_FILE, next_step=GIVE_FILE)
    servers = tuple((one.address, one.port, one.transport) for one in site.syslog_servers)
    return SyslogArrival(target=node, servers=servers)


@judgement("the attempt shows up at the syslog collector")
def attempt_shows_up(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(login_attempt_arrives)
