"""What the administrators' directory says to a bind, and of the groups that give roles."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Secured(StrEnum):
    """How a connection to the directory is secured."""

    LDAPS = "TLS from the start"
    START_TLS = "StartTLS"
    NOT = "not at all"


class GroupState(StrEnum):
    """What the directory says of a group."""

    FOUND = "found"
    NO_GROUP = "found, and it is no group"
    MISSING = "no such object"
    HIDDEN = "not readable"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryBindSeen:
    """One bind with the site's details.

    Attributes:
        server: as the site states it.
        port: the port that answered.
        secured: how the connection is secured; without, no password was sent.
        trusted: whether the certificate is the server's, and of a CA that is trusted.
        trouble: why it is not secured or not trusted.
        bound: whether name and password were accepted; None where they were not sent.
        base_found: whether the base DN exists; None where that was not asked.
        answer: the directory's last words, where it refused something.
    """

    server: str
    port: int
    secured: Secured
    trusted: bool
    trouble: str = ""
    bound: bool | None = None
    base_found: bool | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryGroup:
    """One group that gives a role.

    Attributes:
        dn: as the product is told.
        state: what the directory says of it.
        names: its common and account names.
        sid: its objectSid as text; empty in a directory that has none.
    """

    dn: str
    state: GroupState
    names: tuple[str, ...] = ()
    sid: str = ""

    @property
    def rid(self) -> int | None:
        """The relative identifier: the last number of the SID."""
        return int(self.sid.rpartition("-")[2]) if self.sid else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryGroupsSeen:
    """Every group that the product maps to a role.

    Attributes:
        bind: how the directory was asked.
        groups: one a mapping.
    """

    bind: DirectoryBindSeen
    groups: tuple[DirectoryGroup, ...]
