"""The Management Node's web server: management API and web interface in one application."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from .api import Api
from .api_access import Access
from .api_commands import Commands, Dial, Disconnect
from .api_documents import Documents
from .api_oauth import PATH as TOKEN_PATH
from .api_oauth import Tokens
from .api_rows import Rows
from .api_status import NodeFacts, Status, no_facts
from .captures import Captures, Tap
from .requestlog import USER, WROTE, Entry, RequestLog
from .sessions import Clock, Sessions
from .snapshots import Machine, Snapshots
from .web_certificates import client_authorities
from .web_dates import dated
from .web_interface import Interface
from .web_login import Logins, SessionLimits
from .web_maintenance import shelves
from .web_tls_certificates import CertificatePages, Pkcs12
from .web_variants import POSSIBILITIES, Variants, defaults

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

    from .accounts import Accounts
    from .api_backups import Backups
    from .behaviour import Behaviour
    from .store import Store

MOST_BYTES = 64 * 1024 * 1024
SERVER = "nginx"
FAILURE = {"error_message": "Sorry, this request could not be processed. Please try again later."}

_logger = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


class ManagementWeb:
    """Everything that answers on the Management Node's port 443.

    Attributes:
        variants: choices for what is unknown of the product; change one with `vary`.
        sessions: of the web interface.
        log: every request that was answered.
        documents: how rows are shown.
    """

    def __init__(
        self,
        store: Store,
        accounts: Accounts,
        clock: Clock = utc_now,
        log: RequestLog | None = None,
        *,
        status: NodeFacts = no_facts,
        variants: Variants | None = None,
        machine: Machine | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._headers = dated((), 0)
        self.log = log if log is not None else RequestLog()
        self.variants = defaults() | (variants or {})
        self.sessions = Sessions(clock)
        self._tokens = Tokens(store, accounts, clock)
        self._logins = Logins(store, accounts, self.sessions, self.variants)
        node_status = Status(store, status)
        documents = self.documents = Documents(store, self.variants)
        self._captures = Captures(store, clock)
        snapshots = Snapshots(
            store=store,
            log=self.log,
            status=node_status,
            documents=documents,
            clock=clock,
            variants=self.variants,
            machine=machine or Machine(),
        )
        self._commands = Commands(store, node_status, clock, snapshots)
        access = Access(store, accounts, self._tokens, self.variants)
        rows = Rows(store, documents)
        self._api = Api(
            store=store,
            status=node_status,
            documents=documents,
            rows=rows,
            commands=self._commands,
            access=access,
        )
        pages = shelves(self._commands, snapshots, self._captures)
        self._certificates = CertificatePages(store, rows)
        self._interface = Interface(
            store,
            self._logins,
            access,
            self.log,
            variants=self.variants,
            shelves=pages,
            certificates=self._certificates,
        )

    @property
    def defects(self) -> set[str]:
        """Lies about logins that a fault may switch on; see `Logins`."""
        return self._logins.defects

    @property
    def backups(self) -> Backups:
        """The archives of the configuration that the Management Node holds."""
        return self._commands.backups

    def listen_at(self, tap: Tap) -> None:
        """Have packet captures hear frames there."""
        self._captures.tap = tap

    @property
    def dial(self) -> Dial | None:
        """What places outbound calls for `participant/dial`; set by whoever can."""
        return self._commands.dial

    @dial.setter
    def dial(self, dial: Dial | None) -> None:
        self._commands.dial = dial

    def let_end(self, disconnect: Disconnect) -> None:
        """Have `participant/disconnect` end calls."""
        self._commands.disconnect = disconnect

    @property
    def client_authorities(self) -> str:
        """PEM of the CA certificates with which the listener must ask for a client certificate.

        Empty where it must not ask. It changes with `authentication` and `ca_certificate`.
        """
        return client_authorities(self._store)

    def vary(self, name: str, value: str) -> None:
        """Choose one of the possibilities for something unknown.

        Raises:
            ValueError: there is no such variant or possibility.
        """
        if value not in POSSIBILITIES.get(name, ()):
            raise ValueError(f"{name}: expected one of {POSSIBILITIES.get(name)}, saw {value}")
        self.variants[name] = value

    def apply(self, behaviour: Behaviour) -> None:
        """Obey from now on: headers of every answer, limits of sessions, PKCS#12 or none."""
        self._headers = dated(behaviour.headers.values, behaviour.clock_error_s)
        self._logins.limits = SessionLimits(behaviour.sessions_total, behaviour.sessions_per_user)
        self._certificates.pkcs12 = Pkcs12(behaviour.pkcs12_uploads, behaviour.pkcs12_exports)

    def restart(self) -> None:
        """End every session and withdraw every token, as a start of the node does in the lab."""
        self.sessions.clear()
        self._tokens.clear()
        self._captures.stop()

    def application(self) -> web.Application:
        """The application, for a server of the caller's own."""
        application = web.Application(middlewares=[self._guard], client_max_size=MOST_BYTES)
        application.on_response_prepare.append(self._dress)
        application.router.add_route("*", "/api/admin/{path:.*}", self._api.answer)
        application.router.add_post(TOKEN_PATH, self._tokens.answer)
        application.router.add_route("*", "/admin/{path:.*}", self._interface.answer)
        application.router.add_get("/", _home)
        return application

    async def _dress(self, request: web.Request, answer: web.StreamResponse) -> None:  # noqa: ARG002 (aiohttp's signature)
        answer.headers["Server"] = SERVER
        for name, value in self._headers():
            answer.headers[name] = value

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Log every request; a defect of the lab's own is a 500 like the product's."""
        try:
            answer = await handler(request)
        except web.HTTPException as error:
            self._record(request, error.status)
            raise
        except Exception:
            _logger.exception("%s %s failed", request.method, request.path)
            answer = web.json_response(FAILURE, status=500)
        self._record(request, answer.status)
        return answer

    def _record(self, request: web.Request, status: int) -> None:
        self.log.add(
            Entry(
                at=f"{self._clock():%Y-%m-%dT%H:%M:%S.%f}Z",
                address=request.remote or "",
                user=request.get(USER, ""),
                method=request.method,
                path=request.path,
                status=status,
                wrote=request.get(WROTE, False),
            )
        )


async def _home(request: web.Request) -> web.Response:  # noqa: ARG001 (aiohttp's signature)
    raise web.HTTPFound("/admin/")
