"""Run a command in a network of its own, beside a node that is right and one that is wrong.

    python marked_network.py COMMAND [ARGUMENT ...]

RIGHT has an MTU of 1400, marks management 16 and signalling 40 and ignores multicast echo requests.
WRONG has an MTU of 1500, marks nothing and answers multicast. Each serves SNMP, SIP and, on 443 and
5061, something that answers a ClientHello. WRONG listens on TCP 1935 and 2049, too. Closed ports of
RIGHT drop; those of WRONG answer as a kernel does.

Exit code: the command's, or 77 where namespaces are refused.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyroute2 import IPRoute
from pyroute2.nftables.expressions import genex, verdict
from pyroute2.nftables.main import NFTables

from peers.namespace import REFUSED, _inside, _leave_the_world, _new, _up, ipv6

if TYPE_CHECKING:
    from collections.abc import Callable

RIGHT, WRONG = "198.51.100.11", "198.51.100.12"
MANAGEMENT, SIGNALLING = {443: "tcp", 161: "udp"}, {5060: "both", 5061: "tcp"}
STRANGE_PORTS = (1935, 2049)


def main(command: list[str]) -> int:
    try:
        _leave_the_world()
    except OSError as error:
        sys.stderr.write(f"network namespaces are refused: {error}\n")
        return REFUSED
    with contextlib.ExitStack() as stack, IPRoute() as route:
        route.link("add", ifname="br0", kind="bridge")
        bridge = _up(route, "br0", "198.51.100.2")
        for address in (RIGHT, WRONG):
            namespace = _new()
            name = f"n{address.rpartition('.')[2]}"
            peer = {"ifname": "eth0", "net_ns_fd": namespace}
            route.link("add", ifname=name, kind="veth", peer=peer)
            route.link("set", index=route.link_lookup(ifname=name)[0], master=bridge, state="up")
            with _inside(namespace):
                for sock in _node(address, is_right=address == RIGHT):
                    stack.enter_context(sock)
            os.close(namespace)
        return subprocess.run(command, check=False).returncode


def _node(address: str, *, is_right: bool) -> list[socket.socket]:
    with IPRoute() as route:
        index = _up(route, "eth0", address)
        route.link("set", index=index, mtu=1400 if is_right else 1500)
    ignores = Path("/proc/sys/net/ipv6/icmp/echo_ignore_multicast")
    ignores.write_text("1" if is_right else "0", encoding="ascii")
    Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("0", encoding="ascii")
    if is_right:
        _drop_closed_ports()
    sockets = []
    for host in (address, ipv6(address)):
        for port, transport in (MANAGEMENT | SIGNALLING).items():
            dscp = (16 if port in MANAGEMENT else 40) if is_right else 0
            if transport != "udp":
                sockets.append(_tcp(host, port, dscp))
            if transport != "tcp":
                sockets.append(_udp(host, port, dscp))
        sockets += [_tcp(host, port, 0) for port in STRANGE_PORTS if not is_right]
    return sockets


def _marked(sock: socket.socket, dscp: int) -> None:
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, dscp << 2)
    else:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)


def _tcp(host: str, port: int, dscp: int) -> socket.socket:
    """Marks what it says, and not its handshake: as a service does that marks its own sockets."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    server = socket.create_server((host, port), family=family, backlog=4096)

    def turn() -> None:
        stream, _ = server.accept()
        with stream:
            stream.settimeout(2)
            _marked(stream, dscp)
            with contextlib.suppress(TimeoutError):
                if stream.recv(65536):
                    stream.sendall(b"something of an answer\n" * 40)

    _serve(turn)
    return server


def _udp(host: str, port: int, dscp: int) -> socket.socket:
    server = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((host, port))
    _marked(server, dscp)

    def turn() -> None:
        said, peer = server.recvfrom(65536)
        server.sendto(said, peer)

    _serve(turn)
    return server


def _serve(turn: Callable[[], None]) -> None:
    def serve() -> None:
        while True:
            try:
                turn()
            except ConnectionError:
                continue
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()


def _drop_closed_ports() -> None:
    """Let in what is listened for, and ICMPv6."""
    accept, drop = 1, 0
    tcp, udp, icmpv6 = 6, 17, 58

    def equal(source: Any, value: bytes) -> list[Any]:
        data = {"attrs": [("NFTA_DATA_VALUE", value)]}
        return [source, genex("cmp", {"sreg": 1, "op": 0, "data": data})]

    def allowed(protocol: int, port: int = 0) -> list[Any]:
        rule = equal(genex("meta", {"dreg": 1, "key": 16}), bytes((protocol,)))
        if port:
            payload = genex("payload", {"dreg": 1, "base": 2, "offset": 2, "len": 2})
            rule += equal(payload, port.to_bytes(2, "big"))
        return [*rule, *verdict(accept)]

    with NFTables(nfgen_family=1) as nft:
        nft.table("add", name="node")
        nft.chain("add", table="node", name="input", hook="input", type="filter", policy=drop)
        for port, transport in (MANAGEMENT | SIGNALLING).items():
            for protocol, name in ((tcp, "udp"), (udp, "tcp")):
                if transport != name:
                    nft.rule(
                        "add", table="node", chain="input", expressions=(allowed(protocol, port),)
                    )
        nft.rule("add", table="node", chain="input", expressions=(allowed(icmpv6),))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
