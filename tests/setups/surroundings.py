"""An environment and a deployment for tests of set-ups; nothing of it is ever contacted."""

from __future__ import annotations

from typing import Any

from securemode.environment.models import (
    Credentials,
    Environment,
    Identity,
    Login,
    NodeSettings,
    SnmpCredentials,
)
from securemode.environment.secret import Secret
from securemode.environment.site import Site
from securemode.targets import Deployment, Node, Role

DEPLOYMENT = Deployment(
    management=Node(name="mgmt", role=Role.MANAGEMENT, ipv4="192.0.2.10"),
    conferencing=tuple(
        Node(name=f"conf{number}", role=Role.CONFERENCING, ipv4=f"192.0.2.2{number}")
        for number in (1, 2)
    ),
)

SNMP = SnmpCredentials(
    username="station",
    authentication_password=Secret("canary-authentication"),
    privacy_password=Secret("canary-privacy"),
    community=Secret("canary-community"),
)


def environment(
    site: Site | None = None,
    *,
    os_password: str = "correct horse",
    snmp: SnmpCredentials | None = SNMP,
    **credentials: Any,
) -> Environment:
    values: dict[str, Any] = {
        "name": "test",
        "identity": Identity(customer="c", site="s", contract="k", system="p"),
        "management_node": NodeSettings(name="mgmt", ipv4="192.0.2.10"),
        "credentials": Credentials(
            web=Login(username="admin", password=Secret("canary-web")),
            os_admin=Login(username="admin", password=Secret(os_password)),
            snmp=snmp,
            **credentials,
        ),
        "site": site or Site(),
    }
    values["trust"] = {}
    return Environment(**values)
