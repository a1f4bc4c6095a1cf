"""What a node's SNMP agent answers, and to whom."""

from __future__ import annotations

import asyncio
import functools
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pysnmp.hlapi.v3arch.asyncio import (
    USM_AUTH_HMAC96_MD5,
    USM_AUTH_HMAC96_SHA,
    USM_KEY_TYPE_MASTER,
    USM_PRIV_CBC56_DES,
    USM_PRIV_CFB128_AES,
    CommunityData,
    UsmUserData,
)
from pysnmp.proto.rfc1902 import OctetString
from pysnmp.proto.secmod.rfc3414.localkey import hash_passphrase_md5, hash_passphrase_sha

from securemode.errors import Unsupported
from securemode.observations.snmp import (
    SnmpAnswersSeen,
    SnmpOutcome,
    SnmpReply,
    SnmpRequest,
    SnmpWriteSeen,
)
from securemode.probes.probe import Connection
from securemode.probes.snmp_client import Agent
from securemode.probes.snmp_engines import run
from securemode.probes.snmp_selftest import aes_works
from securemode.probes.wire import ssh_banner

if TYPE_CHECKING:
    from securemode.environment.models import SnmpCredentials
    from securemode.probes.probe import Access
    from securemode.probes.snmp_client import Answer, Authentication
    from securemode.targets import Node

SNMP_PORT, WEB_PORT = 161, 443
UP_TIME, CONTACT = "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.1.4.0"
LONGEST_S = 1.0
"""How long one request may take: silence is what most of them should meet."""
DATAGRAMS = 6
"""Most datagrams of one request: discovery, clock, question, each sent again once."""
V1, V2C = 0, 1
REFUSALS = frozenset(
    {"usmStatsUnknownUserNames", "usmStatsWrongDigests", "usmStatsDecryptionErrors"}
)
"""Reports of an agent that has another user or other passwords."""


@dataclass(frozen=True, slots=True)
class SnmpAnswers:
    """How a node's agent answers the management station, and everybody who comes with less.

    The right request is asked before and after all others, as their positive control. Datagrams are
    counted, not pysnmp's words, so an answer that these keys do not open is not taken for silence.
    Every wrong request makes the agent send an authenticationFailure trap.

    Source: guide, section "SNMP"; RFC 3414.
    """

    name: ClassVar[str] = "snmp-answers"
    observes: ClassVar[type] = SnmpAnswersSeen
    intrusive: ClassVar[str | None] = None
    takes_s: ClassVar[float] = 2.0
    simultaneous: ClassVar[int] = 2
    volatile: ClassVar[frozenset[str]] = frozenset({"before.detail", "after.detail"})

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """Every request with its retransmission, and the web port once."""
        address, most = self.target.address, (len(SnmpRequest) + 1) * DATAGRAMS
        return (
            Connection("udp", address, str(self.target.port(SNMP_PORT)), most),
            Connection("tcp", address, str(self.target.port(WEB_PORT)), 1),
        )

    def look(self, access: Access) -> SnmpAnswersSeen:
        """Ask rightly, in every lesser way at once, and rightly again.

        Raises:
            Unsupported: the environment has no SNMP credentials, or this machine no AES.
        """
        return run(self._look(_credentials(access), access.timeout_s))

    async def _look(self, given: SnmpCredentials, timeout_s: float) -> SnmpAnswersSeen:
        agent = _agent(self.target, timeout_s)
        asked = _lesser(given)
        station = await agent.asked_as(_right(given))
        before = _reply(SnmpRequest.RIGHT, await station.get(UP_TIME))
        web_port = asyncio.to_thread(
            ssh_banner.connects, self.target.address, self.target.port(WEB_PORT), timeout_s
        )
        answers = asyncio.gather(*(agent.get(one, UP_TIME) for one in asked.values()))
        web_port_answers, answered = await asyncio.gather(web_port, answers)
        after = SnmpReply(SnmpRequest.RIGHT, SnmpOutcome.NOT_SENT, "the first was not answered")
        if before.outcome is SnmpOutcome.VALUE:
            after = _reply(SnmpRequest.RIGHT, await station.get(UP_TIME))
        return SnmpAnswersSeen(
            before=before,
            lesser=tuple(map(_reply, asked, answered)),
            after=after,
            web_port_answers=web_port_answers,
        )


