"""Run a command in a network of its own, beside three nodes that treat closed ports differently.

    python namespace.py COMMAND [ARGUMENT ...]

The command sees three nodes: DROP drops, RESET answers as a kernel without firewall (RST, ICMP
port unreachable), REJECT answers with ICMP "administratively prohibited". TCP 80 and 443 are open
on each. Everything is gone when the command ends.

Exit code: the command's, or 77 where namespaces are refused.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyroute2 import IPRoute
from pyroute2.nftables.expressions import genex, verdict
from pyroute2.nftables.main import NFTables

if TYPE_CHECKING:
    from collections.abc import Iterator

REFUSED = 77
DROP, RESET, REJECT = "198.51.100.11", "198.51.100.12", "198.51.100.13"
OPEN_PORTS = (80, 443)

_NEW_USER, _NEW_MOUNT, _NEW_NET = 0x10000000, 0x00020000, 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)


IFA_F_NODAD = 0x02
"""Without it the address is tentative for a moment, and nothing can be bound to it."""


def ipv6(address: str) -> str:
    """The IPv6 address of the node that has this IPv4 address."""
    return f"2001:db8:51::{address.rpartition('.')[2]}"


def main(command: list[str]) -> int:
    try:
        _leave_the_world()
    except OSError as error:
        sys.stderr.write(f"network namespaces are refused: {error}\n")
        return REFUSED
    listeners = _build()
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        for listener in listeners:
            listener.close()


def _checked(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _leave_the_world() -> None:
    """Enter a network of our own; as an ordinary user within a user namespace of our own."""
    uid, gid = os.geteuid(), os.getegid()
    if uid == 0:
        _checked(_LIBC.unshare(_NEW_MOUNT | _NEW_NET))
        return
    _checked(_LIBC.unshare(_NEW_USER | _NEW_MOUNT | _NEW_NET))
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        Path(f"/proc/self/{name}").write_text(text, encoding="ascii")


def _current() -> int:
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def _new() -> int:
    back = _current()
    _checked(_LIBC.unshare(_NEW_NET))
    made = _current()
    _checked(_LIBC.setns(back, _NEW_NET))
    os.close(back)
    return made


@contextmanager
def _inside(namespace: int) -> Iterator[None]:
    back = _current()
    _checked(_LIBC.setns(namespace, _NEW_NET))
    try:
        yield
    finally:
        _checked(_LIBC.setns(back, _NEW_NET))
        os.close(back)


def _build() -> list[socket.socket]:
    listeners: list[socket.socket] = []
    with IPRoute() as route:
        route.link("add", ifname="br0", kind="bridge")
        bridge = _up(route, "br0", "198.51.100.2")
        for address in (DROP, RESET, REJECT):
            namespace = _new()
            name = f"n{address.rpartition('.')[2]}"
            route.link(
                "add", ifname=name, kind="veth", peer={"ifname": "eth0", "net_ns_fd": namespace}
            )
            route.link("set", index=route.link_lookup(ifname=name)[0], master=bridge, state="up")
            with _inside(namespace):
                listeners += _make_node(address)
            os.close(namespace)
    return listeners


def _up(route: Any, name: str, address: str) -> int:
    Path(f"/proc/sys/net/ipv6/conf/{name}/accept_dad").write_text("0", encoding="ascii")
    index: int = route.link_lookup(ifname=name)[0]
    route.link("set", index=index, state="up")
    route.addr("add", index=index, address=address, prefixlen=24)
    route.addr("add", index=index, address=ipv6(address), prefixlen=64, flags=IFA_F_NODAD)
    return index


def _make_node(address: str) -> list[socket.socket]:
    with IPRoute() as route:
        _up(route, "eth0", address)
    if address != RESET:
        _close_ports(drops=address == DROP)
    Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0", encoding="ascii")
    return [
        socket.create_server((host, port), family=family, backlog=4096)
        for family, host in ((socket.AF_INET, address), (socket.AF_INET6, ipv6(address)))
        for port in OPEN_PORTS
    ]


def _close_ports(*, drops: bool) -> None:
    accept, drop = 1, 0
    tcp, icmpv6, admin_prohibited = 6, 58, 3

    def equal(source: Any, value: bytes) -> list[Any]:
        data = {"attrs": [("NFTA_DATA_VALUE", value)]}
        return [source, genex("cmp", {"sreg": 1, "op": 0, "data": data})]

    def protocol(number: int) -> list[Any]:
        return equal(genex("meta", {"dreg": 1, "key": 16}), bytes((number,)))

    def port(number: int) -> list[Any]:
        payload = genex("payload", {"dreg": 1, "base": 2, "offset": 2, "len": 2})
        return equal(payload, struct.pack("!H", number))

    with NFTables(nfgen_family=1) as nft:
        nft.table("add", name="node")
        nft.chain("add", table="node", name="input", hook="input", type="filter", policy=drop)
        rules = [[*protocol(icmpv6), *verdict(accept)]]
        rules += [[*protocol(tcp), *port(number), *verdict(accept)] for number in OPEN_PORTS]
        if not drops:
            rules.append([genex("reject", {"type": 2, "icmp_code": admin_prohibited})])
        for rule in rules:
            nft.rule("add", table="node", chain="input", expressions=(rule,))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
