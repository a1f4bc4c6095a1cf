"""A product that places calls: its API, and a node that calls with Python's own TLS."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from infinity.server import as_json, page
from peers.access import LOOPBACK
from peers.pki import Holder, issued
from peers.services import deployed
from securemode.environment.means import PeerCertificates, Trap
from securemode.targets import Node, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from infinity.server import Asked, Reply
    from securemode.probes.probe import Access

HOST = "trap.lab.test"
ALIAS = "acceptance"
COMMAND = "/api/admin/command/v1/participant/"
STATUS = "/api/admin/status/v1/participant/"
SDP = """v=0
o=- 1 1 IN IP4 127.0.0.31
s=-
c=IN IP4 127.0.0.31
t=0 0
m=audio 40000 RTP/SAVP 8 0
a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0IGtleSB0aGF0IG5vYm9keSBtYXkgc2VlLi4u|2^48
a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:c2VjcmV0IGtleSB0aGF0IG5vYm9keSBtYXkgc2VlLi4u|2^48
m=video 40002 RTP/SAVP 96
a=rtpmap:96 H264/90000
a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0IGtleSB0aGF0IG5vYm9keSBtYXkgc2VlLi4u|2^48
a=rtcp-fb:* ccm fir
a=rtcp-fb:* nack pli
""".replace("\n", "\r\n")
CONTACT = "<sip:acceptance@conf1.lab.test:5061;transport=tls>;cca-id=LAB7"
PRIORITY = "uc-000000.0"


def invite(uri: str, sdp: str = SDP, *more: str) -> bytes:
    lines = [
        f"INVITE {uri} SIP/2.0",
        "Via: SIP/2.0/TLS 127.0.0.31:5061;branch=z9hG4bK1;rport",
        "Max-Forwards: 70",
        f"From: <sip:{ALIAS}@conf1.lab.test>;tag=1",
        f"To: <{uri}>",
        "Call-ID: 1",
        "CSeq: 1 INVITE",
        *(more or (f"Contact: {CONTACT}", f"Resource-Priority: {PRIORITY}")),
        "User-Agent: Pexip Infinity Conferencing Platform",
        "Content-Type: application/sdp",
        f"Content-Length: {len(sdp)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + sdp).encode()


def strict(root: Holder) -> ssl.SSLContext:
    """A client that verifies chain, time and name."""
    context = ssl.create_default_context(cadata=root.pem.decode())
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # not what this Python was built with
    context.hostname_checks_common_name = False
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # Python 3.13 wants key identifiers
    return context


def gullible(_: Holder) -> ssl.SSLContext:
    """A client that takes any certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@dataclass
class Product:
    """What its node does when it is told to call.

    Attributes:
        context: its TLS client.
        message: makes its INVITE from the URI that is called.
        calls: how it calls; may be replaced by the test.
        up: calls under way: participants.
        said: what the node was answered.
    """

    access: Access
    node: Node
    root: Holder
    context: ssl.SSLContext
    message: Callable[[str], bytes] = invite
    calls: Callable[[Product, str, tuple[str, int]], None] | None = None
    up: set[str] = field(default_factory=set)
    dialled: list[dict[str, str]] = field(default_factory=list)
    said: list[bytes] = field(default_factory=list)
    releases: bool = True
    threads: list[threading.Thread] = field(default_factory=list)

    def answer(self, asked: Asked) -> Reply | None:
        if asked.path.startswith(STATUS):
            return page(*({"id": one, "call_direction": "out"} for one in sorted(self.up)))
        if asked.path == f"{COMMAND}disconnect/":
            if self.releases:
                self.up.discard(asked.json()["participant_id"])
            return as_json({"status": "success"}, 202)
        if asked.path != f"{COMMAND}dial/":
            return None
        values = asked.json()
        if values["conference_alias"] != ALIAS:
            return as_json({"dial": {"conference_alias": ["Unknown alias."]}}, 400)
        participant = str(uuid.uuid4())
        self.up.add(participant)
        self.dialled.append(values)
        thread = threading.Thread(target=self._call, args=(values["destination"],))
        self.threads.append(thread)
        thread.start()
        return as_json({"status": "success", "data": {"participant_id": participant}}, 202)

    def _call(self, destination: str) -> None:
        found = re.fullmatch(r"(sip:[^@]+@[^;]+):(\d+);transport=tls", destination)
        assert found is not None
        with contextlib.suppress(OSError):
            (self.calls or call)(self, destination, (LOOPBACK, int(found[2])))

    def connected(self, place: tuple[str, int]) -> socket.socket:
        source = (self.node.address, 0)
        return socket.create_connection(place, 10, source_address=source)


def call(product: Product, uri: str, place: tuple[str, int]) -> None:
    """Connect, verify, send the INVITE, take the answer, acknowledge it."""
    host = uri.partition("@")[2].partition(":")[0]
    with (
        product.connected(place) as plain,
        product.context.wrap_socket(plain, server_hostname=host) as stream,
    ):
        stream.sendall(product.message(uri))
        said = b""
        while b"486" not in said:
            said += stream.recv(4096)
        product.said.append(said)
        stream.sendall(f"ACK {uri} SIP/2.0\r\nContent-Length: 0\r\n\r\n".encode())


def ports(count: int) -> int:
    """The first of several free ports in a row."""
    for first in range(21000, 60000, 97):
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            for port in range(first, first + count):
                sock = stack.enter_context(socket.socket())
                sock.bind((LOOPBACK, port))
            return first
    raise AssertionError("no free ports")


def trap(directory: Path, root: Holder) -> Trap:
    """A trap on loopback with certificates of every sort."""
    made = {
        "proper": issued(HOST, root, dns_names=(HOST,)),
        "address_only": issued("nobody", root, addresses=(LOOPBACK,)),
        "expired": issued(HOST, root, dns_names=(HOST,), days=(-9, -1)),
        "other_name": issued("other.lab.test", root, dns_names=("other.lab.test",)),
    }
    pairs = {sort: holder.pair(directory, sort) for sort, holder in made.items()}
    return Trap(
        name=HOST,
        ipv4=LOOPBACK,
        service_alias=ALIAS,
        first_port=ports(5),
        certificates=PeerCertificates(**pairs),
    )


@contextlib.contextmanager
def calling_product(
    directory: Path, client: Callable[[Holder], ssl.SSLContext] = strict
) -> Iterator[Product]:
    """A product whose node calls our trap with this TLS client; nobody is verified but us."""
    root = issued("root", is_authority=True)
    node = Node(name="conf1", role=Role.CONFERENCING, ipv4="127.0.0.31", location="a")
    made: list[Product] = []
    with deployed(directory, answer=lambda asked: made[0].answer(asked)) as site:  # noqa: PLW0108
        environment = site.access.environment.model_copy(
            update={"trap": trap(directory, root), "allow": frozenset({"outbound_call"})}
        )
        access = replace(site.access, environment=environment)
        made.append(Product(access, node, root, client(root)))
        try:
            yield made[0]
        finally:
            for thread in made[0].threads:
                thread.join(5)
