"""Calls without a lab: on loopback, of a node that is no more than its place there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from securemode_lab.appliance.answers import Answers
from securemode_lab.appliance.calls import OutboundCall
from securemode_lab.appliance.derive import Configuration, Kind, NodeBehaviour, behaviour
from securemode_lab.appliance.resources import CONFIGURATION
from securemode_lab.appliance.variants import defaults
from securemode_lab.clients.assigned import Assigned
from securemode_lab.network.loopback import LoopbackAttachment

if TYPE_CHECKING:
    from securemode_lab.appliance.node import Node


def node_behaviour(settings: dict[str, Any] | None = None, **answers: Any) -> NodeBehaviour:
    """Of a Conferencing Node, with these settings and answers and every other as they come."""
    configuration = Configuration(
        settings=CONFIGURATION["global"].defaults() | (settings or {}),
        node=CONFIGURATION["worker_vm"].defaults(),
        location=CONFIGURATION["system_location"].defaults(),
    )
    return behaviour(Kind.CONFERENCING, configuration, Answers(**answers), defaults())


def call(
    settings: dict[str, Any] | None = None,
    *,
    service_mode: str = "",
    variants: dict[str, str] | None = None,
    host: str = "trap.lab.example",
    alias: str = "acceptance",
    **answers: Any,
) -> OutboundCall:
    """A call that nobody has placed."""
    wanted = CONFIGURATION["global"].defaults() | (settings or {})
    return OutboundCall(
        alias=alias,
        service={"name": "Acceptance", "crypto_mode": service_mode},
        destination="",
        protocol="sip",
        host=host,
        port=5061,
        user="peer",
        transport="tls",
        node=cast("Node", SimpleNamespace(attachment=LoopbackAttachment("127.0.0.1"))),
        behaviour=node_behaviour(settings, **answers),
        settings=wanted,
        fqdn="conf1.lab.example",
        location="location-a",
        given=Assigned(),
        certificate=None,
        variants=defaults() | (variants or {}),
        version="41 (80000.0.0)",
    )
