"""From an environment to a client of its Management Node."""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING, TypeVar

from securemode.errors import AuthenticationRejected
from securemode.infinity.client import ManagementApi

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.environment.models import Environment, KeyPair, Login

Api = TypeVar("Api", bound=ManagementApi)
Said = TypeVar("Said")

API_PATIENCE = 5
"""An API answer rests on a database, perhaps on LDAP: it may take this many times as long."""


def management_api(
    kind: type[Api],
    environment: Environment,
    *,
    timeout_s: float | None = None,
    pause: Callable[[float], object] = time.sleep,
    identity: KeyPair | None = None,
    account: Login | None = None,
) -> Api:
    """A client of the environment's Management Node.

    Args:
        kind: `ManagementApi` to read, `ManagementWriter` to write too.
        environment: whose Management Node, credentials and trust.
        timeout_s: how long one answer may take; None takes it from the environment's limits.
        pause: waits between attempts; takes seconds.
        identity: client certificate to present, and nothing else; None presents user name and
            password, and the environment's client certificate to a product that asks for one.
        account: whose user name, password and certificate, where not the administrator's.
    """
    node = environment.management()
    login = account or environment.credentials.web
    certificate = account.certificate if account else environment.credentials.client_certificate
    host = f"[{node.address}]" if ":" in node.address else node.address
    return kind(
        f"https://{host}:{node.port(443)}",
        None if identity else login,
        _trusted(environment),
        timeout_s or API_PATIENCE * environment.limits.answer_timeout_s,
        server_name=node.fqdn,
        pause=pause,
        identity=identity or certificate,
    )


def admitted(
    kind: type[Api],
    environment: Environment,
    ask: Callable[[Api], Said],
    *,
    pause: Callable[[float], object] = time.sleep,
) -> tuple[Api, Said]:
    """Ask as the administrator and, where that account may not, as the auditor.

    The guide leaves backups and snapshots to the Auditor role, so that in a secured deployment the
    administrator is refused them.

    Returns:
        The client that was let in, and the answer that it got.

    Raises:
        AuthenticationRejected: neither may, or the environment has no account of an auditor.
    """
    api = management_api(kind, environment, pause=pause)
    try:
        return api, ask(api)
    except AuthenticationRejected:
        auditor = environment.credentials.roles.auditor
        if auditor is None:
            raise
    api = management_api(kind, environment, pause=pause, account=auditor)
    return api, ask(api)


def _trusted(environment: Environment) -> str | bool:
    """The CA certificates to trust: the site's, else this machine's; a lab is not verified."""
    if environment.lab is not None:
        return False
    if environment.web_ca_file is not None:
        return str(environment.web_ca_file)
    machine = ssl.get_default_verify_paths()
    return machine.cafile or machine.capath or True
