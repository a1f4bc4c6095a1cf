"""What somebody with a raw socket on the operator's link does and sees."""

from __future__ import annotations

import select
import socket
import struct
import sys
import time

IPV6 = 0x86DD
ICMPV6 = 58
ECHO_REQUEST, ECHO_REPLY, SOLICITATION, ADVERTISEMENT, REDIRECT = 128, 129, 135, 136, 137
FAR = "2001:db8:99::9"
OTHER, OTHER_HARDWARE = "fe80::beef", bytes.fromhex("0200000000be")
TIMEOUT_S = 0.5
LONGEST_S = 10.0


def _packed(address: str) -> bytes:
    return socket.inet_pton(socket.AF_INET6, address)


def _checksum(data: bytes) -> int:
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Link:
    """The operator's end of the link."""

    def __init__(self) -> None:
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(IPV6))
        self.sock.bind(("eth0", 0))
        self.sock.settimeout(TIMEOUT_S)
        self.own = self.sock.getsockname()[4]

    def send(self, hardware: bytes, source: str, target: str, message: bytes) -> None:
        """One ICMPv6 message, with its checksum."""
        ends = _packed(source) + _packed(target)
        said = _checksum(ends + struct.pack("!I3xB", len(message), ICMPV6) + message)
        message = message[:2] + struct.pack("!H", said) + message[4:]
        header = struct.pack("!IHBB", 0x60000000, len(message), ICMPV6, 255) + ends
        self.sock.send(hardware + self.own + struct.pack("!H", IPV6) + header + message)

    def receive(self) -> tuple[bytes, bytes, str, bytes] | None:
        """Hardware addresses of receiver and sender, source and message, of ICMPv6 from others."""
        limit = time.monotonic() + TIMEOUT_S
        while time.monotonic() < limit:
            try:
                frame = self.sock.recv(2000)
            except TimeoutError:
                return None
            if frame[20] == ICMPV6 and frame[6:12] != self.own:
                source = socket.inet_ntop(socket.AF_INET6, frame[22:38])
                return frame[:6], frame[6:12], source, frame[54:]
        return None


def _next_hop(link: Link, node: str, hardware: bytes, places: dict[str, bytes]) -> bytes:
    """Whom the node's reply to somebody far away is given to; we answer for its neighbours."""
    link.send(hardware, FAR, node, struct.pack("!BBHHH", ECHO_REQUEST, 0, 0, 7, 1))
    while received := link.receive():
        to, _, source, message = received
        if message[0] == ECHO_REPLY:
            return to
        target = socket.inet_ntop(socket.AF_INET6, message[8:24]) if len(message) > 23 else ""
        if message[0] == SOLICITATION and target in places:
            said = bytes((ADVERTISEMENT, 0, 0, 0)) + struct.pack("!I", 0x60000000)
            link.send(hardware, target, source, said + message[8:24] + b"\2\1" + places[target])
    return b""


def _hardware_of(link: Link, node: str, own: str) -> bytes:
    """The node's answer to an echo request says it."""
    group = "ff02::1:ff" + node.rsplit(":", 1)[-1].zfill(6)[:2] + ":"
    group += node.rsplit(":", 1)[-1].zfill(4)[-4:]
    message = bytes((SOLICITATION, 0)) + bytes(6) + _packed(node) + b"\1\1" + link.own
    link.send(b"\x33\x33" + _packed(group)[12:], own, group, message)
    while received := link.receive():
        if received[3][0] == ADVERTISEMENT:
            return received[1]
    return b""


def redirect(node: str, gateway: str, own: str) -> str:
    """Where the node sends what is for elsewhere, before and after a redirect from its gateway."""
    link = Link()
    places = {gateway: link.own, OTHER: OTHER_HARDWARE}
    hardware = _hardware_of(link, node, own)
    hops = [_next_hop(link, node, hardware, places)]
    message = bytes((REDIRECT, 0)) + bytes(6) + _packed(OTHER) + _packed(FAR)
    link.send(hardware, gateway, node, message + b"\2\1" + OTHER_HARDWARE)
    time.sleep(0.1)
    hops.append(_next_hop(link, node, hardware, places))
    return " ".join({link.own: "own", OTHER_HARDWARE: "other"}.get(hop, "none") for hop in hops)


def solicitations(seconds: str) -> str:
    """The addresses for which somebody asks without having one, as a starting node does.

    Listens until its standard input ends, and so many seconds longer.
    """
    link, asked = Link(), []
    print("listening", flush=True)  # noqa: T201
    limit = time.monotonic() + LONGEST_S
    while time.monotonic() < limit:
        if limit > time.monotonic() + float(seconds) and select.select([sys.stdin], [], [], 0)[0]:
            limit = time.monotonic() + float(seconds)
        received = link.receive()
        if received and received[2] == "::" and received[3][0] == SOLICITATION:
            asked.append(socket.inet_ntop(socket.AF_INET6, received[3][8:24]))
    return " ".join(sorted(asked))


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    print(redirect(*rest) if what == "redirect" else solicitations(*rest))  # noqa: T201
