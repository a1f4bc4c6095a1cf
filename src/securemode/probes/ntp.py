"""Asks every NTP server with the right key, with a wrong one, and without any."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import CannotLook, Interrupted, UnexpectedAnswer
from securemode.observations.ntp import NtpAnswer, NtpExchange, NtpServerSeen, NtpServersSeen
from securemode.probes.probe import Connection
from securemode.probes.services import address_of, api_connection, configured
from securemode.probes.wire import ntp

if TYPE_CHECKING:
    from securemode.infinity.client import Rows
    from securemode.probes.probe import Access
    from securemode.targets import Deployment

NTP_PORT = 123
ATTEMPTS = 2
MOST_AT_A_TIME = 4
MOST_REQUESTS = 4 * ATTEMPTS
PAUSE_BEFORE_RETRY_S = 0.5
"""A server that limits how often it is asked needs some time before it answers again."""
WRONG_KEY_BYTES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NtpServers:
    """What every NTP server answers, and how its clock differs from ours.

    The request with the wrong key lies between two with the right one: a server that answers those
    and not it has refused the key, and was there all the time.

    Attributes:
        target: the deployment.
        stated: address or FQDN and key id of the servers that the environment states; those that
            the product has configured are asked too.

    Source: guide, section "Configure NTP servers"; RFC 5905.
    """

    name: ClassVar[str] = "ntp-servers"
    observes: ClassVar[type] = NtpServersSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = MOST_AT_A_TIME
    takes_s: ClassVar[float] = 2.0
    volatile: ClassVar[frozenset[str]] = frozenset(
        {
            "servers.right_before.offset_s",
            "servers.right_before.error_s",
            "servers.right_after.offset_s",
            "servers.right_after.error_s",
            "servers.unkeyed.offset_s",
            "servers.unkeyed.error_s",
            "servers.wrong.offset_s",
            "servers.wrong.error_s",
        }
    )

    target: Deployment
    stated: tuple[tuple[str, int | None], ...] = ()

    def connections(self) -> tuple[Connection, ...]:
        """One datagram a request, twice where it gets lost; which servers more, the API says."""
        port = str(self.target.management.port(NTP_PORT))
        servers = (*(server for server, _ in self.stated), "each one configured")
        return (
            api_connection(self.target),
            *(Connection("udp", server, port, MOST_REQUESTS) for server in servers),
        )

    def look(self, access: Access) -> NtpServersSeen:
        """Ask them side by side; a server that cannot be asked does not hide the others.

        Raises:
            CannotLook: the API does not tell which servers are configured.
            UnexpectedAnswer: there is no server.
        """
        servers = self._servers(configured(access, "ntp_server"))
        if not servers:
            raise UnexpectedAnswer("there is no NTP server to ask.", remedy="see NTP-01.")
        with ThreadPoolExecutor(max_workers=MOST_AT_A_TIME) as pool:
            looks = [pool.submit(self._asked, *server, access) for server in servers.items()]
        return NtpServersSeen(servers=tuple(look.result() for look in looks))

    def _servers(self, rows: Rows) -> dict[str, int | None]:
        """Every server once; a key id that is configured stands where none is stated."""
        servers = dict(self.stated)
        for row in rows:
            key_id = row.get("key_id")
            server = str(row.get("address", ""))
            servers[server] = servers.get(server) or (key_id if isinstance(key_id, int) else None)
        return servers

    def _asked(self, server: str, key_id: int | None, access: Access) -> NtpServerSeen:
        key = access.environment.credentials.ntp_keys.get(str(key_id))
        try:
            line = _Line(address_of(server, access), self.target.management.port(NTP_PORT), access)
            if key_id is None or key is None:
                return NtpServerSeen(server=server, key_id=key_id, unkeyed=line.ask())
            return _with_key(line, server, key_id, ntp.key_bytes(key.reveal()))
        except Interrupted:
            raise
        except CannotLook as error:
            return NtpServerSeen(server=server, key_id=key_id, trouble=error.message)
        except OSError as error:
            trouble = f"this machine cannot send there ({error.strerror or error})"
            return NtpServerSeen(server=server, key_id=key_id, trouble=trouble)


def _with_key(line: _Line, server: str, key_id: int, right: bytes) -> NtpServerSeen:
    """The right key, a wrong one, the right one; without any where the right one got nowhere."""
    before = line.ask(key_id, right)
    wrong = line.ask(key_id, secrets.token_bytes(WRONG_KEY_BYTES), attempts=1)
    after = line.ask(key_id, right)
    answers = {before.answer, after.answer}
    return NtpServerSeen(
        server=server,
        key_id=key_id,
        unkeyed=None if answers == {NtpAnswer.AUTHENTICATED} else line.ask(),
        right_before=before,
        wrong=wrong,
        right_after=after,
    )


class _Line:
    """The way to one server."""

    def __init__(self, address: str, port: int, access: Access) -> None:
        self._address = address
        self._port = port
        self._access = access

    def ask(
        self, key_id: int | None = None, key: bytes = b"", *, attempts: int = ATTEMPTS
    ) -> NtpExchange:
        """One exchange; silence may be a lost datagram, so it is tried again."""
        for attempt in range(attempts):
            pause_s = PAUSE_BEFORE_RETRY_S if attempt else 0.0
            if self._access.cancelled.wait(pause_s):
                raise Interrupted("the run was stopped while NTP servers were asked")
            seen = ntp.ask(self._address, self._port, self._access.timeout_s, key_id, key)
            if seen.answer not in {ntp.SILENT, ntp.KISS}:
                break
        return NtpExchange(
            answer=NtpAnswer(seen.answer),
            offset_s=seen.offset_s,
            error_s=seen.error_s,
            stratum=seen.stratum,
            synchronised=seen.synchronised,
            detail=seen.detail,
        )
