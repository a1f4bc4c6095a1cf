"""What the When steps of web, SSH, SIP and SNMP ask for, given the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from steps import sip as sip_steps
from steps import snmp as snmp_steps
from steps import ssh as ssh_steps
from steps import web as web_steps

from peers.access import access_to, node_with_free
from peers.snmp import STATION
from securemode.environment.site import Protocols, SipPorts, Site, WebSessions
from securemode.observations.sip import SipTransport
from securemode.observations.web import SessionLimit
from securemode.plugin.steps import OBSERVATION_STEPS
from securemode.probes import sip, snmp, web_sessions
from securemode.probes.probe import Probe, Withheld
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from securemode.environment.models import SnmpCredentials

NODE = node_with_free(443)
MODULES = {one.__name__ for one in (sip_steps, snmp_steps, ssh_steps, web_steps)}


def wanted(
    text: str, site: Site | None = None, credentials: SnmpCredentials | None = None
) -> Probe | Withheld:
    environment = access_to(NODE, snmp=credentials).environment
    fixtures = {"node": NODE, "site": site or Site(), "environment": environment}
    for step in OBSERVATION_STEPS:
        if step.wants.__module__ in MODULES and (found := step.wanted(text, fixtures)):
            return found[0]
    raise AssertionError(text)


@pytest.mark.parametrize(
    ("transport", "port"),
    [(SipTransport.UDP, 5070), (SipTransport.TCP, 5071), (SipTransport.TLS, 5072)],
)
def test_sip_is_asked_on_the_ports_of_the_site(transport: SipTransport, port: int) -> None:
    site = Site(protocols=Protocols(sip_udp=True), sip_ports=SipPorts(udp=5070, tcp=5071, tls=5072))
    text = f"a SIP OPTIONS request is sent over {transport.upper()}"
    assert wanted(text, site) == sip.SipOptions(NODE, transport, port)


@pytest.mark.parametrize(
    ("protocols", "transports"),
    [(Protocols(), {"UDP"}), (Protocols(sip=False, sip_udp=True), {"UDP", "TCP", "TLS"})],
)
def test_sip_that_the_site_does_not_need_is_not_asked(
    protocols: Protocols, transports: set[str]
) -> None:
    site = Site(protocols=protocols)
    withheld = {
        transport
        for transport in ("UDP", "TCP", "TLS")
        if isinstance(
            one := wanted(f"a SIP OPTIONS request is sent over {transport}", site), Withheld
        )
        and one.verdict is Verdict.NOT_APPLICABLE
    }
    assert withheld == transports


def test_session_limits_are_those_of_the_site() -> None:
    site = Site(web_sessions=WebSessions(total=50, per_user=5))
    assert [
        wanted("one administrator session more than the total limit is opened", site),
        wanted("one administrator session more than the limit of one user is opened", site),
    ] == [
        web_sessions.WebSessions(NODE, SessionLimit.TOTAL, 50),
        web_sessions.WebSessions(NODE, SessionLimit.PER_USER, 5),
    ]


@pytest.mark.parametrize(
    ("text", "probe"),
    [
        (
            "SNMP is asked with the station's credentials and with everything less",
            snmp.SnmpAnswers(NODE),
        ),
        ("SNMP is asked to set a value to what it already is", snmp.SnmpWrite(NODE)),
    ],
)
def test_snmp_needs_the_credentials_of_the_station(text: str, probe: Probe) -> None:
    assert wanted(text, credentials=STATION) == probe
    withheld = wanted(text)
    assert isinstance(withheld, Withheld)
    assert withheld.verdict is Verdict.NOT_REVIEWED
    assert "credentials.snmp" in withheld.next_step
