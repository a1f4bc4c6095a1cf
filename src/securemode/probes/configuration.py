"""Reads one resource of the Management API, once a run for every scenario that asks about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.evidence import now
from securemode.infinity.access import admitted
from securemode.infinity.answers import NoSuchResource
from securemode.infinity.client import MOST_PAGES, ManagementApi
from securemode.infinity.masking import masked
from securemode.infinity.transport import ATTEMPTS
from securemode.observations.configuration import ConfigurationRows
from securemode.probes.probe import Connection
from securemode.targets import Role

if TYPE_CHECKING:
    from securemode.infinity.client import Row
    from securemode.probes.probe import Access
    from securemode.targets import Deployment, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationResource:
    """Every object of one configuration resource, secrets masked.

    Attributes:
        target: the deployment; its Management Node is asked.
        resource: name of the resource: "global", "worker_vm".
        only: fields to keep where the others are none of our business; all where empty.

    Source: guide, "Pexip Infinity application configuration".
    """

    name: ClassVar[str] = "configuration"
    observes: ClassVar[type] = ConfigurationRows
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1
    volatile: ClassVar[frozenset[str]] = frozenset(
        {
            "read_at",
            "rows.certificate",
            "rows.text",
            "rows.key_id",
            "rows.issuer_key_id",
            "rows.start_date",
            "rows where resource=system_backup",
        }
    )
    identity: ClassVar[frozenset[str]] = frozenset(
        {"rows.serial_no", "rows.end_date", "rows.deployment_uuid"}
    )

    target: Deployment
    resource: str
    only: tuple[str, ...] = ()

    def connections(self) -> tuple[Connection, ...]:
        """One kept connection as a rule; one a request if the node closes each."""
        node = self.target.management
        return (Connection("tls", node.address, str(node.port(443)), MOST_PAGES * ATTEMPTS),)

    def look(self, access: Access) -> ConfigurationRows:
        """Read all pages; a resource that this version lacks is an observation too.

        Raises:
            CannotLook: the Management Node did not answer, not us, or not with JSON.
        """
        try:
            _, rows = admitted(
                ManagementApi,
                access.environment,
                lambda api: api.list(self.resource),
                pause=access.cancelled.wait,
            )
        except NoSuchResource:
            return ConfigurationRows(self.resource, now(), served=False)
        return ConfigurationRows(
            self.resource,
            now(),
            served=True,
            rows=tuple(self._kept(masked(self.resource, row)) for row in rows),
        )

    def _kept(self, row: Row) -> Row:
        return {name: row[name] for name in self.only or row if name in row}


def configuration(target: Deployment, *resources: str) -> tuple[ConfigurationResource, ...]:
    """One probe a resource, in the order in which a judge takes them."""
    return tuple(ConfigurationResource(target=target, resource=name) for name in resources)


def resource_of(node: Node) -> str:
    """The resource that holds a node's configuration."""
    return "management_vm" if node.role is Role.MANAGEMENT else "worker_vm"
