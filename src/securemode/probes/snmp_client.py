"""One SNMP request by pysnmp, and what came back as the datagrams show it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pysnmp.carrier.asyncio.dgram import udp, udp6
from pysnmp.entity.config import get_transport
from pysnmp.error import PySnmpError
from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    Udp6TransportTarget,
    UdpTransportTarget,
    UsmUserData,
    get_cmd,
    set_cmd,
)
from pysnmp.proto.errind import RequestTimedOut

from securemode.observations.snmp import SnmpOutcome
from securemode.probes import snmp_community
from securemode.probes.snmp_engines import engine_of
from securemode.probes.snmp_messages import ERROR_STATUS, Sort, error_name, message

if TYPE_CHECKING:
    from securemode.probes.snmp_messages import Message

Authentication: TypeAlias = CommunityData | UsmUserData

REPORTS = {
    "1.3.6.1.6.3.15.1.1.1.0": "usmStatsUnsupportedSecLevels",
    "1.3.6.1.6.3.15.1.1.2.0": "usmStatsNotInTimeWindows",
    "1.3.6.1.6.3.15.1.1.3.0": "usmStatsUnknownUserNames",
    "1.3.6.1.6.3.15.1.1.4.0": "usmStatsUnknownEngineIDs",
    "1.3.6.1.6.3.15.1.1.5.0": "usmStatsWrongDigests",
    "1.3.6.1.6.3.15.1.1.6.0": "usmStatsDecryptionErrors",
}
"""Counters of the user-based security model, RFC 3414 section 5."""
DISCOVERY = "1.3.6.1.6.3.15.1.1.4.0"
"""The report that answers the first datagram of every SNMPv3 exchange; it tells nothing."""
RETRIES = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back of one request.

    Attributes:
        outcome: value, report, error, silence and so on.
        detail: the value as text, the counter of a report, the error, or why nothing was sent.
        value: pysnmp's own object, to be written back as it is.
    """

    outcome: SnmpOutcome
    detail: str = ""
    value: object = None


@dataclass(frozen=True, slots=True)
class Agent:
    """An SNMP agent as a target.

    Attributes:
        address: literal, IPv4 or IPv6.
        port: UDP port.
        timeout_s: for one request, its one retransmission included.
    """

    address: str
    port: int
    timeout_s: float

    async def get(self, authentication: Authentication, oid: str) -> Answer:
        """Ask for one object."""
        if isinstance(authentication, CommunityData):
            return await self._get_by_community(authentication, oid)
        station = await self.asked_as(authentication)
        return await station.get(oid)

    async def asked_as(self, user: UsmUserData) -> Station:
        """One who asks this agent as one user; one after the other, and in `snmp_engines.run`."""
        target = await (_Target6 if ":" in self.address else _Target).create(
            (self.address, self.port), timeout=self.timeout_s / (RETRIES + 1), retries=RETRIES
        )
        return Station(engine_of(user), target, user)

    async def _get_by_community(self, community: CommunityData, oid: str) -> Answer:
        try:
            said = await snmp_community.get(
                (self.address, self.port),
                community,
                oid,
                timeout_s=self.timeout_s / (RETRIES + 1),
                retries=RETRIES,
            )
        except OSError as error:
            return Answer(SnmpOutcome.NOT_SENT, str(error))
        failure = RequestTimedOut() if said.variables is None else None
        return _answer(said.received, failure, said.status, said.variables)


@dataclass(frozen=True, slots=True)
class Station:
    """A user at an agent."""

    engine: Any
    target: Any
    user: UsmUserData

    async def get(self, oid: str) -> Answer:
        """Ask for one object."""
        return await self._ask(get_cmd, ObjectType(ObjectIdentity(oid)))

    async def set(self, oid: str, value: object) -> Answer:
        """Write one object."""
        return await self._ask(set_cmd, ObjectType(ObjectIdentity(oid), value))

    async def _ask(self, command: Any, variable: Any) -> Answer:
        self._received().clear()
        try:
            failure, status, _, variables = await command(
                self.engine, self.user, self.target, ContextData(), variable, lookupMib=False
            )
        except PySnmpError as error:
            return Answer(SnmpOutcome.NOT_SENT, str(error))
        return _answer(self._received(), failure, int(status), variables)

    def _received(self) -> list[bytes]:
        """The datagrams that came from this agent; the engine has one socket for all of them."""
        transport = get_transport(self.engine, self.target.TRANSPORT_DOMAIN)
        if transport is None:
            return []
        received: list[bytes] = transport.received[self.target.transport_address[:2]]
        return received


class _Recording:
    """Keeps every datagram that is received, by its sender, also what pysnmp would discard."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.received: defaultdict[tuple[str, int], list[bytes]] = defaultdict(list)

    def datagram_received(self, datagram: bytes, address: Any) -> None:
        self.received[address[:2]].append(bytes(datagram))
        super().datagram_received(datagram, address)  # type: ignore[misc]


class _Udp(_Recording, udp.UdpAsyncioTransport):  # type: ignore[misc]
    pass


class _Udp6(_Recording, udp6.Udp6AsyncioTransport):  # type: ignore[misc]
    pass


class _Target(UdpTransportTarget):  # type: ignore[misc]
    PROTO_TRANSPORT = _Udp


class _Target6(Udp6TransportTarget):  # type: ignore[misc]
    PROTO_TRANSPORT = _Udp6


def _answer(received: list[bytes], failure: Any, status: int, variables: Any) -> Answer:
    """Tell from the datagrams what came; pysnmp says what the value was, or why it sent none."""
    messages = [message(datagram) for datagram in received]
    if any(one.sort in {Sort.ENCRYPTED, Sort.RESPONSE} for one in messages):
        return _of_response(messages, failure, status, variables)
    reports = [one for one in messages if one.sort is Sort.REPORT and one.oid != DISCOVERY]
    if reports:
        return Answer(SnmpOutcome.REPORT, REPORTS.get(reports[-1].oid, reports[-1].oid))
    if any(one.sort is Sort.OTHER for one in messages):
        return Answer(SnmpOutcome.ERROR, "not an SNMP answer")
    if not isinstance(failure, RequestTimedOut):
        return Answer(SnmpOutcome.NOT_SENT, str(failure))
    return Answer(SnmpOutcome.SILENCE)


def _of_response(messages: list[Message], failure: Any, status: int, variables: Any) -> Answer:
    errors = [one.error for one in messages if one.sort is Sort.RESPONSE]
    if not failure and status:
        errors = [error_name(status)]
    if errors and errors[-1] != ERROR_STATUS[0]:
        return Answer(SnmpOutcome.ERROR, errors[-1])
    if failure:
        return Answer(SnmpOutcome.UNVERIFIED, str(failure))
    value = variables[0][1]
    return Answer(SnmpOutcome.VALUE, value.prettyPrint(), value)
