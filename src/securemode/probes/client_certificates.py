"""What client certificates open, good ones and such as have to be refused."""

from __future__ import annotations

import base64
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Refused, Unsupported
from securemode.observations.client_certificates import (
    ClientCertificateAccessSeen,
    Door,
    DoorAnswer,
    Presented,
    Visit,
)
from securemode.observations.web import Page
from securemode.probes.made_identities import forged
from securemode.probes.probe import Connection
from securemode.probes.web_client import WEB_PORT, HandshakeRefused, Website
from securemode.probes.web_login import LOGIN_PATH, START_PATH, Browser, login_form

if TYPE_CHECKING:
    from securemode.environment.models import Credentials, KeyPair, Login
    from securemode.probes.probe import Access
    from securemode.targets import Node

API_PATH = "/api/admin/configuration/v1/global/"
MOST_CONNECTIONS = 24
OPENING = frozenset({Presented.ADMINISTRATOR, Presented.LAST_RESORT})
MADE = frozenset({Presented.UNTRUSTED, Presented.SELF_SIGNED})


def stated_identity(credentials: Credentials, presented: Presented) -> KeyPair | None:
    """The environment's certificate of that sort, where it states one."""
    return {
        Presented.ADMINISTRATOR: credentials.client_certificate,
        Presented.LAST_RESORT: credentials.last_resort,
        Presented.UNKNOWN: credentials.refused_certificates.unknown,
        Presented.EXPIRED: credentials.refused_certificates.expired,
        Presented.UNTRUSTED: credentials.refused_certificates.other_ca,
    }.get(presented)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCertificateAccess:
    """What login page, start page and API answer to one client certificate.

    Where it has to be refused, the administrator's own is tried afterwards, as positive control.
    A visitor without certificate sends the right password along: only the certificate is missing.

    Attributes:
        target: the Management Node.
        presented: the certificate.

    Source: guide, "Enable certificate-based authentication".
    """

    name: ClassVar[str] = "client-certificate-access"
    observes: ClassVar[type] = ClientCertificateAccessSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 2

    target: Node
    presented: Presented

    def connections(self) -> tuple[Connection, ...]:
        """The web port; two visitors at three doors, again where the node closes connections."""
        port = str(self.target.port(WEB_PORT))
        return (Connection("tls", self.target.address, port, MOST_CONNECTIONS),)

    def look(self, access: Access) -> ClientCertificateAccessSeen:
        """Knock at every door, with this certificate and then with the good one.

        Raises:
            Unsupported: the environment lacks the certificate.
        """
        credentials = access.environment.credentials
        with ExitStack() as stack:
            identity = self._identity(credentials, stack)
            visitor = _Visitor(stack.enter_context(Website(self.target, access, identity=identity)))
            login = credentials.web if self.presented is Presented.NONE else None
            visit = visitor.at_every_door(self.presented, login)
            control, administrator = None, None
            if self.presented not in OPENING:
                good = _required(credentials, Presented.ADMINISTRATOR)
                site = stack.enter_context(Website(self.target, access, identity=good))
                administrator = _Visitor(site)
                control = administrator.at_every_door(Presented.ADMINISTRATOR)
            left = [one.leaves() for one in (visitor, administrator) if one is not None]
            return ClientCertificateAccessSeen(
                visit=visit,
                control=control,
                logged_out=all(left),
                certificate_was_verified=visitor.site.certificate_is_verified,
            )

    def _identity(self, credentials: Credentials, stack: ExitStack) -> KeyPair | None:
        if self.presented is Presented.NONE:
            return None
        if self.presented in MADE and stated_identity(credentials, self.presented) is None:
            model = _required(credentials, Presented.ADMINISTRATOR)
            self_signed = self.presented is Presented.SELF_SIGNED
            return stack.enter_context(forged(model, self_signed=self_signed))
        return _required(credentials, self.presented)


def _required(credentials: Credentials, presented: Presented) -> KeyPair:
    identity = stated_identity(credentials, presented)
    if identity is None:
        raise Unsupported(
            f"the environment does not give {presented.value}.",
            remedy="state it under credentials:, as environments/example.yaml does.",
        )
    return identity


class _Visitor:
    """One browser, and the API beside it, over connections of one certificate."""

    def __init__(self, site: Website) -> None:
        self.site = site
        self._browser = Browser(site)

    def at_every_door(self, presented: Presented, login: Login | None = None) -> Visit:
        doors = (
            self._page(Door.LOGIN_PAGE, LOGIN_PATH),
            self._page(Door.START_PAGE, START_PATH),
            self._api(login),
        )
        return Visit(presented=presented, doors=doors)

    def leaves(self) -> bool:
        return not self._browser.has_session or self._browser.signs_off()

    def _page(self, door: Door, path: str) -> DoorAnswer:
        try:
            view = self._browser.view(path)
        except (HandshakeRefused, Refused) as error:
            return _ended(door, error)
        return DoorAnswer(door=door, page=view.page, status=view.status)

    def _api(self, login: Login | None) -> DoorAnswer:
        session = self.site.session()
        if login is not None:
            pair = f"{login.username}:{login.password.reveal()}".encode()
            session.headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        try:
            answer = self.site.request(session, "GET", API_PATH)
        except (HandshakeRefused, Refused) as error:
            return _ended(Door.API, error)
        page = Page.LOGIN_FORM if login_form(answer.text) is not None else Page.NOTHING
        if answer.status_code == 200 and page is Page.NOTHING:  # noqa: PLR2004 - HTTP OK
            page = Page.CONTENT
        return DoorAnswer(door=Door.API, page=page, status=answer.status_code)


def _ended(door: Door, error: HandshakeRefused | Refused) -> DoorAnswer:
    ended_by = f"alert {error.alert}" if isinstance(error, HandshakeRefused) else "closed"
    return DoorAnswer(door=door, page=Page.NOTHING, ended_by=ended_by)
