"""The Management Node's administrators out of the directory that `authentication` names."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from securemode_lab.appliance import ber
from securemode_lab.appliance.accounts import Person
from securemode_lab.clients import trust
from securemode_lab.clients.dns import addresses, hosts
from securemode_lab.clients.outgoing import TIMEOUT_S, NoAnswer, connected
from securemode_lab.services import ldap_messages as ldap
from securemode_lab.services.ldap_filters import BadFilter, escaped, parsed
from securemode_lab.services.ldap_messages import Code, Op, Scope, Search

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from securemode_lab.appliance.store import Store
    from securemode_lab.clients.assigned import Assigned
    from securemode_lab.clients.outgoing import Origin
    from securemode_lab.services.ldap_messages import Found

_TLS_PORT = 636
_SERVICE = "_ldap._tcp"
_LONGEST_S = 3 * TIMEOUT_S

_logger = logging.getLogger(__name__)


class Refused(Exception):
    """The directory does not accept a name and password, or a search."""


class Conversation:
    """One connection to a directory."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._number = 0
        self._buffer = b""

    async def bind(self, name: str, password: str) -> None:
        """Say who asks.

        Raises:
            Refused: name or password is wrong.
        """
        self._send(ldap.bind(name, password))
        result = ldap.read_result((await self._next()).content)
        if result.code != Code.SUCCESS:
            raise Refused(f"the directory refuses {name!r}: code {result.code} {result.text}")

    async def search(self, search: Search) -> list[Found]:
        """Entries that match; none where the base does not exist.

        Raises:
            Refused: the directory does not search for us.
        """
        self._send(search.encoded())
        found = []
        while (message := await self._next()).operation != Op.SEARCH_DONE:
            if message.operation == Op.ENTRY:
                found.append(ldap.read_entry(message.content))
        result = ldap.read_result(message.content)
        if result.code not in (Code.SUCCESS, Code.SIZE_LIMIT_EXCEEDED, Code.NO_SUCH_OBJECT):
            raise Refused(f"the directory does not search: code {result.code} {result.text}")
        return found

    def leave(self) -> None:
        """End it properly."""
        self._send(ldap.unbind())

    def _send(self, operation: bytes) -> None:
        self._number += 1
        self._writer.write(ldap.message(self._number, operation))

    async def _next(self) -> ldap.Message:
        try:
            while (parts := ldap.split(self._buffer)) is None:
                data = await self._reader.read(65_536)
                if not data:
                    raise NoAnswer("the directory closed the connection")
                self._buffer += data
            first, self._buffer = parts
            return ldap.read(first)
        except ber.Malformed as bad:
            raise NoAnswer(f"the directory says what is no LDAP: {bad}") from bad


class LdapDirectory:
    """See `appliance.accounts.Directory`.

    Args:
        store: whose `authentication` says where the directory is and how to search it.
        origin: of the Management Node.
        given: servers and trusted authorities of the Management Node at the moment.
    """

    def __init__(self, store: Store, origin: Origin, given: Callable[[], Assigned]) -> None:
        self._store = store
        self._origin = origin
        self._given = given

    async def authenticate(self, username: str, password: str) -> Person | None:
        """The person, if the directory accepts a bind with the password."""
        return await self._person(username, password) if password else None

    async def find(self, identity: str) -> Person | None:
        """The person whom a certificate names."""
        return await self._person(identity, None)

    async def _person(self, username: str, password: str | None) -> Person | None:
        try:
            return await asyncio.wait_for(self._looked_up(username, password), _LONGEST_S)
        except (TimeoutError, NoAnswer, Refused, BadFilter, OSError) as failed:
            _logger.info("no directory entry for %s: %r", username, failed)
            return None

    async def _looked_up(self, username: str, password: str | None) -> Person | None:
        settings = self._store.get("authentication", 1)
        if not settings["ldap_server"]:
            return None
        async with self._conversation(settings["ldap_server"]) as talk:
            await _bind_as_configured(talk, settings)
            user = await _user(talk, settings, username)
            if user is None:
                return None
            groups = await _groups(talk, settings, user)
            if password is not None:
                await talk.bind(user.name, password)
            talk.leave()
            return Person(username, groups)

    @asynccontextmanager
    async def _conversation(self, server: str) -> AsyncIterator[Conversation]:
        """Over TLS with the server itself, or with the one that its domain names."""
        given = self._given()
        services = await hosts(self._origin, given.dns, _SERVICE, server)
        name, port = services[0] if services else (server, _TLS_PORT)
        address = (await addresses(self._origin, given.dns, name))[0]
        context = trust.context(given.trusted)
        async with connected(self._origin, address, port, context, name) as streams:
            yield Conversation(*streams)


async def _bind_as_configured(talk: Conversation, settings: dict[str, Any]) -> None:
    if settings["ldap_bind_username"]:
        await talk.bind(settings["ldap_bind_username"], settings["ldap_bind_password"])


async def _user(talk: Conversation, settings: dict[str, Any], username: str) -> Found | None:
    """The one entry whose login name it is."""
    own = settings["ldap_user_search_filter"].replace("{username}", escaped(username))
    search = Search(
        base=_below(settings["ldap_base_dn"], settings["ldap_user_search_dn"]),
        scope=Scope.SUBTREE,
        filter=parsed(f"(&{settings['ldap_user_filter']}{own})"),
        attributes=(*_attributes(settings), "uid"),
    )
    found = await talk.search(search)
    return found[0] if len(found) == 1 else None


async def _groups(talk: Conversation, settings: dict[str, Any], user: Found) -> frozenset[str]:
    """Groups that the user's entry names, and those that name the user."""
    named = [v for name in _attributes(settings) for v in user.attributes.get(name.lower(), ())]
    uid = user.attributes.get("uid", [b""])[0].decode(errors="replace")
    own = settings["ldap_group_membership_filter"]
    own = own.replace("{userdn}", escaped(user.name)).replace("{useruid}", escaped(uid))
    search = Search(
        base=_below(settings["ldap_base_dn"], settings["ldap_group_search_dn"]),
        scope=Scope.SUBTREE,
        filter=parsed(f"(&{settings['ldap_group_filter']}{own})"),
        attributes=("1.1",),
    )
    found = [entry.name for entry in await talk.search(search)]
    return frozenset([value.decode(errors="replace") for value in named] + found)


def _attributes(settings: dict[str, Any]) -> tuple[str, ...]:
    return tuple(settings["ldap_user_group_attributes"].replace(",", " ").split())


def _below(base: str, relative: str) -> str:
    """A search base: the product's are relative to its base DN, or whole."""
    if not relative or not base:
        return relative or base
    is_whole = relative.casefold().endswith(base.casefold())
    return relative if is_whole else f"{relative},{base}"
