"""Our reading of SETUPs beside tshark's."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from peers.access import program
from securemode.probes.h235_tokens import offer
from securemode.probes.wire.outbound_h323 import release_complete

CASES: list[dict[str, Any]] = YAML(typ="safe").load(
    Path(__file__).parents[1] / "probes" / "cases" / "h323_setups.yaml"
)
PORT = 1720


def message(case: dict[str, Any]) -> bytes:
    encoded = bytes.fromhex(str(case["encoded"]).replace(" ", ""))
    head = bytes.fromhex("080212340504038893a5")
    return head + struct.pack("!BHB", 0x7E, len(encoded) + 1, 5) + encoded


def tpkt(q931: bytes) -> bytes:
    return struct.pack("!BBH", 3, 0, 4 + len(q931)) + q931


def capture(*segments: bytes) -> bytes:
    """A capture file (raw IP) with one TCP segment each."""
    written = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    for number, segment in enumerate(segments):
        tcp = struct.pack("!HHIIBBHHH", 33000 + number, PORT, 1, 1, 0x50, 0x18, 999, 0, 0) + segment
        ends = bytes((198, 51, 100, 21)), bytes((198, 51, 100, 2))
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), number, 0, 64, 6, 0, *ends) + tcp
        written += struct.pack("<IIII", number, 0, len(ip), len(ip)) + ip
    return written


def dissected(path: Path, *fields: str) -> list[list[list[str]]]:
    """For each packet the values of each field, as tshark has them."""
    asked = [part for field in fields for part in ("-e", field)]
    done = subprocess.run(
        [program("tshark"), "-r", str(path), "-T", "fields", "-E", "separator=|", *asked],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    lines = done.stdout.splitlines()
    return [[one.split(",") if one else [] for one in line.split("|")] for line in lines]


@pytest.fixture(scope="module")
def read_by_tshark(tmp_path_factory: pytest.TempPathFactory) -> list[list[list[str]]]:
    path = tmp_path_factory.mktemp("h323") / "setups.pcap"
    path.write_bytes(capture(*(tpkt(message(case)) for case in CASES)))
    fields = ("h235.tokenOID", "h235.modSize", "h235.halfkey", "h225.productId")
    return dissected(path, *fields)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[str(one["name"]) for one in CASES])
def test_tshark_reads_the_same_tokens(number: int, read_by_tshark: list[list[list[str]]]) -> None:
    identifiers, moduli, halves, product = read_by_tshark[number]
    ours = offer(message(CASES[number]))
    assert tuple(dict.fromkeys(identifiers)) == ours.tokens
    sizes = {len(one) * 4 for one in (*moduli, *halves) if one}
    assert sizes <= {group.bits for group in ours.groups}
    assert (product[0] if product else "") == ours.product.partition(" 41")[0]


def test_tshark_reads_what_ends_the_call(tmp_path: Path) -> None:
    path = tmp_path / "release.pcap"
    path.write_bytes(capture(release_complete(message(CASES[1]))))
    kind, cause, reference, from_called, body, malformed = dissected(
        path,
        "q931.message_type",
        "q931.cause_value",
        "q931.call_ref",
        "q931.call_ref_flag",
        "h225.h323_message_body",
        "_ws.malformed",
    )[0]
    assert (kind, cause, reference) == (["0x5a"], ["17"], ["1234"])
    assert from_called in (["1"], ["True"])
    assert body == ["5"]
    assert malformed == []
