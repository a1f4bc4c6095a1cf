"""Whether a login attempt reaches the site's syslog collector."""

from __future__ import annotations

import base64
import secrets
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.certificates import NotReadable, read_pem
from securemode.errors import (
    CannotLook,
    Interrupted,
    UnexpectedAnswer,
    Unsupported,
)
from securemode.observations.syslog import ControlMessage, SyslogArrivalSeen
from securemode.probes.probe import Connection
from securemode.probes.services import address_of, is_address, no_connection
from securemode.probes.web_client import WEB_PORT, Website, tolerant_context
from securemode.probes.web_login import START_PATH, Browser
from securemode.probes.wire import syslog
from securemode.probes.wire.http import BrokenHttp, HttpConnection

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from securemode.environment.files import KeyPair
    from securemode.probes.probe import Access
    from securemode.targets import Node

LONGEST_WAIT_S = 10.0
LOOKS_EVERY_S = 0.1
STATUS_PATH = "/api/admin/status/v1/management_vm/"
_REFUSED = frozenset({401, 403})

Server = tuple[str, int, str]
"""Address or FQDN, port, transport."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyslogArrival:
    """Whether one failed login, under a name that nobody else has, is written by the collector.

    The only trace is the line in the log. Beside it our own message goes to every syslog server
    that the environment states: where that arrives and the login does not, the product is silent.

    Attributes:
        target: the Management Node.
        servers: what site.syslog_servers states.

    Source: guide, section "Configure syslog servers".
    """

    name: ClassVar[str] = "syslog-arrival"
    observes: ClassVar[type] = SyslogArrivalSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1
    takes_s: ClassVar[float] = 2.0
    volatile: ClassVar[frozenset[str]] = frozenset({"grew_bytes"})

    target: Node
    servers: tuple[Server, ...] = ()

    def connections(self) -> tuple[Connection, ...]:
        """The web port for the attempt, and one message to each syslog server."""
        web = Connection("tls", self.target.address, str(self.target.port(WEB_PORT)), 4)
        return (
            web,
            *(
                Connection(transport, address, str(self.target.port(port)), 1)
                for address, port, transport in self.servers
            ),
        )

    def look(self, access: Access) -> SyslogArrivalSeen:
        """Remember the file's length, make the attempt, and read what is appended.

        Raises:
            Unsupported: there is no file to read, or no way to attempt a login.
            CannotLook: the Management Node does not answer.
        """
        path = access.environment.collectors.syslog_file
        if path is None:
            raise Unsupported("the environment names no collectors.syslog_file.")
        tail = _Tail(path)
        tokens = {server: _unique("control") for server in self.servers}
        troubles = {server: self._send(server, tokens[server], access) for server in self.servers}
        attempt, sought = _attempt(self.target, access)
        sent = [token for server, token in tokens.items() if not troubles[server]]
        tail.wait_for((sought, *sent), access)
        return SyslogArrivalSeen(
            attempt=attempt,
            sought=sought,
            arrived=tail.holds(sought),
            grew_bytes=tail.grew_bytes,
            waited_s=LONGEST_WAIT_S,
            controls=tuple(
                ControlMessage(
                    server=f"{server[0]} port {server[1]}/{server[2]}",
                    arrived=tail.holds(tokens[server]),
                    trouble=troubles[server],
                )
                for server in self.servers
            ),
        )

    def _send(self, server: Server, token: str, access: Access) -> str:
        """Send our own message; return what kept us from it."""
        host, port, transport = server
        context = None
        if transport == "tls":
            context = ssl.create_default_context(cafile=access.environment.trust.ca_file)
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
            context.check_hostname = not is_address(host)
        try:
            syslog.send(
                address_of(host, access),
                self.target.port(port),
                syslog.message("securemode-acceptance", f"control message {token}"),
                access.timeout_s,
                is_stream=transport != "udp",
                context=context,
                server_name="" if is_address(host) else host,
            )
        except CannotLook as error:
            return error.message
        except OSError as error:
            return no_connection("our own message", error).message
        return ""


class _Tail:
    """What is appended to a file from now on; a file that became shorter began anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._from = self._size()
        self._text = ""
        self.grew_bytes = 0

    def holds(self, word: str) -> bool:
        """Whether the word was appended."""
        return word in self._text

    def wait_for(self, words: Iterable[str], access: Access) -> None:
        """Read until all words are there, or it has taken too long."""
        deadline = time.monotonic() + LONGEST_WAIT_S
        self._read()
        while not all(map(self.holds, words)) and time.monotonic() < deadline:
            if access.cancelled.wait(LOOKS_EVERY_S):
                raise Interrupted("the run was stopped while messages were waited for")
            self._read()

    def _read(self) -> None:
        try:
            if self._size() < self._from:
                self._from = 0
            with self._path.open("rb") as file:
                file.seek(self._from)
                appended = file.read()
        except OSError as error:
            raise self._unreadable(error) from error
        self.grew_bytes = len(appended)
        self._text = appended.decode("utf-8", "replace")

    def _size(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError) -> Unsupported:
        return Unsupported(
            f"the collector's file {self._path} cannot be read ({error.strerror}).",
            remedy="see collectors.syslog_file of the environment.",
        )


