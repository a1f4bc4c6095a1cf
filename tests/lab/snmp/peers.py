"""Our agent and net-snmp's, side by side on loopback, and net-snmp's tools to ask both."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from securemode_lab.appliance.behaviour import Snmp
from securemode_lab.appliance.snmp import SnmpAgent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENGINE_ID = bytes.fromhex("80001f8804") + b"lab-node"
SYS_NAME = socket.gethostname()
COMMUNITY = "station-community"
CONTACT = "1.3.6.1.2.1.1.4.0"
SNMPD = shutil.which("snmpd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
LIMIT_S = 30

SECURED = Snmp(
    mode="AUTHPRIV",
    community=COMMUNITY,
    username="station",
    authentication_password="authentication-1",
    privacy_password="privacy-password-1",
    system_contact="admin@domain.com",
    system_location="Virtual machine",
)
STANDARD = replace(SECURED, mode="STANDARD")


@dataclass(frozen=True)
class Outcome:
    """What a tool made of an answer, or of silence."""

    status: int
    text: str


def agent(snmp: Snmp) -> SnmpAgent:
    made = SnmpAgent(ENGINE_ID, SYS_NAME)
    made.apply(snmp)
    return made


@contextmanager
def served(snmp: Snmp) -> Iterator[int]:
    """Our agent on a port of loopback, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    endpoint = loop.create_datagram_endpoint(lambda: agent(snmp), local_addr=("127.0.0.1", 0))
    transport, _ = asyncio.run_coroutine_threadsafe(endpoint, loop).result(LIMIT_S)
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        loop.call_soon_threadsafe(transport.close)
        loop.call_soon_threadsafe(loop.call_soon, loop.stop)
        thread.join(LIMIT_S)
        loop.close()


@contextmanager
def snmpd(directory: Path, *access: str, sets_contact: bool = True) -> Iterator[int]:
    """Net-snmp's agent on a port of loopback, configured like ours.

    It refuses to write what its configuration sets, so that can be left out.
    """
    assert SNMPD is not None
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    configuration = directory / "snmpd.conf"
    configuration.write_text(
        "\n".join(
            (
                f"agentaddress udp:127.0.0.1:{port}",
                f"sysName {SYS_NAME}",
                f"sysContact {SECURED.system_contact}" if sets_contact else "",
                f"sysLocation {SECURED.system_location}",
                *access,
            )
        )
    )
    command = [SNMPD, "-f", "-Ln", "-C", "-c", str(configuration), "-I", "-smux"]
    with subprocess.Popen(command, env=environment(directory)) as process:
        try:
            _wait_for(port, directory)
            yield port
        finally:
            process.terminate()
            process.wait(LIMIT_S)


def environment(directory: Path) -> dict[str, str]:
    """Variables that keep net-snmp's files and the machine's configuration out of this."""
    names = ("SNMP_PERSISTENT_DIR", "SNMPCONFPATH", "HOME")
    return {"PATH": os.environ["PATH"], "MIBS": ""} | dict.fromkeys(names, str(directory))


def ask(port: int, directory: Path, tool: str, *arguments: str, wait_s: float = 5.0) -> Outcome:
    """One request by one of net-snmp's tools."""
    (directory / "cert_indexes").mkdir(exist_ok=True)  # or the first tool says that it made it
    options, objects = _split(arguments)
    command = [tool, "-On", "-t", str(wait_s), "-r", "0", *options, f"127.0.0.1:{port}", *objects]
    done = subprocess.run(
        command,
        env=environment(directory),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    return Outcome(done.returncode, done.stdout.replace(str(port), "PORT").strip())


def _split(arguments: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    first = next(i for i, argument in enumerate(arguments) if argument.startswith("1.3."))
    return arguments[:first], arguments[first:]


def _wait_for(port: int, directory: Path) -> None:
    """Until the agent answers anybody at all: an unknown user gets a report."""
    nobody = ("snmpget", "-v3", "-u", "nobody", "-l", "noAuthNoPriv", CONTACT)
    deadline = time.monotonic() + LIMIT_S
    while "Unknown user" not in ask(port, directory, *nobody, wait_s=0.2).text:
        assert time.monotonic() < deadline, "snmpd does not start"
