"""Pieces of Python that run at the operator's: what is heard of a node on the wire."""

from __future__ import annotations

import socket
import struct
import sys

IP_RECVTOS, IP_RECVERR, MSG_ERRQUEUE = 13, 11, 0x2000
IPV6_RECVERR, IPV6_RECVTCLASS, IPV6_TCLASS, IPV6_2292PKTOPTIONS = 25, 66, 67, 6
OPTIONS = (
    b"OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
    b"To: <sip:x>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n"
)


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def dscp_of_sip_over_udp(address: str) -> str:
    """The mark of a SIP answer."""
    is_ipv6 = ":" in address
    with socket.socket(_family(address), socket.SOCK_DGRAM) as asking:
        asking.settimeout(8)
        level = socket.IPPROTO_IPV6 if is_ipv6 else socket.IPPROTO_IP
        asking.setsockopt(level, IPV6_RECVTCLASS if is_ipv6 else IP_RECVTOS, 1)
        asking.connect((address, 5060))
        asking.send(OPTIONS)
        _, ancillary, _, _ = asking.recvmsg(2000, 200)
    return str(ancillary[0][2][0] >> 2)


def dscp_of_https(address: str) -> str:
    """The mark of what the web port of an IPv6 address sends."""
    with socket.create_connection((address, 443), 8) as connected:
        connected.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVTCLASS, 1)
        connected.sendall(b"no TLS\r\n")
        connected.settimeout(8)
        connected.recv(100)
        options = connected.getsockopt(socket.IPPROTO_IPV6, IPV6_2292PKTOPTIONS, 1024)
    length, level, kind = struct.unpack_from("=Lxxxxii", options)
    assert (level, kind) == (socket.IPPROTO_IPV6, IPV6_TCLASS), (length, level, kind)
    return str(struct.unpack_from("=i", options, 16)[0] >> 2)


def mtu_of(address: str) -> str:
    """The MTU behind the segment size that the node announces."""
    with socket.create_connection((address, 443), 8) as connected:
        segment = connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
        options = connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[5]
    return str(segment + (12 if options & 1 else 0) + (60 if ":" in address else 40))


def closed(address: str, transport: str, port: str) -> str:
    """What a closed port says: "silent", "reset", or type and code of the ICMP error."""
    is_ipv6 = ":" in address
    level = socket.IPPROTO_IPV6 if is_ipv6 else socket.IPPROTO_IP
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    with socket.socket(_family(address), kind) as asking:
        asking.settimeout(0.7)
        asking.setsockopt(level, IPV6_RECVERR if is_ipv6 else IP_RECVERR, 1)
        try:
            asking.connect((address, int(port)))
            asking.send(b"x")
            asking.recv(1)
        except TimeoutError:
            return "silent"
        except OSError:
            pass
        asking.settimeout(0)
        try:
            _, ancillary, _, _ = asking.recvmsg(0, 512, MSG_ERRQUEUE)
        except BlockingIOError:
            return "reset"
        error = ancillary[0][2]
        return f"icmp {error[5]}/{error[6]}"


def echoes(address: str) -> str:
    """How many hosts answer an echo request to all nodes of the link, and to one of them."""
    counts = []
    for target in ("ff02::1%eth0", address):
        with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as asking:
            asking.settimeout(0.5)
            request = struct.pack("!BBHHH", 128, 0, 0, 4711, 1)
            asking.sendto(request, socket.getaddrinfo(target, 0)[0][4])
            counts.append(len(_answering(asking)))
    return f"{counts[0]} {counts[1]}"


def _answering(asking: socket.socket) -> set[str]:
    """Who sent an echo reply; we hear ourselves too."""
    senders = set()
    try:
        while True:
            data, sender = asking.recvfrom(2000)
            if data[0] == 129:
                senders.add(sender[0])
    except TimeoutError:
        return senders


if __name__ == "__main__":
    print(globals()[sys.argv[1]](*sys.argv[2:]))  # noqa: T201 - its answer
