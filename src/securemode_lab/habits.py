"""What nodes ask of the site's services on their own account, in the background and never for long.

A node asks each of its DNS and NTP servers once, and tells its syslog servers, when it has started
and whenever it has been given others. Logins at the Management Node go to its syslog servers.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from securemode_lab.clients import dns, ntp, ocsp, syslog, trust
from securemode_lab.clients.assigned import Assigned
from securemode_lab.clients.outgoing import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from cryptography import x509

    from securemode_lab.clients.assigned import LogServer, TimeServer
    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member

_MOST_PENDING = 1000

_logger = logging.getLogger(__name__)


class Habits:
    """The traffic of one deployment that nobody asked for."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._served: dict[str, Assigned] = {}
        self._pending: set[asyncio.Task[None]] = set()

    def refresh(self, member: Member, *, started: bool = False) -> None:
        """A node has started, or may have been given other servers."""
        given = given_to(member)
        if not member.node.is_on or (not started and self._served.get(member.name) == given):
            return
        self._served[member.name] = given
        for name in given.dns:
            self._begin(self._resolve(member, name))
        for server in given.ntp:
            self._begin(self._tell_time(member, given, server))
        self.log(member, "system started" if started else "configuration updated")

    def log(self, member: Member, text: str) -> None:
        """Send a message to every syslog server that a node was given."""
        given, behaviour = given_to(member), member.node.behaviour
        if behaviour is not None and behaviour.logs:
            for server in given.syslog:
                self._begin(self._send(member, given, server, text))

    def attempted(self, username: str, succeeded: bool) -> None:  # noqa: FBT001 (accounts.Attempted)
        """Somebody has tried to log in at the Management Node."""
        name = username.encode("unicode_escape").decode().replace('"', r"\"")
        outcome = "succeeded" if succeeded else "failed"
        self.log(self._deployment.management, f'Login of user "{name}" {outcome}')

    async def holds(self, certificate: x509.Certificate) -> bool:
        """Whether the OCSP responder (where one is asked) lets a client certificate through.

        A responder that cannot be reached says nothing against a certificate.
        """
        management = self._deployment.management
        settings = self._deployment.store.get("global", 1)
        url = ocsp.responder_of(settings, certificate)
        rows = self._deployment.store.rows("ca_certificate")
        issuer = trust.issuer("\n".join(row["certificate"] for row in rows), certificate)
        if not url or issuer is None:
            return True
        given, origin = given_to(management), management.node.attachment
        try:
            return await ocsp.status(origin, given.dns, url, certificate, issuer) == "good"
        except NoAnswer as failed:
            _logger.info("%s", failed)
            return True

    async def stop(self) -> None:
        """Leave everything as it is."""
        pending = list(self._pending)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    async def _resolve(self, member: Member, server: str) -> None:
        await dns.lookup(member.node.attachment, server, member.node.nameplate.fqdn, "A")

    async def _tell_time(self, member: Member, given: Assigned, server: TimeServer) -> None:
        origin = member.node.attachment
        address = (await dns.addresses(origin, given.dns, server.address))[0]
        await ntp.offset_s(origin, server, address)

    async def _send(self, member: Member, given: Assigned, server: LogServer, text: str) -> None:
        host = member.node.nameplate.fqdn
        await syslog.send(member.node.attachment, given, server, host, text)

    def _begin(self, conversation: Coroutine[Any, Any, Any]) -> None:
        if len(self._pending) >= _MOST_PENDING:
            conversation.close()
            return
        task = asyncio.get_running_loop().create_task(_quietly(conversation))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)


def given_to(member: Member) -> Assigned:
    """Servers that have reached the node with its copy of the configuration."""
    return member.copy.given if member.copy else Assigned()


async def _quietly(conversation: Coroutine[Any, Any, Any]) -> None:
    """A service that does not answer is nothing that a node stops for."""
    try:
        await conversation
    except NoAnswer as failed:
        _logger.info("%s", failed)
