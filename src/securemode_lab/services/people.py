"""Who is in the site's directory: names, passwords, groups."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from securemode_lab.services.directory import DirectoryTree

if TYPE_CHECKING:
    from securemode_lab.document import Credentials

SERVICE_ACCOUNT = "pexip-bind"
GROUPS = {
    "Read-only": "Pexip Read-only",
    "Read-write": "Pexip Read-write",
    "Auditor": "Pexip Auditors",
}
"""The product's administrator roles, and the groups that the site has made for them."""


class People:
    """The directory with everybody in it.

    Args:
        domain: of the site.
        credentials: logins of people.

    Attributes:
        tree: the entries.
        groups: distinguished name by role.
        bind_username, bind_password: of the account with which the product searches.
    """

    def __init__(self, domain: str, credentials: Credentials) -> None:
        base = ",".join(f"dc={label}" for label in domain.split("."))
        identifier = (secrets.randbits(31), secrets.randbits(31), secrets.randbits(31))
        self.tree = DirectoryTree(base, domain, identifier)
        self.groups = {role: self.tree.add_group(name) for role, name in GROUPS.items()}
        self.bind_password = secrets.token_urlsafe(12)
        self.bind_username = self.tree.add_service_account(SERVICE_ACCOUNT, self.bind_password)
        for role, login in credentials.people:
            self.tree.add_person(login.username, login.password, self.groups[role])
