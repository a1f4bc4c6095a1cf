"""Search filters: as text (RFC 4515), as bytes (RFC 4511, section 4.5.1.7), and what they match."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from securemode_lab.appliance import ber

Values: TypeAlias = Callable[[str], Sequence[bytes]]
"""The values of an attribute by its name, whatever its case."""

_AND, _OR, _NOT = 0xA0, 0xA1, 0xA2
_EQUAL, _SUBSTRINGS, _AT_LEAST, _AT_MOST, _PRESENT, _ABOUT = 0xA3, 0xA4, 0xA5, 0xA6, 0x87, 0xA8
_INITIAL, _ANY, _FINAL = 0x80, 0x81, 0x82
_DEEPEST = 32
_ESCAPED = re.compile(rb"\\([0-9a-fA-F]{2})")
_COMPARISON = re.compile(r"\s*([A-Za-z0-9.;-]+)\s*([~<>]?=)([^()]*)")
_NORMALIZED_COMMA = re.compile(rb"\s*([,=])\s*")


class BadFilter(ValueError):
    """The text or the bytes are no filter, or one that this directory does not know."""


@dataclass(frozen=True, slots=True)
class Combined:
    """And, or, not: `tag` says which."""

    tag: int
    parts: tuple[Filter, ...]

    def matches(self, values: Values) -> bool:
        """Whether an entry with these values is among the results."""
        if self.tag == _AND:
            return all(part.matches(values) for part in self.parts)
        if self.tag == _OR:
            return any(part.matches(values) for part in self.parts)
        return not self.parts[0].matches(values)

    def encoded(self) -> bytes:
        """The bytes of a request."""
        return ber.sequence(*(part.encoded() for part in self.parts), tag=self.tag)


@dataclass(frozen=True, slots=True)
class Compared:
    """An attribute that has, or is beyond, a value: `tag` says which."""

    tag: int
    attribute: str
    value: bytes

    def matches(self, values: Values) -> bool:
        """Whether an entry with these values is among the results."""
        wanted = normalized(self.value)
        present = [normalized(value) for value in values(self.attribute)]
        if self.tag == _AT_LEAST:
            return any(value >= wanted for value in present)
        if self.tag == _AT_MOST:
            return any(value <= wanted for value in present)
        return wanted in present

    def encoded(self) -> bytes:
        """The bytes of a request."""
        attribute = ber.octets(self.attribute.encode())
        return ber.sequence(attribute, ber.octets(self.value), tag=self.tag)


@dataclass(frozen=True, slots=True)
class Present:
    """An attribute that has any value."""

    attribute: str

    def matches(self, values: Values) -> bool:
        """Whether an entry with these values is among the results."""
        return bool(values(self.attribute))

    def encoded(self) -> bytes:
        """The bytes of a request."""
        return ber.element(_PRESENT, self.attribute.encode())


@dataclass(frozen=True, slots=True)
class Substrings:
    """An attribute with a value that holds parts in their order; the outer two may be empty."""

    attribute: str
    parts: tuple[bytes, ...]

    def matches(self, values: Values) -> bool:
        """Whether an entry with these values is among the results."""
        first, *middle, last = (re.escape(normalized(part)) for part in self.parts)
        pattern = re.compile(b".*".join([first, *middle, last]), re.DOTALL)
        return any(pattern.fullmatch(normalized(value)) for value in values(self.attribute))

    def encoded(self) -> bytes:
        """The bytes of a request."""
        tags = [_INITIAL, *([_ANY] * (len(self.parts) - 2)), _FINAL]
        parts = [ber.element(t, p) for t, p in zip(tags, self.parts, strict=True) if p]
        return ber.sequence(
            ber.octets(self.attribute.encode()), ber.sequence(*parts), tag=_SUBSTRINGS
        )


Filter: TypeAlias = Combined | Compared | Present | Substrings


@lru_cache(maxsize=4096)
def normalized(value: bytes) -> bytes:
    """A value as it is compared: without regard to case and to spaces in a distinguished name."""
    return _NORMALIZED_COMMA.sub(rb"\1", value.strip()).lower()


def escaped(value: str) -> str:
    r"""A value inside the text of a filter: what has a meaning there becomes `\xx`."""
    return re.sub(r"[\\*()\0]", lambda found: f"\\{ord(found[0]):02x}", value)


def decoded(reader: ber.Reader, depth: int = 0) -> Filter:
    """The filter that comes next in a request.

    Raises:
        BadFilter: it is one that this directory does not know, or too deep.
        Malformed: the bytes are not BER.
    """
    tag = reader.next_tag()
    if depth > _DEEPEST:
        raise BadFilter("too many filters inside each other")
    if tag in (_AND, _OR, _NOT):
        inside = reader.inside(tag)
        parts = []
        while not inside.exhausted:
            parts.append(decoded(inside, depth + 1))
        if tag == _NOT and len(parts) != 1:
            raise BadFilter("not takes one filter")
        return Combined(tag, tuple(parts))
    if tag == _PRESENT:
        return Present(_text(reader.octets(tag)))
    if tag == _SUBSTRINGS:
        return _substrings(reader.inside(tag))
    if tag in (_EQUAL, _AT_LEAST, _AT_MOST, _ABOUT):
        inside = reader.inside(tag)
        return Compared(tag, _text(inside.octets()), inside.octets())
    raise BadFilter(f"no filter has the tag {tag:#04x}")


def _substrings(inside: ber.Reader) -> Substrings:
    attribute, pieces = _text(inside.octets()), inside.inside(ber.Tag.SEQUENCE)
    first, middle, last = b"", [], b""
    while not pieces.exhausted:
        tag = pieces.next_tag()
        piece = pieces.octets(tag)
        if tag == _INITIAL:
            first = piece
        elif tag == _FINAL:
            last = piece
        else:
            middle.append(piece)
    return Substrings(attribute, (first, *middle, last))


def _text(value: bytes) -> str:
    return value.decode(errors="replace")


def parsed(text: str) -> Filter:
    """The filter that a text stands for.

    Raises:
        BadFilter: it stands for none.
    """
    found, rest = _parsed(text.strip(), 0)
    if rest.strip():
        raise BadFilter(f"behind the filter: {rest}")
    return found


def _parsed(text: str, depth: int) -> tuple[Filter, str]:
    if not text.startswith("(") or depth > _DEEPEST:
        raise BadFilter(f"expected a parenthesis: {text}")
    text = text[1:]
    tags = {"&": _AND, "|": _OR, "!": _NOT}
    if text[:1] not in tags:
        return _comparison(text)
    tag, rest, parts = tags[text[0]], text[1:].lstrip(), []
    while rest.startswith("("):
        part, rest = _parsed(rest, depth + 1)
        parts.append(part)
        rest = rest.lstrip()
    if not rest.startswith(")") or (tag == _NOT and len(parts) != 1):
        raise BadFilter(f"a filter does not end: {text}")
    return Combined(tag, tuple(parts)), rest[1:]


def _comparison(text: str) -> tuple[Filter, str]:
    match = _COMPARISON.match(text)
    if match is None or not text[match.end() :].startswith(")"):
        raise BadFilter(f"no comparison: {text}")
    attribute, sign, value = match.groups()
    rest = text[match.end() + 1 :]
    if sign != "=":
        tag = {"~=": _ABOUT, ">=": _AT_LEAST, "<=": _AT_MOST}[sign]
        return Compared(tag, attribute, _unescaped(value)), rest
    if value == "*":
        return Present(attribute), rest
    if "*" in value:
        return Substrings(attribute, tuple(map(_unescaped, value.split("*")))), rest
    return Compared(_EQUAL, attribute, _unescaped(value)), rest


def _unescaped(value: str) -> bytes:
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), value.encode())
