"""Reads ASN.1 values in aligned Packed Encoding Rules, as far as H.225.0 calls need them.

Types are functions from bits to a value; the ones here are put together to a type in
`h225_setup`. Extension additions that a type does not know are passed over by their length.

Source: ITU-T X.691 (aligned variant), sections 10 to 24.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Read: TypeAlias = Callable[["Bits"], Any]

MOST_ITEMS = 256
_LONG, _FRAGMENTED = 0x80, 0xC0
_SIXTEEN_BITS = 1 << 16


class NotUnderstoodError(ValueError):
    """These bytes are no value of the type, or one that is not read here."""


class BitString(NamedTuple):
    """A string of bits: its length, and its value as a number."""

    length: int
    value: int


class Bits:
    """What is still to be read of an encoding."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, bits: int) -> int:
        """The next bits as a number."""
        end = self._at + bits
        if end > 8 * len(self._data):
            raise NotUnderstoodError("the encoding ends too early")
        first, last = self._at // 8, (end + 7) // 8
        whole = int.from_bytes(self._data[first:last], "big")
        self._at = end
        return whole >> (8 * last - end) & ((1 << bits) - 1)

    def align(self) -> None:
        """Go on to the next octet."""
        self._at = (self._at + 7) // 8 * 8

    def octets(self, length: int) -> bytes:
        """The next octets."""
        return self.number(8 * length).to_bytes(length, "big")

    def within(self, lowest: int, highest: int) -> int:
        """A whole number with two bounds."""
        span = highest - lowest + 1
        if span == 1:
            return lowest
        if span < 256:  # noqa: PLR2004 - X.691 section 10.5.7.1
            return lowest + self.number((span - 1).bit_length())
        if span > _SIXTEEN_BITS:
            octets = self.within(1, ((highest - lowest).bit_length() + 7) // 8)
            self.align()
            return lowest + self.number(8 * octets)
        self.align()
        return lowest + self.number(8 if span == 256 else 16)  # noqa: PLR2004 - as above

    def length(self) -> int:
        """A length without bounds."""
        self.align()
        first = self.number(8)
        if first >= _FRAGMENTED:
            raise NotUnderstoodError("a value in fragments")
        return (first & 0x3F) << 8 | self.number(8) if first >= _LONG else first

    def small(self) -> int:
        """A number that is usually small: which extension, or how many less one."""
        return self.length() if self.number(1) else self.number(6)

    def open_type(self) -> Bits:
        """A value wrapped with its length."""
        return Bits(self.octets(self.length()))


def null(_bits: Bits) -> None:
    """NULL takes no bits."""


def boolean(bits: Bits) -> bool:
    """BOOLEAN."""
    return bool(bits.number(1))


def object_identifier(bits: Bits) -> str:
    """OBJECT IDENTIFIER, as numbers and dots."""
    arcs, arc = [], 0
    for octet in bits.octets(bits.length()):
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    if not arcs:
        raise NotUnderstoodError("an empty object identifier")
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def unbounded_integer(bits: Bits) -> int:
    """INTEGER without bounds."""
    return int.from_bytes(bits.octets(bits.length()), "big", signed=True)


def integer(lowest: int, highest: int) -> Read:
    """INTEGER with bounds."""
    return lambda bits: bits.within(lowest, highest)


def octet_string(shortest: int = 0, longest: int | None = None) -> Read:
    """OCTET STRING of a length within bounds."""

    def read(bits: Bits) -> bytes:
        length = bits.length() if longest is None else bits.within(shortest, longest)
        if longest is None or longest > 2:  # noqa: PLR2004 - X.691 section 16.6
            bits.align()
        return bits.octets(length)

    return read


def bit_string(shortest: int, longest: int | None) -> Read:
    """BIT STRING of a length within bounds; None where that is 64 K or more."""

    def read(bits: Bits) -> BitString:
        length = bits.length() if longest is None else bits.within(shortest, longest)
        if longest is None or longest > 16:  # noqa: PLR2004 - X.691 section 15.9
            bits.align()
        return BitString(length, bits.number(length))

    return read


def text(bits_each: int, shortest: int, longest: int) -> Read:
    """A string of characters that all take the same number of bits; as their numbers."""

    def read(bits: Bits) -> tuple[int, ...]:
        length = bits.within(shortest, longest)
        if longest * bits_each >= 16:  # noqa: PLR2004 - X.691 section 27.5.7
            bits.align()
        return tuple(bits.number(bits_each) for _ in range(length))

    return read


def sequence_of(item: Read) -> Read:
    """SEQUENCE OF, of any length up to a bound of ours."""

    def read(bits: Bits) -> list[Any]:
        length = bits.length()
        if length > MOST_ITEMS:
            raise NotUnderstoodError(f"{length} items")
        return [item(bits) for _ in range(length)]

    return read


class Optional(NamedTuple):
    """A component that may be missing."""

    read: Read


def sequence(
    components: Mapping[str, Read | Optional],
    additions: Mapping[int, tuple[str, Read]] | None = None,
    *,
    extensible: bool = True,
) -> Read:
    """SEQUENCE: what is there by name; of the additions, those given by their place."""

    def read(bits: Bits) -> dict[str, Any]:
        is_extended = extensible and boolean(bits)
        optional = [name for name, one in components.items() if isinstance(one, Optional)]
        missing = {name for name in optional if not boolean(bits)}
        found = {}
        for name, component in components.items():
            if name not in missing:
                reader = component.read if isinstance(component, Optional) else component
                found[name] = reader(bits)
        return found | (_additions(bits, additions or {}) if is_extended else {})

    return read


def _additions(bits: Bits, known: Mapping[int, tuple[str, Read]]) -> dict[str, Any]:
    present = [boolean(bits) for _ in range(bits.small() + 1)]
    found = {}
    for place in (place for place, is_there in enumerate(present) if is_there):
        value = bits.open_type()
        if place in known:
            name, reader = known[place]
            found[name] = reader(value)
    return found


def choice(
    alternatives: Mapping[str, Read], *, extensible: bool = True
) -> Callable[[Bits], tuple[str, Any]]:
    """CHOICE: which, and its value; one that was added later has no name and no value here."""
    names = tuple(alternatives)

    def read(bits: Bits) -> tuple[str, Any]:
        if extensible and boolean(bits):
            bits.small()
            bits.open_type()
            return "", None
        name = bits.within(0, len(names) - 1)
        if name >= len(names):
            raise NotUnderstoodError("an alternative that there is not")
        return names[name], alternatives[names[name]](bits)

    return read
