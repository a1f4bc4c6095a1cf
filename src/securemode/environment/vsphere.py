"""The vCenter that manages the hosts and virtual machines of a deployment."""

from __future__ import annotations

from typing import TypedDict

from pydantic import Field, PrivateAttr

from securemode import targets
from securemode.environment.files import CaFile
from securemode.environment.parts import Name
from securemode.environment.placement import Placement
from securemode.environment.site import Host
from securemode.environment.stig import StigInputs
from securemode.environment.values import Part, Port, Text


class Beneath(TypedDict, total=False):
    """The hosts and datastores of a deployment, as targets."""

    hosts: tuple[targets.Host, ...]
    datastores: tuple[targets.Datastore, ...]


class VSphere(Part):
    """How vCenter is reached, and which of its objects belong to the deployment."""

    address: Host
    """Name or address of the vCenter Server."""
    port: Port = 443
    """Its HTTPS port."""
    ca_file: CaFile | None = None
    """CA certificates (PEM) that vouch for it; null: those of `trust`."""
    virtual_machines: dict[Name, Text] = Field(default_factory=dict)
    """Name, instance UUID or managed object id of a node's virtual machine, by the node's name; one
    that is left out is found by its name or address."""
    contingency: dict[Name, Text] = Field(default_factory=dict)
    """Virtual machines of the secondary deployment, likewise, by the node that they mirror."""
    hosts: tuple[Text, ...] = ()
    """Names of the ESXi hosts; left out: those on which the virtual machines are."""
    datastores: tuple[Text, ...] = ()
    """Names of the datastores; left out: those on which the virtual machines are."""
    stig: StigInputs = StigInputs()
    """What the site decides where a STIG leaves it a choice."""
    deploy: Placement | None = None
    """Where set-ups put the virtual machines; null: they deploy none."""
    _rejection: str = PrivateAttr(default="")

    @property
    def rejection(self) -> str:
        """In which words it has rejected the account in this run already; empty where it has not.

        An account that is tried again and again is soon locked.
        """
        return self._rejection

    def rejecting(self, words: str) -> VSphere:
        """This vCenter, after it has rejected the account."""
        rejecting = self.model_copy()
        rejecting._rejection = words  # noqa: SLF001 - our own
        return rejecting

    def beneath(self) -> Beneath:
        """What a deployment stands on, as targets; nothing of it before discovery."""
        return Beneath(
            hosts=tuple(targets.Host(name=name) for name in self.hosts),
            datastores=tuple(targets.Datastore(name=name) for name in self.datastores),
        )
