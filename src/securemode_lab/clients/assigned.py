"""Which servers a node has been given: by its location, or on the Management Node itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from securemode_lab.appliance.store import Store

RESOURCES = frozenset({"dns_server", "ntp_server", "syslog_server"})
_MOST_DNS_SERVERS = 3


@dataclass(frozen=True, slots=True)
class TimeServer:
    """An NTP server; without a key identifier requests carry no digest."""

    address: str
    key_id: int | None
    key: str


@dataclass(frozen=True, slots=True)
class LogServer:
    """A syslog server, with the form that it wants messages in."""

    address: str
    port: int
    transport: str
    form: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """Servers of one node, and PEM of the authorities that it trusts."""

    dns: tuple[str, ...] = ()
    ntp: tuple[TimeServer, ...] = ()
    syslog: tuple[LogServer, ...] = ()
    trusted: str = ""


def assigned(store: Store, holder: Mapping[str, Any]) -> Assigned:
    """The servers that a row of `management_vm` or `system_location` assigns."""

    def rows(resource: str) -> list[dict[str, Any]]:
        keys = holder[f"{resource}s"]
        return [row for row in store.rows(resource) if row["id"] in keys]

    return Assigned(
        dns=tuple(row["address"] for row in rows("dns_server"))[:_MOST_DNS_SERVERS],
        ntp=tuple(
            TimeServer(row["address"], row["key_id"], row["key"]) for row in rows("ntp_server")
        ),
        syslog=tuple(
            LogServer(row["address"], row["port"], row["transport"], row["proto_format"])
            for row in rows("syslog_server")
            if row["support_log"] or row["audit_log"]
        ),
        trusted="\n".join(row["certificate"].strip() for row in store.rows("ca_certificate")),
    )
