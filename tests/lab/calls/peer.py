"""A SIP peer that a node calls: python peer.py TRANSPORT BEHAVIOUR ADDRESS CERTIFICATE KEY.

Prints its port, answers one call as BEHAVIOUR says, and prints what it has seen as JSON; ring and
silent say before that when they have heard the INVITE.
Behaviours: accept (until BYE), hang-up, busy, ring, silent, offer-again, no-media, trunks.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
import sys
import warnings
from typing import Any

TIMEOUT_S = 20
seen: dict[str, Any] = {"hello": "", "client": [], "messages": [], "error": "", "tls": ""}


def context(certificate: str, key: str, behaviour: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if behaviour == "tls-1.1":
        made.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            made.minimum_version = made.maximum_version = ssl.TLSVersion.TLSv1_1
    made.load_cert_chain(certificate, key)
    return made


def first_record(sock: socket.socket) -> bytes:
    """The whole ClientHello, left in the socket."""
    while True:
        data = sock.recv(16384, socket.MSG_PEEK)
        if len(data) > 5 and len(data) >= 5 + int.from_bytes(data[3:5], "big"):
            return data


def answered(request: str, status: str, more: str = "", body: str = "") -> bytes:
    names = ("Via:", "From:", "To:", "Call-ID:", "CSeq:", "Record-Route:")
    lines = [line for line in request.split("\r\n") if line.startswith(names)]
    lines = [f"{x};tag=peer" if x.startswith("To:") and "tag=" not in x else x for x in lines]
    lines += [line for line in (more,) if line]
    lines += [f"Content-Length: {len(body)}", "", body]
    return "\r\n".join([f"SIP/2.0 {status}", *lines]).encode()


def media_answer(request: str, address: str) -> str:
    """Takes every stream, with the first key that is offered."""
    offer = request.partition("\r\n\r\n")[2]
    lines = ["v=0", f"o=- 1 1 IN IP4 {address}", "s=-", f"c=IN IP4 {address}", "t=0 0"]
    for part in offer.split("m=")[1:]:
        kind, _, profile, payload = part.split("\r\n")[0].split()[:4]
        lines.append(f"m={kind} 6000 {profile} {payload}")
        offered = re.search(r"a=crypto:(\d+) (\S+) inline:(\S+)", part)
        if offered:
            lines.append(f"a=crypto:{offered[1]} {offered[2]} inline:{offered[3]}")
    return "\r\n".join([*lines, ""])


class Line:
    """SIP messages of one connection."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.buffer = b""

    def next(self) -> str:
        while True:
            head, end, rest = self.buffer.partition(b"\r\n\r\n")
            if end:
                length = re.search(rb"(?i)content-length: (\d+)", head)
                size = int(length[1]) if length else 0
                if len(rest) >= size:
                    self.buffer = rest[size:]
                    message = (head + end + rest[:size]).decode()
                    seen["messages"].append(message)
                    return message
            data = self.sock.recv(65536)
            if not data:
                return ""
            self.buffer += data


def talk(sock: socket.socket, behaviour: str, address: str) -> None:
    line = Line(sock)
    invite = line.next()
    if not invite:
        return
    if behaviour == "silent":
        print("heard", flush=True)  # noqa: T201
        line.next()
        return
    sock.sendall(answered(invite, "100 Trying"))
    if behaviour == "busy":
        sock.sendall(answered(invite, "486 Busy Here"))
        line.next()
        return
    sock.sendall(answered(invite, "180 Ringing"))
    if behaviour == "ring":
        print("heard", flush=True)  # noqa: T201
        cancel = line.next()
        sock.sendall(answered(cancel, "200 OK"))
        sock.sendall(answered(invite, "487 Request Terminated"))
        line.next()
        return
    body = "" if behaviour == "no-media" else media_answer(invite, address)
    contact = f"Contact: <sip:peer@{address};transport=tls>\r\nContent-Type: application/sdp"
    if behaviour == "trunks":
        contact = "Record-Route: <sip:p1;lr>\r\nRecord-Route: <sip:p2;lr>\r\n" + contact
    sock.sendall(answered(invite, "200 OK", contact, body))
    line.next()
    from_to = [x for x in invite.split("\r\n") if x.startswith(("From:", "To:", "Call-ID:"))]
    swapped = [
        x.replace("From:", "XX:").replace("To:", "From:").replace("XX:", "To:") for x in from_to
    ]
    head = ["Via: SIP/2.0/TLS x;branch=z9hG4bKpeer", *swapped]
    if behaviour == "offer-again":
        again = ["INVITE sip:node SIP/2.0", *head, "CSeq: 9 INVITE", "Content-Length: 0", "", ""]
        sock.sendall("\r\n".join(again).encode())
        line.next()
    if behaviour == "hang-up":
        bye = ["BYE sip:node SIP/2.0", *head, "CSeq: 10 BYE", "Content-Length: 0", "", ""]
        sock.sendall("\r\n".join(bye).encode())
        line.next()
        return
    while message := line.next():
        if message.startswith("BYE"):
            sock.sendall(answered(message, "200 OK"))


def main(transport: str, behaviour: str, address: str, certificate: str, key: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, 0))
        listening.listen()
        listening.settimeout(TIMEOUT_S)
        print(listening.getsockname()[1], flush=True)  # noqa: T201
        try:
            sock, client = listening.accept()
            sock.settimeout(TIMEOUT_S)
            seen["client"] = list(client[:2])
            if transport == "tls":
                seen["hello"] = first_record(sock).hex()
                sock = context(certificate, key, behaviour).wrap_socket(sock, server_side=True)
                seen["tls"] = sock.version()
            talk(sock, behaviour, address)
        except OSError as failed:
            seen["error"] = str(failed)
    print(json.dumps(seen))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
