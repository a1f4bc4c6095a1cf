"""Asks a service one question and reads the DSCP of the packets in which it answers.

What an ordinary user may see: datagrams (IP_RECVTOS, IPV6_RECVTCLASS), and TCP over IPv6
(IPV6_2292PKTOPTIONS). The packets of TCP over IPv4 need a packet socket, and that CAP_NET_RAW.

Standard library only, nothing of ours: the module can be sent to another vantage.
Source: RFC 2474 section 3 (the field), ip(7), ipv6(7), packet(7), RFC 2292 section 4.
"""

from __future__ import annotations

import ctypes
import socket
import ssl
import struct
import sys
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Question = Callable[[tuple[str, int]], bytes]

ANSWERED, SILENT, REFUSED = "answered", "silent", "refused"
UNREACHABLE, CLOSED = "unreachable", "closed"
DATAGRAM: Final = "ancillary data of the datagram"
STREAM: Final = "packet options of the connection"
PACKET: Final = "packet socket"

_IP_TOS, _IP_RECVTOS = 1, 13
_IPV6_2292PKTOPTIONS, _IPV6_RECVTCLASS, _IPV6_TCLASS = 6, 66, 67
_SO_ATTACH_FILTER = 26
_ETH_IPV4, _ETH_IPV6, _TCP = 0x0800, 0x86DD, 6
_IPV6, _IPV6_HEADER = 6, 40
_MOST_BYTES = 65536


class Heard(NamedTuple):
    """What came of one question.

    Attributes:
        state: "answered", "silent", "refused", "unreachable" or "closed" (hung up without a word).
        dscp: the different marks of the packets of the answer; empty where none could be seen.
        means: how they were seen.
        detail: why they could not be, or the words of the operating system.
    """

    state: str
    dscp: tuple[int, ...] = ()
    means: str = ""
    detail: str = ""


