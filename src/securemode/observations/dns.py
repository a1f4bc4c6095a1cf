"""What the DNS servers say of the nodes' names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NameAnswer(StrEnum):
    """What a server says when it is asked for a name."""

    ANSWERED = "addresses"
    NO_RECORD = "no address of this family"
    NO_SUCH_NAME = "no such name"
    SERVER_FAILED = "an error"
    BROKEN = "something that is no DNS"
    SILENT = "nothing"
    NOT_ASKED = "not asked any more"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSeen:
    """One question to one server.

    Attributes:
        node: short name of the node.
        name: its configured FQDN.
        record: "A" or "AAAA".
        expected: the address by which the node is reached.
        answer: how the server answered.
        addresses: those that it gave.
        detail: response code, or what is wrong with the answer.
    """

    node: str
    name: str
    record: str
    expected: str
    answer: NameAnswer
    addresses: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsServerSeen:
    """One server and what it said.

    Attributes:
        server: its address.
        names: one a question; once the server is silent it is asked no more.
    """

    server: str
    names: tuple[NameSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsServersSeen:
    """Every DNS server, those of the environment and those that the product has configured."""

    servers: tuple[DnsServerSeen, ...]
