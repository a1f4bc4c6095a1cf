"""Who may administer: the local web administrator, and the people of a directory.

The product has one local account; everybody else comes from a directory, and gets roles because one
of the person's groups is mapped to them. Roles never restrict the local administrator.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from .permissions import AUDITING, MAKING, READ_ONLY, Permission

if TYPE_CHECKING:
    from cryptography import x509

    from .store import Store


_IGNORED = {"read_only_ignored": "Read-only", "read_write_ignored": "Read-write"}
"""Role by the defect that does not heed it."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who was authenticated, with the names of what is permitted.

    `is_client` tells an OAuth2 client from a person.
    """

    username: str
    permissions: frozenset[str]
    is_client: bool = False

    def may(self, *permissions: str) -> bool:
        """Whether one of these is permitted."""
        return not self.permissions.isdisjoint(permissions)


@dataclass(frozen=True, slots=True)
class Person:
    """An entry of a directory: the login name, and the groups by distinguished name."""

    username: str
    groups: frozenset[str] = frozenset()


class Directory(Protocol):
    """Where people and their groups are kept."""

    async def authenticate(self, username: str, password: str) -> Person | None:
        """The person, if the password is right."""

    async def find(self, identity: str) -> Person | None:
        """The person whom a certificate names, found without a password."""


class Roster:
    """A directory in memory, for a lab without LDAP server."""

    def __init__(self) -> None:
        self._people: dict[str, tuple[str, Person]] = {}

    def add(self, username: str, password: str, *groups: str) -> None:
        """Add somebody, or replace whoever has that login name."""
        self._people[username] = (password, Person(username, frozenset(groups)))

    async def authenticate(self, username: str, password: str) -> Person | None:
        """The person, if the password is right."""
        expected, person = self._people.get(username, ("", None))
        return person if person and _same(expected, password) else None

    async def find(self, identity: str) -> Person | None:
        """The person whom a certificate names."""
        return self._people.get(identity, ("", None))[1]


Attempted = Callable[[str, bool], None]
"""Hears of every attempt to authenticate: the name, and whether it succeeded."""
Check = Callable[["x509.Certificate"], Awaitable[bool]]
"""Whether a client certificate is still valid."""


class Accounts:
    """Authentication as `authentication.source` says.

    Attributes:
        directory: of everybody but the local administrator.
        attempted: hears of every attempt.
        holds: asked about client certificates.
        defects: lies that a fault may switch on: "roles_ignored" (everybody may do what is the
            auditor's), "read_only_ignored", "read_write_ignored" (whoever has that role),
            "auditor_denied" (all of it but backups and snapshots), "unknown_certificate_accepted",
            "untrusted_certificate_accepted", "local_certificate_refused",
            "api_without_certificate", and those of `Logins`.

    Passwords are compared in clear: they are random, live as long as the lab, and the product's own
    36,000 rounds of PBKDF2 would cost every request of a run ten milliseconds.
    """

    def __init__(
        self,
        store: Store,
        username: str,
        password: str,
        *,
        directory: Directory | None = None,
    ) -> None:
        self._store = store
        self._local = (username, password)
        self.directory = directory
        self.attempted: Attempted | None = None
        self.holds: Check | None = None
        self.defects: set[str] = set()

    @property
    def local_username(self) -> str:
        """Login name of the local web administrator."""
        return self._local[0]

    def set_local(self, username: str, password: str) -> None:
        """Replace the local web administrator, as the installation wizard does."""
        self._local = (username, password)

    async def authenticate(self, username: str, password: str) -> Account | None:
        """Whom the name and password belong to, None for nobody."""
        return self._heard(username, await self._by_password(username, password))

    async def find(self, identity: str) -> Account | None:
        """Whom a client certificate's identity belongs to, None for nobody."""
        return self._heard(identity, await self._by_identity(identity))

    async def find_holder(self, certificate: x509.Certificate, identity: str) -> Account | None:
        """Whom a client certificate stands for that has not been revoked, None for nobody."""
        if not identity:
            return None
        if self.holds is not None and not await self.holds(certificate):
            return self._heard(identity, None)
        if "local_certificate_refused" in self.defects and identity == self.local_username:
            return self._heard(identity, None)
        account = await self.find(identity)
        if account is None and "unknown_certificate_accepted" in self.defects:
            return Account(identity, frozenset(map(str, READ_ONLY)))
        return account

    def with_role(self, name: str, role: int) -> Account:
        """An account that is no person: an OAuth2 client with its role."""
        return Account(name, self._granted({role}), is_client=True)

    def _heard(self, username: str, account: Account | None) -> Account | None:
        if self.attempted is not None:
            self.attempted(username, account is not None)
        return account

    async def _by_password(self, username: str, password: str) -> Account | None:
        local, expected = self._local
        if self._uses("LOCAL") and username == local:
            return self._administrator() if _same(expected, password) else None
        if self._uses("LDAP") and self.directory is not None:
            return self._account(await self.directory.authenticate(username, password))
        return None

    async def _by_identity(self, identity: str) -> Account | None:
        if self._uses("LOCAL") and identity == self.local_username:
            return self._administrator()
        if self._uses("LDAP") and self.directory is not None:
            return self._account(await self.directory.find(identity))
        return None

    def _uses(self, source: str) -> bool:
        return source in self._store.get("authentication", 1)["source"].split("+")

    def _administrator(self) -> Account:
        return Account(self.local_username, frozenset(map(str, Permission)))

    def _account(self, person: Person | None) -> Account | None:
        if person is None:
            return None
        groups = {group.casefold() for group in person.groups}
        roles = {
            role
            for mapping in self._store.rows("role_mapping")
            if mapping["source"] == "LDAP" and mapping["value"].casefold() in groups
            for role in mapping["roles"]
        }
        return Account(person.username, self._granted(roles))

    def _granted(self, roles: set[int]) -> frozenset[str]:
        names = {row["id"]: row["name"] for row in self._store.rows("permission")}
        granted = frozenset(
            names[permission]
            for role in self._store.rows("role")
            if role["id"] in roles
            for permission in role["permissions"]
        )
        if "auditor_denied" in self.defects:
            return granted.difference(AUDITING).union(granted.intersection(MAKING))
        return granted.union(AUDITING) if granted and self._ignores(roles) else granted

    def _ignores(self, roles: set[int]) -> bool:
        """Whether a defect lets people with one of these roles do what is the auditor's."""
        names = {row["name"] for row in self._store.rows("role") if row["id"] in roles}
        ignored = {name for defect, name in _IGNORED.items() if defect in self.defects}
        return "roles_ignored" in self.defects or not names.isdisjoint(ignored)


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode())
