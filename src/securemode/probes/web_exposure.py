"""What a node's web server gives to somebody without credentials."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Unsupported
from securemode.observations.exposure import Content, WebAnswer, WebAnswersSeen, WebState
from securemode.probes.probe import Connection
from securemode.probes.wire import http_answer
from securemode.targets import Role

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.targets import Node

WEB_PORT, PLAIN_PORT = 443, 80
LONGEST_S = 1.2
MOST_REDIRECTS = 3
API = "/api/client/v2"
PLAIN_PATHS = {
    Role.MANAGEMENT: ("/", "/admin/login/", "/api/admin/status/v1/licensing/"),
    Role.CONFERENCING: ("/", f"{API}/status", "/webapp/"),
}
"""Whatever an external system or a browser could want without TLS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientApi:
    """What is served below the path of the client API, between two requests for the start page.

    The conference that is asked for does not exist, and is asked for by a method that joins
    nothing: no routing rule can make a call of it.

    Source: guide, section "Global settings" (Connect clients and client API).
    """

    name: ClassVar[str] = "client-api"
    observes: ClassVar[type] = WebAnswersSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """Four requests, a connection each."""
        return (Connection("tls", self.target.address, str(self.target.port(WEB_PORT)), 4),)

    def look(self, access: Access) -> WebAnswersSeen:
        """Ask for the API's state, a conference's token and a registration's token."""
        nobody = f"securemode-acceptance-{secrets.token_hex(6)}"
        paths = (
            ("status", "status"),
            (f"conferences/{nobody}/request_token", "conferences/.../request_token"),
            (f"registrations/{nobody}/request_token", "registrations/.../request_token"),
        )
        answers = tuple(
            _answer(self.target, access, f"{API}/{path}", shown=f"{API}/{shown}")
            for path, shown in paths
        )
        return WebAnswersSeen(answers=answers, control=_answer(self.target, access, "/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainWeb:
    """What is served without TLS on port 80, while the web port answers.

    Source: guide, section "Global settings" (HTTP access for external systems).
    """

    name: ClassVar[str] = "plain-web"
    observes: ClassVar[type] = WebAnswersSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """One connection a path, and the web port once."""
        address, most = self.target.address, len(PLAIN_PATHS[self.target.role])
        return (
            Connection("tcp", address, str(self.target.port(PLAIN_PORT)), most),
            Connection("tls", address, str(self.target.port(WEB_PORT)), 1),
        )

    def look(self, access: Access) -> WebAnswersSeen:
        """Ask for every path; where nothing listens, once is enough."""
        answers = []
        for path in PLAIN_PATHS[self.target.role]:
            answers.append(_answer(self.target, access, path, secured=False))
            if answers[0].state in {WebState.SILENT, WebState.REFUSED, WebState.UNREACHABLE}:
                break
        return WebAnswersSeen(answers=tuple(answers), control=_answer(self.target, access, "/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministratorInterface:
    """Where the start page of the Administrator interface leads somebody without login.

    Source: guide, section "Deploying the Management Node" (installation wizard).
    """

    name: ClassVar[str] = "administrator-interface"
    observes: ClassVar[type] = WebAnswersSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """One connection a redirect, and port 80 once."""
        address = self.target.address
        return (
            Connection("tls", address, str(self.target.port(WEB_PORT)), MOST_REDIRECTS + 1),
            Connection("tcp", address, str(self.target.port(PLAIN_PORT)), 1),
        )

    def look(self, access: Access) -> WebAnswersSeen:
        """Follow the redirects that stay on the node."""
        answers, path = [], "/"
        for _ in range(MOST_REDIRECTS + 1):
            answer = _answer(self.target, access, path)
            answers.append(answer)
            path = _on_the_node(answer.location, self.target)
            if not path:
                break
        control = _answer(self.target, access, "/", secured=False)
        return WebAnswersSeen(answers=tuple(answers), control=control)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ipv6Web:
    """Whether the web server answers at the node's IPv6 address, and at its IPv4 address.

    Source: guide, section "IPv6".
    """

    name: ClassVar[str] = "ipv6-web"
    observes: ClassVar[type] = WebAnswersSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """Once at each address."""
        port = str(self.target.port(WEB_PORT))
        return tuple(Connection("tls", address, port, 1) for address in self.target.addresses)

    def look(self, access: Access) -> WebAnswersSeen:
        """Ask for the start page at both addresses.

        Raises:
            Unsupported: the node has no IPv6 address.
        """
        if self.target.ipv6 is None:
            raise Unsupported(f"{self.target} has no IPv6 address")
        seen = _answer(self.target, access, "/", address=self.target.ipv6)
        return WebAnswersSeen(answers=(seen,), control=_answer(self.target, access, "/"))


def _answer(
    node: Node,
    access: Access,
    path: str,
    *,
    secured: bool = True,
    address: str = "",
    shown: str = "",
) -> WebAnswer:
    where = address or node.address
    port = node.port(WEB_PORT if secured else PLAIN_PORT)
    timeout_s = min(access.timeout_s, LONGEST_S)
    heard = http_answer.ask(where, port, "GET", path, timeout_s, secured=secured)
    scheme = "" if secured else "http "
    return WebAnswer(
        request=f"{scheme}GET {shown or path}",
        address=where,
        state=WebState(heard.state),
        status=heard.status,
        location=heard.header("location"),
        content=content_of(heard.body),
        detail=heard.detail,
    )


def content_of(body: bytes) -> Content:
    """What a body is: JSON as the client API writes it, a login form, a demand, anything else."""
    text = body.decode("utf-8", "replace").lower()
    if not text.strip():
        return Content.NOTHING
    if _is_of_client_api(text):
        return Content.CLIENT_API
    if 'type="password"' in text or "type='password'" in text or "type=password" in text:
        return Content.LOGIN_FORM
    if "certificate" in text:
        return Content.CERTIFICATE_DEMAND
    return Content.OTHER


def _is_of_client_api(text: str) -> bool:
    """Every answer of the client API is an object with "status" and "result"."""
    try:
        said = json.loads(text)
    except ValueError:
        return False
    return isinstance(said, dict) and {"status", "result"} <= said.keys()


def _on_the_node(location: str, node: Node) -> str:
    """The path of a redirect that stays on the node's web server, else nothing."""
    host = f"[{node.address}]" if ":" in node.address else node.address
    for origin in (f"https://{host}:{node.port(WEB_PORT)}", f"https://{host}"):
        if location.startswith(f"{origin}/"):
            return location.removeprefix(origin)
    is_path = location.startswith("/") and not location.startswith("//")
    return location if is_path else ""
