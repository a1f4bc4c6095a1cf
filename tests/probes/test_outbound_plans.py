from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from peers.access import LOOPBACK
from peers.calling import Product, calling_product
from securemode.environment.site import Protocols
from securemode.observations.outbound import PeerSort
from securemode.probes.outbound import calls_of, more_calls_of
from securemode.probes.probe import Withheld
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with calling_product(tmp_path) as one:
        yield one


def test_every_connection_is_said_beforehand(product: Product) -> None:
    environment, deployment = product.access.environment, product.access.deployment
    wanted = calls_of(product.node, deployment, environment, PeerSort.UNTRUSTED)
    assert not isinstance(wanted, Withheld)
    (probe,) = wanted
    trap, management = product.access.environment.trap, product.access.deployment.management
    assert trap is not None
    call_line, api_line = probe.connections()
    assert (call_line.address, call_line.port) == (LOOPBACK, str(trap.first_port + 4))
    assert (api_line.address, api_line.port) == (management.address, str(management.port(443)))


def test_what_the_environment_does_not_have_is_not_reviewed(product: Product) -> None:
    environment, deployment = product.access.environment, product.access.deployment
    assert environment.trap is not None
    without = environment.model_copy(update={"trap": None})
    some = environment.trap.certificates.model_copy(update={"expired": None})
    fewer = environment.model_copy(
        update={"trap": environment.trap.model_copy(update={"certificates": some})}
    )
    no_sip = environment.site.model_copy(update={"protocols": Protocols(sip=False)})
    said = [
        calls_of(product.node, deployment, without, PeerSort.PROPER),
        calls_of(product.node, deployment, fewer, PeerSort.PROPER, PeerSort.EXPIRED),
        calls_of(
            product.node,
            deployment,
            environment.model_copy(update={"site": no_sip}),
            PeerSort.PROPER,
        ),
    ]
    assert [one.verdict for one in said if isinstance(one, Withheld)] == [
        Verdict.NOT_REVIEWED,
        Verdict.NOT_REVIEWED,
        Verdict.NOT_APPLICABLE,
    ]


def test_what_is_seen_to_otherwise_lacks_nothing_without_calls(product: Product) -> None:
    environment, deployment = product.access.environment, product.access.deployment
    wanted = more_calls_of(product.node, deployment, environment)
    assert wanted == calls_of(product.node, deployment, environment, PeerSort.PROPER)
    for change in ({"trap": None}, {"allow": frozenset({"snmp_write"})}):
        withheld = more_calls_of(product.node, deployment, environment.model_copy(update=change))
        assert isinstance(withheld, Withheld)
        assert withheld.verdict is Verdict.NOT_APPLICABLE
