"""Whether a management session that nobody uses comes to its end."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Interrupted, Unsupported
from securemode.observations.role_actions import IdleSessionSeen
from securemode.probes.probe import Connection
from securemode.probes.web_client import WEB_PORT, Website
from securemode.probes.web_login import START_PATH, Browser

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.targets import Node

SECONDS_A_MINUTE = 60.0
MARGIN_S = 15.0
"""How much longer than the timeout is waited: sessions are ended by a clock of minutes."""


@dataclass(frozen=True, slots=True)
class IdleSession:
    """What a session opens right after login, and once it was idle for the site's time.

    Attributes:
        target: the Management Node.
        minutes: the site's session timeout.

    Source: guide, section "Configure global settings" (management session timeout).
    """

    name: ClassVar[str] = "idle-session"
    observes: ClassVar[type] = IdleSessionSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1
    takes_s: ClassVar[float] = 600.0

    target: Node
    minutes: int

    def connections(self) -> tuple[Connection, ...]:
        """The web port; one connection before the wait, one after it, and more to log out."""
        return (Connection("tls", self.target.address, str(self.target.port(WEB_PORT)), 10),)

    def look(self, access: Access) -> IdleSessionSeen:
        """Log in, wait, look, log out.

        Raises:
            Interrupted: the run was stopped; the session is closed.
            Unsupported: there is no login form.
        """
        idle_s = self.minutes * SECONDS_A_MINUTE + MARGIN_S
        identity = access.environment.credentials.client_certificate
        with Website(self.target, access, identity=identity) as site:
            browser = Browser(site)
            try:
                path = _begun(browser, access)
                alive_before = bool(path) and browser.is_still_inside(path)
                began = time.monotonic()
                if alive_before:
                    _wait(idle_s, access)
                waited_s = time.monotonic() - began
                alive_after = alive_before and browser.is_still_inside(path)
            finally:
                logged_out = browser.signs_off()
        return IdleSessionSeen(
            idle_s=round(waited_s, 1),
            alive_before=alive_before,
            alive_after=alive_after,
            logged_out=logged_out,
        )


def _begun(browser: Browser, access: Access) -> str:
    """Begin a session, by the form or by certificate; return the page that it opens."""
    credentials = access.environment.credentials
    try:
        return browser.log_in(credentials.web.username, credentials.web.password.reveal())
    except Unsupported:
        if credentials.client_certificate is None:
            raise
        return browser.enter(START_PATH)


def _wait(seconds: float, access: Access) -> None:
    if access.cancelled.wait(seconds):
        raise Interrupted("the run was stopped while a session was left idle")
