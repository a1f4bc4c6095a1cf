"""The Basic Encoding Rules as far as SNMP uses them (RFC 3417, section 8).

A module of our own instead of pyasn1, for three reasons: the digest of an SNMPv3 message covers
the datagram as it came, so the reader has to know at which offset an element lies, which pyasn1
hides; a hundred agents share two cores, and a schema-driven decoder takes milliseconds a message;
and whatever is malformed has to end in one exception, which the agent answers with silence.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias

Oid: TypeAlias = tuple[int, ...]

LONGEST_OID = 128
LARGEST_ARC = 2**32 - 1
LONGEST_INTEGER_BYTES = 9  # Counter64 with its sign octet
LONGEST_LENGTH_BYTES = 4
LONG_FORM = 0x80


class Tag(IntEnum):
    """The tags of SNMP's data types; those of its protocol data units are in `snmp_pdu`."""

    INTEGER = 0x02
    OCTET_STRING = 0x04
    NULL = 0x05
    OBJECT_IDENTIFIER = 0x06
    SEQUENCE = 0x30
    IP_ADDRESS = 0x40
    COUNTER32 = 0x41
    GAUGE32 = 0x42
    TIME_TICKS = 0x43
    OPAQUE = 0x44
    COUNTER64 = 0x46
    NO_SUCH_OBJECT = 0x80
    NO_SUCH_INSTANCE = 0x81
    END_OF_MIB_VIEW = 0x82


class Malformed(Exception):
    """These bytes are not what the Basic Encoding Rules allow at this place."""


class Reader:
    """Walks through the elements between two offsets of a buffer, never beyond the second."""

    __slots__ = ("_data", "_end", "_position")

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self._data = data
        self._position = start
        self._end = len(data) if end is None else end

    @property
    def exhausted(self) -> bool:
        """Whether every element has been read."""
        return self._position >= self._end

    def next_tag(self) -> int:
        """The tag of the next element, which stays unread."""
        if self.exhausted:
            raise Malformed("an element is missing")
        return self._data[self._position]

    def span(self, tag: int) -> tuple[int, int]:
        """The offsets between which the content of the next element lies."""
        if self.next_tag() != tag:
            raise Malformed(f"expected tag {tag:#04x}, saw {self.next_tag():#04x}")
        start = self._position + 1
        length, start = self._length(start)
        if start + length > self._end:
            raise Malformed("an element is longer than what contains it")
        self._position = start + length
        return start, start + length

    def inside(self, tag: int) -> Reader:
        """A reader of the elements inside the next element."""
        return Reader(self._data, *self.span(tag))

    def octets(self, tag: int = Tag.OCTET_STRING) -> bytes:
        """The content of the next element."""
        start, end = self.span(tag)
        return self._data[start:end]

    def integer(self, tag: int = Tag.INTEGER) -> int:
        """The next element as a signed number."""
        content = self.octets(tag)
        if not 1 <= len(content) <= LONGEST_INTEGER_BYTES:
            raise Malformed(f"a number of {len(content)} bytes")
        return int.from_bytes(content, "big", signed=True)

    def rest(self) -> bytes:
        """The bytes not read so far."""
        return self._data[self._position : self._end]

    def oid(self) -> Oid:
        """The next element as an object identifier."""
        return _arcs(self.octets(Tag.OBJECT_IDENTIFIER))

    def _length(self, position: int) -> tuple[int, int]:
        if position >= self._end:
            raise Malformed("a length is missing")
        first = self._data[position]
        position += 1
        if first < LONG_FORM:
            return first, position
        size = first - LONG_FORM
        if not 1 <= size <= LONGEST_LENGTH_BYTES or position + size > self._end:
            raise Malformed(f"a length of {size} bytes")
        return int.from_bytes(self._data[position : position + size], "big"), position + size


def element(tag: int, content: bytes) -> bytes:
    """One element: tag, length in its shortest form, content."""
    length = len(content)
    if length < LONG_FORM:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, LONG_FORM | size)) + length.to_bytes(size, "big") + content


def sequence(*elements: bytes, tag: int = Tag.SEQUENCE) -> bytes:
    """Elements inside one constructed element."""
    return element(tag, b"".join(elements))


def integer(value: int, tag: int = Tag.INTEGER) -> bytes:
    """A number in its shortest two's complement form."""
    return element(tag, integer_content(value))


def octets(content: bytes) -> bytes:
    """An octet string."""
    return element(Tag.OCTET_STRING, content)


def oid(arcs: Oid) -> bytes:
    """An object identifier."""
    return element(Tag.OBJECT_IDENTIFIER, oid_content(arcs))


def integer_content(value: int) -> bytes:
    """What stands inside a number: at least one byte, the highest bit its sign."""
    magnitude = value if value >= 0 else ~value
    return value.to_bytes(magnitude.bit_length() // 8 + 1, "big", signed=True)


def oid_content(arcs: Oid) -> bytes:
    """What stands inside an object identifier: its first two arcs share one number."""
    first, second, *others = arcs
    return b"".join(map(_base128, (first * 40 + second, *others)))


def _base128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


def _arcs(content: bytes) -> Oid:
    if not content:
        return (0, 0)  # 06 00 stands for 0.0, which net-snmp reads as well
    if content[-1] & 0x80:
        raise Malformed("an object identifier ends within an arc")
    arcs: list[int] = []
    number = 0
    for digit in content:
        number = number << 7 | digit & 0x7F
        if number > LARGEST_ARC:
            raise Malformed("an arc beyond 32 bits")
        if not digit & 0x80:
            arcs.append(number)
            number = 0
    if len(arcs) >= LONGEST_OID:
        raise Malformed("an object identifier of more than 128 arcs")
    root = min(arcs[0] // 40, 2)
    return (root, arcs[0] - 40 * root, *arcs[1:])
