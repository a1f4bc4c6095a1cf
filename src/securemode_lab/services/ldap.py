"""An LDAP server for the site's directory: simple bind and search (RFC 4511), no writing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from securemode_lab.appliance import ber
from securemode_lab.services import ldap_messages as ldap
from securemode_lab.services.directory import Entry
from securemode_lab.services.ldap_filters import BadFilter, decoded, normalized
from securemode_lab.services.ldap_messages import Code, Op, Result, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode_lab.services.directory import DirectoryTree

TLS_PORT = 636
MOST_ENTRIES = 1000
_LDAP_VERSION = 3
_ALL, _NONE = "*", "1.1"


class LdapServer:
    """What every connection shares.

    Attributes:
        down: accepts connections and answers nothing.
        refuses_strangers: knows nobody's password unless the client is one of `known_clients`.
        known_clients: addresses.
        bound: names that have bound, oldest first; empty for a refused one.
    """

    def __init__(self, tree: DirectoryTree) -> None:
        self.tree = tree
        self.down = False
        self.refuses_strangers = False
        self.known_clients: set[str] = set()
        self.bound: list[str] = []

    def bind(self, name: str, password: str, client: str) -> Result:
        """Whether somebody is who he says."""
        if name and not password:
            text = "unauthenticated bind is not allowed"
            return Result(Code.UNWILLING_TO_PERFORM, text)
        if not name:
            return Result(Code.SUCCESS)
        is_heard = not self.refuses_strangers or client in self.known_clients
        entry = self.tree.authenticated(name, password) if is_heard else None
        self.bound.append(entry.name if entry else "")
        return Result(Code.SUCCESS if entry else Code.INVALID_CREDENTIALS)

    def root(self) -> Entry:
        """The entry that describes the server."""
        base = self.tree.base.encode()
        return Entry(
            "",
            {
                "objectClass": [b"top"],
                "namingContexts": [base],
                "defaultNamingContext": [base],
                "supportedLDAPVersion": [b"3"],
                "vendorName": [b"securemode lab"],
            },
        )

    def below(self, base: str, scope: Scope) -> Iterator[Entry] | None:
        """Entries that a search goes through, None where its base does not exist."""
        if self.tree.entry(base) is None:
            return None
        wanted = normalized(base.encode())
        return (
            entry
            for entry in self.tree.entries
            if _is_within(normalized(entry.name.encode()), wanted, scope)
        )


def _is_within(name: bytes, base: bytes, scope: Scope) -> bool:
    if scope is Scope.BASE:
        return name == base
    if scope is Scope.ONE:
        return name.partition(b",")[2] == base
    return name == base or name.endswith(b"," + base)


class LdapStream(asyncio.Protocol):
    """One connection."""

    def __init__(self, server: LdapServer) -> None:
        self._server = server
        self._buffer = b""
        self._is_bound = False
        self._client = ""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._client = str(transport.get_extra_info("peername")[0])

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        del exc
        self.transport = None

    def data_received(self, data: bytes) -> None:
        """Answer every message that is complete; whoever speaks no LDAP is cut off."""
        self._buffer += data
        if self._server.down:
            return
        try:
            while self.transport is not None and (parts := ldap.split(self._buffer)):
                first, self._buffer = parts
                self._answer(ldap.read(first))
        except (ber.Malformed, ValueError):
            self._disconnect()

    def _answer(self, message: ldap.Message) -> None:
        operation = message.operation
        if operation == Op.UNBIND:
            self._close()
        elif message.critical and operation in (Op.BIND, Op.SEARCH):
            kind = Op.BIND_ANSWER if operation == Op.BIND else Op.SEARCH_DONE
            self._end(message, kind, Result(Code.UNAVAILABLE_CRITICAL_EXTENSION))
        elif operation == Op.BIND:
            self._end(message, Op.BIND_ANSWER, self._bind(message.content))
        elif operation == Op.SEARCH:
            self._end(message, Op.SEARCH_DONE, self._search(message))
        elif operation == Op.EXTENDED:
            text = "no extended operation is known here"
            self._end(message, Op.EXTENDED_ANSWER, Result(Code.PROTOCOL_ERROR, text))
        elif operation in ldap.ANSWERED_BY:
            refused = Result(Code.UNWILLING_TO_PERFORM, "the directory is read-only")
            self._end(message, ldap.ANSWERED_BY[Op(operation)], refused)
        elif operation != Op.ABANDON:
            self._disconnect()

    def _bind(self, content: ber.Reader) -> Result:
        self._is_bound = False
        if content.integer() != _LDAP_VERSION:
            return Result(Code.PROTOCOL_ERROR, "only version 3 is spoken here")
        name = content.octets().decode(errors="replace")
        if content.next_tag() != ldap.SIMPLE:
            return Result(Code.AUTH_METHOD_NOT_SUPPORTED, "only simple binds are known here")
        password = content.octets(ldap.SIMPLE).decode(errors="replace")
        result = self._server.bind(name, password, self._client)
        self._is_bound = bool(name) and result.code == Code.SUCCESS
        return result

    def _search(self, message: ldap.Message) -> Result:
        content = message.content
        base = content.octets().decode(errors="replace")
        scope = Scope(content.integer(ldap.ENUMERATED))
        content.integer(ldap.ENUMERATED)
        limit = min(content.integer() or MOST_ENTRIES, MOST_ENTRIES)
        content.integer()
        types_only = bool(content.integer(ldap.BOOLEAN))
        try:
            wanted = decoded(content)
        except BadFilter as bad:
            return Result(Code.PROTOCOL_ERROR, str(bad))
        attributes = _names(content.inside(ber.Tag.SEQUENCE))
        if not base and scope is Scope.BASE:
            self._show(message, self._server.root(), attributes, types_only=types_only)
            return Result(Code.SUCCESS)
        if not self._is_bound:
            text = "a successful bind must be completed on the connection"
            return Result(Code.OPERATIONS_ERROR, text)
        entries = self._server.below(base, scope)
        if entries is None:
            return Result(Code.NO_SUCH_OBJECT, matched=self._server.tree.base)
        matching = (entry for entry in entries if wanted.matches(entry.values))
        for number, entry in enumerate(matching):
            if number == limit:
                return Result(Code.SIZE_LIMIT_EXCEEDED)
            self._show(message, entry, attributes, types_only=types_only)
        return Result(Code.SUCCESS)

    def _show(
        self, message: ldap.Message, entry: Entry, attributes: list[str], *, types_only: bool
    ) -> None:
        wanted = {name.lower() for name in attributes}
        shown = {
            name: [] if types_only else values
            for name, values in entry.attributes.items()
            if not wanted or _ALL in wanted or name.lower() in wanted
        }
        if wanted == {_NONE}:
            shown = {}
        self._send(message.number, ldap.entry(entry.name, shown))

    def _end(self, message: ldap.Message, operation: int, result: Result) -> None:
        self._send(message.number, result.encoded(operation))

    def _send(self, number: int, operation: bytes) -> None:
        if self.transport is not None:
            self.transport.write(ldap.message(number, operation))

    def _disconnect(self) -> None:
        """Say that this is no LDAP (RFC 4511, section 4.4.1), and leave."""
        self._send(0, Result(Code.PROTOCOL_ERROR).encoded(Op.EXTENDED_ANSWER))
        self._close()

    def _close(self) -> None:
        if self.transport is not None:
            self.transport.close()
            self.transport = None


def _names(attributes: ber.Reader) -> list[str]:
    names = []
    while not attributes.exhausted:
        names.append(attributes.octets().decode(errors="replace"))
    return names
