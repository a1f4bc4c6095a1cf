from __future__ import annotations

import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter

from peers.access import LOOPBACK
from peers.calling import HOST, Product, call, calling_product, gullible, invite
from securemode.errors import TimedOut, UnexpectedAnswer, Unsupported
from securemode.infinity.answers import ValuesRefused
from securemode.judges.outbound_peers import bad_peer_is_refused
from securemode.observations.outbound import CallEnd, OutboundCallSeen, PeerSort
from securemode.probes.outbound import OutboundCall, calls_of
from securemode.probes.probe import Withheld
from securemode.targets import Node, Role
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with calling_product(tmp_path) as one:
        yield one


def probes(product: Product, *sorts: PeerSort) -> tuple[OutboundCall, ...]:
    environment = product.access.environment
    wanted = calls_of(product.node, product.access.deployment, environment, *sorts)
    assert not isinstance(wanted, Withheld)
    return wanted


def looked(product: Product, *sorts: PeerSort) -> list[OutboundCallSeen]:
    return [probe.look(product.access) for probe in probes(product, *sorts)]


def test_a_call_is_taken_read_declined_and_released(product: Product) -> None:
    (seen,) = looked(product, PeerSort.PROPER)
    assert (seen.ended, seen.established, seen.certificate_shown) == (CallEnd.INVITED, True, True)
    assert (seen.version, seen.caller, seen.node) == ("TLSv1.3", "127.0.0.31", "conf1")
    assert seen.hello is not None
    assert seen.hello.versions == ("TLS 1.3", "TLS 1.2")
    assert seen.hello.server_name == HOST
    assert seen.invite is not None
    assert seen.invite.header("resource-priority") == "uc-000000.0"
    assert seen.invite.media is not None
    audio, video = seen.invite.media
    assert audio.crypto == ("AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32")
    assert (video.profile, video.feedback) == ("RTP/SAVP", ("* ccm fir", "* nack pli"))
    product.threads[0].join(5)
    (said,) = product.said
    assert said.startswith(b"SIP/2.0 100 Trying\r\n")
    assert b"SIP/2.0 486 Busy Here\r\n" in said
    assert product.up == set()


def test_what_the_product_is_told(product: Product) -> None:
    looked(product, PeerSort.PROPER)
    (values,) = product.dialled
    trap = product.access.environment.trap
    assert trap is not None
    user, _, place = values.pop("destination").partition("@")
    assert user.startswith("sip:acceptance-")
    assert place == f"{HOST}:{trap.first_port};transport=tls"
    assert values == {
        "conference_alias": "acceptance",
        "protocol": "sip",
        "node": "127.0.0.31",
        "role": "guest",
        "routing": "manual",
        "call_type": "video",
        "system_location": "a",
    }


def test_no_key_of_the_media_is_kept(product: Product) -> None:
    (seen,) = looked(product, PeerSort.PROPER)
    adapter: TypeAdapter[Any] = TypeAdapter(OutboundCallSeen)
    written = adapter.dump_json(seen)
    assert b"inline" not in written
    assert adapter.validate_json(written) == seen


@pytest.mark.parametrize("sort", [sort for sort in PeerSort if sort is not PeerSort.PROPER])
def test_a_strict_node_refuses_every_bad_peer(product: Product, sort: PeerSort) -> None:
    if sort is PeerSort.ADDRESS_ONLY:  # Python itself accepts an address where it calls one
        product.calls = by_name_alone
    proper, *bad = looked(product, PeerSort.PROPER, sort)
    assert [one.is_refused for one in bad] == [True] * len(bad)
    assert bad_peer_is_refused(proper, *bad).verdict is Verdict.PASS
    assert product.up == set()


def by_name_alone(product: Product, uri: str, place: tuple[str, int]) -> None:
    call(product, uri.replace(LOOPBACK, HOST), place)


def test_a_node_that_tolerates_addresses_is_seen(product: Product) -> None:
    judgement = bad_peer_is_refused(*looked(product, PeerSort.PROPER, PeerSort.ADDRESS_ONLY))
    assert judgement.verdict is Verdict.FAIL
    assert "address only at 127.0.0.1: accepted" in judgement.saw


@pytest.mark.parametrize("sort", [sort for sort in PeerSort if sort is not PeerSort.PROPER])
def test_a_gullible_node_is_seen(tmp_path: Path, sort: PeerSort) -> None:
    with calling_product(tmp_path, gullible) as product:
        judgement = bad_peer_is_refused(*looked(product, PeerSort.PROPER, sort))
    assert judgement.verdict is Verdict.FAIL


def verified_late(product: Product, uri: str, place: tuple[str, int]) -> None:
    """The handshake is completed, and then the node thinks better of it."""
    context = gullible(product.root)
    with product.connected(place) as plain, context.wrap_socket(plain) as stream:
        stream.unwrap()


def reset(product: Product, uri: str, place: tuple[str, int]) -> None:
    context = gullible(product.root)
    with product.connected(place) as plain, context.wrap_socket(plain) as stream:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


@pytest.mark.parametrize("way", [verified_late, reset])
def test_hanging_up_after_the_certificate_is_a_refusal(product: Product, way: Any) -> None:
    product.calls = way
    (seen,) = looked(product, PeerSort.PROPER)
    assert (seen.ended, seen.established, seen.is_refused) == (CallEnd.CLOSED, True, True)


def mute(product: Product, uri: str, place: tuple[str, int]) -> None:
    context = gullible(product.root)
    with product.connected(place) as plain, context.wrap_socket(plain) as stream:
        stream.settimeout(10)
        stream.recv(4096)  # until the other end hangs up


