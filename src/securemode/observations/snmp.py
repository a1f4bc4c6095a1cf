"""What can be seen of a node's SNMP agent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SnmpRequest(StrEnum):
    """One way to ask; all but the first are less than the guide wants, or wrong."""

    RIGHT = "SNMPv3 authPriv SHA-1/AES-128"
    V1_PUBLIC = 'SNMPv1 with the community "public"'
    V1_COMMUNITY = "SNMPv1 with the configured community"
    V2C_PUBLIC = 'SNMPv2c with the community "public"'
    V2C_COMMUNITY = "SNMPv2c with the configured community"
    NO_AUTH_NO_PRIV = "SNMPv3 noAuthNoPriv"
    AUTH_NO_PRIV = "SNMPv3 authNoPriv"
    MD5 = "SNMPv3 authPriv MD5/AES-128"
    DES = "SNMPv3 authPriv SHA-1/DES"
    WRONG_AUTHENTICATION = "SNMPv3 with a wrong authentication password"
    WRONG_PRIVACY = "SNMPv3 with a wrong privacy password"
    WRITE = "SNMPv3 authPriv SET of sysContact to its own value"


class SnmpOutcome(StrEnum):
    """What came back; the first two are answers."""

    VALUE = "value"
    UNVERIFIED = "answer that these keys do not open"
    REPORT = "report"
    ERROR = "error"
    SILENCE = "silence"
    NOT_SENT = "not sent"


@dataclass(frozen=True, slots=True)
class SnmpReply:
    """One request and what came back, as seen in the datagrams.

    Attributes:
        request: how it was asked.
        outcome: what came back; `NOT_SENT` where this machine could not even ask.
        detail: the value, the counter that a report names, the error, or why nothing was sent.
    """

    request: SnmpRequest
    outcome: SnmpOutcome
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.outcome.value} {self.detail}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpAnswersSeen:
    """Everything less than the right request, between two right ones as the positive control.

    Attributes:
        before: the right request, asked before all others.
        lesser: every other request.
        after: the right request, asked after all others.
        web_port_answers: whether the node's web port accepted a connection meanwhile.
    """

    before: SnmpReply
    lesser: tuple[SnmpReply, ...]
    after: SnmpReply
    web_port_answers: bool

    @property
    def is_controlled(self) -> bool:
        """Whether the agent answered the right request all the time."""
        return self.before.outcome is self.after.outcome is SnmpOutcome.VALUE


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpWriteSeen:
    """A write between two reads of the same object as the positive control.

    Attributes:
        before: the read before.
        write: what came back of the write.
        after: the read after.
    """

    before: SnmpReply
    write: SnmpReply
    after: SnmpReply

    @property
    def is_controlled(self) -> bool:
        """Whether the agent answered the read all the time."""
        return self.before.outcome is self.after.outcome is SnmpOutcome.VALUE
