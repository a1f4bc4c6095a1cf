"""A browser that finds its way by what links and forms say, and fills forms in."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from securemode.errors import AuthenticationRejected, Unsupported
from securemode.probes.role_access import Link, links_in
from securemode.probes.web_login import (
    FOUND_ELSEWHERE,
    LOGIN_PATH,
    MOST_REDIRECTS,
    START_PATH,
    Browser,
    login_form,
)

if TYPE_CHECKING:
    import requests

    from securemode.environment.parts import Credentials
    from securemode.probes.web_client import Upload

OK = 200
LONGEST_COMPLAINT = 200
_COMPLAINING = frozenset({"errorlist", "errornote"})
_SENT_AS_THEY_ARE = frozenset({"hidden", "text", "email", "number"})


@dataclass(slots=True)
class Form:
    """A form of a page.

    Attributes:
        action: where it is sent, as the page says it; empty for the page itself.
        method: in lower case.
        defaults: what is sent where nobody fills anything in.
        asks: names of the fields by their type: "file", "password".
    """

    action: str
    method: str
    defaults: dict[str, str] = field(default_factory=dict)
    asks: dict[str, list[str]] = field(default_factory=dict)


class _Page(HTMLParser):
    """The forms of a page, and its complaints."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.complaint = ""
        self._is_in_form = False
        self._complains_in = ""  # elements in it may lack their ends, it does not
        self._depth = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if not self._depth and _COMPLAINING & set(given.get("class", "").split()):
            self._complains_in = tag
        if tag == self._complains_in:
            self._depth += 1
        if tag == "form":
            self._is_in_form = True
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif self._is_in_form and tag in {"input", "button"}:
            self._take(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._complains_in:
            self._depth -= 1
            self._complains_in = tag if self._depth else ""
        if tag == "form":
            self._is_in_form = False

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.complaint += f"{data} "

    def _take(self, tag: str, given: dict[str, str]) -> None:
        form, name = self.forms[-1], given.get("name", "")
        sort = given.get("type", "submit" if tag == "button" else "text").lower()
        if not name:
            return
        form.asks.setdefault(sort, []).append(name)
        pressed = sort == "submit" and len(form.asks["submit"]) == 1
        checked = sort in {"checkbox", "radio"} and "checked" in given
        if pressed or checked or sort in _SENT_AS_THEY_ARE:
            form.defaults[name] = given.get("value", "on" if checked else "")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a browser shows at the end of the redirects.

    Attributes:
        path: where that is.
        answer: the last answer.
    """

    path: str
    answer: requests.Response

    @property
    def text(self) -> str:
        """The page; nothing where the answer is a file."""
        return self.answer.text if self.is_page else ""

    @property
    def is_page(self) -> bool:
        """Whether the answer is a page to be shown, and not a file to be saved."""
        return is_page(self.answer)

    @property
    def forms(self) -> list[Form]:
        """Forms that are sent by POST."""
        return [form for form in _Page(self.text).forms if form.method == "post"]

    def form_with(self, sort: str) -> Form | None:
        """The first form that has a field of this type."""
        return next((form for form in self.forms if sort in form.asks), None)


def is_page(answer: requests.Response) -> bool:
    """Whether a browser would show it: no attachment, and of a type that is text for people."""
    if "attachment" in answer.headers.get("Content-Disposition", "").lower():
        return False
    sort = media_type(answer)
    return not sort or sort.startswith("text/") or sort == "application/xhtml+xml"


def media_type(answer: requests.Response) -> str:
    """Without its parameters, in lower case."""
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def complaint(answer: requests.Response) -> str:
    """What a page says is wrong, on one line."""
    if not is_page(answer):
        return ""
    return " ".join(_Page(answer.text).complaint.split())[:LONGEST_COMPLAINT]


class FormBrowser(Browser):
    """One visitor who reads."""

    def begins(self, credentials: Credentials) -> str:
        """Log in as the administrator, by form or by certificate; return the page that this opens.

        Raises:
            AuthenticationRejected: the account is not let in.
            Unsupported: there is no login form, and the environment has no client certificate.
        """
        try:
            path = self.log_in(credentials.web.username, credentials.web.password.reveal())
        except Unsupported:
            if credentials.client_certificate is None:
                raise
            path = self.enter(START_PATH)
        if not path:
            raise AuthenticationRejected(
                f"the Administrator interface does not let {credentials.web.username} in.",
                remedy="correct credentials.web, or credentials.client_certificate.",
            )
        return path

    def opens(self, path: str) -> Shown:
        """Ask for a page, and follow redirects on this node."""
        answer = self._get(path)
        for _ in range(MOST_REDIRECTS):
            following = self._place(path, answer.headers.get("Location", ""))
            if answer.status_code not in FOUND_ELSEWHERE or not following:
                break
            path, answer = following, self._get(following)
        return Shown(path, answer)

    def links(self, page: Shown) -> list[Link]:
        """The links of a page that stay on this node, with their text in lower case."""
        found = (Link(self._place(page.path, link.path), link.text) for link in links_in(page.text))
        return [link for link in found if link.path]

    def place_of(self, page: Shown, form: Form) -> str:
        """Where a form is sent; the page itself where that is elsewhere."""
        return self._place(page.path, form.action) or page.path

    def sends(
        self, page: Shown, form: Form, values: dict[str, str], file: Upload | None = None
    ) -> requests.Response:
        """Send a form with these values in place of its own; follow nothing."""
        return self._site.request(
            self._session,
            "POST",
            self.place_of(page, form),
            form=form.defaults | values,
            file=file,
            referer=page.path,
        )

    def is_sent_away(self, answer: requests.Response) -> bool:
        """Whether an answer asks to log in."""
        if answer.status_code in FOUND_ELSEWHERE:
            return LOGIN_PATH in answer.headers.get("Location", "")
        return is_page(answer) and login_form(answer.text) is not None

    def _place(self, path: str, reference: str) -> str:
        """The path that a reference in a page leads to, where it stays on this node."""
        if not reference or reference.startswith("#"):
            return ""
        try:
            return self._site.path_of(urljoin(self._site.origin + path, reference))
        except ValueError:  # brackets that are no IPv6 address
            return ""
