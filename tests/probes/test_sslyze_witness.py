"""The second TLS witness: orders to the process of sslyze, and what is made of its answers."""

from __future__ import annotations

import contextlib
import json
import stat
import sys
import textwrap
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from pydantic import TypeAdapter

from peers.access import access_to
from securemode.errors import Interrupted, TimedOut, UnexpectedAnswer, Unsupported
from securemode.observations.tls import SslyzeScanSeen, TlsVersion, VersionScanned
from securemode.probes import sslyze_process
from securemode.probes.probe import Access
from securemode.probes.sslyze_process import SslyzeProcess
from securemode.probes.sslyze_witness import SslyzeScan
from securemode.targets import Node, Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NODE = Node(name="node", role=Role.MANAGEMENT, ipv4="127.0.0.1")


def report(**changes: object) -> dict[str, object]:
    """What sslyze writes, cut to what is read."""

    def scan(accepted: list[str], rejected: list[str]) -> dict[str, object]:
        named = [[{"cipher_suite": {"name": n}} for n in names] for names in (accepted, rejected)]
        result = {"accepted_cipher_suites": named[0], "rejected_cipher_suites": named[1]}
        return {"status": "COMPLETED", "error_reason": None, "error_trace": None, "result": result}

    failed = {
        "status": "ERROR",
        "error_reason": "CONNECTIVITY_ISSUE",
        "error_trace": ["Traceback\n", "OSError: gone\n"],
        "result": None,
    }
    keys = ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2"]
    results: dict[str, object] = {f"{key}_cipher_suites": scan([], ["A"]) for key in keys}
    results["tls_1_2_cipher_suites"] = scan(["A"], ["B"])
    results["tls_1_3_cipher_suites"] = failed
    curves = {"supported_curves": [{"name": "X25519"}], "rejected_curves": [{"name": "secp256k1"}]}
    results["elliptic_curves"] = {**failed, "status": "COMPLETED", "result": curves}
    server_scan = {
        "connectivity_status": "COMPLETED",
        "connectivity_error_trace": None,
        "scan_result": results,
        **changes,
    }
    return {"sslyze_version": "6.3.1", "scan": server_scan}


STAND_IN = """
import json, sys, time
for line in sys.stdin:
    order = json.loads(line)
    def answer(**what):
        print(json.dumps({"order": order["order"], **what}), flush=True)
"""


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[Callable[[str], Access]]:
    """Access with a stand-in for the witness's interpreter, that does this with each `order`."""
    with contextlib.ExitStack() as stack:

        def made(body: str) -> Access:
            python = tmp_path / "python"
            text = f"#!{sys.executable}\n{STAND_IN}{textwrap.indent(body, '    ')}\n"
            python.write_text(text, encoding="utf-8")
            python.chmod(python.stat().st_mode | stat.S_IXUSR)
            witness = SslyzeProcess(python)
            stack.callback(witness.close)
            return replace(access_to(NODE), witness=witness)

        yield made


StandIn = Callable[[str], Access]


def test_the_report_of_sslyze_is_read(stand_in: StandIn) -> None:
    access = stand_in(f"answer(report=json.loads({json.dumps(report())!r}))")
    seen = SslyzeScan(target=NODE).look(access)
    assert seen.versions[-1] == VersionScanned(
        version=TlsVersion.TLS_1_2, accepted=("A",), rejected=("B",)
    )
    assert [v.version for v in seen.versions] == list(TlsVersion)[:5]
    assert (seen.groups_accepted, seen.groups_rejected) == (("x25519",), ("secp256k1",))
    assert seen.incomplete == ("TLS 1.3: CONNECTIVITY_ISSUE OSError: gone",)
    adapter = TypeAdapter(SslyzeScanSeen)
    assert adapter.validate_json(adapter.dump_json(seen)) == seen


def test_sslyze_is_asked_for_the_node_by_address_and_name(stand_in: StandIn) -> None:
    node = Node(name="n", role=Role.CONFERENCING, ipv6="::1", fqdn="conf1.example", port_offset=1)
    access = stand_in("del order['order'], order['seconds']; print(order, file=sys.stderr); exit()")
    with pytest.raises(UnexpectedAnswer) as raised:
        SslyzeScan(target=node, port=5061).look(access)
    order = {"host": "::1", "port": 5062, "server_name": "conf1.example"}
    assert str(raised.value).endswith(f"ended without an answer: {order}")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("answer(report={'no': 'report'})", "no report that we can read"),
        ("exit('no module named sslyze')", "ended without an answer: no module named sslyze"),
        ("answer(error='OSError: gone')", "could not scan: OSError: gone"),
        (
            "answer(report=json.loads("
            + repr(
                json.dumps(
                    report(connectivity_status="ERROR", connectivity_error_trace=["a\n", "No TLS"])
                )
            )
            + "))",
            "found no TLS on port 443 of 127.0.0.1: No TLS",
        ),
    ],
)
def test_a_scan_that_says_nothing_is_unexpected(stand_in: StandIn, body: str, message: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=message):
        SslyzeScan(target=NODE).look(stand_in(body))


@pytest.mark.parametrize("body", ["answer(timed_out=True)", "time.sleep(60)"])
def test_sslyze_is_ended_when_its_time_is_up(
    stand_in: StandIn, body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sslyze_process, "LONGEST_SCAN_S", 0.1)
    monkeypatch.setattr(sslyze_process, "LONGEST_START_S", 0.2)
    with pytest.raises(TimedOut):
        SslyzeScan(target=NODE).look(stand_in(body))


def test_sslyze_is_ended_when_the_run_is_stopped(stand_in: StandIn) -> None:
    access = stand_in("time.sleep(60)")
    threading.Timer(0.3, access.cancelled.set).start()
    with pytest.raises(Interrupted):
        SslyzeScan(target=NODE).look(access)


def test_scans_share_one_process_and_may_be_answered_in_any_order(stand_in: StandIn) -> None:
    access = stand_in(
        "kept = globals().setdefault('kept', [])\n"
        "kept.append(order)\n"
        "for order in reversed(kept) if len(kept) == 3 else ():\n"
        "    answer(error=str(order['port']))"
    )

    def said(port: int) -> str:
        with pytest.raises(UnexpectedAnswer) as raised:
            SslyzeScan(target=NODE, port=port).look(access)
        return str(raised.value)

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(said, (1, 2, 3)))
    assert answers == [f"sslyze could not scan: {port}" for port in (1, 2, 3)]


def test_an_interpreter_that_cannot_be_started_is_said_so(tmp_path: Path) -> None:
    access = replace(access_to(NODE), witness=SslyzeProcess(tmp_path / "python"))
    with pytest.raises(Unsupported, match="sslyze cannot be started"):
        SslyzeScan(target=NODE).look(access)


def test_a_missing_second_witness_is_said_so() -> None:
    with pytest.raises(Unsupported, match="sslyze, is not installed"):
        SslyzeScan(target=NODE).look(access_to(NODE))
