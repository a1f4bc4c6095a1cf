"""The DNS, NTP and syslog servers that a site states, as the product holds them."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, TypeAlias

from securemode.setups.differences import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from securemode.environment.models import Environment

_KEY = "key"

Server: TypeAlias = tuple[Wanted, ...]
"""A server that the site states: its address, and what else its object has to have."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of server.

    Attributes:
        label: "DNS".
        resource: of its objects.
        key: the environment's, for what is not stated.
        requirement: id of the catalogue.
        stated: the site's servers.
        identity: fields that tell one from another.
    """

    label: str
    resource: str
    key: str
    requirement: str
    stated: Callable[[Environment], tuple[Server, ...]]
    identity: tuple[str, ...] = ("address",)

    @property
    def field(self) -> str:
        """The field in which nodes and locations name the servers that they use."""
        return f"{self.resource}s"

    def name_of(self, values: Mapping[str, Any]) -> str:
        """What a person calls a server: its address, with port and transport where they count."""
        address, *others = (values.get(field) for field in self.identity)
        return canonical(address) + (f" ({'/'.join(map(str, others))})" if others else "")


def canonical(address: object) -> str:
    """An address or name as everybody who writes it would have it."""
    text = str(address).rstrip(".").lower()
    try:
        return str(ip_address(text))
    except ValueError:
        return text


def _dns(environment: Environment) -> tuple[Server, ...]:
    servers = environment.site.dns_servers
    return tuple((Wanted("address", address, "address", "DNS-01"),) for address in servers)


def _ntp(environment: Environment) -> tuple[Server, ...]:
    keys = environment.credentials.ntp_keys
    return tuple(
        (
            Wanted("address", server.address, "address", "NTP-01"),
            *(_ntp_key(server.key_id, keys[key].reveal()) if key in keys else ()),
        )
        for server in environment.site.ntp_servers
        for key in (str(server.key_id),)
    )


def _ntp_key(key_id: int | None, key: str) -> Server:
    """The id without its key would have every answer refused: they go together."""
    return (
        Wanted("key_id", key_id, "key id", "NTP-02", group=_KEY),
        Wanted("key", key, "key", "NTP-02", secret=True, readable=False, group=_KEY),
    )


def _syslog(environment: Environment) -> tuple[Server, ...]:
    return tuple(
        (
            Wanted("address", server.address, "address", "SYSLOG-01"),
            Wanted("port", server.port, "port", "SYSLOG-01"),
            Wanted("transport", server.transport, "transport", "SYSLOG-01"),
        )
        for server in environment.site.syslog_servers
    )


KINDS = (
    Kind("DNS", "dns_server", "site.dns_servers", "DNS-01", _dns),
    Kind("NTP", "ntp_server", "site.ntp_servers", "NTP-01", _ntp),
    Kind(
        "syslog",
        "syslog_server",
        "site.syslog_servers",
        "SYSLOG-01",
        _syslog,
        ("address", "port", "transport"),
    ),
)


def without_keys(environment: Environment) -> Iterator[str]:
    """NTP servers whose key the environment does not say, for the report."""
    for server in environment.site.ntp_servers:
        left = f"the key of NTP server {server.address} is left as it is."
        if server.key_id is None:
            yield f"site.ntp_servers states no key_id for {server.address}: {left}"
        elif str(server.key_id) not in environment.credentials.ntp_keys:
            yield f"credentials.ntp_keys has no key {server.key_id}: {left}"
