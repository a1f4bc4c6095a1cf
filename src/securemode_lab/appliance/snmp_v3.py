"""The SNMPv3 side of an agent: who asks, in what security, and what snmpd tells who is refused.

Follows net-snmp 5.9.3, which the appliance runs. An unknown engine, user, digest or time is met by
a report; ciphertext that decrypts to nonsense, and a context other than the default one, by
silence; a level below the one granted by a response whose error is authorizationError.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from securemode_lab.appliance import ber
from securemode_lab.appliance.ber import Malformed, Tag
from securemode_lab.appliance.snmp_counts import Count
from securemode_lab.appliance.snmp_message import Envelope, Level, ScopedPdu, V3Message
from securemode_lab.appliance.snmp_pdu import ErrorStatus, Pdu, PduType, Value, VarBind

if TYPE_CHECKING:
    from collections import Counter

    from securemode_lab.appliance.snmp_commands import Commands
    from securemode_lab.appliance.snmp_usm import Keys, Privacy

TIME_WINDOW_S = 150


@dataclass(frozen=True, slots=True)
class User:
    """The one user that a node knows.

    Attributes:
        name: as it travels.
        keys: those accepted, one a digest algorithm; the first is the configured one.
        ciphers: those accepted; the first is the configured one.
        levels: those at which requests are granted.
        checks_digest: False for the defect that takes every digest, and so every time, for right.
            The answer is signed and encrypted with the user's own keys: who asked with a wrong
            authentication password sees a response and no report, but can't verify it.
    """

    name: bytes
    keys: tuple[Keys, ...]
    ciphers: tuple[Privacy, ...]
    levels: frozenset[Level]
    checks_digest: bool = True


@dataclass(eq=False)
class _Refused(Exception):
    """The message is answered by a report of this count."""

    count: Count
    keys: Keys | None = None


@dataclass(frozen=True, slots=True)
class _Opened:
    """A message whose security holds: its request, and what the response is to be closed with."""

    request: ScopedPdu
    keys: Keys | None
    cipher: Privacy | None


class Engine:
    """One SNMP engine in the authoritative role (RFC 3414, section 3.2)."""

    def __init__(
        self, engine_id: bytes, boots: int, counts: Counter[Count], user: User | None
    ) -> None:
        self._engine_id = engine_id
        self._boots = boots
        self._started = time.monotonic()
        self._counts = counts
        self._user = user

    def uptime_s(self) -> float:
        """Seconds since the engine started."""
        return time.monotonic() - self._started

    def answer(self, datagram: bytes, commands: Commands) -> bytes | None:
        """What is sent back, None for silence.

        Raises:
            Malformed: the datagram is no message, or decrypts to none.
        """
        message = V3Message.read(datagram)
        try:
            user, opened = self._open(message)
        except _Refused as refusal:
            self._counts[refusal.count] += 1
            return self._report(message, refusal)
        request = opened.request.pdu
        if not request.kind.is_request or opened.request.context:
            self._counts[Count.SILENT_DROPS] += 1
            return None
        if message.level in user.levels:
            response = commands.perform(request, message.largest_bytes)
        else:
            response = request.refused(ErrorStatus.AUTHORIZATION_ERROR)
        return self._respond(message, opened, response)

    def _open(self, message: V3Message) -> tuple[User, _Opened]:
        """Take a message through the checks, in the order in which RFC 3414 has them."""
        if message.engine_id != self._engine_id:
            raise _Refused(Count.UNKNOWN_ENGINE_IDS)
        user = self._user
        if user is None or message.user != user.name:
            raise _Refused(Count.UNKNOWN_USER_NAMES)
        if message.level is Level.NO_AUTH_NO_PRIV:
            return user, _Opened(ScopedPdu.read(message.scoped), None, None)
        keys = _signer(message, user)
        if user.checks_digest and not self._in_time_window(message):
            raise _Refused(Count.NOT_IN_TIME_WINDOWS, keys)
        if message.level is Level.AUTH_NO_PRIV:
            return user, _Opened(ScopedPdu.read(message.scoped), keys, None)
        return user, _decrypted(message, user, keys)

    def _in_time_window(self, message: V3Message) -> bool:
        boots, seconds = message.clock
        return boots == self._boots and abs(seconds - self.uptime_s()) <= TIME_WINDOW_S

    def _respond(self, message: V3Message, opened: _Opened, response: Pdu) -> bytes:
        envelope = self._envelope(message, message.level)
        scoped = replace(opened.request, pdu=response).encode()
        if opened.keys is None or opened.cipher is None:
            return envelope.seal(scoped, keys=opened.keys)
        salt, hidden = opened.cipher.encrypt(opened.keys.privacy, envelope.clock, scoped)
        return envelope.seal(ber.octets(hidden), salt=salt, keys=opened.keys)

    def _report(self, message: V3Message, refusal: _Refused) -> bytes | None:
        """The report of a refusal; only who waits for an answer gets one (RFC 3412, 7.1.3)."""
        asked = _pdu_in_clear(message)
        if not (message.reportable if asked is None else asked.kind.is_request):
            return None
        count = Value.integer(self._counts[refusal.count] % 2**32, Tag.COUNTER32)
        pdu = Pdu(
            PduType.REPORT,
            0 if asked is None else asked.request_id,
            ErrorStatus.NO_ERROR,
            0,
            (VarBind(refusal.count.value, count),),
        )
        level = Level.NO_AUTH_NO_PRIV if refusal.keys is None else Level.AUTH_NO_PRIV
        scoped = ScopedPdu(self._engine_id, b"", pdu).encode()
        return self._envelope(message, level).seal(scoped, keys=refusal.keys)

    def _envelope(self, message: V3Message, level: Level) -> Envelope:
        return Envelope(
            message_id=message.message_id,
            level=level,
            engine_id=self._engine_id,
            clock=(self._boots, int(self.uptime_s())),
            user=message.user,
        )


def _signer(message: V3Message, user: User) -> Keys:
    """The keys with which the message is signed."""
    for keys in user.keys:
        if message.is_signed_by(keys):
            return keys
    if user.checks_digest:
        raise _Refused(Count.WRONG_DIGESTS)
    return user.keys[0]


def _decrypted(message: V3Message, user: User, keys: Keys) -> _Opened:
    """The request in the ciphertext: the cipher that makes sense of it is the one it was made with.

    Raises:
        Malformed: none makes sense of it; that is what a wrong privacy password looks like.
    """
    hidden = message.ciphertext()
    for cipher in user.ciphers:
        clear = cipher.decrypt(keys.privacy, message.clock, message.salt, hidden)
        try:
            return _Opened(ScopedPdu.read(clear), keys, cipher)
        except Malformed:
            continue
    raise Malformed("no cipher makes sense of the scoped data")


def _pdu_in_clear(message: V3Message) -> Pdu | None:
    if message.level is Level.AUTH_PRIV:
        return None
    try:
        return ScopedPdu.read(message.scoped).pdu
    except Malformed:
        return None
