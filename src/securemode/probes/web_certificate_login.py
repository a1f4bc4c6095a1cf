"""What administrators see who log in by client certificate, and what others see in their place."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from securemode.errors import Refused
from securemode.observations.web import AdministratorLoginSeen, LoginBy, Page, PageView
from securemode.probes.made_identities import forged
from securemode.probes.web_client import HandshakeRefused, Website
from securemode.probes.web_login import LOGIN_PATH, START_PATH, Browser

if TYPE_CHECKING:
    from securemode.environment.models import KeyPair
    from securemode.probes.probe import Access
    from securemode.targets import Node

NO_PAGE = PageView(0, Page.NOTHING)


def shown_to(browser: Browser, path: str) -> PageView:
    """What a visitor sees; a server that does not even complete a handshake shows no page."""
    try:
        return browser.view(path)
    except (HandshakeRefused, Refused):
        return NO_PAGE


def has_login_page(node: Node, access: Access) -> bool:
    """Whether the login form is shown to a visitor without a client certificate."""
    with Website(node, access) as site:
        return shown_to(Browser(site), LOGIN_PATH).page is Page.LOGIN_FORM


def certificate_login(
    node: Node, access: Access, identity: KeyPair, path: str = START_PATH
) -> AdministratorLoginSeen:
    """A protected page seen without a certificate, with a forged one, and with the right one.

    The right one comes last: that it is let in shows that the others were refused for what they
    are. Sessions are closed again.
    """
    with ExitStack() as stack:
        wrong = stack.enter_context(forged(identity, self_signed=True))
        sites = [
            stack.enter_context(Website(node, access, identity=one))
            for one in (None, wrong, identity)
        ]
        *strangers, administrator = (Browser(site) for site in sites)
        try:
            without, with_wrong = (shown_to(stranger, path) for stranger in strangers)
            with_right = administrator.view(path)
        finally:
            out = [one.signs_off() for one in (*strangers, administrator) if one.has_session]
        return AdministratorLoginSeen(
            protected_path=path,
            without_login=without,
            wrong_password=with_wrong,
            right_password=with_right,
            logged_out=all(out),
            certificate_was_verified=sites[-1].certificate_is_verified,
            by=LoginBy.CERTIFICATE,
        )