def _unique(word: str) -> str:
    return f"acceptance-{word}-{secrets.token_hex(6)}"


def _attempt(node: Node, access: Access) -> tuple[str, str]:
    """Attempt one login; return how, and the name to look for.

    By the form; by the API where there is no form; where both demand a certificate, by that of the
    administrator.
    """
    name = _unique("login")
    try:
        with Website(node, access, verify=False) as site:
            Browser(site).log_in(name, secrets.token_urlsafe(18))
    except Unsupported:
        pair = access.environment.credentials.client_certificate
        if pair is not None:
            return "client certificate", _with_certificate(node, access, pair)
        return "Management API", _by_api(node, access, name)
    return "login form", name


def _by_api(node: Node, access: Access, name: str) -> str:
    login = base64.b64encode(f"{name}:{secrets.token_urlsafe(18)}".encode()).decode()
    status = _get(node, access, STATUS_PATH, {"Authorization": f"Basic {login}"})
    if status not in _REFUSED:
        raise Unsupported(
            f"{node.name} has no login form, and its API answers {status} to an unknown user.",
            remedy="state credentials.client_certificate.",
        )
    return name


def _with_certificate(node: Node, access: Access, pair: KeyPair) -> str:
    """Open the start page with a certificate, and leave again; return the user that it names."""
    try:
        facts = read_pem(pair.certificate.read_text(encoding="ascii", errors="replace"))[0]
    except (OSError, NotReadable) as error:
        raise Unsupported(f"credentials.client_certificate cannot be used: {error}.") from error
    by_cn = access.environment.site.client_certificate_identity == "CN"
    names = facts.common_names if by_cn else facts.user_principal_names
    if not names:
        raise Unsupported("credentials.client_certificate names no user.")
    with Website(node, access, identity=pair) as site:
        browser = Browser(site)
        browser.view(START_PATH)
        browser.signs_off()
    return names[0]


def _get(node: Node, access: Access, path: str, headers: dict[str, str]) -> int:
    what = f"{node.name}: GET {path}"
    context = tolerant_context(None)
    try:
        with HttpConnection(
            node.address, node.port(WEB_PORT), access.timeout_s, context=context
        ) as connection:
            return connection.request("GET", path, headers=headers).status
    except BrokenHttp as error:
        raise UnexpectedAnswer(f"{what}: {error}.") from error
    except ssl.SSLError as error:
        raise Unsupported(
            f"{what}: TLS fails ({error.reason or error}).",
            remedy="state credentials.client_certificate.",
        ) from error
    except OSError as error:
        raise no_connection(what, error) from error
