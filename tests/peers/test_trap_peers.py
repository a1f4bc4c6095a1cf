"""What the trap reads, beside tshark's dissection of the same packets."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter

from peers.access import program
from peers.pki import issued
from peers.trapped_clients import COMMANDS, HOST, IN_PYTHON
from securemode.observations.client_hello import ClientHelloSeen
from securemode.observations.outbound import InviteSeen
from securemode.probes import client_hello_reading as reading
from securemode.probes.tls_registry import GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping

PORT = 15061
pytestmark = pytest.mark.timeout(300)  # the clients are whole programs, one after another
NAMES = [*COMMANDS, "chromium", *IN_PYTHON]
HELLO_FIELDS = (
    "tcp.srcport",
    "tls.handshake.version",
    "tls.handshake.ciphersuite",
    "tls.handshake.extensions_supported_group",
    "tls.handshake.sig_hash_alg",
    "tls.handshake.extensions.supported_version",
    "tls.handshake.extensions_server_name",
    "tls.handshake.extensions_alpn_str",
)
SIP_FIELDS = (
    "tcp.srcport",
    "sip.r-uri",
    "sip.Contact",
    "sip.Resource-Priority",
    "sdp.media.media",
    "sdp.media.port",
    "sdp.media.proto",
    "sdp.crypto.crypto_suite",
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trap")
    issued(HOST, dns_names=(HOST,)).pair(path, "trap")
    return path


@pytest.fixture(scope="module")
def seen(directory: Path) -> dict[str, dict[str, Any]]:
    """What the trap read of every client."""
    for peer in ("tshark", "dumpcap"):
        program(peer)
    tests = Path(__file__).parents[1]
    clients = [sys.executable, "-m", "peers.trapped_clients", str(directory), str(PORT)]
    done = subprocess.run(
        [program("unshare"), "-Urn", *clients],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        cwd=tests,
        env={**os.environ, "PYTHONPATH": str(tests)},
    )
    if "unshare failed" in done.stderr:
        if os.environ.get("ACCEPT_CI_PEERS") == "1":
            pytest.fail(done.stderr)
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)["seen"]
    return found


@pytest.fixture(scope="module")
def dissected(directory: Path, seen: object) -> dict[str, list[str]]:
    """tshark's fields of every first ClientHello, by the client's port."""
    rows: dict[str, list[str]] = {}
    for row in tshark(directory, HELLO_FIELDS, "tls.handshake.type == 1"):
        rows.setdefault(row[0], row)
    return rows


def tshark(directory: Path, fields: tuple[str, ...], condition: str) -> list[list[str]]:
    options = [
        f"-d tcp.port=={PORT},tls",
        f"-d tls.port=={PORT},sip",
        f"-d tcp.port=={PORT + 1},sip",
    ]
    options += [
        f"-o tls.keylog_file:{directory}/keys.log",
        "-T fields -E separator=| -E aggregator=~",
    ]
    options += [f"-e {field}" for field in fields]
    words = [word for option in options for word in option.split()]
    command = [
        program("tshark"),
        "-n",
        "-r",
        str(directory / "capture.pcap"),
        *words,
        "-Y",
        condition,
    ]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return [line.split("|") for line in said.stdout.splitlines()]


def number_by_name(names: Mapping[int, str]) -> dict[str, int]:
    return {name: number for number, name in names.items()}


def numbers(listed: tuple[str, ...], names: Mapping[int, str]) -> list[int | str]:
    by_name = number_by_name(names)
    return [
        "GREASE" if name == "GREASE" else by_name[name] if name in by_name else int(name, 16)
        for name in listed
    ]


def theirs(field: str) -> list[int | str]:
    found = [int(text, 0) for text in field.split("~") if text]
    return [
        "GREASE" if f"{n:04x}"[1] == f"{n:04x}"[3] == "a" and n >> 8 == n & 0xFF else n
        for n in found
    ]


@pytest.mark.parametrize("name", NAMES)
def test_tshark_reads_the_same_hello(
    name: str, seen: dict[str, dict[str, Any]], dissected: dict[str, list[str]]
) -> None:
    if name not in seen:
        program(name.split(maxsplit=1)[0])
    ours = TypeAdapter(ClientHelloSeen).validate_python(seen[name]["hello"])
    _, legacy, suites, groups, signatures, versions, server_name, alpn = dissected[
        str(seen[name]["port"])
    ]
    assert numbers(ours.suites, reading._SUITE_NAMES) == theirs(suites)
    assert numbers(ours.groups, GROUPS) == theirs(groups)
    assert numbers(ours.signature_algorithms, reading._SCHEMES) == theirs(signatures)
    listed = versions if ours.is_lowest_version_known else legacy
    assert numbers(ours.versions, reading._VERSION_NAMES) == theirs(listed)
    assert bool(versions) is ours.is_lowest_version_known
    assert (ours.server_name, "~".join(ours.alpn)) == (server_name, alpn)


def test_at_least_twelve_clients_were_there(seen: dict[str, dict[str, Any]]) -> None:
    assert len(seen) >= 12


def test_tshark_has_the_same_names_of_suites(
    directory: Path, seen: dict[str, dict[str, Any]]
) -> None:
    port = seen["every number"]["port"]
    command = f"-n -r {directory}/capture.pcap -V -O tls -d tcp.port=={PORT},tls"
    condition = f"tls.handshake.type == 1 and tcp.srcport == {port}"
    said = subprocess.run(
        [program("tshark"), *command.split(), "-Y", condition],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    named = {int(n, 16): name for name, n in re.findall(r"Cipher Suite: (\S+) \((0x\w+)\)", said)}
    ours = {number: reading._SUITE_NAMES.get(number, "Unknown") for number in named}
    differ = {
        (number, name, ours[number].removeprefix("OLD_"))
        for number, name in named.items()
        if name not in {"Unknown", "Reserved", ours[number].removeprefix("OLD_")}
    }
    assert len(named) > 300
    assert differ == set()


@pytest.mark.parametrize("name", ["python", "python TLS 1.2", "python ALPN", "sipp"])
def test_tshark_reads_the_same_invite(
    name: str, directory: Path, seen: dict[str, dict[str, Any]]
) -> None:
    if name not in seen:
        program(name)
    ours = TypeAdapter(InviteSeen).validate_python(seen[name]["invite"])
    port = seen[name]["port"]
    (row,) = tshark(directory, SIP_FIELDS, f"sip.Method == INVITE and tcp.srcport == {port}")
    _, uri, contact, priority, kinds, ports, profiles, suites = row
    assert (ours.uri, ours.header("contact")) == (uri, contact)
    assert ours.header("resource-priority") == priority
    media = ours.media or ()
    assert "~".join(one.kind for one in media) == kinds
    assert "~".join(str(one.port) for one in media) == ports
    assert "~".join(one.profile for one in media) == profiles
    assert "~".join(suite for one in media for suite in one.crypto) == suites