def test_silence_after_the_handshake_is_no_refusal(product: Product) -> None:
    product.calls = mute
    product.access = replace(product.access, timeout_s=1.0)
    (seen,) = looked(product, PeerSort.PROPER)
    assert (seen.ended, seen.is_refused, seen.is_accepted) == (CallEnd.MUTE, False, False)


def hanging_up_early(product: Product, uri: str, place: tuple[str, int]) -> None:
    with product.connected(place) as plain:
        plain.sendall(b"\x16\x03\x01\x02\x00\x01")


def test_hanging_up_before_the_certificate_is_no_refusal(product: Product) -> None:
    product.calls = hanging_up_early
    (seen,) = looked(product, PeerSort.PROPER)
    assert (seen.ended, seen.certificate_shown, seen.is_refused) == (CallEnd.CLOSED, False, False)
    assert seen.hello is None


def plain_tcp(product: Product, uri: str, place: tuple[str, int]) -> None:
    with product.connected(place) as plain:
        plain.sendall(invite(uri))
        plain.recv(4096)


def test_a_call_without_tls_is_recorded_as_such(product: Product) -> None:
    product.calls = plain_tcp
    (seen,) = looked(product, PeerSort.PROPER)
    assert (seen.ended, seen.hello, seen.is_refused) == (CallEnd.NO_TLS, None, False)


def nobody(product: Product, uri: str, place: tuple[str, int]) -> None:
    """The product says that it calls, and nothing comes."""


def test_no_call_at_all_is_an_error_and_released(product: Product) -> None:
    product.calls = nobody
    product.access = replace(product.access, timeout_s=0.1)
    with pytest.raises(TimedOut, match=r"conf1 placed no call to trap.lab.test:\d+ within 0.3 s"):
        looked(product, PeerSort.PROPER)
    assert product.up == set()


def from_elsewhere(product: Product, uri: str, place: tuple[str, int]) -> None:
    with socket.create_connection(place, 10, source_address=("127.0.0.77", 0)) as stranger:
        assert stranger.recv(1) == b""
    call(product, uri, place)


def test_strangers_are_noted_and_not_served(product: Product) -> None:
    product.calls = from_elsewhere
    (seen,) = looked(product, PeerSort.PROPER)
    assert (seen.ended, seen.strangers) == (CallEnd.INVITED, ("127.0.0.77",))


def stale_first(product: Product, uri: str, place: tuple[str, int]) -> None:
    call(product, f"sip:acceptance-00000000@{uri.partition('@')[2]}", place)
    product.message = lambda uri: invite(uri, "v=0\r\n")
    call(product, uri, place)


def test_a_call_without_our_token_is_not_ours(product: Product) -> None:
    product.calls = stale_first
    (seen,) = looked(product, PeerSort.PROPER)
    assert seen.invite is not None
    assert seen.invite.media == ()


def test_an_unknown_alias_is_explained(product: Product) -> None:
    environment = product.access.environment
    assert environment.trap is not None
    trap = environment.trap.model_copy(update={"service_alias": "unheard-of"})
    product.access = replace(
        product.access, environment=environment.model_copy(update={"trap": trap})
    )
    with pytest.raises(ValuesRefused, match="Unknown alias") as caught:
        looked(product, PeerSort.PROPER)
    assert "configure_application" in caught.value.remedy


def test_a_call_that_stays_up_is_told(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("securemode.probes.calls._GONE_S", 0.2)
    product.releases = False
    with pytest.raises(UnexpectedAnswer, match="is still up"):
        looked(product, PeerSort.PROPER)


def test_a_port_in_use_is_told(product: Product) -> None:
    (probe,) = probes(product, PeerSort.PROPER)
    with (
        socket.create_server((LOOPBACK, probe.port)),
        pytest.raises(Unsupported, match="cannot take calls"),
    ):
        probe.look(product.access)
    assert product.dialled == []


def test_several_nodes_call_one_port_at_a_time(product: Product) -> None:
    """The fake product calls from the node that it is told."""
    (probe,) = probes(product, PeerSort.PROPER)
    nodes = [
        Node(name=f"conf{n}", role=Role.CONFERENCING, ipv4=f"127.0.0.{40 + n}") for n in range(8)
    ]

    def turned_round(product: Product, uri: str, place: tuple[str, int]) -> None:
        values = next(one for one in product.dialled if one["destination"] == uri)
        source = (values["node"], 0)
        context = product.context
        with (
            socket.create_connection(place, 10, source_address=source) as plain,
            context.wrap_socket(plain, server_hostname=HOST) as stream,
        ):
            time.sleep(0.1)
            stream.sendall(invite(uri.replace("acceptance-", f"acceptance-{values['node']}-")))
            stream.recv(4096)

    product.calls = turned_round
    began = time.monotonic()
    with ThreadPoolExecutor(8) as several:
        seen = list(
            several.map(lambda node: replace(probe, target=node).look(product.access), nodes)
        )
    assert [one.caller for one in seen] == [node.ipv4 for node in nodes]
    assert all(one.invite and one.caller in one.invite.uri for one in seen)
    assert time.monotonic() - began < 20


@pytest.mark.filterwarnings("ignore:ssl.OP_NO")
def test_an_old_client_is_served(tmp_path: Path) -> None:
    def old(_: Any) -> ssl.SSLContext:
        context = gullible(_)
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("AES128-SHA:@SECLEVEL=0")
        context.options |= 0x20000000 | 0x08000000  # no TLS 1.3, no TLS 1.2
        return context

    with calling_product(tmp_path, old) as product:
        (seen,) = looked(product, PeerSort.PROPER)
    assert seen.hello is not None
    assert seen.hello.versions == ("TLS 1.1",)
