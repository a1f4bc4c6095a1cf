"""Clients that others wrote, at our trap: what it read of each, while dumpcap listens.

    unshare -Urn python -m peers.trapped_clients DIRECTORY PORT

The directory has trap.pem and trap.key; it gets capture.pcap and keys.log. Printed is, by the name
of the client, its port and what the trap read of its ClientHello and of its INVITE.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from pyroute2 import IPRoute

from peers.access import LOOPBACK
from peers.calling import SDP, invite
from securemode.observations.client_hello import ClientHelloSeen
from securemode.observations.outbound import InviteSeen
from securemode.probes.client_hello_reading import read_client_hello
from securemode.probes.sip_messages import read_invite
from securemode.probes.tls_registry import GROUPS, SUITES
from securemode.probes.wire import client_hello, outbound_sip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST = "trap.lab.test"
S_CLIENT = "openssl s_client -connect {place} -quiet"
COMMANDS = {
    "openssl": S_CLIENT,
    "openssl TLS 1.2": f"{S_CLIENT} -tls1_2 -servername {HOST}",
    "openssl TLS 1.1": f"{S_CLIENT} -tls1_1 -cipher ALL:@SECLEVEL=0",
    "openssl TLS 1.0 to 1.2": f"{S_CLIENT} -min_protocol TLSv1 -no_tls1_3 -cipher ALL:@SECLEVEL=0",
    "openssl TLS 1.3 alone": f"{S_CLIENT} -tls1_3 -ciphersuites TLS_AES_128_CCM_SHA256",
    "openssl AES128-SHA": f"{S_CLIENT} -tls1_2 -cipher AES128-SHA:@SECLEVEL=0",
    "openssl anonymous": f"{S_CLIENT} -tls1_2 -cipher ADH:AECDH:@SECLEVEL=0",
    "openssl everything": f"{S_CLIENT} -cipher ALL:eNULL:ADH:@SECLEVEL=0",
    "openssl groups": f"{S_CLIENT} -groups P-521:P-256:ffdhe2048",
    "openssl signatures": f"{S_CLIENT} -sigalgs ECDSA+SHA384:RSA-PSS+SHA256:RSA+SHA512",
    "openssl ALPN": f"{S_CLIENT} -alpn sip/2,h2 -servername {HOST}",
    "openssl in fragments": f"{S_CLIENT} -max_send_frag 512 -cipher ALL:@SECLEVEL=0 -alpn sip/2",
    "openssl fallback": f"{S_CLIENT} -fallback_scsv -tls1_2",
    "curl": "curl -sk --http0.9 --max-time 2 https://{place}/",
    "curl TLS 1.2": "curl -sk --max-time 2 --tls-max 1.2 --ciphers AES256-GCM-SHA384 https://{place}/",
    "nmap": "nmap -Pn -n -p {port} --script ssl-cert --host-timeout 5s 127.0.0.1",
    "ldapsearch": "ldapsearch -x -o nettimeout=2 -H ldaps://{place} -b dc=test",
}
"""OpenSSL, and in ldapsearch of Debian, GnuTLS."""


def python_client(**more: Any) -> Callable[[int], None]:
    def run(port: int) -> None:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        for name, value in more.items():
            if name == "ciphers":
                context.set_ciphers(value)
            elif name == "alpn":
                context.set_alpn_protocols(value)
            else:
                setattr(context, name, value)
        with (
            socket.create_connection((LOOPBACK, port), 2) as plain,
            context.wrap_socket(plain, server_hostname=HOST) as stream,
        ):
            stream.sendall(invite(f"sip:acceptance@{HOST}", SDP))
            stream.recv(4096)

    return run


def raw_client(hello: client_hello.Hello) -> Callable[[int], None]:
    """Our own hellos for the other direction: every registered number."""

    def run(port: int) -> None:
        with socket.create_connection((LOOPBACK, port), 2) as plain:
            plain.sendall(client_hello.encode(hello))
            with contextlib.suppress(OSError):
                plain.recv(4096)

    return run


IN_PYTHON = {
    "python": python_client(),
    "python TLS 1.2": python_client(maximum_version=ssl.TLSVersion.TLSv1_2),
    "python ALPN": python_client(alpn=["sip/2"], ciphers="ECDHE+AESGCM"),
    "every number": raw_client(
        client_hello.Hello(client_hello.TLS_1_2, (0x0A0A, *SUITES), groups=(0x2A2A, *GROUPS))
    ),
}


def chromium(directory: Path) -> str:
    """BoringSSL, which greases."""
    return (
        f"chromium --headless --no-sandbox --disable-gpu --user-data-dir={directory}/chromium "
        "--ignore-certificate-errors --disable-background-networking --dump-dom https://{place}/"
    )


@contextlib.contextmanager
def captured(port: int, capture: Path) -> Iterator[None]:
    """The packets of a port, as dumpcap writes them; tcpdump wants to be another user here."""
    command = [
        "dumpcap",
        "-q",
        "-i",
        "lo",
        "-w",
        str(capture),
        "-f",
        f"portrange {port}-{port + 1}",
    ]
    dump = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert dump.stderr is not None
    while "File:" not in dump.stderr.readline():
        assert dump.poll() is None
    try:
        yield
        time.sleep(0.5)
    finally:
        dump.terminate()
        dump.communicate(timeout=30)


def taken(
    listening: socket.socket, context: ssl.SSLContext, patience_s: float = 0.6
) -> dict[str, Any]:
    connection, _ = listening.accept()
    came = outbound_sip.take(connection, context, time.monotonic() + patience_s)
    read = read_invite(came.request)
    return {
        "port": came.caller[1],
        "hello": TypeAdapter(ClientHelloSeen).dump_python(read_client_hello(came.hello)),
        "invite": read and TypeAdapter(InviteSeen).dump_python(read),
        "ended": came.ended,
    }


def started(command: str, port: int) -> Callable[[], None]:
    words = command.format(place=f"{LOOPBACK}:{port}", port=port).split()
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def stop() -> None:
        process.kill()
        process.communicate(timeout=30)

    return stop


def sipp(port: int) -> dict[str, Any]:
    """An INVITE that others wrote; Debian's sipp has no TLS."""
    if shutil.which("sipp") is None:
        return {}
    command = "sipp -sn uac -t t1 -m 1 -i 127.0.0.1 -nostdin {place}"
    with socket.create_server((LOOPBACK, port)) as listening:
        listening.settimeout(30)
        stop = started(command, port)
        try:
            connection, caller = listening.accept()
            with connection:
                connection.settimeout(30)
                read = read_invite(connection.recv(1 << 16))
        finally:
            stop()
    assert read is not None
    return {"sipp": {"port": caller[1], "invite": TypeAdapter(InviteSeen).dump_python(read)}}


