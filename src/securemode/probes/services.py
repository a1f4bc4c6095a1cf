"""Which servers a deployment uses, and where their names lead without this machine's resolver."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

import dns.exception
import dns.message
import dns.query
import dns.rdatatype

from securemode.errors import Refused, TimedOut, UnexpectedAnswer, Unreachable
from securemode.infinity.access import management_api
from securemode.infinity.answers import NoSuchResource
from securemode.infinity.client import ManagementApi
from securemode.infinity.transport import ATTEMPTS
from securemode.probes.probe import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.errors import CannotLook
    from securemode.infinity.client import Rows
    from securemode.probes.probe import Access
    from securemode.targets import Deployment

DNS_PORT = 53
_RECORDS = ("A", "AAAA")


def is_address(host: str) -> bool:
    """Whether this is an address literal and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def address_of(host: str, access: Access) -> str:
    """The address of a server: itself, or what the site's DNS servers say of its name.

    The system's resolver is asked only where the environment states no DNS server.

    Raises:
        UnexpectedAnswer: the name has no address.
    """
    if is_address(host):
        return host
    servers = [one for one in access.environment.site.dns_servers if is_address(one)]
    found = list(_asked(host, servers, access)) if servers else list(_of_this_machine(host))
    if not found:
        asked = f"the DNS servers {', '.join(servers)}" if servers else "this machine"
        raise UnexpectedAnswer(
            f"{host}: {asked} give no address for this name.",
            remedy="see DNS-02, or state the server by its address.",
        )
    return found[0]


def _asked(host: str, servers: list[str], access: Access) -> Iterator[str]:
    port = access.deployment.management.port(DNS_PORT)
    for server in servers:
        for record in _RECORDS:
            query = dns.message.make_query(host, record)
            try:
                answer, _ = dns.query.udp_with_fallback(
                    query, server, timeout=access.timeout_s, port=port
                )
            except (dns.exception.DNSException, OSError, EOFError, ValueError):
                break
            yield from addresses_in(answer, record)


def addresses_in(answer: dns.message.Message, record: str) -> Iterator[str]:
    """Every address of one family in an answer, aliases followed by the server."""
    wanted = dns.rdatatype.from_text(record)
    for rrset in answer.answer:
        if rrset.rdtype == wanted:
            yield from (item.address for item in rrset)


def _of_this_machine(host: str) -> Iterator[str]:
    try:
        for *_, where in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM):
            yield str(where[0])
    except OSError:
        return


def configured(access: Access, resource: str) -> Rows:
    """What the product has configured of one kind of server; nothing where it has no such kind.

    Raises:
        CannotLook: the Management Node did not answer, not us, or not with JSON.
    """
    api = management_api(ManagementApi, access.environment, pause=access.cancelled.wait)
    try:
        return api.list(resource)
    except NoSuchResource:
        return []


def api_connection(deployment: Deployment) -> Connection:
    """The line of the plan for `configured`."""
    node = deployment.management
    return Connection("tls", node.address, str(node.port(443)), ATTEMPTS)


def no_connection(what: str, error: OSError) -> CannotLook:
    """The error of ours for a connection that failed.

    Args:
        what: who was asked and for what, as the beginning of a sentence.
        error: as it was raised.
    """
    if isinstance(error, TimeoutError):
        return TimedOut(f"{what}: no answer in time.")
    if isinstance(error, ConnectionError):
        return Refused(f"{what}: the connection was refused or closed.")
    return Unreachable(f"{what}: {error.strerror or error}.")
