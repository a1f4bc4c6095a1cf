from __future__ import annotations

import os
import random
import re
import select
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.calls import captures
from lab.calls.placing import Caller
from lab.control.peers import needs
from lab.control.running import RunningLab, up
from peers.access import wait_until

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

SCENARIO = """<?xml version="1.0" encoding="UTF-8" ?>
<scenario name="called">
  <recv request="INVITE" crlf="true"/>
  <send><![CDATA[
SIP/2.0 180 Ringing
[last_Via:]
[last_From:]
[last_To:];tag=[pid]SIPpTag[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port];transport=[transport]>
Content-Length: 0

]]></send>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]SIPpTag[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port];transport=[transport]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=user1 53655765 2353687637 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
m=video 0 RTP/AVP 97

]]></send>
  <recv request="ACK" crlf="true"/>
  <recv request="BYE"/>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
</scenario>
"""


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningLab]:
    running = up("--nodes", "1")
    try:
        running.done("save", name="factory")
        Caller(running).trust()
        running.done("save", name="verifying")
        yield running
    finally:
        running.stop()


@pytest.fixture
def factory(shared: RunningLab) -> Caller:
    shared.done("restore", name="factory")
    return Caller(shared)


@pytest.fixture
def verifying(shared: RunningLab) -> Caller:
    shared.done("restore", name="verifying")
    return Caller(shared)


def _port() -> int:
    return random.randrange(20000, 30000)


def _listens(process: subprocess.Popen[str], port: int) -> bool:
    rows = Path(f"/proc/{process.pid}/net/tcp").read_text().splitlines()[1:]
    return any(row.split()[1].endswith(f":{port:04X}") and row.split()[3] == "0A" for row in rows)


def _invited(caller: Caller, identifier: str, process: subprocess.Popen[str]) -> str:
    """What a server prints until it has an INVITE, or the call has failed."""
    assert process.stdout is not None
    printed = ""
    while "INVITE" not in printed and caller.call(identifier)["state"] != "failed":
        if select.select([process.stdout], [], [], 0.05)[0]:
            printed += os.read(process.stdout.fileno(), 1 << 16).decode()
    return printed


def _ended(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGINT)
    try:
        return process.communicate(timeout=10)[0]
    finally:
        process.kill()


def _s_server(caller: Caller, port: int, *options: str) -> subprocess.Popen[str]:
    """OpenSSL's server, once it listens."""
    address = f"{caller.trap['ipv4']}:{port}"
    process = caller.started([needs("openssl"), "s_server", "-accept", address, *options])
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("ACCEPT"):
            break
    return process


def _sipp(caller: Caller, port: int, *scenario: str) -> subprocess.Popen[str]:
    """sipp for one call over TCP, once it listens; Debian's has no TLS."""
    place = ("-t", "t1", "-i", caller.trap["ipv4"], "-p", str(port))
    bounds = ("-m", "1", "-nostdin", "-timeout", "20")
    process = caller.started([needs("sipp"), *scenario, *place, *bounds])
    wait_until(lambda: _listens(process, port), 20)
    return process


def _proper(caller: Caller) -> tuple[str, ...]:
    files = caller.trap["certificates"]["proper"]
    return "-cert_chain", files["certificate"], "-cert", files["certificate"], "-key", files["key"]


def _called(caller: Caller, port: int, process: subprocess.Popen[str]) -> tuple[str, str, str]:
    """State and reason of a call to a server that says nothing, and what the server printed."""
    identifier = caller.dial(port)
    printed = _invited(caller, identifier, process)
    caller.disconnect(identifier)
    call = caller.until(identifier, "ended", "failed")
    return call["state"], call["reason"], printed + _ended(process)


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_gets_the_invite(verifying: Caller, version: str) -> None:
    port = _port()
    server = _s_server(verifying, port, *_proper(verifying), version)
    state, reason, printed = _called(verifying, port, server)
    assert (state, reason) == ("ended", "")
    assert f"INVITE sip:peer@trap.lab.example:{port};transport=tls SIP/2.0" in printed


