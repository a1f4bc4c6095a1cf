"""What the When steps of redirects, restarts and H.323 calls ask for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from steps.outbound_h323 import h323_call
from steps.redirects import icmpv6_redirect
from steps.restarts import link_during_restart

from peers.access import LOOPBACK, access_to
from securemode.environment.means import PeerCertificates, Power, Trap
from securemode.environment.models import KeyPair
from securemode.environment.site import Protocols, Site
from securemode.errors import Unsupported
from securemode.probes.address_detection import AddressDetection
from securemode.probes.node_restart import restart_command
from securemode.probes.outbound_h323 import OutboundH323Call
from securemode.probes.probe import Withheld
from securemode.probes.redirect import Redirect
from securemode.targets import Deployment, Node, Role
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from securemode.environment.models import Environment

NODE = Node(name="conf1", role=Role.CONFERENCING, ipv4="192.0.2.21", ipv6="2001:db8::21")
DEPLOYMENT = Deployment(
    management=Node(name="mgmt", role=Role.MANAGEMENT, ipv4=LOOPBACK), conferencing=(NODE,)
)
PAIR = KeyPair.model_construct(certificate=Path("a.pem"), key=Path("a.key"))
TRAP = Trap.model_construct(
    name="trap.lab.test",
    ipv4="192.0.2.99",
    ipv6="2001:db8::99",
    service_alias="acceptance",
    certificates=PeerCertificates.model_construct(proper=PAIR),
)


@pytest.fixture
def environment() -> Environment:
    site = Site(protocols=Protocols(h323=True))
    given = access_to(DEPLOYMENT.management).environment
    return given.model_copy(
        update={"power": Power(restart=("reset", "-n", "{node}")), "trap": TRAP, "site": site}
    )


@pytest.mark.parametrize(
    ("node", "verdict"),
    [
        (replace(NODE, port_offset=20000), Verdict.NOT_REVIEWED),
        (replace(NODE, ipv6=None), Verdict.NOT_APPLICABLE),
    ],
)
def test_there_is_nothing_to_watch_without_a_link_or_an_address(
    environment: Environment, node: Node, verdict: Verdict
) -> None:
    for wanted in (icmpv6_redirect(node), link_during_restart(node, DEPLOYMENT, environment)):
        assert isinstance(wanted, Withheld)
        assert wanted.verdict is verdict


def test_what_is_looked_at_where_everything_is_there(environment: Environment) -> None:
    redirect = icmpv6_redirect(NODE)
    restart = link_during_restart(NODE, DEPLOYMENT, environment)
    call = h323_call(NODE, DEPLOYMENT, environment)
    assert isinstance(redirect, Redirect)
    assert isinstance(restart, AddressDetection)
    assert isinstance(call, OutboundH323Call)
    assert (call.host, call.port, len(call.addresses)) == ("trap.lab.test", 11720, 2)
    assert [one.intrusive for one in (redirect, restart, call)] == [
        "icmpv6",
        "restart",
        "outbound_call",
    ]
    for probe in (redirect, restart, call):
        assert all(connection.most > 0 for connection in probe.connections())


@pytest.mark.parametrize(
    ("without", "words"),
    [({"power": None}, "state power:"), ({"trap": None}, "state trap:")],
)
def test_what_is_missing_is_named(
    environment: Environment, without: dict[str, None], words: str
) -> None:
    less = environment.model_copy(update=without)
    wanted = [link_during_restart(NODE, DEPLOYMENT, less), h323_call(NODE, DEPLOYMENT, less)]
    [withheld] = [one for one in wanted if isinstance(one, Withheld)]
    assert withheld.verdict is Verdict.NOT_REVIEWED
    assert words in withheld.next_step


def test_h323_is_not_applicable_where_the_site_needs_none(environment: Environment) -> None:
    less = environment.model_copy(update={"site": Site()})
    withheld = h323_call(NODE, DEPLOYMENT, less)
    assert isinstance(withheld, Withheld)
    assert withheld.verdict is Verdict.NOT_APPLICABLE


def test_the_command_names_the_node(environment: Environment) -> None:
    access = replace(access_to(DEPLOYMENT.management), environment=environment)
    assert restart_command(access, NODE) == ("reset", "-n", "conf1")
    none = replace(access, environment=environment.model_copy(update={"power": None}))
    with pytest.raises(Unsupported, match="how a node is restarted"):
        restart_command(none, NODE)
