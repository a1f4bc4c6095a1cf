"""What the DNS servers' answers say about DNS-02."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.observations.dns import NameAnswer
from securemode.verdicts import deviates, holds, unclear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.observations.dns import DnsServerSeen, DnsServersSeen, NameSeen
    from securemode.verdicts import Judgement

EXPECTED = "every DNS server gives the address of every node's FQDN"
NO_WAY = (
    "make sure that port 53 of the DNS servers can be reached from this vantage, and run again."
)
MOST_SHOWN = 5
_NO_ANSWER = frozenset({NameAnswer.SILENT, NameAnswer.NOT_ASKED})


def every_server_resolves_every_node(seen: DnsServersSeen) -> Judgement:
    """DNS-02: each server knows each node; that another one answers shows that there is a way.

    Where no server answers at all, it is the vantage that may not be allowed to ask.
    """
    silent = [server for server in seen.servers if _is_silent(server)]
    if len(silent) == len(seen.servers):
        return unclear(
            "has no DNS server that answers this vantage",
            expected=EXPECTED,
            saw=f"silence from {', '.join(server.server for server in silent)}",
            next_step=NO_WAY,
        )
    wrong = [f"{server.server} does not answer" for server in silent]
    wrong += [line for server in seen.servers if server not in silent for line in _wrong(server)]
    if wrong:
        return deviates(
            "has DNS servers that do not resolve every node", expected=EXPECTED, saw=_shown(wrong)
        )
    names = len(seen.servers[0].names)
    servers = ", ".join(server.server for server in seen.servers)
    return holds(
        "has DNS servers that resolve every node",
        expected=EXPECTED,
        saw=f"the right address for all {names} questions from {servers}",
    )


def _is_silent(server: DnsServerSeen) -> bool:
    return all(name.answer in _NO_ANSWER for name in server.names)


def _wrong(server: DnsServerSeen) -> Iterator[str]:
    for name in server.names:
        if name.answer is NameAnswer.ANSWERED and name.expected in name.addresses:
            continue
        yield f"{server.server} says {_said(name)} for {name.name} {name.record}"


def _said(name: NameSeen) -> str:
    if name.answer is NameAnswer.ANSWERED:
        return f"{', '.join(name.addresses)} instead of {name.expected}"
    return f"{name.answer.value} ({name.detail})" if name.detail else name.answer.value


def _shown(lines: list[str]) -> str:
    more = len(lines) - MOST_SHOWN
    return "; ".join(lines[:MOST_SHOWN]) + (f"; and {more} more" if more > 0 else "")