def test_openssl_sees_the_node_s_certificate_where_it_asks_for_one(verifying: Caller) -> None:
    port = _port()
    server = _s_server(verifying, port, *_proper(verifying), "-verify", "1")
    _, _, printed = _called(verifying, port, server)
    assert re.search(r"subject=.*CN ?= ?conf1\.lab\.example", printed)


def test_openssl_without_certificate_is_called_with_anonymous_dh_only(factory: Caller) -> None:
    options = ("-nocert", "-tls1_2", "-cipher", "ADH-AES256-GCM-SHA384:@SECLEVEL=0")
    port = _port()
    state, _, printed = _called(factory, port, _s_server(factory, port, *options))
    assert state == "failed"
    assert "INVITE" not in printed
    factory.lab.fault("anonymous-dh")
    port = _port()
    state, _, printed = _called(factory, port, _s_server(factory, port, *options))
    assert state == "ended"
    assert "CIPHER is ADH-AES256-GCM-SHA384" in printed
    assert "INVITE sip:" in printed


def test_nobody_without_certificate_is_called_where_peers_are_verified(verifying: Caller) -> None:
    verifying.lab.fault("node-offers-anonymous-dh", "conf1")
    port = _port()
    options = ("-nocert", "-tls1_2", "-cipher", "ADH-AES256-GCM-SHA384:@SECLEVEL=0")
    state, reason, printed = _called(verifying, port, _s_server(verifying, port, *options))
    assert (state, reason) == ("failed", "the peer shows no certificate")
    assert "INVITE" not in printed


def test_openssl_with_nothing_but_aes128_sha_is_called_by_default(factory: Caller) -> None:
    port = _port()
    options = (*_proper(factory), "-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0")
    state, _, printed = _called(factory, port, _s_server(factory, port, *options))
    assert state == "ended"
    assert "CIPHER is AES128-SHA" in printed


def test_sipp_is_called_and_hung_up_on(factory: Caller, tmp_path: Path) -> None:
    port = _port()
    factory.set(crypto_mode="off")
    factory.lab.done("state")
    scenario = tmp_path / "called.xml"
    scenario.write_text(SCENARIO)
    trace = tmp_path / "messages"
    process = _sipp(factory, port, "-sf", str(scenario), "-trace_msg", "-message_file", str(trace))
    identifier = factory.dial(port, transport="tcp")
    factory.until(identifier, "connected")
    factory.disconnect(identifier)
    assert factory.until(identifier, "ended", "failed")["state"] == "ended"
    process.communicate(timeout=20)
    assert process.returncode == 0, "sipp counts the call as failed"
    assert "User-Agent: Pexip Infinity Conferencing Platform/" in trace.read_text()


def test_tshark_reads_the_invite(verifying: Caller, tmp_path: Path) -> None:
    verifying.set(crypto_mode="on")
    verifying.lab.fault("cca-id")
    verifying.lab.fault("resource-priority")
    _, seen = verifying.called(verifying.peer())
    file = tmp_path / "invite.pcap"
    captures.write(file, seen["messages"][0].encode(), 5060)
    fields = ("sip.Method", "sip.contact.uri", "sip.User-Agent", "sdp.media", "sdp.media_attr")
    method, contact, agent, media, attributes = captures.dissected(file, "sip", 5060, *fields)
    assert (method, agent) == ("INVITE", "Pexip Infinity Conferencing Platform/41 (80000.0.0)")
    assert contact.endswith(";transport=tls;cca-id=another")
    assert [line.split(" ")[2] for line in media.split("|")] == ["RTP/SAVP", "RTP/SAVP"]
    suites = [line.split(" ")[1] for line in attributes.split("|") if line.startswith("crypto:")]
    assert suites.count("AES_CM_128_HMAC_SHA1_80") == 2
    assert "Malformed" not in captures.dissected(file, "sip", 5060, "_ws.malformed")[0]
