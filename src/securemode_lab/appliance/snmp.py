"""The SNMP agent of a node: answers as the appliance's net-snmp daemon does (facts, section 7).

DISABLED is silence. STANDARD answers SNMPv2c with the community, reading only, and knows no user;
net-snmp's `rocommunity` would answer SNMPv1 as well, but the vendor says "v2c", so SNMPv1 is
answered only where `Snmp.also` names it (a variant, or a defect). AUTHPRIV answers SNMPv3 with
SHA-1 and AES-128, reading only, and no community at all.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from securemode_lab.appliance import ber
from securemode_lab.appliance.ber import Malformed, Reader, Tag
from securemode_lab.appliance.snmp_commands import Commands
from securemode_lab.appliance.snmp_counts import Count
from securemode_lab.appliance.snmp_message import VERSION_3, Level
from securemode_lab.appliance.snmp_mib import Mib, System
from securemode_lab.appliance.snmp_pdu import Pdu, PduType
from securemode_lab.appliance.snmp_usm import MD5, SHA, SHORTEST_PASSWORD, Aes, Des, Keys
from securemode_lab.appliance.snmp_v3 import Engine, User

if TYPE_CHECKING:
    from securemode_lab.appliance.behaviour import Snmp

DISABLED, STANDARD, AUTHPRIV = "DISABLED", "STANDARD", "AUTHPRIV"
VERSION_1, VERSION_2C = 0, 1
LEVELS = {"noAuthNoPriv": Level.NO_AUTH_NO_PRIV, "authNoPriv": Level.AUTH_NO_PRIV}
DESCRIPTION = "Linux {} 6.1.0-pexip-amd64 #1 SMP PREEMPT_DYNAMIC x86_64"


class SnmpAgent(asyncio.DatagramProtocol):
    """One node's agent, on whatever datagram endpoint the node gives it.

    Args:
        engine_id: the engine's identifier, 5 to 32 bytes, another one for each node.
        sys_name: the node's host name.
        boots: how often the engine has started before.
    """

    def __init__(self, engine_id: bytes, sys_name: str, *, boots: int = 0) -> None:
        self._engine_id = engine_id
        self._sys_name = sys_name
        self._boots = boots
        self._configuration: tuple[Snmp, int] | None = None
        self._daemon: Daemon | None = None
        self._transport: asyncio.DatagramTransport | None = None

    def apply(self, snmp: Snmp, *, mtu_bytes: int = 1500) -> None:
        """Behave like this from now on; as with snmpd, another configuration is another start.

        Args:
            snmp: mode, names and passwords, and the defects.
            mtu_bytes: of the node's interface, as ifMtu shows it.
        """
        if (snmp, mtu_bytes) == self._configuration:
            return
        self._configuration = snmp, mtu_bytes
        if snmp.mode == DISABLED:
            self._daemon = None
            return
        self._boots += 1
        self._daemon = Daemon(
            snmp, self._engine_id, self._sys_name, boots=self._boots, mtu_bytes=mtu_bytes
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go out."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Answer a datagram, or don't."""
        response = self.answer(data)
        if response is not None and self._transport is not None:
            self._transport.sendto(response, addr)

    def answer(self, datagram: bytes) -> bytes | None:
        """What a datagram is answered with, None for silence."""
        return None if self._daemon is None else self._daemon.answer(datagram)


class Daemon:
    """The agent from one start to the next: one configuration, one set of counts, one uptime."""

    def __init__(
        self, snmp: Snmp, engine_id: bytes, sys_name: str, *, boots: int, mtu_bytes: int
    ) -> None:
        self._counts: Counter[Count] = Counter()
        self._engine = Engine(engine_id, boots, self._counts, _user(snmp, engine_id))
        self._communities = _communities(snmp)
        system = System(
            description=DESCRIPTION.format(sys_name),
            contact=snmp.system_contact,
            name=sys_name,
            location=snmp.system_location,
            mtu_bytes=mtu_bytes,
            uptime_s=self._engine.uptime_s,
        )
        self._commands = Commands(Mib(system, self._counts), self._counts, writable=snmp.writable)

    def answer(self, datagram: bytes) -> bytes | None:
        """What a datagram is answered with, None for silence."""
        self._counts[Count.IN_PACKETS] += 1
        try:
            response = self._dispatch(datagram)
        except Malformed:
            self._counts[Count.PARSE_ERRORS] += 1
            return None
        if response is not None:
            self._counts[Count.OUT_PACKETS] += 1
            self._counts[Count.RESPONSES] += 1
        return response

    def _dispatch(self, datagram: bytes) -> bytes | None:
        message = Reader(datagram).inside(Tag.SEQUENCE)
        version = message.integer()
        if version == VERSION_3:
            return self._engine.answer(datagram, self._commands)
        if version in {VERSION_1, VERSION_2C}:
            return self._answer_community(version, message)
        self._counts[Count.BAD_VERSIONS] += 1
        return None

    def _answer_community(self, version: int, message: Reader) -> bytes | None:
        """Answer who knows the community; silence tells nobody else that there is one."""
        community, request = message.octets(), Pdu.read(message)
        if self._communities.get(version) != community:
            self._counts[Count.BAD_COMMUNITY_NAMES] += 1
            return None
        unknown_to_v1 = version == VERSION_1 and request.kind is PduType.GET_BULK
        if not request.kind.is_request or unknown_to_v1:
            self._counts[Count.SILENT_DROPS] += 1
            return None
        perform = self._commands.perform_v1 if version == VERSION_1 else self._commands.perform
        return ber.sequence(ber.integer(version), ber.octets(community), perform(request).encode())


def _communities(snmp: Snmp) -> dict[int, bytes]:
    """The community by the versions that are answered with it."""
    answered = {VERSION_1: "v1" in snmp.also, VERSION_2C: "v2c" in snmp.also}
    answered[VERSION_2C] |= snmp.mode == STANDARD
    community = snmp.community.encode()
    return {version: community for version, answers in answered.items() if answers and community}


def _user(snmp: Snmp, engine_id: bytes) -> User | None:
    """The user that the daemon knows; like snmpd, none whose password is too short."""
    passwords = snmp.authentication_password, snmp.privacy_password
    if snmp.mode != AUTHPRIV or not snmp.username or min(map(len, passwords)) < SHORTEST_PASSWORD:
        return None
    algorithms = [SHA, MD5] if "md5" in snmp.also else [SHA]
    return User(
        name=snmp.username.encode(),
        keys=tuple(
            Keys.localised(*passwords, algorithm=algorithm, engine_id=engine_id)
            for algorithm in algorithms
        ),
        ciphers=(Aes(), Des()) if "des" in snmp.also else (Aes(),),
        levels=frozenset(
            {Level.AUTH_PRIV, *(level for name, level in LEVELS.items() if name in snmp.also)}
        ),
        checks_digest="wrong-password" not in snmp.also,
    )
