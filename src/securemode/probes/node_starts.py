"""Asks when each Conferencing Node last started: it takes the wizard's answers only then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.infinity.access import management_api
from securemode.infinity.client import MOST_PAGES, ManagementApi
from securemode.infinity.transport import ATTEMPTS
from securemode.observations.node_starts import NodeStart, NodeStartsSeen
from securemode.probes.probe import Connection

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.targets import Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStarts:
    """The last start of every Conferencing Node, as the Management Node has it.

    Source: facts, section 1.8.
    """

    name: ClassVar[str] = "node-starts"
    observes: ClassVar[type] = NodeStartsSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1
    volatile: ClassVar[frozenset[str]] = frozenset({"nodes.started"})

    target: Deployment

    def connections(self) -> tuple[Connection, ...]:
        """One kept connection as a rule; one a request if the node closes each."""
        node = self.target.management
        return (Connection("tls", node.address, str(node.port(443)), MOST_PAGES * ATTEMPTS),)

    def look(self, access: Access) -> NodeStartsSeen:
        """Read the status of every node.

        Raises:
            CannotLook: the Management Node did not answer, not us, or not with JSON.
        """
        api = management_api(ManagementApi, access.environment, pause=access.cancelled.wait)
        rows = api.status_list("worker_vm")
        return NodeStartsSeen(
            tuple(NodeStart(str(row.get("name")), str(row.get("boot_time") or "")) for row in rows)
        )
