"""Asks which version each node runs: a report without it is of no use after an upgrade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.infinity.access import management_api
from securemode.infinity.client import MOST_PAGES, ManagementApi
from securemode.infinity.transport import ATTEMPTS
from securemode.observations.versions import NodeVersion, VersionsSeen
from securemode.probes.probe import Connection

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.targets import Deployment

RESOURCES = ("management_vm", "worker_vm")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductVersions:
    """The version of every node, as the Management Node's status resources have it.

    Source: facts, section 1.8.
    """

    name: ClassVar[str] = "product-versions"
    observes: ClassVar[type] = VersionsSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1

    target: Deployment

    def connections(self) -> tuple[Connection, ...]:
        """One kept connection as a rule; one a request if the node closes each."""
        node, most = self.target.management, len(RESOURCES) * MOST_PAGES * ATTEMPTS
        return (Connection("tls", node.address, str(node.port(443)), most),)

    def look(self, access: Access) -> VersionsSeen:
        """Read both status resources.

        Raises:
            CannotLook: the Management Node did not answer, not us, or not with JSON.
        """
        api = management_api(ManagementApi, access.environment, pause=access.cancelled.wait)
        rows = [row for resource in RESOURCES for row in api.status_list(resource)]
        return VersionsSeen(
            tuple(NodeVersion(str(row.get("name")), str(row.get("version"))) for row in rows)
        )
