from __future__ import annotations

from typing import TYPE_CHECKING

from securemode_lab.appliance.behaviour import ClosedPorts
from securemode_lab.network import profile
from securemode_lab.network.attachment import Wire
from securemode_lab.network.firewall import transaction
from securemode_lab.network.loopback import Loopback
from securemode_lab.network.rules import SILENT, ClosedPort, Mark, Ruleset

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_remedy_names_what_forbids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    switch = tmp_path / "forbidding"
    switch.write_text("0\n")
    monkeypatch.setattr(profile, "_SWITCHES", ((str(switch), "0", "1"),))
    assert profile._remedy().endswith(f"{str(switch).replace('/', '.')}=1")
    switch.write_text("1\n")
    assert "seccomp" in profile._remedy()


def test_an_attempt_that_fails_says_how_and_leaves_us_where_we_are() -> None:
    def refused() -> None:
        raise PermissionError(1, "Operation not permitted")

    assert profile._refusal(refused) == "EPERM: Operation not permitted"


def test_a_transaction_replaces_everything_at_once() -> None:
    rules = Ruleset((("tcp", 443),), (ClosedPort(ClosedPorts.RESET),), (Mark(16),))
    assert len(transaction(rules)) > len(transaction(SILENT)) > 6
    assert transaction(rules) is transaction(
        Ruleset((("tcp", 443),), (ClosedPort(ClosedPorts.RESET),), (Mark(16),))
    )


def test_loopback_marks_its_sockets() -> None:
    import socket  # noqa: PLC0415

    attachment = Loopback("for a test").attach(21)
    (listening,) = attachment.sockets("tcp", 5061)
    rules = Ruleset((), (), (Mark(40, "tcp", 5061), Mark(16)))
    attachment.set_wire(Wire(mtu_bytes=1400, rules=rules))
    assert listening.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) == 40 << 2
    with socket.create_connection(listening.getsockname(), 2) as client:
        segment = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
        timestamps = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[5] & 1
        assert segment + (12 if timestamps else 0) + 40 == 1400
    listening.close()
