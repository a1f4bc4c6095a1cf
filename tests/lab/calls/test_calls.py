"""Calls: how they are placed, held, refused and ended, and what an INVITE says."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lab.calls.placing import COMMAND, Caller
from lab.control.running import up

STATUS = "/api/admin/status/v1/"


def _header(seen: dict[str, Any], name: str) -> str:
    found = re.search(rf"^{name}: (.*)\r$", seen["messages"][0], re.MULTILINE)
    return found[1] if found else ""


def test_a_call_is_placed_held_and_ended(factory: Caller) -> None:
    peer = factory.peer()
    identifier = factory.dial(peer.port)
    factory.until(identifier, "connected")
    _, listed = factory.ask("GET", f"{STATUS}participant/")
    (row,) = listed["objects"]
    node = factory.lab.conferencing[0]["ipv4"]
    assert row["id"] == identifier
    assert row["resource_uri"] == f"{STATUS}participant/{identifier}/"
    assert (row["call_direction"], row["protocol"], row["conference"]) == (
        "out",
        "SIP",
        "Acceptance",
    )
    assert row["media_node"] == row["signalling_node"] == node
    assert factory.ask("GET", row["resource_uri"])[1]["destination_alias"].startswith("sip:peer@")
    assert factory.ask("GET", f"{STATUS}conference/")[1]["objects"][0]["is_started"] is True
    factory.disconnect(identifier)
    seen = peer.seen()
    assert [message.split(" ")[0] for message in seen["messages"]] == ["INVITE", "ACK", "BYE"]
    assert factory.ask("GET", f"{STATUS}participant/")[1]["objects"] == []
    factory.disconnect(identifier)
    assert seen["client"][0] == node
    assert 33000 <= seen["client"][1] <= 39999
    assert f"Via: SIP/2.0/TLS {node}:{seen['client'][1]};" in seen["messages"][0]
    assert _header(seen, "User-Agent") == "Pexip Infinity Conferencing Platform/41 (80000.0.0)"
    assert _header(seen, "Contact").startswith("<sip:acceptance@conf1.lab.example:5061;")


def test_signalling_ports_follow_the_setting(factory: Caller) -> None:
    factory.set(signalling_ports_start=34000, signalling_ports_end=34010)
    factory.lab.done("state")
    _, seen = factory.called(factory.peer())
    assert 34000 <= seen["client"][1] <= 34010


def test_every_node_calls_from_its_own_address(factory: Caller) -> None:
    other = factory.lab.conferencing[1]["ipv4"]
    _, seen = factory.called(factory.peer(), node=other)
    assert seen["client"][0] == other


def test_ipv6_and_tcp_work_as_well(factory: Caller) -> None:
    call, seen = factory.called(factory.peer(ipv6=True), host=f"[{factory.trap['ipv6']}]")
    assert (call["state"], seen["client"][0]) == ("ended", factory.lab.conferencing[0]["ipv6"])
    assert "IN IP6" in seen["messages"][0]
    call, seen = factory.called(factory.peer(transport="tcp"), transport="tcp")
    assert (call["state"], len(seen["messages"])) == ("ended", 3)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"conference_alias": "nobody"}, "conference_alias"),
        ({"conference_alias": None}, "conference_alias"),
        ({"node": "198.51.100.99"}, "node"),
        ({"system_location": "nowhere"}, "system_location"),
        ({"protocol": "rtmp"}, "protocol"),
        ({"role": "king"}, "role"),
        ({"destination": "nonsense"}, "destination"),
        ({"destination": "sip:a@b:99999"}, "destination"),
        ({"destination": "sip:a@b;transport=pigeon"}, "destination"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused(
    factory: Caller, change: dict[str, Any], field: str
) -> None:
    body = {
        "conference_alias": "acceptance",
        "destination": "sip:a@trap.lab.example",
        "protocol": "sip",
    }
    status, answer = factory.ask("POST", f"{COMMAND}dial/", body | change)
    assert (status, list(answer["dial"])) == (400, [field])


def test_an_unknown_participant_cannot_be_disconnected(factory: Caller) -> None:
    status, answer = factory.ask("POST", f"{COMMAND}disconnect/", {"participant_id": "nobody"})
    assert status == 400
    assert answer["disconnect"] == {"participant_id": ["Failed to find participant."]}


@pytest.mark.parametrize(
    ("fault", "pattern", "present"),
    [
        ("cca-id", r"Contact: .*cca-id=another", True),
        ("resource-priority", r"Resource-Priority: drsn", True),
        ("no-srtp-sha1", r"AES_CM_128_HMAC_SHA1", False),
        ("node-calls-without-srtp-sha1", r"AES_CM_128_HMAC_SHA1", False),
        ("node-offers-plain-media", r"m=audio \d+ RTP/AVP", True),
        ("service-media-encryption", r"m=video \d+ RTP/AVP", True),
        ("media-encryption-best-effort", r"m=video \d+ RTP/AVP", True),
    ],
)
def test_a_fault_shows_in_the_invite(
    verifying: Caller,
    fault: str,
    pattern: str,
    present: bool,  # noqa: FBT001
) -> None:
    _, before = verifying.called(verifying.peer())
    assert bool(re.search(pattern, before["messages"][0])) is not present
    verifying.lab.fault(fault)
    _, after = verifying.called(verifying.peer())
    assert bool(re.search(pattern, after["messages"][0])) is present


@pytest.mark.parametrize(
    ("behaviour", "state", "reason", "said"),
    [
        ("busy", "failed", "486 Busy Here", ["INVITE", "ACK"]),
        ("offer-again", "ended", "", ["INVITE", "ACK", "488", "BYE"]),
        ("no-media", "failed", "streams", ["INVITE", "ACK", "BYE"]),
        ("trunks", "ended", "", ["INVITE", "ACK", "BYE"]),
    ],
)
def test_whatever_a_peer_does_is_answered(
    factory: Caller, behaviour: str, state: str, reason: str, said: list[str]
) -> None:
    call, seen = factory.called(factory.peer(behaviour))
    assert call["state"] == state
    assert reason in call["reason"]
    firsts = [message.removeprefix("SIP/2.0 ").split(" ")[0] for message in seen["messages"]]
    assert firsts == said
    if behaviour == "trunks":
        routes = re.findall(r"^Route: (\S+)\r$", seen["messages"][-1], re.MULTILINE)
        assert routes == ["<sip:p2;lr>", "<sip:p1;lr>"]


def test_a_peer_that_hangs_up_ends_the_call(factory: Caller) -> None:
    peer = factory.peer("hang-up")
    factory.until(factory.dial(peer.port), "ended")
    assert peer.seen()["messages"][-1].startswith("SIP/2.0 200 OK")


@pytest.mark.parametrize(
    ("behaviour", "said"), [("ring", ["INVITE", "CANCEL", "ACK"]), ("silent", ["INVITE"])]
)
def test_a_call_can_be_withdrawn_before_it_is_answered(
    factory: Caller, behaviour: str, said: list[str]
) -> None:
    peer = factory.peer(behaviour)
    identifier = factory.dial(peer.port)
    peer.has_heard()
    factory.disconnect(identifier)
    factory.until(identifier, "ended")
    assert [message.split(" ")[0] for message in peer.seen()["messages"]] == said


def test_nobody_there_is_a_call_that_failed(factory: Caller) -> None:
    assert factory.until(factory.dial(9), "failed")["reason"]
    unknown = factory.dial(9, host="nobody.lab.example")
    assert "no DNS server knows" in factory.until(unknown, "failed")["reason"]


@pytest.mark.parametrize("doing", ["restore", "restart"])
def test_calls_end_with_their_node_and_with_the_state_of_the_lab(
    factory: Caller, doing: str
) -> None:
    peer = factory.peer()
    factory.until(factory.dial(peer.port), "connected")
    if doing == "restore":
        factory.lab.done("restore", name="factory")
    else:
        factory.lab.done("restart", node="conf1")
    assert peer.seen()["messages"][-1].startswith("BYE")
    assert factory.ask("GET", f"{STATUS}participant/")[1]["objects"] == []


def test_calls_are_placed_on_loopback_too() -> None:
    running = up("--nodes", "1", "--profile", "loopback")
    try:
        caller = Caller(running)
        caller.trust()
        call, seen = caller.called(caller.peer())
        assert call["state"] == "ended"
        assert seen["client"][0] == caller.lab.conferencing[0]["ipv4"]
        assert 33000 <= seen["client"][1] <= 39999
        assert caller.trap["ipv6"] is None
        assert caller.called(caller.peer(certificate="expired"))[0]["state"] == "failed"
    finally:
        running.stop()
