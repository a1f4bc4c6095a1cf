"""Counts what reaches each node, in the operator's network namespace, whoever sends it.

nftables counts on the operator's interface, below every sort of socket, so that a tool with raw
sockets is counted like any other.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

TABLE = "benchmark"
_SETS = ("asked4", "asked6", "opened4", "opened6", "datagrams4", "datagrams6")
_SYN, _SYN_ACK = "tcp flags & (syn | ack) == syn", "tcp flags & (syn | ack) == (syn | ack)"


@dataclass(frozen=True, slots=True)
class Sent:
    """What one measured command sent to some nodes, all of them together.

    Attributes:
        opened: TCP connections that a node accepted: segments with SYN and ACK that came back.
        asked: TCP segments with SYN that were sent, repeated ones too.
        datagrams: of UDP that were sent.
    """

    opened: int
    asked: int
    datagrams: int


class Counters:
    """The counters of one namespace.

    Args:
        inside: words before a command that run it in the namespace, with its privileges.
        interface: the operator's.
    """

    def __init__(self, inside: Sequence[str], interface: str) -> None:
        self._inside = tuple(inside)
        self._interface = interface

    def begin(self) -> None:
        """Count from zero."""
        self._nft("-f", "-", given=_rules(self._interface))

    def sent_to(self, addresses: Collection[str]) -> Sent:
        """What was counted since `begin`.

        Args:
            addresses: IPv4 and IPv6 ones of the nodes that count; services beside them do not.
        """
        table = json.loads(self._nft("-j", "list", "table", "netdev", TABLE))
        counted = _counted(table, addresses)
        return Sent(
            opened=counted["opened4"] + counted["opened6"],
            asked=counted["asked4"] + counted["asked6"],
            datagrams=counted["datagrams4"] + counted["datagrams6"],
        )

    def _nft(self, *arguments: str, given: str = "") -> str:
        command = [*self._inside, "nft", *arguments]
        return subprocess.run(
            command, input=given, check=True, capture_output=True, text=True, timeout=20
        ).stdout


def _rules(interface: str) -> str:
    sets = "\n".join(
        f"set {name} {{ type ipv{name[-1]}_addr; size 4096; flags dynamic; counter; }}"
        for name in _SETS
    )
    return f"""
table netdev {TABLE}
delete table netdev {TABLE}
table netdev {TABLE} {{
{sets}
chain out {{
    type filter hook egress device "{interface}" priority 0; policy accept;
    meta protocol ip {_SYN} update @asked4 {{ ip daddr }}
    meta protocol ip6 {_SYN} update @asked6 {{ ip6 daddr }}
    meta protocol ip meta l4proto udp update @datagrams4 {{ ip daddr }}
    meta protocol ip6 meta l4proto udp update @datagrams6 {{ ip6 daddr }}
}}
chain in {{
    type filter hook ingress device "{interface}" priority 0; policy accept;
    meta protocol ip {_SYN_ACK} update @opened4 {{ ip saddr }}
    meta protocol ip6 {_SYN_ACK} update @opened6 {{ ip6 saddr }}
}}
}}
"""


def _counted(table: dict[str, Any], addresses: Collection[str]) -> dict[str, int]:
    """Packets by the name of the set."""
    counted = dict.fromkeys(_SETS, 0)
    for entry in table["nftables"]:
        for element in entry.get("set", {}).get("elem", ()):
            if element["elem"]["val"] in addresses:
                counted[entry["set"]["name"]] += element["elem"]["counter"]["packets"]
    return counted
