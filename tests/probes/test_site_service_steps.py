"""What the When steps of services, directory, roles and revocation ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from steps import directory as directory_steps
from steps import name_and_time as time_steps
from steps import revocation as revocation_steps
from steps import role_actions as role_steps

from peers.access import access_to, login, node_with_free
from securemode.environment.models import (
    Collectors,
    LdapSite,
    NtpServer,
    RoleLogins,
    Site,
    SyslogServer,
)
from securemode.environment.secret import Secret
from securemode.observations.role_actions import GuideRole
from securemode.plugin.steps import OBSERVATION_STEPS
from securemode.probes.clock import NodeClock
from securemode.probes.directory import DirectoryBind
from securemode.probes.dns import DnsServers
from securemode.probes.idle_session import IdleSession
from securemode.probes.ntp import NtpServers
from securemode.probes.ocsp import CertificateRevocation
from securemode.probes.probe import Probe, Withheld
from securemode.probes.role_actions import AuditorCreations, AuditorViews, RoleRefusals
from securemode.probes.syslog import SyslogArrival
from securemode.targets import Deployment
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

NODE = node_with_free(443)
DEPLOYMENT = Deployment(management=NODE)
MODULES = {one.__name__ for one in (directory_steps, time_steps, revocation_steps, role_steps)}
LDAP = LdapSite(server="ldap.lab.test", base_dn="dc=lab,dc=test", bind_username="cn=bind")
SITE = Site(
    ldap=LDAP,
    dns_servers=("192.0.2.53",),
    ntp_servers=(NtpServer(address="192.0.2.123", key_id=10),),
    syslog_servers=(SyslogServer(address="192.0.2.14", port=6514, transport="tls"),),
    ocsp_responder_url="http://ocsp.lab.test/",
)
NTP = NtpServers(target=DEPLOYMENT, stated=(("192.0.2.123", 10),))
ROLES = RoleLogins(read_only=login("v", "v"), auditor=login("a", "a"))


def wanted(
    text: str,
    site: Site = SITE,
    credentials: dict[str, Any] | None = None,
    **environment: object,
) -> tuple[Probe | Withheld, ...]:
    given = access_to(NODE, more=credentials).environment
    fixtures: dict[str, object] = {
        "node": NODE,
        "deployment": DEPLOYMENT,
        "site": site,
        "environment": given.model_copy(update=environment),
    }
    for step in OBSERVATION_STEPS:
        if step.wants.__module__ in MODULES and (found := step.wanted(text, fixtures)):
            return found
    raise AssertionError(text)


def withheld(text: str, site: Site = SITE, **more: Any) -> tuple[Verdict, str]:
    (found,) = wanted(text, site, **more)
    assert isinstance(found, Withheld)
    return found.verdict, found.next_step


def test_servers_of_the_site_are_stated() -> None:
    assert wanted("every DNS server is asked for every node") == (
        DnsServers(target=DEPLOYMENT, stated=("192.0.2.53",)),
    )
    keys = {"ntp_keys": {"10": Secret("k")}}
    text = "every NTP server is asked with its key and with a wrong one"
    assert wanted(text, credentials=keys) == (NTP,)
    assert wanted("the clock of the node and the NTP servers are read") == (
        NodeClock(NODE, 0.25),
        NTP,
    )
    assert wanted("the OCSP responder is asked for the certificate of the node") == (
        CertificateRevocation(
            target=NODE, deployment=DEPLOYMENT, responder="http://ocsp.lab.test/"
        ),
    )


def test_a_site_without_dns_has_no_servers_to_ask() -> None:
    verdict, _ = withheld("every DNS server is asked for every node", Site(uses_dns=False))
    assert verdict is Verdict.NOT_APPLICABLE


def test_the_collector_is_read_where_it_is_named(tmp_path: Path) -> None:
    text = "a login is attempted under a name of its own"
    collectors = Collectors(syslog_file=tmp_path)
    assert wanted(text, collectors=collectors) == (
        SyslogArrival(target=NODE, servers=(("192.0.2.14", 6514, "tls"),)),
    )


def test_the_directory_is_asked_with_the_details_of_the_site() -> None:
    text = "the directory is bound to with the details of the site"
    assert wanted(text, credentials={"ldap_bind_password": Secret("p")}) == (
        DirectoryBind(
            target=DEPLOYMENT,
            server="ldap.lab.test",
            bind_username="cn=bind",
            base_dn="dc=lab,dc=test",
        ),
    )


def test_roles_are_tried_with_their_accounts() -> None:
    credentials = {"roles": ROLES}
    text = 'an account of the role "Read-only" tries what is the auditor\'s'
    assert wanted(text, credentials=credentials) == (RoleRefusals(NODE, GuideRole.READ_ONLY),)
    text = "an account of the auditor looks at logs and packet captures"
    assert wanted(text, credentials=credentials) == (AuditorViews(NODE),)
    text = "an account of the auditor makes a snapshot and a backup"
    assert wanted(text, credentials=credentials) == (AuditorCreations(NODE),)


def test_an_idle_session_is_given_the_time_of_the_site() -> None:
    text = "an administrator session is left idle for the session timeout"
    assert wanted(text) == (IdleSession(NODE, 10),)


@pytest.mark.parametrize(
    ("text", "give"),
    [
        ("every NTP server is asked with its key and with a wrong one", "credentials.ntp_keys"),
        ("a login is attempted under a name of its own", "collectors.syslog_file"),
        ("the directory is bound to with the details of the site", "ldap_bind_password"),
        ("every mapped LDAP group is looked up in the directory", "ldap_bind_password"),
        ('an account of the role "Read-write" tries what is the auditor\'s', "credentials.roles"),
        ("an account of the auditor looks at logs and packet captures", "credentials.roles"),
    ],
)
def test_without_what_it_needs_nothing_is_asked(text: str, give: str) -> None:
    verdict, next_step = withheld(text)
    assert verdict is Verdict.NOT_REVIEWED
    assert give in next_step
