"""What the Administrator interface shows before anybody has logged in."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Refused
from securemode.observations.client_certificates import LoginPageSeen
from securemode.probes.probe import Connection
from securemode.probes.web_client import WEB_PORT, HandshakeRefused, Website
from securemode.probes.web_login import FOUND_ELSEWHERE, LOGIN_PATH, MOST_REDIRECTS, login_form

if TYPE_CHECKING:
    import requests

    from securemode.probes.probe import Access
    from securemode.targets import Node

MOST_TEXT = 8192
_UNSEEN = frozenset({"script", "style", "head", "template"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPage:
    """The text of the login page, as a visitor without any credentials reads it.

    Attributes:
        target: the Management Node.

    Source: guide, "Management web interface configuration": login banner text.
    """

    name: ClassVar[str] = "login-page"
    observes: ClassVar[type] = LoginPageSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """The web port; one kept connection, and others should the node close or refuse it."""
        port = str(self.target.port(WEB_PORT))
        return (Connection("tls", self.target.address, port, 2 + MOST_REDIRECTS),)

    def look(self, access: Access) -> LoginPageSeen:
        """Fetch the page; that there is none is an observation too, if HTTP or TLS says so.

        Raises:
            CannotLook: nothing answers.
        """
        with Website(self.target, access, verify=False) as site:
            try:
                page = _fetched(site)
            except HandshakeRefused:
                return LoginPageSeen(status=0, has_form=False, text="")
            except Refused as error:
                error.remedy = error.remedy or "see whether the Administrator interface runs."
                raise
        return LoginPageSeen(
            status=page.status_code,
            has_form=login_form(page.text) is not None,
            text=visible_text(page.text)[:MOST_TEXT],
        )


def _fetched(site: Website) -> requests.Response:
    session = site.session()
    answer = site.request(session, "GET", LOGIN_PATH)
    for _ in range(MOST_REDIRECTS):
        path = site.path_of(answer.headers.get("Location", ""))
        if answer.status_code not in FOUND_ELSEWHERE or not path:
            break
        answer = site.request(session, "GET", path)
    return answer


class _Text(HTMLParser):
    """What a person reads of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._hidden = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 (as its base has it)
        self._hidden += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _UNSEEN and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


def visible_text(html: str) -> str:
    """The text of a page without markup, white space collapsed."""
    return " ".join(" ".join(_Text(html).pieces).split())
