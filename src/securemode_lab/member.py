"""A node as a member of its deployment: what it knows, and what follows from that."""

from __future__ import annotations

import ssl
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from securemode_lab.appliance.answers import Answers
from securemode_lab.appliance.derive import Kind, behaviour
from securemode_lab.appliance.node import Orders
from securemode_lab.appliance.replication import Replica, replica, verification
from securemode_lab.appliance.software import ManagementSoftware
from securemode_lab.appliance.store import NoSuchRow

if TYPE_CHECKING:
    from securemode_lab.appliance.node import Node, Software
    from securemode_lab.appliance.store import Store
    from securemode_lab.consoles import NodeConsole
    from securemode_lab.deployment import Deployment
    from securemode_lab.services.pki import ServerCertificate


@dataclass(slots=True)
class Member:
    """A node and what it goes by.

    Attributes:
        node: the machine.
        console: what the wizards change.
        software: its programs.
        own_certificate: self-signed, shown until it is given another.
        taken: the wizard's answers that it took when it started.
        installed: whether it was installed when it started.
        copy: of the configuration, None before the first.
    """

    node: Node
    console: NodeConsole
    software: Software
    own_certificate: ServerCertificate
    taken: Answers = field(default_factory=Answers)
    installed: bool = False
    copy: Replica | None = None

    @property
    def name(self) -> str:
        """As on the node's nameplate."""
        return self.node.nameplate.name

    @property
    def kind(self) -> Kind:
        """As on the node's nameplate."""
        return self.node.nameplate.kind

    @property
    def table(self) -> str:
        """The resource in which the node's own row is kept."""
        return "management_vm" if self.kind is Kind.MANAGEMENT else "worker_vm"

    async def software_ready(self) -> None:
        """Prepare what cannot be made ready without an event loop."""
        if isinstance(self.software, ManagementSoftware):
            await self.software.prepare()

    def take_answers(self, deployment: Deployment) -> None:
        """Take what the wizards have left, as a starting node does."""
        self.taken = deployment.answers
        self.installed = deployment.installed

    def replicate(self, store: Store) -> None:
        """Take a copy of the configuration; a node that was deleted from it keeps its last."""
        with suppress(NoSuchRow):
            self.copy = replica(store, self.node.nameplate)

    def orders(self, deployment: Deployment) -> Orders:
        """What follows from configuration, answers and variants, and what defects make of it."""
        assert self.copy is not None
        derived = behaviour(self.kind, self.copy.configuration, self.taken, deployment.variants)
        derived = replace(derived, web=self.installed)
        for defect in deployment.faults.defects_of(self.name):
            derived = defect.change(derived)
        shown = self.copy.certificate or self.own_certificate
        if derived.shows:
            shown = deployment.site.wrong.certificate(derived.shows, self.node)
        authorities = self.copy.client_authorities
        if authorities and "other-ca" in derived.clients:
            authorities += "\n" + deployment.site.certificates.stranger.own.pem
        demand = verification(deployment.variants["client_certificate"])
        if "untrusted" in derived.clients:
            demand = ssl.CERT_OPTIONAL
        return Orders(
            behaviour=derived,
            certificate=shown,
            client_authorities=authorities,
            client_verification=demand,
            client_lapse="expired" in derived.clients,
        )
