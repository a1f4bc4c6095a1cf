"""Clocks and syslog where answers are wrong, broken or missing: never a traceback."""

from __future__ import annotations

import base64
import email.utils
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest
from pydantic import TypeAdapter

from infinity.server import Reply
from peers.access import LOOPBACK
from peers.ntp import server_of
from peers.services import NAME, Deployed, deployed
from peers.snmp import agent
from peers.web import Behaviour, interface
from securemode.environment.models import Collectors
from securemode.errors import (
    CannotLook,
    Interrupted,
    Unsupported,
)
from securemode.judges.ntp import node_keeps_time
from securemode.judges.syslog import login_attempt_arrives
from securemode.observations.ntp import NodeClockSeen
from securemode.probes import syslog
from securemode.probes.clock import NodeClock
from securemode.probes.ntp import NtpServers
from securemode.probes.syslog import SyslogArrival
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from infinity.server import Asked


def dated(ahead_s: float) -> Callable[[Asked], Reply | None]:
    """A node whose clock is ahead; http.server's own Date is replaced."""

    def answer(asked: Asked) -> Reply | None:
        if asked.path != "/favicon.ico":
            return None
        date = email.utils.formatdate(int(time.time() + ahead_s), usegmt=True)
        return Reply(200, b"page", {"date": date})

    return answer


@pytest.fixture
def without_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infinity.server.Handler.date_time_string", lambda *_: "")
    monkeypatch.setattr(
        "infinity.server.Handler.send_response",
        lambda handler, code, message=None: handler.send_response_only(code, message),
    )


@pytest.mark.parametrize("ahead_s", [0.0, 0.4, -0.7, 3600.0, -3600.25])
def test_a_clock_lies_within_what_is_seen_of_it(
    tmp_path: Path, without_a_date: None, ahead_s: float
) -> None:
    with deployed(tmp_path, answer=dated(ahead_s)) as site:
        seen = NodeClock(site.node, 0.1).look(site.access)
        object.__setattr__(site.access, "timeout_s", 0.3)
        site.rows["ntp_server"] = []
        with agent(site.node.port(123), server_of(None)):
            probe = NtpServers(target=site.deployment, stated=((LOOPBACK, None),))
            servers = probe.look(site.access)
    assert seen.least_s <= ahead_s <= seen.most_s
    assert seen.most_s - seen.least_s <= 0.15
    verdict = node_keeps_time(seen, servers, tolerance_s=1.0).verdict
    assert verdict is (Verdict.FAIL if abs(ahead_s) > 1 else Verdict.PASS)
    adapter = TypeAdapter(NodeClockSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(200, b"page"), "there is none"),
        (Reply(200, b"page", {"date": "yesterday"}), "it is 'yesterday'"),
        (Reply(200, b"page", cut=2), "breaks off"),
        (Reply(hang=True), "no answer in time"),
    ],
)
def test_a_clock_that_cannot_be_read(
    tmp_path: Path, without_a_date: None, reply: Reply, said: str
) -> None:
    with (
        deployed(tmp_path, answer=lambda _: reply) as site,
        pytest.raises(CannotLook, match=said),
    ):
        NodeClock(site.node).look(site.access)


def test_a_clock_is_not_read_any_more_once_the_run_is_stopped(
    tmp_path: Path, without_a_date: None
) -> None:
    with deployed(tmp_path, answer=dated(0.0)) as site:
        site.access.cancelled.set()
        with pytest.raises(Interrupted):
            NodeClock(site.node, 0.01).look(site.access)


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(syslog, "LONGEST_WAIT_S", 0.5)
    path = tmp_path / "messages"
    path.write_text("before\n")
    return path


def arrival(site: Deployed, path: Path | None, *servers: tuple[str, int, str]) -> Verdict:
    environment = site.access.environment.model_copy(
        update={"collectors": Collectors(syslog_file=path)}
    )
    object.__setattr__(site.access, "environment", environment)
    probe = SyslogArrival(target=site.node, servers=servers)
    return login_attempt_arrives(probe.look(site.access)).verdict


def log_to(path: Path, *, names: bool) -> Callable[[Asked], Reply | None]:
    """A Management Node in client-certificate mode whose API logs whom it refuses."""

    def answer(asked: Asked) -> Reply:
        if names and (given := asked.headers.get("Authorization")):
            user = base64.b64decode(given.split()[1]).decode().partition(":")[0]
            with path.open("a") as file:
                file.write(f"login failed: {user}\n")
        return Reply(401 if "/api/" in asked.path else 404)

    return answer


def test_an_attempt_that_arrives(tmp_path: Path, collector: Path) -> None:
    with deployed(tmp_path, answer=log_to(collector, names=True)) as site:
        assert arrival(site, collector) is Verdict.PASS


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_an_attempt_that_does_not_arrive_where_our_message_does(
    tmp_path: Path, collector: Path, transport: str
) -> None:
    def write(datagram: bytes) -> None:
        with collector.open("ab") as file:
            file.write(datagram + b"\n")

    with deployed(tmp_path, answer=log_to(collector, names=False)) as site:
        port = site.node.port(514)
        if transport == "udp":
            with agent(port, write):
                verdict = arrival(site, collector, (LOOPBACK, 514, "udp"))
        else:
            with socket.create_server((LOOPBACK, port)) as listening:

                def take_one() -> None:
                    with listening.accept()[0] as sender, sender.makefile("rb") as lines:
                        write(lines.readline())

                thread = threading.Thread(target=take_one)
                thread.start()
                verdict = arrival(site, collector, (LOOPBACK, 514, "tcp"))
                thread.join(2)
    assert verdict is Verdict.FAIL


@pytest.mark.parametrize("servers", [(), ((LOOPBACK, 514, "tcp"),), ((LOOPBACK, 514, "tls"),)])
def test_a_collector_that_is_dead_says_nothing_of_the_product(
    tmp_path: Path, collector: Path, servers: tuple[tuple[str, int, str], ...]
) -> None:
    with deployed(tmp_path, answer=log_to(collector, names=False)) as site:
        assert arrival(site, collector, *servers) is Verdict.INCONCLUSIVE


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with deployed(tmp_path) as site:
        with pytest.raises(Unsupported, match="cannot be read"):
            arrival(site, tmp_path / "nowhere")
        with pytest.raises(Unsupported, match="names no"):
            arrival(site, None)


def test_an_api_that_does_not_refuse_the_unknown_is_no_trigger(
    tmp_path: Path, collector: Path
) -> None:
    with deployed(tmp_path) as site, pytest.raises(Unsupported, match="answers 404"):
        arrival(site, collector)


def test_the_attempt_is_one_login(tmp_path: Path, collector: Path) -> None:
    with deployed(tmp_path) as site:
        pass
    behaviour = Behaviour()
    with interface(site.node.port(443), tmp_path, behaviour):
        assert arrival(site, collector) is Verdict.INCONCLUSIVE
    (name,) = behaviour.logins
    assert name.startswith("acceptance-login-")
    assert behaviour.logins.total() == 1
    assert site.node.fqdn == NAME
