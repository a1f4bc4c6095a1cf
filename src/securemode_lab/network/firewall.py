"""The packet filter of one node: what a closed port answers and how sent packets are marked.

`transaction` encodes a `Ruleset` as one nftables transaction, which replaces the rules
before it without a gap.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pyroute2.netlink.nfnetlink import NFNL_SUBSYS_NFTABLES, nfgen_msg
from pyroute2.netlink.nfnetlink.nftsocket import (
    NFT_MSG_DELTABLE,
    NFT_MSG_NEWCHAIN,
    NFT_MSG_NEWRULE,
    NFT_MSG_NEWTABLE,
    nft_chain_msg,
    nft_rule_msg,
    nft_table_msg,
)

from securemode_lab.appliance.behaviour import ClosedPorts
from securemode_lab.network import expressions as ex
from securemode_lab.network import netlink
from securemode_lab.network.rules import SILENT, ClosedPort, Mark, Ruleset

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLE = "node"
_FAMILY_INET = 1
_HOOKS = {"input": 1, "output": 3}
_BATCH_BEGIN = 0x10
_BATCH_END = 0x11
_ADD = netlink.ACKNOWLEDGE | netlink.CREATE | netlink.APPEND


@lru_cache(maxsize=64)
def transaction(rules: Ruleset) -> tuple[bytes, ...]:
    """The messages that make `rules` the packet filter; encoded once for nodes that share them."""
    return (
        _batch(_BATCH_BEGIN),
        _table(NFT_MSG_NEWTABLE),
        _table(NFT_MSG_DELTABLE),
        _table(NFT_MSG_NEWTABLE),
        _chain("input", policy=ex.DROP),
        _chain("output", policy=ex.ACCEPT),
        *(_rule("input", rule) for rule in _incoming(rules)),
        *(_rule("output", rule) for mark in rules.marks for rule in _marking(mark)),
        _batch(_BATCH_END),
    )


def _incoming(rules: Ruleset) -> Iterator[ex.Expressions]:
    """Rules of received packets, first match wins; the chain drops what none of them names."""
    accept = ex.verdict(ex.ACCEPT)
    yield ex.from_loopback() + accept
    if rules == SILENT:
        return
    yield ex.established() + accept
    yield ex.transport("icmp") + accept
    yield ex.transport("icmp6") + accept
    for transport, port in rules.open_ports:
        yield ex.transport(transport) + ex.destination_port(port) + accept
    for closed in rules.closed_ports:
        yield from _closing(closed)


def _closing(closed: ClosedPort) -> Iterator[ex.Expressions]:
    """The rules of one `ClosedPort`; an answer by RST needs one for TCP and one for the rest."""
    match: ex.Expressions = []
    if closed.family is not None:
        match += ex.family(ex.IPV4 if closed.family == 4 else ex.IPV6)  # noqa: PLR2004
    if closed.transport is not None:
        match += ex.transport(closed.transport)
    if closed.port is not None:
        match += ex.destination_port(closed.port)
    if closed.answer is ClosedPorts.DROP:
        yield match + ex.verdict(ex.DROP)
    elif closed.answer is ClosedPorts.ICMP:
        yield match + ex.reject_with_icmp(ex.ADMINISTRATIVELY_PROHIBITED)
    else:
        if closed.transport != "udp":
            yield match + ex.transport("tcp") + ex.reject_with_reset()
        if closed.transport != "tcp":
            yield match + ex.reject_with_icmp(ex.PORT_UNREACHABLE)


def _marking(mark: Mark) -> Iterator[ex.Expressions]:
    """Rules that mark and end the chain, one for each family."""
    match: ex.Expressions = []
    if mark.transport is not None:
        match += ex.transport(mark.transport)
    if mark.port is not None and mark.last_port is not None:
        match += ex.source_ports(mark.port, mark.last_port)
    elif mark.port is not None:
        match += ex.source_port(mark.port)
    accept = ex.verdict(ex.ACCEPT)
    yield ex.family(ex.IPV4) + match + ex.mark_ipv4(mark.dscp) + accept
    yield ex.family(ex.IPV6) + match + ex.mark_ipv6(mark.dscp) + accept


def _batch(kind: int) -> bytes:
    message = nfgen_msg()
    message["res_id"] = NFNL_SUBSYS_NFTABLES
    return netlink.encoded(message, kind, 0)


def _table(kind: int) -> bytes:
    return _nftables(nft_table_msg(), kind, [("NFTA_TABLE_NAME", _TABLE)])


def _chain(name: str, *, policy: int) -> bytes:
    hook = {"attrs": [("NFTA_HOOK_HOOKNUM", _HOOKS[name]), ("NFTA_HOOK_PRIORITY", 0)]}
    attributes = [
        ("NFTA_CHAIN_TABLE", _TABLE),
        ("NFTA_CHAIN_NAME", name),
        ("NFTA_CHAIN_HOOK", hook),
        ("NFTA_CHAIN_POLICY", policy),
        ("NFTA_CHAIN_TYPE", "filter"),
    ]
    return _nftables(nft_chain_msg(), NFT_MSG_NEWCHAIN, attributes)


def _rule(chain: str, expressions: ex.Expressions) -> bytes:
    attributes = [
        ("NFTA_RULE_TABLE", _TABLE),
        ("NFTA_RULE_CHAIN", chain),
        ("NFTA_RULE_EXPRESSIONS", expressions),
    ]
    return _nftables(nft_rule_msg(), NFT_MSG_NEWRULE, attributes)


def _nftables(message: Any, kind: int, attributes: list[tuple[str, Any]]) -> bytes:
    message["nfgen_family"] = _FAMILY_INET
    message["attrs"] = attributes
    return netlink.encoded(message, NFNL_SUBSYS_NFTABLES << 8 | kind, _ADD)
