"""Media of a connected call in a running lab: real RTP, from the right ports, marked."""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
import sys
import time
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.calls.placing import CONFIGURATION, Caller, Peer
from lab.control.running import RunningLab, up
from securemode_lab.appliance.srtp import Protection, _derived

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTENING = str(Path(__file__).with_name("listening.py"))
PORT = 6000


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningLab]:
    lab = up()
    try:
        caller = Caller(lab)
        caller.set(crypto_mode="on", management_qos=16)
        marks = {"signalling_qos": 40, "media_qos": 51}
        assert caller.ask("PATCH", f"{CONFIGURATION}system_location/1/", marks)[0] == 202
        lab.done("save", name="marked")
        yield lab
    finally:
        lab.stop()


@pytest.fixture
def caller(shared: RunningLab) -> Caller:
    shared.done("restore", name="marked")
    return Caller(shared)


def heard(
    caller: Caller, packets: int = 10, *, ipv6: bool = False
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """So many packets of one call, and what the SIP peer saw."""
    address = caller.trap["ipv6" if ipv6 else "ipv4"]
    words = [sys.executable, LISTENING, "media", address, str(PORT), str(packets)]
    media = Peer(caller.started(words), PORT)
    assert media.process.stdout is not None
    media.process.stdout.readline()
    peer = caller.peer(ipv6=ipv6)
    identifier = caller.dial(peer.port, host=f"[{address}]" if ipv6 else "")
    caller.until(identifier, "connected", "failed")
    seen: Any = media.seen()
    caller.disconnect(identifier)
    return seen, peer.seen()


@pytest.mark.parametrize("ipv6", [False, True], ids=["IPv4", "IPv6"])
def test_marked_packets_of_the_offered_ports(caller: Caller, *, ipv6: bool) -> None:
    started = time.monotonic()
    packets, seen = heard(caller, 50, ipv6=ipv6)
    offer = seen["messages"][0]
    ports = {int(port) for port in re.findall(r"m=\w+ (\d+)", offer)}
    assert len(packets) == 50
    assert time.monotonic() - started > 0.9
    assert {packet["dscp"] for packet in packets} == {51}
    assert {packet["sender"][1] for packet in packets} == ports
    assert all(40000 <= port <= 49999 and port % 2 == 0 for port in ports)
    node = caller.lab.conferencing[0]["ipv6" if ipv6 else "ipv4"]
    assert {packet["sender"][0] for packet in packets} == {node}


def _streams(packets: list[dict[str, Any]]) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = {}
    for packet in packets:
        found.setdefault(packet["sender"][1], []).append(bytes.fromhex(packet["data"]))
    return found


def test_each_stream_is_rtp_that_goes_on(caller: Caller) -> None:
    packets, seen = heard(caller, 20)
    kinds = dict(re.findall(r"m=(\w+) (\d+)", seen["messages"][0]))
    streams = _streams(packets)
    for kind, payload_type, step in (("audio", 8, 320), ("video", 97, 3600)):
        headers = [struct.unpack("!BBHII", data[:12]) for data in streams[int(kinds[kind])]]
        first = headers[0]
        assert [h[0] for h in headers] == [0x80] * len(headers)
        assert {h[1] & 0x7F for h in headers} == {payload_type}
        assert [h[2] for h in headers] == [(first[2] + n) % 65536 for n in range(len(headers))]
        assert [h[3] for h in headers] == [
            (first[3] + n * step) % 2**32 for n in range(len(headers))
        ]
        assert {h[4] for h in headers} == {first[4]}


def test_the_payload_is_encrypted_with_the_offered_key(caller: Caller) -> None:
    caller.lab.done("state")
    packets, seen = heard(caller)
    offer = seen["messages"][0]
    for part in offer.split("m=")[1:]:
        port = int(part.split()[1])
        found = re.search(r"a=crypto:\d+ (\S+) inline:(\S+)", part)
        assert found
        (data, *_) = _streams(packets)[port]
        sequence = int.from_bytes(data[2:4], "big")
        plain = b"\xd5" * 320 if part.startswith("audio") else b"\x61" + bytes(599)
        assert Protection(found[1], found[2]).protected(data[:12] + plain, sequence) == data
        assert plain[:16] not in data


def test_the_tag_is_right_without_our_own_code(caller: Caller) -> None:
    """With AES-CM alone: HMAC-SHA1 over packet and rollover counter (RFC 3711, 4.2)."""
    caller.lab.done("variant", name="srtp_other_suites", value="aes-256-cm")
    packets, seen = heard(caller, 4)
    part = seen["messages"][0].split("m=audio")[1].split("m=")[0]
    found = re.search(r"a=crypto:\d+ AES_256_CM_HMAC_SHA1_80 inline:(\S+)", part)
    assert found
    given = b64decode(found[1])
    key = _derived(given[:32], given[32:], 1, 20)
    (data, *_) = _streams(packets)[int(part.split()[0])]
    assert hmac.digest(key, data[:-10] + bytes(4), hashlib.sha1)[:10] == data[-10:]


def test_without_encryption_it_is_silence(caller: Caller) -> None:
    caller.set(crypto_mode="off")
    caller.lab.done("state")
    packets, seen = heard(caller, 4)
    port = int(seen["messages"][0].split("m=audio ")[1].split()[0])
    (data, *_) = _streams(packets)[port]
    assert data[12:] == b"\xd5" * 320


def test_it_ends_with_the_call(caller: Caller) -> None:
    heard(caller, 2)
    words = [sys.executable, LISTENING, "media", caller.trap["ipv4"], str(PORT), "1", "3"]
    process = caller.started(words)
    assert process.stdout is not None
    process.stdout.readline()
    late: Any = Peer(process, PORT).seen()
    assert late == []


@pytest.mark.parametrize(("fault", "mark"), [("media-unmarked", 0), ("node-marks-media-wrong", 8)])
def test_wrong_marks(caller: Caller, fault: str, mark: int) -> None:
    caller.lab.fault(fault)
    for ipv6 in (False, True):
        packets, _ = heard(caller, 4, ipv6=ipv6)
        assert {packet["dscp"] for packet in packets} == {mark}


def test_the_media_range_is_the_one_that_is_set(caller: Caller) -> None:
    caller.set(media_ports_start=45000, media_ports_end=45999)
    caller.lab.done("state")
    packets, _ = heard(caller, 4)
    assert all(45000 <= packet["sender"][1] <= 45999 for packet in packets)
    assert {packet["dscp"] for packet in packets} == {51}
