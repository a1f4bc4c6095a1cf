"""Tries what the guide leaves to the auditor, with an account of each role."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Unsupported
from securemode.observations.role_actions import (
    Action,
    ActionSeen,
    Effect,
    GuideRole,
    RoleActionsSeen,
)
from securemode.probes.probe import Connection
from securemode.probes.role_access import RoleApi, RoleBrowser
from securemode.probes.web_client import WEB_PORT, Website

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.environment.models import Login
    from securemode.environment.parts import Credentials
    from securemode.probes.probe import Access
    from securemode.targets import Node

LOG_PATH = "/admin/logview/log/support/"
MOST_CONNECTIONS = 30
_SNAPSHOT = {"limit": 1, "include_diagnostic_metrics": False, "request": True}
_ON_THE_MENU = {
    Action.CREATE_CAPTURE: ("packet capture", "packetcapture", "packet-capture", "packet_capture"),
    Action.CREATE_BACKUP: ("backup",),
}
"""Words by which a link leads to the pages whose paths are not public."""

Tried = tuple[ActionSeen, ...]


def account_of(role: GuideRole, credentials: Credentials) -> Login | None:
    """The account that the environment gives for a role."""
    return {
        GuideRole.READ_ONLY: credentials.roles.read_only,
        GuideRole.READ_WRITE: credentials.roles.read_write,
        GuideRole.AUDITOR: credentials.roles.auditor,
    }[role]


@dataclass(frozen=True, slots=True)
class RoleRefusals:
    """What an account gets to do of that which its role must not do; all six are tried.

    Refused, nothing happens. Should the product not refuse, a snapshot or backup stays on it, and
    the requirement fails.

    Attributes:
        target: the Management Node.
        role: of the account.

    Source: guide, section "Configure administrator roles".
    """

    name: ClassVar[str] = "role-refusals"
    observes: ClassVar[type] = RoleActionsSeen
    intrusive: ClassVar[str | None] = "role_actions"
    simultaneous: ClassVar[int] = 2
    takes_s: ClassVar[float] = 1.0

    target: Node
    role: GuideRole

    def connections(self) -> tuple[Connection, ...]:
        """The web port; a server that keeps no connections costs one for each request."""
        return _web_port(self.target)

    def look(self, access: Access) -> RoleActionsSeen:
        """Log in, try everything, log out.

        Raises:
            AuthenticationRejected: the account is not let in.
            CannotLook: the Management Node does not answer.
        """

        def everything(browser: RoleBrowser, api: RoleApi) -> Tried:
            return (
                browser.opens(Action.VIEW_LOGS, LOG_PATH),
                *_captures(browser),
                _downloads_a_backup(browser),
                *_creates(api),
            )

        return _tried(self.target, access, self.role, everything)


@dataclass(frozen=True, slots=True)
class AuditorViews:
    """What the auditor gets to see: logs and packet captures; nothing is made.

    Attributes:
        target: the Management Node.

    Source: guide, section "Configure administrator roles".
    """

    name: ClassVar[str] = "auditor-views"
    observes: ClassVar[type] = RoleActionsSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 2
    takes_s: ClassVar[float] = 1.0

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """As for the refusals."""
        return _web_port(self.target)

    def look(self, access: Access) -> RoleActionsSeen:
        """Log in, look, log out."""

        def views(browser: RoleBrowser, _: RoleApi) -> Tried:
            return (browser.opens(Action.VIEW_LOGS, LOG_PATH), *_captures(browser))

        return _tried(self.target, access, GuideRole.AUDITOR, views)


@dataclass(frozen=True, slots=True)
class AuditorCreations:
    """What the auditor gets to make and take away: a snapshot, a backup, both sensitive.

    They stay on the Management Node; a backup that is downloaded is thrown away at once.

    Attributes:
        target: the Management Node.

    Source: guide, section "Configure administrator roles".
    """

    name: ClassVar[str] = "auditor-creations"
    observes: ClassVar[type] = RoleActionsSeen
    intrusive: ClassVar[str | None] = "role_actions"
    simultaneous: ClassVar[int] = 2
    takes_s: ClassVar[float] = 5.0
    volatile: ClassVar[frozenset[str]] = frozenset({"actions.request"})

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """As for the refusals."""
        return _web_port(self.target)

    def look(self, access: Access) -> RoleActionsSeen:
        """Log in, make them, take one away, log out."""

        def makes(browser: RoleBrowser, api: RoleApi) -> Tried:
            return (*_creates(api), _downloads_a_backup(browser))

        return _tried(self.target, access, GuideRole.AUDITOR, makes)


def _web_port(node: Node) -> tuple[Connection, ...]:
    return (Connection("tls", node.address, str(node.port(WEB_PORT)), MOST_CONNECTIONS),)


def _tried(
    node: Node, access: Access, role: GuideRole, actions: Callable[[RoleBrowser, RoleApi], Tried]
) -> RoleActionsSeen:
    """Everything between login and logout; the start page before and after is the control."""
    login = account_of(role, access.environment.credentials)
    if login is None:
        raise Unsupported(f'the environment gives no account of the role "{role.value}".')
    api = RoleApi(node, access, login)
    with Website(node, access, identity=login.certificate) as site:
        browser = RoleBrowser(site)
        try:
            browser.gets_in(login)
            reads = api.reads()
            seen = actions(browser, api)
            is_inside = browser.is_inside()
        finally:
            browser.signs_off()
    return RoleActionsSeen(
        role=role, username=login.username, web_login=is_inside, api_login=reads, actions=seen
    )


def _creates(api: RoleApi) -> Tried:
    backup = {"passphrase": secrets.token_urlsafe(18), "request": True}
    return (
        api.commands(Action.SNAPSHOT, "snapshot", _SNAPSHOT),
        api.commands(Action.CREATE_BACKUP, "backup_create", backup),
    )


def _captures(browser: RoleBrowser) -> Tried:
    """The page of packet captures stands for both: there they are made and downloaded."""
    path = _on_the_menu(browser, Action.CREATE_CAPTURE)
    return tuple(
        browser.opens(action, path)
        if path
        else ActionSeen(action=action, effect=Effect.NOT_FOUND, detail="no link on the start page")
        for action in (Action.CREATE_CAPTURE, Action.DOWNLOAD_CAPTURE)
    )


def _downloads_a_backup(browser: RoleBrowser) -> ActionSeen:
    """By a link on the page of backups, or not at all where that page is refused."""
    action = Action.DOWNLOAD_BACKUP
    path = _on_the_menu(browser, Action.CREATE_BACKUP)
    if not path:
        detail = "no link on the start page"
        return ActionSeen(action=action, effect=Effect.NOT_FOUND, detail=detail)
    page = browser.opens(action, path)
    if page.effect is not Effect.DONE:
        return page
    downloads = [link.path for link in browser.links(path) if "download" in f"{link}".lower()]
    if not downloads:
        return ActionSeen(
            action=action,
            effect=Effect.NOT_FOUND,
            request=page.request,
            detail="no download on the page",
        )
    return browser.opens(action, downloads[0])


def _on_the_menu(browser: RoleBrowser, action: Action) -> str:
    words = _ON_THE_MENU[action]
    for link in browser.links(browser.start_path):
        if any(word in link.text or word in link.path.lower() for word in words):
            return link.path
    return ""
