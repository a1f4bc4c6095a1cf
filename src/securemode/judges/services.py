"""Network services as configured: SNMP of a node, and the servers that nodes use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from securemode.judges.configuration import in_words, not_shown, row_of_node, the_only_row
from securemode.observations.configuration import SecretState
from securemode.verdicts import Judgement, deviates, holds, statement, unclear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.judges.configuration import Row
    from securemode.observations.configuration import ConfigurationRows
    from securemode.targets import Node

_SNMP_MODES = {
    "DISABLED": "Off",
    "STANDARD": "SNMPv2c read-only",
    "AUTHPRIV": "SNMPv3 read-only",
}
_SNMP_PASSWORDS = {
    "snmp_authentication_password": "authentication password",
    "snmp_privacy_password": "privacy password",
}


def snmp_mode_is_v3(seen: ConfigurationRows, *, node: Node) -> Judgement:
    """A node answers SNMPv3 with authentication and privacy only, as configured."""
    expected = _SNMP_MODES["AUTHPRIV"]
    row = row_of_node(seen, node)
    if isinstance(row, Judgement):
        return row
    if "snmp_mode" not in row:
        return not_shown(seen, "snmp_mode", "SNMP mode", expected=expected)
    mode = row["snmp_mode"]
    saw = _SNMP_MODES.get(mode, str(mode))
    said = f'has "SNMP mode" at {saw}'
    return statement(good=mode == "AUTHPRIV", what=said, otherwise=said, expected=expected, saw=saw)


def snmp_credentials_are_set(
    seen: ConfigurationRows, *, node: Node, username: str | None
) -> Judgement:
    """A node has the management station's user name, and passwords as far as the product shows it.

    The product shows passwords of the Management Node to nobody: whether they are the right ones is
    for an SNMP request to tell.

    Args:
        seen: the node's resource.
        node: which node.
        username: the management station's, None where the environment does not state it.
    """
    row = row_of_node(seen, node)
    if isinstance(row, Judgement):
        return row
    wanted = f'user name "{username}"' if username else "a user name"
    expected = f"{wanted}, and both passwords set"
    shown = row.get("snmp_username") or ""
    hidden = [
        label
        for name, label in _SNMP_PASSWORDS.items()
        if row.get(name, SecretState.ABSENT) != SecretState.SET
    ]
    passwords = (
        f"the product does not show whether it has the {' and the '.join(hidden)}"
        if hidden
        else "both passwords set"
    )
    return statement(
        good=bool(shown) and username in (None, shown),
        what="has the SNMPv3 user of the management station",
        otherwise="does not have the SNMPv3 user of the management station",
        expected=expected,
        saw=f'user name "{shown}", {passwords}' if shown else f"no user name, {passwords}",
    )


def snmp_community_is_changed(seen: ConfigurationRows, *, node: Node) -> Judgement:
    """A node does not keep the community that everybody knows."""
    expected = 'something other than "public"'
    row = row_of_node(seen, node)
    if isinstance(row, Judgement):
        return row
    community = row.get("snmp_community", SecretState.ABSENT)
    if community == "public":
        said = 'has the SNMP community "public"'
        return deviates(said, expected=expected, saw='"public"')
    if community == SecretState.SET:
        return holds("has an SNMP community of its own", expected=expected, saw="another one")
    return unclear(
        "does not show its SNMP community",
        expected=expected,
        saw=f"a field that is {community}",
        next_step="look at the community in the Administrator interface.",
    )


@dataclass(frozen=True, slots=True)
class ServerKind:
    """A kind of server that nodes use: its name, its resource, and how many the guide wants."""

    label: str
    resource: str
    at_least: int
    locations_may_lack_it: bool = False

    @property
    def field(self) -> str:
        """The field in which nodes and locations name the servers that they use."""
        return f"{self.resource}s"


SERVER_KINDS = {
    kind.label: kind
    for kind in (
        ServerKind("DNS", "dns_server", 2),
        ServerKind("NTP", "ntp_server", 2),
        ServerKind("syslog", "syslog_server", 1, locations_may_lack_it=True),
    )
}


def servers_are_used(
    servers: ConfigurationRows,
    management: ConfigurationRows,
    locations: ConfigurationRows,
    *,
    kind: ServerKind,
) -> Judgement:
    """Enough servers are configured, and the Management Node and every location use as many.

    Conferencing Nodes use those of their location. Versions whose locations name no syslog servers
    use all that are configured.
    """
    node = the_only_row(management)
    if isinstance(node, Judgement):
        return node
    expected = f"{kind.at_least} or more, used by the Management Node and every location"
    counts = list(_counts(servers, node, locations, kind))
    if unknown := [where for where, count in counts if count is None]:
        return not_shown(locations, kind.field, f"servers of {unknown[0]}", expected=expected)
    short = [(where, count) for where, count in counts if (count or 0) < kind.at_least]
    return statement(
        good=not short,
        what=f"uses enough {kind.label} servers everywhere",
        otherwise=f"uses fewer {kind.label} servers than the guide wants",
        expected=expected,
        saw=", ".join(f"{count} {where}" for where, count in short or counts),
    )


def _counts(
    servers: ConfigurationRows, node: Row, locations: ConfigurationRows, kind: ServerKind
) -> Iterator[tuple[str, int | None]]:
    configured = len({_identity(row) for row in servers.rows})
    yield "configured", configured
    yield "used by the Management Node", _distinct(node, kind)
    for row in locations.rows:
        lacking = kind.locations_may_lack_it and kind.field not in row
        count = configured if lacking else _distinct(row, kind)
        yield f"used by location {row.get('name')}", count


def _distinct(row: Row, kind: ServerKind) -> int | None:
    used = row.get(kind.field)
    return len({_identity(server) for server in used}) if isinstance(used, list) else None


def _identity(server: Any) -> str:
    """What tells servers apart, embedded or as a URI."""
    if isinstance(server, dict):
        parts = (server.get("address"), server.get("port"))
        return str(parts if server.get("address") else server.get("id"))
    return str(server)


def ntp_keys_are_set(seen: ConfigurationRows) -> Judgement:
    """Every NTP server has a key id and a key, as far as the product shows that."""
    expected = "key id and key set on each NTP server"
    if not seen.rows:
        said = "has no NTP server whose answers it could authenticate"
        return deviates(said, expected=expected, saw="no NTP server")
    bare = [_server(row) for row in seen.rows if row.get("key_id") in (None, "")]
    if bare:
        said = "has NTP servers without a key"
        return deviates(said, expected=expected, saw=f"no key id on {', '.join(bare)}")
    hidden = [_server(row) for row in seen.rows if row.get("key") != SecretState.SET]
    if hidden:
        return unclear(
            "does not show whether every NTP server has a key",
            expected=expected,
            saw=f"key ids on all, keys not shown of {', '.join(hidden)}",
            next_step="ask the servers with the site's keys (NTP-03), or enter the keys again.",
        )
    ids = ", ".join(f"{in_words(row['key_id'])} on {_server(row)}" for row in seen.rows)
    return holds("has a key for every NTP server", expected=expected, saw=f"key {ids}")


def _server(row: Row) -> str:
    return str(row.get("address", "?"))
