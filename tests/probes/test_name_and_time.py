"""DNS and NTP where answers are wrong, broken or missing: never a traceback."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from pydantic import TypeAdapter

from infinity.server import Reply
from peers.access import LOOPBACK
from peers.ntp import server_of
from peers.services import Deployed, deployed
from peers.snmp import agent
from securemode.environment.secret import Secret
from securemode.errors import (
    AuthenticationRejected,
    CannotLook,
    TimedOut,
    UnexpectedAnswer,
)
from securemode.judges.dns import every_server_resolves_every_node
from securemode.judges.ntp import every_server_authenticates
from securemode.observations.dns import DnsServersSeen, NameAnswer
from securemode.observations.ntp import NtpAnswer, NtpServersSeen
from securemode.probes.dns import DnsServers
from securemode.probes.ntp import NtpServers
from securemode.probes.wire import ntp
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


KEY = "key-of-the-site"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Deployed]:
    with deployed(tmp_path) as one:
        one.rows["dns_server"] = [{"address": LOOPBACK}]
        one.rows["ntp_server"] = [{"address": LOOPBACK, "key_id": 10}]
        one.with_credentials(ntp_keys={"10": Secret(KEY)})
        yield one


API_TROUBLE = [
    (Reply(500), UnexpectedAnswer),
    (Reply(401), AuthenticationRejected),
    (Reply(429, headers={"Retry-After": "9"}), TimedOut),
    (Reply(200, b"garbage"), UnexpectedAnswer),
    (Reply(200, b'{"meta": {}, "objects": []}', cut=5), UnexpectedAnswer),
    (Reply(200, b"{}"), UnexpectedAnswer),
]


@pytest.mark.parametrize(("reply", "error"), API_TROUBLE)
@pytest.mark.parametrize("probe", [DnsServers, NtpServers])
def test_trouble_with_the_api(
    tmp_path: Path,
    reply: Reply,
    error: type[CannotLook],
    probe: type[DnsServers | NtpServers],
) -> None:
    with deployed(tmp_path, answer=lambda _: reply) as site, pytest.raises(error):
        probe(target=site.deployment).look(site.access)


@pytest.mark.parametrize("probe", [DnsServers, NtpServers])
def test_nobody_to_ask(site: Deployed, probe: type[DnsServers | NtpServers]) -> None:
    site.rows.clear()
    with pytest.raises(UnexpectedAnswer, match="there is no"):
        probe(target=site.deployment).look(site.access)


@pytest.mark.parametrize(
    ("make", "answer", "verdict"),
    [
        (lambda _: b"garbage", NameAnswer.BROKEN, Verdict.FAIL),
        (lambda asked: asked[:2] + b"\x81\x80" + b"\xff" * 9, NameAnswer.BROKEN, Verdict.FAIL),
        (lambda asked: asked[:2] + b"\x81\x82" + asked[4:], NameAnswer.SERVER_FAILED, Verdict.FAIL),
        (lambda asked: asked[:2] + b"\x81\x80" + asked[4:], NameAnswer.NO_RECORD, Verdict.FAIL),
        (lambda _: None, NameAnswer.SILENT, Verdict.INCONCLUSIVE),
    ],
)
def test_dns_that_is_none(
    site: Deployed, make: Callable[[bytes], bytes | None], answer: NameAnswer, verdict: Verdict
) -> None:
    with agent(site.node.port(53), make):
        seen = DnsServers(target=site.deployment).look(site.access)
    assert seen.servers[0].names[0].answer is answer
    assert every_server_resolves_every_node(seen).verdict is verdict
    adapter = TypeAdapter(DnsServersSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


@pytest.mark.parametrize(
    ("answer", "right", "wrong", "verdict"),
    [
        (server_of(KEY), NtpAnswer.AUTHENTICATED, NtpAnswer.SILENT, Verdict.PASS),
        (
            server_of(KEY, to_wrong=bytes(4)),
            NtpAnswer.AUTHENTICATED,
            NtpAnswer.CRYPTO_NAK,
            Verdict.PASS,
        ),
        (
            server_of(KEY, to_wrong=b""),
            NtpAnswer.AUTHENTICATED,
            NtpAnswer.UNAUTHENTICATED,
            Verdict.FAIL,
        ),
        (server_of(None), NtpAnswer.UNAUTHENTICATED, NtpAnswer.UNAUTHENTICATED, Verdict.FAIL),
        (
            server_of("another", to_wrong=bytes(4)),
            NtpAnswer.CRYPTO_NAK,
            NtpAnswer.CRYPTO_NAK,
            Verdict.FAIL,
        ),
        (
            server_of("another", to_wrong=struct.pack("!I", 10) + bytes(20)),
            NtpAnswer.WRONG_MAC,
            NtpAnswer.WRONG_MAC,
            Verdict.FAIL,
        ),
        (lambda _: b"garbage", NtpAnswer.GARBAGE, NtpAnswer.GARBAGE, Verdict.INCONCLUSIVE),
        (lambda _: None, NtpAnswer.SILENT, NtpAnswer.SILENT, Verdict.INCONCLUSIVE),
    ],
)
def test_ntp_servers_of_every_sort(
    site: Deployed,
    answer: Callable[[bytes], bytes | None],
    right: NtpAnswer,
    wrong: NtpAnswer,
    verdict: Verdict,
) -> None:
    object.__setattr__(site.access, "timeout_s", 0.2)
    with agent(site.node.port(123), answer):
        seen = NtpServers(target=site.deployment).look(site.access)
    (server,) = seen.servers
    assert server.right_before is not None
    assert server.wrong is not None
    assert (server.right_before.answer, server.wrong.answer) == (right, wrong)
    assert every_server_authenticates(seen).verdict is verdict
    adapter = TypeAdapter(NtpServersSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


def test_an_answer_to_somebody_else_is_passed_over(site: Deployed) -> None:
    def replayed(asked: bytes) -> bytes | None:
        said = server_of(KEY)(asked)
        return said and said[:24] + bytes(8) + said[32:]

    object.__setattr__(site.access, "timeout_s", 0.2)
    with agent(site.node.port(123), replayed):
        seen = NtpServers(target=site.deployment).look(site.access)
    assert seen.servers[0].time is None


def test_a_name_that_leads_nowhere_is_said_of_its_server(site: Deployed) -> None:
    site.rows["ntp_server"] = [{"address": "ntp.lab.test", "key_id": 10}]
    object.__setattr__(site.access, "timeout_s", 0.1)
    seen = NtpServers(target=site.deployment).look(site.access)
    assert "ntp.lab.test: the DNS servers 127.0.0.1 give no address" in seen.servers[0].trouble


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("short", b"short"),
        ("abcdef0123456789abcd", b"abcdef0123456789abcd"),
        (
            "00112233445566778899aabbccddeeff00112233",
            bytes.fromhex("00112233445566778899aabbccddeeff00112233"),
        ),
        ("a text of more than twenty", b"a text of more than twenty"),
    ],
)
def test_keys_are_read_as_ntp_reads_them(text: str, key: bytes) -> None:
    assert ntp.key_bytes(text) == key
