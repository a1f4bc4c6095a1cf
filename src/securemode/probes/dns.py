"""Asks every DNS server for every node's name, explicitly and by address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import dns.exception
import dns.message
import dns.query
import dns.rcode

from securemode.errors import Interrupted, UnexpectedAnswer
from securemode.observations.dns import DnsServerSeen, DnsServersSeen, NameAnswer, NameSeen
from securemode.probes.probe import Connection
from securemode.probes.services import (
    DNS_PORT,
    address_of,
    addresses_in,
    api_connection,
    configured,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.probes.probe import Access
    from securemode.targets import Deployment, Node

ATTEMPTS = 2

Question = tuple[str, str, str, str]
"""Node, name, record, expected address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsServers:
    """What every DNS server says of every node's FQDN, one address family at a time.

    Attributes:
        target: the deployment, whose nodes' names are asked for.
        stated: addresses of the servers that the environment states; those that the product has
            configured are asked too.

    Source: guide, section "Configure DNS servers".
    """

    name: ClassVar[str] = "dns-servers"
    observes: ClassVar[type] = DnsServersSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1

    target: Deployment
    stated: tuple[str, ...] = ()

    def connections(self) -> tuple[Connection, ...]:
        """One datagram a question, twice where it gets lost; which servers more, the API says."""
        port = str(self.target.management.port(DNS_PORT))
        most = ATTEMPTS * len(list(_questions(self.target.nodes)))
        servers = (*self.stated, "each one configured")
        return (
            api_connection(self.target),
            *(Connection("udp", server, port, most) for server in servers),
        )

    def look(self, access: Access) -> DnsServersSeen:
        """Ask every server for every name.

        Raises:
            CannotLook: the API does not tell which servers are configured.
            UnexpectedAnswer: there is no server, or no node has a name.
        """
        rows = configured(access, "dns_server")
        servers = dict.fromkeys((*self.stated, *(str(row.get("address", "")) for row in rows)))
        questions = list(_questions(self.target.nodes))
        if not servers or not questions:
            raise UnexpectedAnswer(
                f"there is no {'FQDN of a node' if servers else 'DNS server'} to ask "
                f"{'for' if servers else 'of'}.",
                remedy="state the nodes' fqdn, or see DNS-01.",
            )
        port = self.target.management.port(DNS_PORT)
        return DnsServersSeen(
            servers=tuple(
                DnsServerSeen(
                    server=server,
                    names=tuple(_asked(address_of(server, access), port, questions, access)),
                )
                for server in servers
            )
        )


def _questions(nodes: tuple[Node, ...]) -> Iterator[Question]:
    for node in nodes:
        for record, address in (("A", node.ipv4), ("AAAA", node.ipv6)):
            if node.fqdn and address:
                yield node.name, node.fqdn.rstrip(".") + ".", record, address


def _asked(
    address: str, port: int, questions: list[Question], access: Access
) -> Iterator[NameSeen]:
    """Every question; once the server is silent the rest is not asked."""
    is_silent = False
    for node, name, record, expected in questions:
        if access.cancelled.is_set():
            raise Interrupted("the run was stopped while names were asked for")
        answer, addresses, detail = (
            (NameAnswer.NOT_ASKED, (), "")
            if is_silent
            else _answer(address, port, name, record, access.timeout_s)
        )
        is_silent = answer in {NameAnswer.SILENT, NameAnswer.NOT_ASKED}
        yield NameSeen(
            node=node,
            name=name,
            record=record,
            expected=expected,
            answer=answer,
            addresses=addresses,
            detail=detail,
        )


def _answer(
    address: str, port: int, name: str, record: str, timeout_s: float
) -> tuple[NameAnswer, tuple[str, ...], str]:
    query = dns.message.make_query(name, record)
    for attempt in range(ATTEMPTS):
        try:
            answer, _ = dns.query.udp_with_fallback(query, address, timeout=timeout_s, port=port)
        except (dns.exception.Timeout, OSError):
            if attempt + 1 == ATTEMPTS:
                return NameAnswer.SILENT, (), ""
        except (dns.exception.DNSException, EOFError, ValueError) as error:
            return NameAnswer.BROKEN, (), f"{type(error).__name__}"
        else:
            return _read(answer, record)
    raise AssertionError


def _read(answer: dns.message.Message, record: str) -> tuple[NameAnswer, tuple[str, ...], str]:
    code = dns.rcode.to_text(answer.rcode())
    if answer.rcode() == dns.rcode.NXDOMAIN:
        return NameAnswer.NO_SUCH_NAME, (), code
    if answer.rcode() != dns.rcode.NOERROR:
        return NameAnswer.SERVER_FAILED, (), code
    addresses = tuple(addresses_in(answer, record))
    return (NameAnswer.ANSWERED if addresses else NameAnswer.NO_RECORD), addresses, ""
