"""Run a command in a network of its own, beside nodes that reach its second address by a router.

    python routed_network.py COMMAND [ARGUMENT ...]

DEAF ignores redirects and GULLIBLE follows them; both have a router on the link. DEAF_TO_US and
GULLIBLE_TO_US do the same, and the command's own machine is their router. The router of
DEAF_ORPHAN and GULLIBLE_ORPHAN would be ABSENT, which nobody has. LOST has no router. Each has TCP
443 open. NODES in the environment says where their namespaces are, address=path, by commas;
`python -m peers.routed_network restart ADDRESS 0|1` takes one down and up, with or without
duplicate address detection. The command's machine has BEYOND, an address that the router leads
back to it.

Exit code: the command's, or 77 where namespaces are refused.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any

from pyroute2 import IPRoute

from peers.namespace import IFA_F_NODAD, REFUSED, _inside, _leave_the_world, _new, _up, ipv6

DEAF, GULLIBLE, LOST = "198.51.100.11", "198.51.100.12", "198.51.100.13"
DEAF_TO_US, GULLIBLE_TO_US = "198.51.100.14", "198.51.100.15"
DEAF_ORPHAN, GULLIBLE_ORPHAN = "198.51.100.16", "198.51.100.17"
ABSENT = "fe80::1"
ROUTER = "198.51.100.1"
BEYOND = "2001:db8:52::2"


def main(command: list[str]) -> int:
    try:
        _leave_the_world()
    except OSError as error:
        sys.stderr.write(f"network namespaces are refused: {error}\n")
        return REFUSED
    with contextlib.ExitStack() as stack, IPRoute() as route:
        route.link("add", ifname="br0", kind="bridge")
        bridge = _up(route, "br0", "198.51.100.2")
        route.link("set", index=1, state="up")
        route.addr("add", index=1, address=BEYOND, prefixlen=128, flags=IFA_F_NODAD)
        ours = link_local(route, bridge)
        router = _join(route, bridge, ROUTER, stack, lambda index: _lead(index, ours))
        gateways = {DEAF_TO_US: ours, GULLIBLE_TO_US: ours}
        gateways |= {DEAF_ORPHAN: ABSENT, GULLIBLE_ORPHAN: ABSENT}
        for address in (DEAF, GULLIBLE, LOST, *gateways):
            gateway = gateways.get(address, router)
            _join(
                route,
                bridge,
                address,
                stack,
                lambda index, address=address, gateway=gateway: _settle(index, address, gateway),
            )
        where = ",".join(
            f"{address}=/proc/{os.getpid()}/fd/{fd}" for address, fd in _NAMESPACES.items()
        )
        environment = {**os.environ, "NODES": where}
        return subprocess.run(command, check=False, env=environment).returncode


_NAMESPACES: dict[str, int] = {}


def restart(address: str, detects: str) -> int:
    """Take a node's only interface down and up again; it takes its address anew."""
    paths = dict(one.split("=") for one in os.environ["NODES"].split(","))
    with (
        Path(paths[address]).open("rb") as namespace,
        _inside(namespace.fileno()),
        IPRoute() as route,
    ):
        index = route.link_lookup(ifname="eth0")[0]
        route.link("set", index=index, state="down")
        time.sleep(0.5)
        switch = Path("/proc/sys/net/ipv6/conf/eth0/accept_dad")
        switch.write_text(detects, encoding="ascii")
        route.link("set", index=index, state="up")
        route.addr("add", index=index, address=ipv6(address), prefixlen=64)
    return 0


def link_local(route: Any, index: int) -> str:
    """What the kernel makes of the interface's link-layer address."""
    link = bytes.fromhex(
        route.link("get", index=index)[0].get_attr("IFLA_ADDRESS").replace(":", "")
    )
    identifier = bytes((link[0] ^ 2,)) + link[1:3] + b"\xff\xfe" + link[3:]
    return str(IPv6Address(b"\xfe\x80" + bytes(6) + identifier))


def _join(route: Any, bridge: int, address: str, stack: contextlib.ExitStack, then: Any) -> str:
    """A host on the bridge: its link-local address."""
    namespace = _new()
    name = f"n{address.rpartition('.')[2]}"
    peer = {"ifname": "eth0", "net_ns_fd": namespace}
    route.link("add", ifname=name, kind="veth", peer=peer)
    route.link("set", index=route.link_lookup(ifname=name)[0], master=bridge, state="up")
    with _inside(namespace), IPRoute() as inside:
        index = _up(inside, "eth0", address)
        stack.enter_context(then(index))  # a namespace lives as long as a socket in it
        local = link_local(inside, index)
    _NAMESPACES[address] = namespace
    return local


def _lead(index: int, ours: str) -> socket.socket:
    Path("/proc/sys/net/ipv6/conf/all/forwarding").write_text("1", encoding="ascii")
    with IPRoute() as route:
        route.route("add", family=socket.AF_INET6, dst=f"{BEYOND}/128", gateway=ours, oif=index)
    return socket.create_server(("::", 9), family=socket.AF_INET6)


def _settle(index: int, address: str, gateway: str) -> socket.socket:
    believes = "1" if address in {GULLIBLE, GULLIBLE_TO_US, GULLIBLE_ORPHAN} else "0"
    for name in ("all", "eth0"):
        switch = Path(f"/proc/sys/net/ipv6/conf/{name}/accept_redirects")
        switch.write_text(believes, encoding="ascii")
    if address != LOST:
        with IPRoute() as route:
            route.route("add", family=socket.AF_INET6, dst="default", gateway=gateway, oif=index)
    Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0", encoding="ascii")
    return socket.create_server((ipv6(address), 443), family=socket.AF_INET6)


if __name__ == "__main__":
    if sys.argv[1] == "restart":
        sys.exit(restart(*sys.argv[2:]))
    sys.exit(main(sys.argv[1:]))
