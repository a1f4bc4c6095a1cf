"""Aligned PER as far as call signalling needs it, one component after the other.

Source: ITU-T X.691, the clauses named at each function.
"""

from __future__ import annotations

_OCTET_BITS = 8
_RANGE_OF_AN_OCTET = 256
_RANGE_OF_TWO_OCTETS = 65536
_LARGEST_SHORT_LENGTH = 127
_LARGEST_LENGTH = 16383
_LONG_LENGTH = 0x8000
_SMALL_NUMBERS = 64
_SEPTET = 0x7F
_MORE_SEPTETS = 0x80
_ARCS_UNDER_THE_FIRST = 40


class TooLong(Exception):
    """A value that would have to be sent in fragments, which nothing here does."""


class Encoder:
    """Bits in the order in which they are sent."""

    def __init__(self) -> None:
        self._bits = 0
        self._count = 0

    def encoded(self) -> bytes:
        """Everything so far, filled up to whole octets; at least one (10.1)."""
        octets = max(1, -(-self._count // _OCTET_BITS))
        return (self._bits << octets * _OCTET_BITS - self._count).to_bytes(octets, "big")

    def boolean(self, *, value: bool) -> None:
        """A BOOLEAN (12)."""
        self.bits(int(value), 1)

    def sequence(self, optional: str = "", *, extended: bool = False) -> None:
        """How a SEQUENCE with an extension marker begins (19).

        Args:
            optional: an "x" for each optional component that is there, "-" for one that is not.
            extended: whether `additions` will follow its components.
        """
        self.boolean(value=extended)
        for mark in optional:
            self.boolean(value=mark == "x")

    def bits(self, value: int, count: int) -> None:
        """A number in so many bits."""
        self._bits = self._bits << count | value
        self._count += count

    def align(self) -> None:
        """Go on at the next octet."""
        self.bits(0, -self._count % _OCTET_BITS)

    def octets(self, data: bytes) -> None:
        """Octets at their own boundary."""
        self.align()
        self.bits(int.from_bytes(data, "big"), len(data) * _OCTET_BITS)

    def whole(self, value: int, low: int, high: int) -> None:
        """A number of a range, as INTEGER or as the length of something (10.5)."""
        size = high - low + 1
        if size < _RANGE_OF_AN_OCTET:
            self.bits(value - low, (size - 1).bit_length())
        elif size <= _RANGE_OF_TWO_OCTETS:
            self.octets((value - low).to_bytes(1 if size == _RANGE_OF_AN_OCTET else 2, "big"))
        else:
            raise TooLong(f"a range of {size} values")

    def small(self, value: int) -> None:
        """A number that is small as a rule, below 64 (10.6)."""
        if value >= _SMALL_NUMBERS:
            raise TooLong(f"{value} is not a small number")
        self.bits(value, 7)

    def length(self, count: int) -> None:
        """How many of something follow, without a bound (10.9.3)."""
        if count <= _LARGEST_SHORT_LENGTH:
            self.octets(bytes((count,)))
        elif count <= _LARGEST_LENGTH:
            self.octets((_LONG_LENGTH | count).to_bytes(2, "big"))
        else:
            raise TooLong(f"{count} octets")

    def string(self, data: bytes, low: int, high: int) -> None:
        """An OCTET STRING, or characters of one octet each, of a bounded length (16, 27)."""
        self.whole(len(data), low, high)
        self.octets(data)

    def bit_string(self, data: bytes, most: int) -> None:
        """A BIT STRING of whole octets and at most so many bits (15)."""
        self.whole(len(data) * _OCTET_BITS, 0, most)
        self.octets(data)

    def text(self, value: str, low: int, high: int) -> None:
        """A BMPString of a bounded length (27)."""
        self.whole(len(value), low, high)
        self.octets(value.encode("utf-16-be"))

    def oid(self, identifier: str) -> None:
        """An OBJECT IDENTIFIER (23)."""
        first, second, *arcs = map(int, identifier.split("."))
        data = b"".join(_septets(arc) for arc in (first * _ARCS_UNDER_THE_FIRST + second, *arcs))
        self.length(len(data))
        self.octets(data)

    def choice(self, index: int, alternatives: int) -> None:
        """Which of the alternatives before the extension marker follows (22.6)."""
        self.boolean(value=False)
        self.whole(index, 0, alternatives - 1)

    def additions(self, *values: Encoder | None) -> None:
        """What stands after the extension marker, None where it is left out (19.7 to 19.9)."""
        self.small(len(values) - 1)
        for value in values:
            self.boolean(value=value is not None)
        for value in values:
            if value is not None:
                data = value.encoded()
                self.length(len(data))
                self.octets(data)


def boolean(*, value: bool) -> Encoder:
    """A BOOLEAN that stands alone."""
    encoder = Encoder()
    encoder.boolean(value=value)
    return encoder


def _septets(arc: int) -> bytes:
    """One arc of an object identifier, as BER has it."""
    octets = [arc & _SEPTET]
    while arc := arc >> 7:
        octets.append(arc & _SEPTET | _MORE_SEPTETS)
    return bytes(reversed(octets))