def main(directory: Path, port: int) -> None:
    with IPRoute() as ip:
        ip.link("set", index=1, state="up")
    context = outbound_sip.server_context(f"{directory}/trap.pem", f"{directory}/trap.key")
    context.keylog_filename = f"{directory}/keys.log"
    commands = {**COMMANDS, "chromium": chromium(directory)}
    seen = {}
    with (
        socket.create_server((LOOPBACK, port)) as listening,
        captured(port, directory / "capture.pcap"),
    ):
        listening.settimeout(30)
        for name, command in commands.items():
            if shutil.which(command.split()[0]) is None:
                continue
            stop = started(command, port)
            try:
                seen[name] = taken(listening, context)
            finally:
                stop()
            _forget_the_rest(listening)
        for name, client in IN_PYTHON.items():
            thread = threading.Thread(target=_quietly, args=(client, port))
            thread.start()
            seen[name] = taken(listening, context, 3)
            thread.join(5)
        seen |= sipp(port + 1)
    sys.stdout.write(json.dumps({"seen": seen}))


def _quietly(client: Callable[[int], None], port: int) -> None:
    with contextlib.suppress(OSError):
        client(port)


def _forget_the_rest(listening: socket.socket) -> None:
    """Connections that a client made beside its first."""
    listening.settimeout(0.05)
    with contextlib.suppress(OSError):
        while True:
            listening.accept()[0].close()
    listening.settimeout(30)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
