"""The site's directory: people, the site's own groups, and those that every directory comes with.

It looks like Active Directory where it matters: entries have an `objectSid`, and the pre-defined
groups have the well-known relative identifiers by which they can be told whatever their name.
"""

from __future__ import annotations

import hmac
import struct
from dataclasses import dataclass, field

from securemode_lab.services.ldap_filters import normalized

_AUTHORITY = b"\x00\x00\x00\x00\x00\x05"
_NON_UNIQUE = 21
_BUILT_IN = 32
_FIRST_OWN_RID = 1103
_DOMAIN_USERS_RID = 513

PREDEFINED = {
    "Domain Admins": 512,
    "Domain Users": 513,
    "Domain Guests": 514,
    "Domain Computers": 515,
    "Zertifikatherausgeber": 517,
    "Schema Admins": 518,
    "Enterprise Admins": 519,
}
"""Groups in CN=Users, by relative identifier; one has the name that it has in German."""

BUILT_IN = {"Administrators": 544, "Users": 545, "Guests": 546}
"""Groups in CN=Builtin, which belong to no domain."""


@dataclass(slots=True)
class Entry:
    """One entry; attribute names as written, their values as bytes."""

    name: str
    attributes: dict[str, list[bytes]] = field(default_factory=dict)
    password: str | None = None

    def values(self, attribute: str) -> list[bytes]:
        """Values of an attribute, whatever the case of its name."""
        wanted = attribute.lower()
        return next((v for name, v in self.attributes.items() if name.lower() == wanted), [])


def sid(*parts: int) -> bytes:
    """A security identifier: S-1-5- and these."""
    return bytes((1, len(parts))) + _AUTHORITY + struct.pack(f"<{len(parts)}I", *parts)


class DirectoryTree:
    """Entries below one base.

    Args:
        base: distinguished name.
        domain: the same as a DNS name.
        identifier: three numbers that tell this domain's security identifiers from others'.
    """

    def __init__(self, base: str, domain: str, identifier: tuple[int, int, int]) -> None:
        self.base = base
        self._domain = domain
        self._identifier = identifier
        self._next_rid = _FIRST_OWN_RID
        self._entries: dict[bytes, Entry] = {}
        classes = ["top", "domain", "domainDNS"]
        self._add(base, {"objectClass": classes, "dc": [domain.partition(".")[0]]})
        for unit in ("People", "Groups", "Service Accounts"):
            classes = ["top", "organizationalUnit"]
            self._add(f"OU={unit},{base}", {"objectClass": classes, "ou": [unit]})
        for container in ("Users", "Builtin"):
            classes = ["top", "container"]
            self._add(f"CN={container},{base}", {"objectClass": classes, "cn": [container]})
        for name, rid in PREDEFINED.items():
            self._group(f"CN={name},CN=Users,{base}", name, self._sid(rid))
        for name, rid in BUILT_IN.items():
            self._group(f"CN={name},CN=Builtin,{base}", name, sid(_BUILT_IN, rid))

    @property
    def entries(self) -> list[Entry]:
        """All of them, the base first."""
        return list(self._entries.values())

    def entry(self, name: str) -> Entry | None:
        """The entry of that distinguished name."""
        return self._entries.get(normalized(name.encode()))

    def add_group(self, name: str) -> str:
        """A group of the site's own; returns its distinguished name."""
        distinguished = f"CN={name},OU=Groups,{self.base}"
        self._group(distinguished, name, self._sid(self._rid()))
        return distinguished

    def add_person(self, username: str, password: str, *groups: str) -> str:
        """Somebody who belongs to groups, given by distinguished name."""
        name = f"CN={username},OU=People,{self.base}"
        return self._account(name, username, password, *groups)

    def add_service_account(self, username: str, password: str) -> str:
        """A program that may search."""
        return self._account(f"CN={username},OU=Service Accounts,{self.base}", username, password)

    def authenticated(self, name: str, password: str) -> Entry | None:
        r"""The entry of that distinguished name, `user@domain` or `DOMAIN\user`, and password."""
        found = self.entry(name) or self._by_login(name)
        if found is None or found.password is None:
            return None
        return found if hmac.compare_digest(found.password.encode(), password.encode()) else None

    def remove(self, name: str) -> None:
        """Take an entry away, and out of every group."""
        self._entries.pop(normalized(name.encode()), None)
        for entry in self._entries.values():
            for attribute in ("member", "memberOf"):
                kept = [v for v in entry.values(attribute) if v != name.encode()]
                if entry.values(attribute):
                    entry.attributes[attribute] = kept

    def _by_login(self, name: str) -> Entry | None:
        short = name.rpartition("\\")[2].encode().lower()
        for entry in self._entries.values():
            logins = [*entry.values("userPrincipalName"), *entry.values("sAMAccountName")]
            if entry.password is not None and short in (login.lower() for login in logins):
                return entry
        return None

    def _account(self, name: str, username: str, password: str, *groups: str) -> str:
        classes = ["top", "person", "organizationalPerson", "inetOrgPerson", "user"]
        attributes = {
            "objectClass": classes,
            "cn": [username],
            "sn": [username],
            "uid": [username],
            "sAMAccountName": [username],
            "userPrincipalName": [f"{username}@{self._domain}"],
            "primaryGroupID": [str(_DOMAIN_USERS_RID)],
        }
        entry = self._add(name, attributes)
        entry.password = password
        entry.attributes["objectSid"] = [self._sid(self._rid())]
        for group in groups:
            self.join(name, group)
        return name

    def join(self, member: str, group: str) -> None:
        """Make an entry a member of a group, by distinguished names."""
        person, joined = self.entry(member), self.entry(group)
        assert person is not None
        assert joined is not None
        person.attributes.setdefault("memberOf", []).append(joined.name.encode())
        joined.attributes.setdefault("member", []).append(person.name.encode())

    def _group(self, name: str, short: str, identifier: bytes) -> None:
        classes = ["top", "group", "groupOfNames"]
        entry = self._add(name, {"objectClass": classes, "cn": [short], "sAMAccountName": [short]})
        entry.attributes["objectSid"] = [identifier]

    def _add(self, name: str, attributes: dict[str, list[str]]) -> Entry:
        encoded = {
            kind: [value.encode() for value in values] for kind, values in attributes.items()
        }
        entry = Entry(name, {**encoded, "distinguishedName": [name.encode()]})
        self._entries[normalized(name.encode())] = entry
        return entry

    def _sid(self, rid: int) -> bytes:
        return sid(_NON_UNIQUE, *self._identifier, rid)

    def _rid(self) -> int:
        self._next_rid += 1
        return self._next_rid
