"""A lab in which machines arrive by packages, and its operator, a process on their network."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from ipaddress import IPv4Interface
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.control.peers import needs
from lab.control.running import RunningLab, up

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = str(Path(__file__).with_name("arriving.py"))
MASK = "255.255.254.0"


def gateway(node: dict[str, Any]) -> str:
    return str(IPv4Interface(f"{node['ipv4']}/{MASK}").network[1])


class Arriving:
    """A lab in which machines arrive, and its operator."""

    def __init__(self, lab: RunningLab) -> None:
        self.lab = lab
        self._operator = subprocess.Popen(
            [*lab._joining(), sys.executable, PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._say(lab.document)

    def does(self, *steps: list[Any]) -> list[Any]:
        """What the operator's steps come to."""
        self._say(steps)
        assert self._operator.stdout is not None
        answer = self._operator.stdout.readline()
        assert answer, "the operator has given up"
        results: list[Any] = json.loads(answer)
        return results

    def _say(self, said: object) -> None:
        assert self._operator.stdin is not None
        self._operator.stdin.write(json.dumps(said) + "\n")
        self._operator.stdin.flush()

    def leave(self) -> None:
        self._operator.communicate(timeout=10)

    def node(self, name: str) -> dict[str, Any]:
        nodes = self.lab.done("state")["nodes"]
        found: dict[str, Any] = next(node for node in nodes if node["name"] == name)
        return found

    @property
    def password(self) -> str:
        """The system administrator's."""
        return str(self.lab.document["credentials"]["os_admin"]["password"])

    @property
    def hashed_password(self) -> str:
        command = [needs("openssl"), "passwd", "-6", "-stdin"]
        done = subprocess.run(
            command, input=self.password, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def install(self) -> None:
        """Bring the Management Node and install it."""
        node, document = self.lab.management, self.lab.document
        servers = document["services"]
        web = document["credentials"]["web"]
        self.does(
            ["bring", "management", "mgmt"],
            ["until_open", node["ipv4"], 22],
            [
                "install",
                *[self.password] * 3,
                *("mgmt", "lab.example", node["ipv4"], MASK, gateway(node)),
                *(servers["dns"][0]["address"], servers["ntp"][1]["address"]),
                *(web["username"], web["password"], web["password"], "NO", "NO"),
            ],
            ["until_open", node["ipv4"], 443],
        )

    def configured(self, name: str, **more: str) -> str:
        """Enter a Conferencing Node, and the configuration that this yields."""
        node = next(node for node in self.lab.conferencing if node["name"] == name)
        location = {"name": "location-a", "dns_servers": [], "ntp_servers": []}
        row = {
            "name": name,
            "hostname": name,
            "domain": "lab.example",
            "address": node["ipv4"],
            "netmask": MASK,
            "gateway": gateway(node),
            "system_location": "/api/admin/configuration/v1/system_location/1/",
            "password": self.hashed_password,
            **more,
        }
        self.does(["api", "POST", "configuration", "system_location", location])
        (answer,) = self.does(["api", "POST", "configuration", "worker_vm", row])
        status, text = answer
        assert status == 201, text
        return str(text)

    def joined(self, name: str, **more: str) -> str:
        """Let a node join; its address."""
        configuration = self.configured(name, **more)
        address = next(node["ipv4"] for node in self.lab.conferencing if node["name"] == name)
        results = self.does(
            ["bring", "conferencing", name],
            ["until_open", address, 8443],
            ["page", address, configuration],
            ["until_open", address, 443],
        )
        assert results[3]
        return str(address)

    def sync_status(self, name: str) -> str:
        (answer,) = self.does(["api", "GET", "status", "worker_vm"])
        rows = json.loads(answer[1])["objects"]
        return next(str(row["sync_status"]) for row in rows if row["name"] == name)


@contextmanager
def arriving_lab(*options: str) -> Iterator[Arriving]:
    lab = up("--stage", "empty", *options)
    arriving = Arriving(lab)
    try:
        yield arriving
    finally:
        arriving.leave()
        lab.stop()
