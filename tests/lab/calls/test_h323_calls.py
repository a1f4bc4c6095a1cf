"""H.323 calls of a node in a running lab: what they say, from where, and how they end."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.calls.dissected import capture, fields, tshark
from lab.calls.placing import CONFIGURATION, Caller, Peer
from lab.control.running import RunningLab, up
from securemode_lab.appliance.h235 import GROUPS, VERSION_3

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTENING = str(Path(__file__).with_name("listening.py"))
BOTH = (1024, 1536)
RELEASED = "5a"


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningLab]:
    lab = up()
    try:
        caller = Caller(lab)
        caller.set(crypto_mode="on", management_qos=16)
        fields_of_location = {"signalling_qos": 40, "media_qos": 51, "mtu": 1400}
        place = f"{CONFIGURATION}system_location/1/"
        assert caller.ask("PATCH", place, fields_of_location)[0] == 202
        lab.done("save", name="marked")
        yield lab
    finally:
        lab.stop()


@pytest.fixture
def caller(shared: RunningLab) -> Caller:
    shared.done("restore", name="marked")
    return Caller(shared)


def listening(caller: Caller, behaviour: str, *, ipv6: bool = False) -> Peer:
    address = caller.trap["ipv6" if ipv6 else "ipv4"]
    process = caller.started([sys.executable, LISTENING, "h323", address, behaviour])
    assert process.stdout is not None
    return Peer(process, int(process.stdout.readline()))


def dial(caller: Caller, peer: Peer, host: str = "") -> str:
    host = host or caller.trap["ipv4"]
    return caller.dial(peer.port, protocol="h323", destination=f"trap@{host}:{peer.port}")


def called(
    caller: Caller, behaviour: str = "refuse", *, ipv6: bool = False
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Its state when it is over, and what the other side saw."""
    peer = listening(caller, behaviour, ipv6=ipv6)
    identifier = dial(caller, peer, f"[{caller.trap['ipv6']}]" if ipv6 else "")
    return caller.until(identifier, "ended", "failed"), peer.seen()


def offered(seen: dict[str, Any], folder: Path) -> set[int]:
    """Bits of the groups in the tokens, as tshark reads them in the SETUP that came in."""
    path = capture(folder / "seen.pcap", [bytes.fromhex(seen["frames"][0])])
    said = tshark(path, "-V")
    assert "Message type: SETUP" in said
    assert "Malformed" not in said
    ((identifiers, primes),) = fields(path, "h235.tokenOID", "h235.modSize")
    if not identifiers:
        return set()
    first, *groups = identifiers.split(",")
    assert first == VERSION_3
    bits = {len(prime) * 4 for prime in primes.split(",")}
    assert groups == [GROUPS[size].identifier for size in sorted(bits)]
    return bits


@pytest.mark.parametrize("ipv6", [False, True], ids=["IPv4", "IPv6"])
def test_the_setup_comes_from_the_node_and_is_marked(
    caller: Caller, tmp_path: Path, *, ipv6: bool
) -> None:
    _, seen = called(caller, ipv6=ipv6)
    assert seen["client"][0] == caller.lab.conferencing[0]["ipv6" if ipv6 else "ipv4"]
    assert 33000 <= seen["client"][1] <= 39999
    assert seen["dscp"] == 40
    assert offered(seen, tmp_path) == set(BOTH)
    said = tshark(capture(tmp_path / "x.pcap", [bytes.fromhex(seen["frames"][0])]), "-V")
    for end in seen["client"]:
        assert str(end) in said
    assert "h323-ID: trap" in said
    assert f"h323-ID: {caller.trap['service_alias']}" in said


def test_a_host_name_is_looked_up(caller: Caller) -> None:
    peer = listening(caller, "refuse")
    caller.until(dial(caller, peer, caller.trap["name"]), "failed")
    assert len(peer.seen()["frames"]) == 1


@pytest.mark.parametrize(
    ("fault", "groups"),
    [
        ("", {1024, 1536}),
        ("h323-2048-bit-groups", {1024, 1536, 2048}),
        ("node-offers-2048-bit-groups", {1024, 1536, 2048}),
        ("media-encryption-best-effort", {1024, 1536}),
    ],
)
def test_groups(caller: Caller, tmp_path: Path, fault: str, groups: set[int]) -> None:
    if fault:
        caller.lab.fault(fault)
    assert offered(called(caller)[1], tmp_path) == groups
    if fault:
        caller.lab.done("fault", name=fault, on=False)
        assert offered(called(caller)[1], tmp_path) == set(BOTH)


def test_without_encryption_there_are_no_tokens(caller: Caller, tmp_path: Path) -> None:
    caller.set(crypto_mode="off")
    caller.lab.done("state")
    assert offered(called(caller)[1], tmp_path) == set()


@pytest.mark.parametrize(
    ("behaviour", "state", "frames"),
    [
        ("refuse", "failed", 1),
        ("close", "failed", 0),
        ("nonsense", "failed", 1),
        ("take-and-release", "ended", 1),
    ],
)
def test_calls_that_the_other_side_ends(
    caller: Caller, behaviour: str, state: str, frames: int
) -> None:
    call, seen = called(caller, behaviour)
    assert (call["state"], len(seen["frames"])) == (state, frames), call
    assert (call["reason"] == "") is (state == "ended")


@pytest.mark.parametrize("behaviour", ["take", "silent"])
def test_calls_that_we_end(caller: Caller, behaviour: str) -> None:
    peer = listening(caller, behaviour)
    identifier = dial(caller, peer)
    caller.until(identifier, "connected" if behaviour == "take" else "calling")
    caller.disconnect(identifier)
    assert caller.until(identifier, "ended")["reason"] == ""
    setup, release = peer.seen()["frames"]
    assert release[16:18] == RELEASED
    assert setup[12:16] == release[12:16]


def test_no_call_is_placed_where_h323_is_off(caller: Caller) -> None:
    caller.set(enable_h323=False)
    caller.lab.done("state")
    peer = listening(caller, "close")
    assert caller.until(dial(caller, peer), "failed")["reason"] == "H.323 is off"
    peer.process.kill()
    peer.process.communicate()


def test_nobody_there(caller: Caller) -> None:
    peer = listening(caller, "close")
    caller.until(dial(caller, peer), "failed")
    peer.seen()
    assert caller.until(dial(caller, peer), "failed")["reason"]


def test_on_loopback_as_well(tmp_path: Path) -> None:
    lab = up("--profile", "loopback", "--nodes", "1")
    try:
        caller = Caller(lab)
        place = f"{CONFIGURATION}system_location/1/"
        assert caller.ask("PATCH", place, {"signalling_qos": 40})[0] == 202
        lab.done("state")
        _, seen = called(caller)
        assert seen["client"][0] == lab.conferencing[0]["ipv4"]
        assert 33000 <= seen["client"][1] <= 39999
        assert seen["dscp"] == 40
        assert offered(seen, tmp_path) == set(BOTH)
    finally:
        lab.stop()


@pytest.mark.parametrize(
    ("fault", "mark"),
    [("signalling-unmarked", 0), ("node-marks-signalling-wrong", 8), ("node-marks-calls-wrong", 8)],
)
def test_wrong_marks(caller: Caller, fault: str, mark: int) -> None:
    caller.lab.fault(fault)
    assert called(caller)[1]["dscp"] == mark
    assert called(caller, ipv6=True)[1]["dscp"] == mark
