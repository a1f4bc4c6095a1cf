"""Runs where the lab's operator stands: python deploying_operator.py < {"document", "steps"}.

Every step is a list of a function's name and its arguments; the results are printed as JSON.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import paramiko

from securemode.environment.models import Environment, Identity, LabSettings
from securemode.environment.site import Site
from securemode.errors import SetupFailed
from securemode.infinity.access import management_api
from securemode.infinity.client import ManagementApi
from securemode.setups import lab_document
from securemode.setups.deploy_conferencing_nodes import DeployConferencingNodes
from securemode.setups.deploy_management_node import DeployManagementNode
from securemode.setups.kept_bootstrap import KeptBootstraps
from securemode.setups.reserve_resources import ReserveResources
from securemode.vsphere.access import VSphereAccess

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.setups.setup import Setup

LIMIT_S = 20
PROMPT = re.compile(r"(?:[^\r\n]*: |\$ )\Z")


class Operator:
    """Whoever deploys: with an environment, and a directory for what is kept."""

    def __init__(self, document: dict[str, Any], directory: str) -> None:
        self.document = document
        bare = Environment(
            name="lab",
            identity=Identity(customer="c", site="s", contract="k", system="p"),
            lab=LabSettings(),
            site=Site(disk_iops=500),
        )
        self.environment = lab_document.supplied(bare, document)
        self.kept = KeptBootstraps(Path(directory))
        self.access = VSphereAccess(self.environment)

    def setup(self, name: str) -> Setup:
        environment, deployment = self.environment, self.environment.deployment()
        if name == DeployManagementNode.name:
            return DeployManagementNode(environment, self.access)
        if name == ReserveResources.name:
            return ReserveResources(environment, deployment, self.access)
        return DeployConferencingNodes(environment, deployment, self.access, self.kept)

    def run(self, name: str) -> list[str]:
        """The changes that a set-up made, or the words with which it stopped."""
        try:
            changes = self.setup(name).run(said)
        except SetupFailed as stopped:
            return ["stopped", str(stopped)]
        return [str(change) for change in changes]

    def as_reader(self) -> None:
        """Be somebody who may only look."""
        reader = self.document["vsphere"]["reader"]
        document = self.document | {"vsphere": self.document["vsphere"] | reader}
        self.access.close()
        self.environment = lab_document.supplied(self.environment, document)
        self.access = VSphereAccess(self.environment)

    def die_when(self, doing: str) -> None:
        """Have the process end where vCenter is about to be asked for this, as if killed."""
        session: Any = self.access.session()
        ask = session.ask

        def watching(what: str, work: Callable[[], Any]) -> Any:
            if what == doing:
                os._exit(9)
            return ask(what, work)

        session.ask = watching

    def end_session(self) -> None:
        """Let the session end behind the suite's back."""
        self.access.session().content.sessionManager.Logout()

    def install(self) -> None:
        """Answer the installation wizard over SSH, as somebody at a terminal."""
        given, services = self.document["credentials"], self.document["services"]
        node, web = self.document["management_node"], given["web"]
        lines = [
            *[given["os_admin"]["password"]] * 3,
            *("mgmt", "lab.example", node["ipv4"], "255.255.254.0", "198.51.100.1"),
            *(services["dns"][0]["address"], services["ntp"][1]["address"]),
            *(web["username"], web["password"], web["password"], "NO", "NO"),
        ]
        transport = paramiko.Transport(self._connected(node["ipv4"], 22))
        transport.start_client(timeout=LIMIT_S)
        transport.auth_none("admin")
        channel = transport.open_session(timeout=LIMIT_S)
        channel.settimeout(LIMIT_S)
        channel.get_pty()
        channel.invoke_shell()
        for line in lines:
            screen = ""
            while not PROMPT.search(screen):
                screen += channel.recv(4096).decode()
            channel.sendall(f"{line}\r".encode())
        while channel.recv(4096):
            pass
        transport.close()
        self._connected(node["ipv4"], 443).close()

    def _connected(self, address: str, port: int) -> socket.socket:
        deadline = time.monotonic() + LIMIT_S
        while True:
            try:
                return socket.create_connection(
                    (address, port + self.document["port_offset"]), timeout=LIMIT_S
                )
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def synced(self) -> list[str]:
        """Nodes that are in sync, by the product's own word."""
        rows = management_api(ManagementApi, self.environment).status_list("worker_vm")
        return sorted(row["name"] for row in rows if row["sync_status"] == "SYNCED")


def said(line: str) -> None:
    """What the person who waits is told is of use where a test fails."""
    sys.stderr.write(f"{line}\n")


def main() -> None:
    asked = json.load(sys.stdin)
    operator = Operator(asked["document"], asked["directory"])
    results = [getattr(operator, name)(*given) for name, *given in asked["steps"]]
    operator.access.close()
    sys.stdout.write(json.dumps(results))


if __name__ == "__main__":
    main()
