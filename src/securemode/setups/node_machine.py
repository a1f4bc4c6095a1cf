"""The virtual machine of one node, on its way from an OVA until it runs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from securemode.errors import SetupFailed
from securemode.setups.setup import Change
from securemode.vsphere.descriptor import networks_in
from securemode.vsphere.machines import is_unfinished, remove, switch_on
from securemode.vsphere.ova import DamagedOva, Ova, read_ova
from securemode.vsphere.ovf_import import OvfImport
from securemode.vsphere.placing import Place, place_for
from securemode.vsphere.upload import Receiver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from securemode.environment.models import Environment
    from securemode.environment.placement import Image, Placement
    from securemode.environment.vsphere import VSphere
    from securemode.setups.setup import Progress
    from securemode.targets import Node
    from securemode.vsphere.machines import Listing, Machine
    from securemode.vsphere.session import VSphereSession

_MOID = re.compile(r"vm-\d+")
_CUT_OFF = "an import that was cut off"


@dataclass(slots=True)
class Images:
    """OVAs, each read and verified once."""

    _verified: dict[Image, Ova] = field(default_factory=dict)

    def verified(self, image: Image) -> Ova:
        """An OVA whose every byte is as it should be.

        Raises:
            DamagedOva: it is not.
        """
        if image not in self._verified:
            ova = read_ova(image.file)
            ova.verify(image.sha256)
            self._verified[image] = ova
        return self._verified[image]


@dataclass(frozen=True, slots=True)
class NodeMachine:
    """One node and the machine that it has or gets.

    Attributes:
        environment: whose vCenter.
        session: with vCenter.
        node: whose machine.
        image: from which OVA; None where the environment states none.
        images: those that have been verified.
        listing: the machines of vCenter.
        requirement: for which row of the catalogue it is deployed.
    """

    environment: Environment
    session: VSphereSession
    node: Node
    image: Image | None
    images: Images
    listing: Listing
    requirement: str

    @property
    def _vcenter(self) -> VSphere:
        assert self.environment.vsphere is not None
        return self.environment.vsphere

    @property
    def _placement(self) -> Placement:
        assert self._vcenter.deploy is not None
        return self._vcenter.deploy

    def found(self) -> Machine | None:
        """The machine, whole or not; None where there is none."""
        return self.listing.machine_of(self.node, self._vcenter)

    def changes(self, *, runs: bool) -> Iterator[Change]:
        """What differs from a machine that is there, whole and (where `runs`) switched on.

        Raises:
            CannotLook: vCenter does not say.
            SetupFailed: it could not be deployed as the environment states.
        """
        machine = self.found()
        if machine is None or is_unfinished(self.session, machine):
            _, place = self._prepared()
            before = "none" if machine is None else _CUT_OFF
            wanted = f"{self.name} {place.said}"
            yield Change(self.node.name, "virtual machine", before, wanted, self.requirement)
        if runs and not (machine and machine.is_on):
            yield Change(self.node.name, "power", "off", "on", self.requirement)

    @property
    def name(self) -> str:
        """What the machine is called in vCenter.

        Raises:
            SetupFailed: the environment refers to a machine that exists no more.
        """
        stated = self._vcenter.virtual_machines.get(self.node.name, self.node.name)
        if _MOID.fullmatch(stated) or _is_uuid(stated):
            raise SetupFailed(
                f"vCenter has no virtual machine {stated}, and a new one cannot be given that id.",
                remedy=f"state a name under vsphere.virtual_machines.{self.node.name}.",
            )
        return stated

    def deploy(self, progress: Progress, did: Callable[[str], None]) -> tuple[str, ...]:
        """Import the machine unless it is there; return what could not be made sure of.

        Args:
            progress: takes one line at a time.
            did: takes each step that has been done.
        """
        machine = self.found()
        if machine is not None and not is_unfinished(self.session, machine):
            return ()
        ova, place = self._prepared()
        if machine is not None:
            remove(self.session, machine, progress)
            self.listing.forget()
            did(f"{self.node.name}: removed {_CUT_OFF}")
        unsure = OvfImport(
            session=self.session,
            receiver=Receiver(
                self._vcenter.address,
                self._vcenter.port,
                self._vcenter.ca_file or self.environment.trust.ca_file,
            ),
            ova=ova,
            name=self.name,
            place=place,
            disk_provisioning=self._placement.disk_provisioning,
            progress=progress,
        ).run()
        self.listing.forget()
        did(self.deployed)
        return unsure

    def switch_on(self, did: Callable[[str], None]) -> None:
        """Switch the machine on unless it is."""
        machine = self.found()
        if machine is None:
            raise SetupFailed(f"{self.node.name} has no virtual machine any more.")
        if not machine.is_on:
            switch_on(self.session, machine)
            self.listing.forget()
            did(self.switched_on)

    def steps(self, *, runs: bool) -> list[str]:
        """What is still to be done until it is there and (where `runs`) switched on, in words."""
        machine = self.found()
        whole = machine is not None and not is_unfinished(self.session, machine)
        steps = [] if whole else [self.deployed]
        return [*steps, self.switched_on] if runs and not (machine and machine.is_on) else steps

    @property
    def deployed(self) -> str:
        """The step of deploying it, in words."""
        return f"{self.node.name}: virtual machine imported"

    @property
    def switched_on(self) -> str:
        """The step of switching it on, in words."""
        return f"{self.node.name}: switched on"

    def _prepared(self) -> tuple[Ova, Place]:
        """Everything that has to be right before the first byte is sent."""
        if self.image is None:
            raise SetupFailed(
                f"{self.node.name} has no virtual machine, and the environment names no OVA of it.",
                remedy="state the OVA under vsphere.deploy, or correct "
                f"vsphere.virtual_machines.{self.node.name}.",
            )
        ova = self.images.verified(self.image)
        try:
            networks = networks_in(ova.descriptor)
        except ValueError as error:
            raise DamagedOva(ova.path, f"has an unusable descriptor: {error}") from error
        size = sum(member.size for member in ova.members.values())
        return ova, place_for(self.session, self.node.name, self._placement, networks, size)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
