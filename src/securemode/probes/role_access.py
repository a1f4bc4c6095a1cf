"""One account of a role, on the web and in the Management API: pages, links, commands."""

from __future__ import annotations

import base64
import json
import ssl
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from securemode.errors import AuthenticationRejected, CannotLook, UnexpectedAnswer, Unsupported
from securemode.observations.role_actions import Action, ActionSeen, Effect
from securemode.probes.services import no_connection
from securemode.probes.web_client import WEB_PORT, present, tolerant_context
from securemode.probes.web_login import (
    FOUND_ELSEWHERE,
    MOST_REDIRECTS,
    START_PATH,
    Browser,
    login_form,
)
from securemode.probes.wire.http import BrokenHttp, HttpConnection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode.environment.models import Login
    from securemode.probes.probe import Access
    from securemode.probes.web_client import Website
    from securemode.targets import Node

READ_PATH = "/api/admin/configuration/v1/"
"""The list of resources: whoever may use the API may read it, whatever else the role allows."""
DENIED = ("access denied", "permission denied", "not authorized", "not authorised")
_REFUSING = frozenset({401, 403})
_NOWHERE = frozenset({404, 405})
_SUCCESS = range(200, 300)
_OK = 200


class Link(NamedTuple):
    """A link of a page: where it leads, and its text in lower case."""

    path: str
    text: str


class _Links(HTMLParser):
    """Every link of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Link] = []
        self._path = ""
        self._text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._path, self._text = dict(attrs).get("href") or "", ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._path:
            text = " ".join(self._text.lower().split())
            self.found.append(Link(self._path, text))
            self._path = ""


def links_in(html: str) -> list[Link]:
    """Every link of a page, in its order."""
    return _Links(html).found


class RoleBrowser(Browser):
    """A browser that keeps what it is shown."""

    def __init__(self, site: Website) -> None:
        super().__init__(site)
        self.start_path = START_PATH

    def gets_in(self, login: Login) -> None:
        """Log in by the form; where there is none, the certificate does it.

        Raises:
            AuthenticationRejected: the account is not let in.
            Unsupported: there is no form, and the account has no certificate.
        """
        try:
            path = self.log_in(login.username, login.password.reveal())
        except Unsupported:
            if login.certificate is None:
                raise
            path = self.enter(START_PATH)
        if not path or not self.is_inside(path):
            raise AuthenticationRejected(
                f"the Administrator interface does not let {login.username} in.",
                remedy="correct credentials.roles of the environment.",
            )
        self.start_path = path

    def is_inside(self, path: str = "") -> bool:
        """Whether the start page shows its content."""
        status, text = self.page(path or self.start_path)
        return status == _OK and login_form(text) is None

    def page(self, path: str) -> tuple[int, str]:
        """Status and text at the end of the redirects on this node."""
        answer = self._get(path)
        for _ in range(MOST_REDIRECTS):
            path = self._site.path_of(answer.headers.get("Location", ""))
            if answer.status_code not in FOUND_ELSEWHERE or not path:
                break
            answer = self._get(path)
        return answer.status_code, answer.text

    def links(self, path: str) -> list[Link]:
        """The links of a page that stay on this node."""
        found = (
            Link(self._site.path_of(link.path), link.text) for link in links_in(self.page(path)[1])
        )
        return [link for link in found if link.path.startswith("/")]

    def opens(self, action: Action, path: str) -> ActionSeen:
        """What asking for a page of this action comes to."""
        request = f"GET {path}"
        try:
            status, text = self.page(path)
        except CannotLook as error:
            return ActionSeen(
                action=action, effect=Effect.UNCLEAR, request=request, detail=error.message
            )
        denied = next((word for word in DENIED if word in text.lower()), "")
        if status in _REFUSING or denied or login_form(text) is not None:
            said = f'{status}, "{denied}"' if denied else f"{status}"
            return ActionSeen(action=action, effect=Effect.REFUSED, request=request, detail=said)
        effect = _effect(status)
        return ActionSeen(action=action, effect=effect, request=request, detail=str(status))


def _effect(status: int) -> Effect:
    if status in _REFUSING:
        return Effect.REFUSED
    if status in _NOWHERE:
        return Effect.NOT_FOUND
    return Effect.DONE if status in _SUCCESS else Effect.UNCLEAR


class RoleApi:
    """The Management API under one account; a command goes out once and is never repeated."""

    def __init__(self, node: Node, access: Access, login: Login) -> None:
        self._node = node
        self._timeout_s = 5 * access.timeout_s
        self._context = tolerant_context(access.environment.web_ca_file)
        self._headers = {"Accept": "application/json"}
        if login.certificate is not None:  # presented where the product asks for one
            present(self._context, login.certificate)
        pair = f"{login.username}:{login.password.reveal()}".encode()
        self._headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"

    def reads(self) -> bool:
        """Whether the account reads the configuration."""
        return self._status("GET", READ_PATH) == _OK

    def commands(self, action: Action, name: str, values: Mapping[str, object]) -> ActionSeen:
        """What a command comes to."""
        path = f"/api/admin/command/v1/platform/{name}/"
        request = f"POST {path}"
        try:
            status = self._status("POST", path, json.dumps(dict(values)).encode())
        except CannotLook as error:
            return ActionSeen(
                action=action, effect=Effect.UNCLEAR, request=request, detail=error.message
            )
        return ActionSeen(
            action=action, effect=_effect(status), request=request, detail=str(status)
        )

    def _status(self, method: str, path: str, body: bytes = b"") -> int:
        what = f"{method} {path} of {self._node.name}"
        headers = self._headers | ({"Content-Type": "application/json"} if body else {})
        try:
            with HttpConnection(
                self._node.address,
                self._node.port(WEB_PORT),
                self._timeout_s,
                context=self._context,
            ) as connection:
                return connection.request(method, path, headers=headers, body=body).status
        except BrokenHttp as error:
            raise UnexpectedAnswer(f"{what}: {error}.") from error
        except ssl.SSLError as error:
            raise UnexpectedAnswer(f"{what}: TLS fails ({error.reason or error}).") from error
        except OSError as error:
            raise no_connection(what, error) from error
