"""The bytes of LDAP (RFC 4511), as far as the lab's server and its clients speak it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from securemode_lab.appliance import ber

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from securemode_lab.services.ldap_filters import Filter

ENUMERATED, BOOLEAN, SET = 0x0A, 0x01, 0x31
SIMPLE = 0x80
CONTROLS = 0xA0
LONGEST_MESSAGE = 1 << 20


class Op(IntEnum):
    """Tags of the operations."""

    BIND = 0x60
    BIND_ANSWER = 0x61
    UNBIND = 0x42
    SEARCH = 0x63
    ENTRY = 0x64
    SEARCH_DONE = 0x65
    MODIFY = 0x66
    ADD = 0x68
    DELETE = 0x4A
    RENAME = 0x6C
    COMPARE = 0x6E
    ABANDON = 0x50
    EXTENDED = 0x77
    EXTENDED_ANSWER = 0x78


ANSWERED_BY = {
    Op.MODIFY: 0x67,
    Op.ADD: 0x69,
    Op.DELETE: 0x6B,
    Op.RENAME: 0x6D,
    Op.COMPARE: 0x6F,
}
"""Tags of the answers to what the directory does not let anybody do."""


class Code(IntEnum):
    """Result codes."""

    SUCCESS = 0
    OPERATIONS_ERROR = 1
    PROTOCOL_ERROR = 2
    SIZE_LIMIT_EXCEEDED = 4
    AUTH_METHOD_NOT_SUPPORTED = 7
    UNAVAILABLE_CRITICAL_EXTENSION = 12
    NO_SUCH_OBJECT = 32
    INVALID_CREDENTIALS = 49
    UNWILLING_TO_PERFORM = 53


class Scope(IntEnum):
    """How far below its base a search goes."""

    BASE = 0
    ONE = 1
    SUBTREE = 2


@dataclass(frozen=True, slots=True)
class Message:
    """One message: number, operation, what is in that, and controls that must be obeyed."""

    number: int
    operation: int
    content: ber.Reader
    critical: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search request."""

    base: str
    scope: Scope
    filter: Filter
    attributes: Sequence[str] = ()
    size_limit: int = 0
    types_only: bool = False

    def encoded(self) -> bytes:
        """The operation."""
        return ber.sequence(
            ber.octets(self.base.encode()),
            ber.integer(self.scope, ENUMERATED),
            ber.integer(0, ENUMERATED),
            ber.integer(self.size_limit),
            ber.integer(0),
            ber.element(BOOLEAN, bytes([0xFF if self.types_only else 0])),
            self.filter.encoded(),
            ber.sequence(*(ber.octets(name.encode()) for name in self.attributes)),
            tag=Op.SEARCH,
        )


@dataclass(frozen=True, slots=True)
class Result:
    """How an operation ended."""

    code: int
    text: str = ""
    matched: str = ""

    def encoded(self, operation: int) -> bytes:
        """The operation that says so."""
        parts = (
            ber.integer(self.code, ENUMERATED),
            ber.octets(self.matched.encode()),
            ber.octets(self.text.encode()),
        )
        return ber.sequence(*parts, tag=operation)


@dataclass(frozen=True, slots=True)
class Found:
    """An entry among the results of a search; attribute names in lower case."""

    name: str
    attributes: dict[str, list[bytes]] = field(default_factory=dict)


def split(buffer: bytes) -> tuple[bytes, bytes] | None:
    """The first whole message of a stream and what follows it, None while there is none.

    Raises:
        Malformed: no message starts like this, or it is too long.
    """
    if len(buffer) < 2:  # noqa: PLR2004 - tag and length
        return None
    if buffer[0] != ber.Tag.SEQUENCE:
        raise ber.Malformed("no LDAP message")
    long_form = buffer[1] & 0x7F if buffer[1] & 0x80 else 0
    if len(buffer) < 2 + long_form:
        return None
    length = int.from_bytes(buffer[2 : 2 + long_form], "big") if long_form else buffer[1]
    if length > LONGEST_MESSAGE:
        raise ber.Malformed("a message of more than a megabyte")
    end = 2 + long_form + length
    return (buffer[:end], buffer[end:]) if len(buffer) >= end else None


def message(number: int, operation: bytes) -> bytes:
    """An operation with its number."""
    return ber.sequence(ber.integer(number), operation)


def read(data: bytes) -> Message:
    """A message out of its bytes.

    Raises:
        Malformed: they are none.
    """
    inside = ber.Reader(data).inside(ber.Tag.SEQUENCE)
    number, operation = inside.integer(), inside.next_tag()
    content = inside.inside(operation)
    return Message(number, operation, content, tuple(_critical(inside)))


def _critical(inside: ber.Reader) -> Iterable[str]:
    if inside.exhausted or inside.next_tag() != CONTROLS:
        return
    controls = inside.inside(CONTROLS)
    while not controls.exhausted:
        control = controls.inside(ber.Tag.SEQUENCE)
        name = control.octets().decode(errors="replace")
        if not control.exhausted and control.next_tag() == BOOLEAN and control.integer(BOOLEAN):
            yield name


def bind(name: str, password: str) -> bytes:
    """A simple bind."""
    version, secret = ber.integer(3), ber.element(SIMPLE, password.encode())
    return ber.sequence(version, ber.octets(name.encode()), secret, tag=Op.BIND)


def unbind() -> bytes:
    """The end of a conversation."""
    return ber.element(Op.UNBIND, b"")


def entry(name: str, attributes: Mapping[str, Sequence[bytes]]) -> bytes:
    """An entry among the results."""
    shown = [
        ber.sequence(ber.octets(kind.encode()), ber.sequence(*map(ber.octets, values), tag=SET))
        for kind, values in attributes.items()
    ]
    return ber.sequence(ber.octets(name.encode()), ber.sequence(*shown), tag=Op.ENTRY)


def read_entry(content: ber.Reader) -> Found:
    """An entry out of the content of its operation."""
    found = Found(content.octets().decode(errors="replace"))
    attributes = content.inside(ber.Tag.SEQUENCE)
    while not attributes.exhausted:
        attribute = attributes.inside(ber.Tag.SEQUENCE)
        kind, values = attribute.octets().decode(errors="replace"), attribute.inside(SET)
        held = found.attributes.setdefault(kind.lower(), [])
        while not values.exhausted:
            held.append(values.octets())
    return found


def read_result(content: ber.Reader) -> Result:
    """How an operation ended, out of the content of its answer."""
    code, matched, text = content.integer(ENUMERATED), content.octets(), content.octets()
    return Result(code, text.decode(errors="replace"), matched.decode(errors="replace"))
