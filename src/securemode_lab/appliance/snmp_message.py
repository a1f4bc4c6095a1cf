"""SNMPv3 messages: header, security parameters and scoped data (RFC 3412, 6; RFC 3414, 2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from securemode_lab.appliance import ber
from securemode_lab.appliance.ber import Malformed, Reader, Tag
from securemode_lab.appliance.snmp_commands import LARGEST_DATAGRAM_BYTES
from securemode_lab.appliance.snmp_pdu import Pdu
from securemode_lab.appliance.snmp_usm import DIGEST_BYTES, SALT_BYTES, Keys

VERSION_3 = 3
USER_BASED = 3
REPORTABLE = 4
SMALLEST_MAXIMUM_BYTES = 484
LONGEST_ENGINE_ID = 32
LONGEST_USER_NAME = 32
LARGEST_NUMBER = 2**31 - 1


class Level(IntEnum):
    """Security levels by the bits of msgFlags; privacy without authentication is none."""

    NO_AUTH_NO_PRIV = 0
    AUTH_NO_PRIV = 1
    AUTH_PRIV = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class V3Message:
    """One message as it came, its scoped data still closed.

    Attributes:
        datagram: all of it.
        digest_at: offset of the digest in the datagram.
        scoped: the scoped data: one element in clear, or an octet string of ciphertext.
    """

    datagram: bytes
    message_id: int
    largest_bytes: int
    level: Level
    reportable: bool
    engine_id: bytes
    clock: tuple[int, int]
    user: bytes
    digest: bytes
    digest_at: int
    salt: bytes
    scoped: bytes

    @classmethod
    def read(cls, datagram: bytes) -> V3Message:
        """A datagram as a message.

        Raises:
            Malformed: it isn't one, or not one of the User-based Security Model.
        """
        whole = Reader(datagram).inside(Tag.SEQUENCE)
        whole.integer()
        header = whole.inside(Tag.SEQUENCE)
        message_id, largest_bytes = header.integer(), header.integer()
        flags, model = header.octets(), header.integer()
        if model != USER_BASED or len(flags) != 1:
            raise Malformed(f"security model {model}, {len(flags)} bytes of flags")
        if not 0 <= message_id <= LARGEST_NUMBER or largest_bytes < SMALLEST_MAXIMUM_BYTES:
            raise Malformed(f"message {message_id} of at most {largest_bytes} bytes")
        security = whole.inside(Tag.OCTET_STRING).inside(Tag.SEQUENCE)
        engine_id, clock = security.octets(), (security.integer(), security.integer())
        user = security.octets()
        digest_at, digest_end = security.span(Tag.OCTET_STRING)
        return cls(
            datagram=datagram,
            message_id=message_id,
            largest_bytes=largest_bytes,
            level=_level(flags[0]),
            reportable=bool(flags[0] & REPORTABLE),
            engine_id=_short(engine_id, LONGEST_ENGINE_ID),
            clock=_clock(clock),
            user=_short(user, LONGEST_USER_NAME),
            digest=datagram[digest_at:digest_end],
            digest_at=digest_at,
            salt=security.octets(),
            scoped=whole.rest(),
        )

    def is_signed_by(self, keys: Keys) -> bool:
        """Whether the digest is the one that these keys make."""
        if len(self.digest) != DIGEST_BYTES:
            return False
        end = self.digest_at + DIGEST_BYTES
        unsigned = self.datagram[: self.digest_at] + bytes(DIGEST_BYTES) + self.datagram[end:]
        return keys.digest(unsigned) == self.digest

    def ciphertext(self) -> bytes:
        """The encrypted scoped data.

        Raises:
            Malformed: there is none, or no salt to decrypt it with.
        """
        if len(self.salt) != SALT_BYTES:
            raise Malformed(f"a salt of {len(self.salt)} bytes")
        return Reader(self.scoped).octets()


@dataclass(frozen=True, slots=True)
class ScopedPdu:
    """A protocol data unit and the context that it is about."""

    engine_id: bytes
    context: bytes
    pdu: Pdu

    @classmethod
    def read(cls, scoped: bytes) -> ScopedPdu:
        """Scoped data in clear; what follows the element may be padding.

        Raises:
            Malformed: it is none, or ciphertext, or decrypted with another key.
        """
        inside = Reader(scoped).inside(Tag.SEQUENCE)
        return cls(inside.octets(), inside.octets(), Pdu.read(inside))

    def encode(self) -> bytes:
        """The scoped data as it travels in clear."""
        return ber.sequence(ber.octets(self.engine_id), ber.octets(self.context), self.pdu.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What surrounds the scoped data of a message to be sent."""

    message_id: int
    level: Level
    engine_id: bytes
    clock: tuple[int, int]
    user: bytes

    def seal(self, scoped: bytes, *, salt: bytes = b"", keys: Keys | None = None) -> bytes:
        """The message around scoped data, signed when there are keys to sign with."""
        if keys is None:
            return self._message(b"", salt, scoped)
        digest = keys.digest(self._message(bytes(DIGEST_BYTES), salt, scoped))
        return self._message(digest, salt, scoped)

    def _message(self, digest: bytes, salt: bytes, scoped: bytes) -> bytes:
        header = ber.sequence(
            ber.integer(self.message_id),
            ber.integer(LARGEST_DATAGRAM_BYTES),
            ber.octets(bytes((self.level,))),
            ber.integer(USER_BASED),
        )
        security = ber.sequence(
            ber.octets(self.engine_id),
            *map(ber.integer, self.clock),
            *map(ber.octets, (self.user, digest, salt)),
        )
        return ber.sequence(ber.integer(VERSION_3), header, ber.octets(security), scoped)


def _level(flags: int) -> Level:
    try:
        return Level(flags & Level.AUTH_PRIV)
    except ValueError:
        raise Malformed("privacy without authentication") from None


def _clock(clock: tuple[int, int]) -> tuple[int, int]:
    if not all(0 <= number <= LARGEST_NUMBER for number in clock):
        raise Malformed(f"boots and time of {clock}")
    return clock


def _short(octets: bytes, longest: int) -> bytes:
    if len(octets) > longest:
        raise Malformed(f"{len(octets)} bytes where {longest} are the most")
    return octets
