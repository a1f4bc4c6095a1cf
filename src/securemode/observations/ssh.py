"""What can be seen of a node's SSH service."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PortAnswer(StrEnum):
    """How a TCP port meets a connection."""

    OPEN = "open"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    SILENT = "silent"


class LoginResult(StrEnum):
    """What came of the one attempt to log in."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NO_PASSWORD_LOGIN = "no password login offered"
    NO_SESSION = "no SSH session"
    NO_CREDENTIALS = "no credentials to try"


@dataclass(frozen=True, slots=True, kw_only=True)
class SshPort:
    """Port 22 of one address, with its positive control.

    Attributes:
        address: the literal that was connected to.
        answer: how the port met the connection.
        banner: the server's identification, empty where it said none.
        alive_before: whether the web port of the same address answered right before.
        alive_after: whether it answered right after.
    """

    address: str
    answer: PortAnswer
    banner: str
    alive_before: bool
    alive_after: bool

    @property
    def is_controlled(self) -> bool:
        """Whether the node was there all the time, so that silence is the port's own."""
        return self.alive_before and self.alive_after


@dataclass(frozen=True, slots=True, kw_only=True)
class SshLogin:
    """One attempt to log in as the operating system's administrator.

    Attributes:
        address: where.
        methods: the authentication methods that the server offers.
        result: what came of it.
        detail: the server's or the library's own words, where there are any.
    """

    address: str
    methods: tuple[str, ...]
    result: LoginResult
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SshAccessSeen:
    """Port 22 of every address of a node, and a login attempt where one of them is open."""

    port: int
    ports: tuple[SshPort, ...]
    login: SshLogin | None