@dataclass(frozen=True, slots=True)
class SnmpWrite:
    """How a node's agent meets a write by the management station.

    sysContact is set to the value that it has: an agent that accepts the write changes nothing.

    Source: guide, section "SNMP" (read-only).
    """

    name: ClassVar[str] = "snmp-write"
    observes: ClassVar[type] = SnmpWriteSeen
    intrusive: ClassVar[str | None] = "snmp_write"
    simultaneous: ClassVar[int] = 1

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """Two reads and a write."""
        port = str(self.target.port(SNMP_PORT))
        return (Connection("udp", self.target.address, port, 3 * DATAGRAMS),)

    def look(self, access: Access) -> SnmpWriteSeen:
        """Read, write what was read, read again; without an answer to the first nothing is written.

        Raises:
            Unsupported: the environment has no SNMP credentials, or this machine no AES.
        """
        return run(self._look(_right(_credentials(access)), access.timeout_s))

    async def _look(self, right: UsmUserData, timeout_s: float) -> SnmpWriteSeen:
        station = await _agent(self.target, timeout_s).asked_as(right)
        found = await station.get(CONTACT)
        before = _reply(SnmpRequest.RIGHT, found)
        if found.outcome is not SnmpOutcome.VALUE:
            why = "the value was not readable"
            return SnmpWriteSeen(
                before=before,
                write=SnmpReply(SnmpRequest.WRITE, SnmpOutcome.NOT_SENT, why),
                after=SnmpReply(SnmpRequest.RIGHT, SnmpOutcome.NOT_SENT, why),
            )
        written = await station.set(CONTACT, found.value)
        return SnmpWriteSeen(
            before=before,
            write=_reply(SnmpRequest.WRITE, written),
            after=_reply(SnmpRequest.RIGHT, await station.get(CONTACT)),
        )


def accepts(node: Node, given: SnmpCredentials, timeout_s: float) -> bool | None:
    """Whether a node's agent takes the management station's user and both of its passwords.

    Returns:
        True where it answers, False where it refuses; None where that cannot be told.

    Raises:
        Unsupported: this machine has no AES.
    """
    aes_works()
    answer = run(_agent(node, timeout_s).get(_right(given), UP_TIME))
    if answer.outcome is SnmpOutcome.REPORT:
        return False if answer.detail in REFUSALS else None
    return {SnmpOutcome.VALUE: True, SnmpOutcome.UNVERIFIED: False}.get(answer.outcome)


def _credentials(access: Access) -> SnmpCredentials:
    aes_works()
    given = access.environment.credentials.snmp
    if given is None:
        raise Unsupported("no SNMP credentials are given.", remedy="state credentials.snmp.")
    return given


def _agent(node: Node, timeout_s: float) -> Agent:
    return Agent(node.address, node.port(SNMP_PORT), min(timeout_s, LONGEST_S))


def _reply(request: SnmpRequest, answer: Answer) -> SnmpReply:
    return SnmpReply(request, answer.outcome, answer.detail)


def _user(
    given: SnmpCredentials,
    authentication: str | None,
    privacy: str | None,
    protocols: tuple[object, object] = (USM_AUTH_HMAC96_SHA, USM_PRIV_CFB128_AES),
) -> UsmUserData:
    """The management station's user with these passwords; None leaves a protection out."""
    return UsmUserData(
        given.username,
        _key(authentication, protocols[0]) if authentication else None,
        _key(privacy, protocols[0]) if privacy else None,
        authProtocol=protocols[0] if authentication else None,
        privProtocol=protocols[1] if privacy else None,
        authKeyType=USM_KEY_TYPE_MASTER,
        privKeyType=USM_KEY_TYPE_MASTER,
    )


@functools.cache
def _key(password: str, authentication: object) -> OctetString:
    """The key of a password for all agents (RFC 3414, A.2): a megabyte to digest, so done once."""
    digest = hash_passphrase_md5 if authentication is USM_AUTH_HMAC96_MD5 else hash_passphrase_sha
    return OctetString(digest(password))


@functools.cache
def _wrong() -> str:
    """A password that no agent has."""
    return secrets.token_urlsafe(12)


def _right(given: SnmpCredentials) -> UsmUserData:
    return _user(given, given.authentication_password.reveal(), given.privacy_password.reveal())


def _lesser(given: SnmpCredentials) -> dict[SnmpRequest, Authentication]:
    """Every request that must not be answered; those with the community only where it is known."""
    authentication = given.authentication_password.reveal()
    privacy = given.privacy_password.reveal()
    wrong = _wrong()
    requests = {
        SnmpRequest.V1_PUBLIC: CommunityData("public", mpModel=V1),
        SnmpRequest.V2C_PUBLIC: CommunityData("public", mpModel=V2C),
        SnmpRequest.NO_AUTH_NO_PRIV: _user(given, None, None),
        SnmpRequest.AUTH_NO_PRIV: _user(given, authentication, None),
        SnmpRequest.MD5: _user(
            given, authentication, privacy, (USM_AUTH_HMAC96_MD5, USM_PRIV_CFB128_AES)
        ),
        SnmpRequest.DES: _user(
            given, authentication, privacy, (USM_AUTH_HMAC96_SHA, USM_PRIV_CBC56_DES)
        ),
        SnmpRequest.WRONG_AUTHENTICATION: _user(given, wrong, privacy),
        SnmpRequest.WRONG_PRIVACY: _user(given, authentication, wrong),
    }
    if given.community:
        community = given.community.reveal()
        requests[SnmpRequest.V1_COMMUNITY] = CommunityData(community, mpModel=V1)
        requests[SnmpRequest.V2C_COMMUNITY] = CommunityData(community, mpModel=V2C)
    return requests