def client_hello(_local: tuple[str, int]) -> bytes:
    """The first message of a TLS client: every TLS server has an answer to it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    sent = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), sent)
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        return sent.read()
    raise ssl.SSLError("the TLS library sent no ClientHello")


def ask(transport: str, address: str, port: int, question: Question, timeout_s: float) -> Heard:
    """Ask over UDP (twice, where the first is not answered) or TCP.

    Args:
        transport: "udp" or "tcp".
        address: literal, IPv4 or IPv6.
        port: of the service.
        question: makes the request from our own address and port.
        timeout_s: for the answer; over TCP for the connection before as well.
    """
    try:
        if transport == "udp":
            return _over_udp(address, port, question, timeout_s)
        return _over_tcp(address, port, question, timeout_s)
    except ConnectionRefusedError:
        return Heard(REFUSED)
    except ConnectionError:
        return Heard(CLOSED)
    except TimeoutError:
        return Heard(SILENT)
    except OSError as error:
        return Heard(UNREACHABLE, detail=error.strerror or str(error))


def _over_udp(address: str, port: int, question: Question, timeout_s: float) -> Heard:
    is_ipv6 = ":" in address
    with socket.socket(_family(address), socket.SOCK_DGRAM) as asking:
        if is_ipv6:
            asking.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVTCLASS, 1)
        else:
            asking.setsockopt(socket.IPPROTO_IP, _IP_RECVTOS, 1)
        asking.settimeout(timeout_s / 2)
        asking.connect((address, port))
        request = question(asking.getsockname()[:2])
        try:
            asking.send(request)
            _, ancillary, _, _ = asking.recvmsg(_MOST_BYTES, 128)
        except TimeoutError:
            asking.send(request)
            _, ancillary, _, _ = asking.recvmsg(_MOST_BYTES, 128)
    return Heard(ANSWERED, _marks(ancillary), DATAGRAM)


def _over_tcp(address: str, port: int, question: Question, timeout_s: float) -> Heard:
    if ":" not in address:
        return _over_tcp_and_ipv4(address, port, question, timeout_s)
    with socket.socket(socket.AF_INET6) as asking:
        asking.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVTCLASS, 1)
        asking.settimeout(timeout_s)
        asking.connect((address, port))
        if not _is_answered(asking, question):
            return Heard(CLOSED)
        options = asking.getsockopt(socket.IPPROTO_IPV6, _IPV6_2292PKTOPTIONS, 1024)
        return Heard(ANSWERED, _marks(_control_messages(options)), STREAM)


def _over_tcp_and_ipv4(address: str, port: int, question: Question, timeout_s: float) -> Heard:
    tap, refusal = None, ""
    try:
        tap = packets_from(address)
    except PermissionError as error:
        refusal = error.strerror or str(error)
    with socket.socket() as asking:
        asking.settimeout(timeout_s)
        try:
            asking.connect((address, port))
            if not _is_answered(asking, question):
                return Heard(CLOSED)
            if tap is None:
                return Heard(ANSWERED, detail=refusal)
            return Heard(ANSWERED, marks_of(tap, port, asking.getsockname()[1]), PACKET)
        finally:
            if tap is not None:
                tap.close()


def _is_answered(asking: socket.socket, question: Question) -> bool:
    asking.sendall(question(asking.getsockname()[:2]))
    return bool(asking.recv(_MOST_BYTES))


def packets_from(address: str) -> socket.socket:
    """A packet socket that gets nothing but what `address` sends, from the network header on.

    Raises:
        PermissionError: this process may not have one.
    """
    is_ipv6 = ":" in address
    kind = _ETH_IPV6 if is_ipv6 else _ETH_IPV4
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(kind))
    tap.setblocking(False)  # noqa: FBT003 - positional only
    program, buffer = _filter(ip_address(address).packed, 8 if is_ipv6 else 12)
    tap.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
    del buffer
    _drain(tap)
    return tap


def _filter(source: bytes, offset: int) -> tuple[bytes, object]:
    """A classic BPF program that keeps packets whose source address is this one."""
    words = struct.unpack(f"!{len(source) // 4}I", source)
    load, equal, answer = 0x20, 0x15, 0x06
    program = []
    for at, word in enumerate(words):
        to_drop = 2 * (len(words) - at) - 1
        program += [(load, 0, 0, offset + 4 * at), (equal, 0, to_drop, word)]
    program += [(answer, 0, 0, _MOST_BYTES), (answer, 0, 0, 0)]
    code = b"".join(struct.pack("HBBI", *one) for one in program)
    buffer = ctypes.create_string_buffer(code)
    return struct.pack("HL", len(program), ctypes.addressof(buffer)), buffer


class Packet(NamedTuple):
    """What matters of one TCP packet; its length is that of the data it carries."""

    dscp: int
    source_port: int
    port: int
    length: int


def tcp_packet(packet: bytes) -> Packet | None:
    """Read a TCP packet from its network header on; None for any other, or for a fragment."""
    if len(packet) < _IPV6_HEADER:
        return None
    if packet[0] >> 4 == _IPV6:
        traffic_class = int.from_bytes(packet[:2], "big") >> 4 & 0xFF
        start, end = _IPV6_HEADER, _IPV6_HEADER + int.from_bytes(packet[4:6], "big")
        is_tcp = packet[6] == _TCP
    else:
        traffic_class = packet[1]
        start, end = (packet[0] & 0x0F) * 4, int.from_bytes(packet[2:4], "big")
        is_tcp = packet[9] == _TCP and not int.from_bytes(packet[6:8], "big") & 0x1FFF
    if not is_tcp or len(packet) < start + 20:
        return None
    source_port, port = struct.unpack_from("!HH", packet, start)
    return Packet(
        traffic_class >> 2, source_port, port, end - start - (packet[start + 12] >> 4) * 4
    )


def marks_of(tap: socket.socket, source_port: int, port: int) -> tuple[int, ...]:
    """The different marks of the packets with data that came from one port to the other."""
    marks = {one.dscp for one in _drained(tap) if _carries(one, source_port, port)}
    return tuple(sorted(marks))


def _carries(packet: Packet, source_port: int, port: int) -> bool:
    """Whether it carries data of the answer: kernels mark packets without data in their own way."""
    return (packet.source_port, packet.port) == (source_port, port) and packet.length > 0


def _drained(tap: socket.socket) -> Iterator[Packet]:
    until = time.monotonic() + 1
    while time.monotonic() < until:
        try:
            packet = tcp_packet(tap.recv(_MOST_BYTES))
        except BlockingIOError:
            return
        if packet is not None:
            yield packet


def _drain(tap: socket.socket) -> None:
    """Throw away what came before the filter was in place."""
    for _ in _drained(tap):
        pass


def _marks(messages: list[tuple[int, int, bytes]]) -> tuple[int, ...]:
    wanted = {(socket.IPPROTO_IP, _IP_TOS), (socket.IPPROTO_IPV6, _IPV6_TCLASS)}
    found = {
        int.from_bytes(data, sys.byteorder) >> 2
        for level, kind, data in messages
        if (level, kind) in wanted
    }
    return tuple(sorted(found))


def _control_messages(options: bytes) -> list[tuple[int, int, bytes]]:
    """Level, type and data of each control message: struct cmsghdr, aligned as the kernel does."""
    word, header = struct.calcsize("N"), struct.calcsize("Nii")
    messages, at = [], 0
    while at + header <= len(options):
        length, level, kind = struct.unpack_from("Nii", options, at)
        if length < header:
            break
        messages.append((level, kind, options[at + header : at + length]))
        at += (length + word - 1) // word * word
    return messages


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
