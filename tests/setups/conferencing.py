"""Conferencing Nodes to be brought in: a product, a vCenter, and what runs leave behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from securemode.errors import Refused, SetupFailed, TimedOut
from securemode.infinity.new_nodes import NewNode
from securemode.setups.deploy_conferencing_nodes import DeployConferencingNodes, Patience
from securemode.setups.kept_bootstrap import KeptBootstraps
from securemode.targets import Deployment, Node, Role
from setups.ovas import ova
from setups.vcenter import Told, deploying, placement, reaching

if TYPE_CHECKING:
    from pathlib import Path

    from peers.vcsim import Simulated
    from securemode.setups.setup import Change

ROOT = "/api/admin/configuration/v1"
PATIENCE = Patience(sync_s=0.5, poll_s=0.01)
Rows = list[dict[str, Any]]
DNS, NTP = f"{ROOT}/dns_server/1/", f"{ROOT}/ntp_server/1/"


class Product:
    """A Management Node, and Conferencing Nodes that come into sync once they are configured."""

    def __init__(self) -> None:
        self.rows: dict[str, Rows] = {
            "worker_vm": [],
            "system_location": [],
            "management_vm": [
                {"name": "mgmt", "dns_servers": [{"resource_uri": DNS}], "ntp_servers": [NTP]}
            ],
        }
        self.synced: set[str] = set()
        self.told: dict[str, str] = {}
        self.handed: list[tuple[str, str]] = []
        self.made = 0
        self.pages = 0
        self.loses_answers = False
        self.never_syncs = False

    def list(self, resource: str) -> Rows:
        return [dict(row) for row in self.rows[resource]]

    def status_list(self, resource: str) -> Rows:
        return [
            {
                "name": row["name"],
                "sync_status": "SYNCED" if row["name"] in self.synced else "UNREACHABLE",
            }
            for row in self.rows[resource]
        ]

    def _add(self, resource: str, values: dict[str, Any]) -> str:
        self.made += 1
        uri = f"{ROOT}/{resource}/{self.made}/"
        self.rows[resource].append({**values, "resource_uri": uri})
        return str(self.made)

    def post(self, resource: str, values: dict[str, Any]) -> str:
        return self._add(resource, values)

    def delete(self, resource: str, key: str) -> None:
        self.rows[resource] = [
            row for row in self.rows[resource] if f"/{key}/" not in row["resource_uri"]
        ]

    def create_node(self, values: dict[str, Any]) -> NewNode:
        key = self._add("worker_vm", values)
        if self.loses_answers:
            raise TimedOut("POST worker_vm has no answer within 10 s.")
        self.told[values["name"]] = f"<config key='{key}'/>"
        return NewNode(key, self.told[values["name"]])

    def hand_over(self, node: Node, xml: str) -> None:
        self.pages += 1
        if self.pages <= 2:
            raise Refused("nothing listens yet")
        assert xml == self.told[node.name]
        self.handed.append((node.name, xml))
        if not self.never_syncs:
            self.synced.add(node.name)


def deployment(*names: str, location: str = "Oslo") -> Deployment:
    return Deployment(
        management=Node(name="mgmt", role=Role.MANAGEMENT, ipv4="192.0.2.10"),
        conferencing=tuple(
            Node(
                name=name,
                role=Role.CONFERENCING,
                ipv4=f"192.0.2.{number}",
                fqdn=f"{name}.example.com",
                location=location,
            )
            for number, name in enumerate(names, 21)
        ),
    )


class Site:
    """One product, one vCenter, and what runs leave behind on this machine."""

    def __init__(self, vcenter: Simulated, directory: Path, *names: str) -> None:
        self.product = Product()
        self.kept = KeptBootstraps(directory / "bootstrap")
        self.nodes = deployment(*names)
        self.environment = deploying(vcenter, placement(ova(directory / "node.ova")))
        self.told = Told()

    def setup(self, access: Any) -> DeployConferencingNodes:
        return DeployConferencingNodes(
            self.environment,
            self.nodes,
            access,
            self.kept,
            hand_over=self.product.hand_over,
            api=self.product,  # type: ignore[arg-type]
            patience=PATIENCE,
        )

    def run(self) -> list[Change]:
        with reaching(self.environment) as access:
            return self.setup(access).run(self.told)

    def refused(self) -> SetupFailed:
        with pytest.raises(SetupFailed) as stopped:
            self.run()
        return stopped.value
