"""The few nftables expressions that the lab's rules are made of, encoded by pyroute2.

Each function returns a list of expressions; a rule is their sum. All load into register 1 and
compare there, as the `nft` tool does.

Source: linux/include/uapi/linux/netfilter/nf_tables.h.
"""

from __future__ import annotations

import struct
from typing import Any

from pyroute2.nftables import expressions as pyroute2_expressions

Expressions = list[dict[str, Any]]

ACCEPT = 1
DROP = 0

_NETWORK_HEADER = 1
_TRANSPORT_HEADER = 2
_META_INPUT_NAME = 6
_META_FAMILY = 15
_META_TRANSPORT = 16
_CT_STATE = 0
_ESTABLISHED_OR_RELATED = 0x2 | 0x4
_EQUAL = 0
_UNEQUAL = 1
_AT_MOST = 3
_AT_LEAST = 5
_REJECT_RESET = 1
_REJECT_ICMP = 2
_CHECKSUM_NONE = 0
_CHECKSUM_INTERNET = 1
_IPV4_CHECKSUM_OFFSET = 10

IPV4 = 2
IPV6 = 10
TRANSPORTS = {"icmp": 1, "tcp": 6, "udp": 17, "icmp6": 58}
PORT_UNREACHABLE = 1
ADMINISTRATIVELY_PROHIBITED = 3


def _expression(name: str, **fields: Any) -> Expressions:
    return [pyroute2_expressions.genex(name, fields)]


def _value(data: bytes) -> dict[str, Any]:
    return {"attrs": [("NFTA_DATA_VALUE", data)]}


def _compared(data: bytes, *, relation: int = _EQUAL) -> Expressions:
    return _expression("cmp", sreg=1, op=relation, data=_value(data))


def verdict(code: int) -> Expressions:
    """End of a rule: accept or drop."""
    return list(pyroute2_expressions.verdict(code))


def from_loopback() -> Expressions:
    """Packets of the node to itself."""
    return _expression("meta", dreg=1, key=_META_INPUT_NAME) + _compared(b"lo".ljust(16, b"\0"))


def established() -> Expressions:
    """Packets of a conversation that is already there, or errors about one."""
    mask = struct.pack("=I", _ESTABLISHED_OR_RELATED)
    return (
        _expression("ct", dreg=1, key=_CT_STATE)
        + _expression("bitwise", sreg=1, dreg=1, len=4, mask=_value(mask), xor=_value(bytes(4)))
        + _compared(bytes(4), relation=_UNEQUAL)
    )


def family(number: int) -> Expressions:
    """IPv4 or IPv6 packets."""
    return _expression("meta", dreg=1, key=_META_FAMILY) + _compared(bytes([number]))


def transport(name: str) -> Expressions:
    """Packets of one transport: a key of `TRANSPORTS`."""
    number = TRANSPORTS[name]
    return _expression("meta", dreg=1, key=_META_TRANSPORT) + _compared(bytes([number]))


def destination_port(number: int) -> Expressions:
    """TCP or UDP packets to one port."""
    return _port(number, offset=2)


def source_port(number: int) -> Expressions:
    """TCP or UDP packets from one port."""
    return _port(number, offset=0)


def source_ports(first: int, last: int) -> Expressions:
    """TCP or UDP packets from a range of ports."""
    field = _expression("payload", dreg=1, base=_TRANSPORT_HEADER, offset=0, len=2)
    return (
        field
        + _compared(struct.pack("!H", first), relation=_AT_LEAST)
        + _compared(struct.pack("!H", last), relation=_AT_MOST)
    )


def _port(number: int, *, offset: int) -> Expressions:
    field = _expression("payload", dreg=1, base=_TRANSPORT_HEADER, offset=offset, len=2)
    return field + _compared(struct.pack("!H", number))


def reject_with_reset() -> Expressions:
    """Answer a TCP packet with RST."""
    return _expression("reject", type=_REJECT_RESET)


def reject_with_icmp(code: int) -> Expressions:
    """Answer with destination unreachable, ICMP or ICMPv6 as the packet is."""
    return _expression("reject", type=_REJECT_ICMP, icmp_code=code)


def mark_ipv4(dscp: int) -> Expressions:
    """Write the DSCP of an IPv4 packet and mend its header's checksum."""
    return _rewritten(
        mask=b"\xff\x03",
        value=bytes([0, dscp << 2]),
        csum_type=_CHECKSUM_INTERNET,
        csum_offset=_IPV4_CHECKSUM_OFFSET,
    )


def mark_ipv6(dscp: int) -> Expressions:
    """Write the DSCP of an IPv6 packet: six bits after the four of the version."""
    return _rewritten(
        mask=b"\xf0\x3f",
        value=struct.pack("!H", dscp << 6),
        csum_type=_CHECKSUM_NONE,
        csum_offset=0,
    )


def _rewritten(*, mask: bytes, value: bytes, csum_type: int, csum_offset: int) -> Expressions:
    """Replace bits of the first two bytes of the network header."""
    field = {"base": _NETWORK_HEADER, "offset": 0, "len": 2}
    return (
        _expression("payload", dreg=1, **field)
        + _expression("bitwise", sreg=1, dreg=1, len=2, mask=_value(mask), xor=_value(value))
        + _expression(
            "payload",
            sreg=1,
            **field,
            csum_type=csum_type,
            csum_offset=csum_offset,
            csum_flags=(),
        )
    )
