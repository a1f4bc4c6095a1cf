"""What an administrator of one role can really do, and how long an idle session lives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class GuideRole(StrEnum):
    """The roles of the guide, by their names."""

    READ_ONLY = "Read-only"
    READ_WRITE = "Read-write"
    AUDITOR = "Auditor"


class Action(StrEnum):
    """What the guide leaves to the auditor, by the names of the permissions."""

    VIEW_LOGS = "May view logs"
    SNAPSHOT = "May generate system snapshot"
    CREATE_CAPTURE = "May create/delete packet capture"
    DOWNLOAD_CAPTURE = "May download packet capture"
    CREATE_BACKUP = "May create/delete system backup"
    DOWNLOAD_BACKUP = "May download system backup"


class Effect(StrEnum):
    """What came of trying it."""

    DONE = "done"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    NOT_FOUND = "no way to it found"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSeen:
    """One action that was tried.

    Attributes:
        action: which.
        effect: what came of it.
        request: how it was tried: method and path.
        detail: status, and what the answer looked like.
    """

    action: Action
    effect: Effect
    request: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleActionsSeen:
    """Everything that was tried with one account.

    Attributes:
        role: the account's role.
        username: of the account.
        web_login: whether the account opens the Administrator interface: the positive control.
        api_login: whether the account reads through the Management API: likewise.
        actions: those that were tried.
    """

    role: GuideRole
    username: str
    web_login: bool
    api_login: bool
    actions: tuple[ActionSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleSessionSeen:
    """One session that nobody used for a while.

    Attributes:
        idle_s: how long it was left alone.
        alive_before: whether it opened a protected page right before: the positive control.
        alive_after: whether it still did afterwards.
        logged_out: whether nothing of it is left.
    """

    idle_s: float
    alive_before: bool
    alive_after: bool
    logged_out: bool
