"""Reads what the STIG baselines ask about, once for each host and for all virtual machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.observations.stig import BaselineSeen, MachineBaselinesSeen
from securemode.probes.probe import Connection
from securemode.targets import Scope

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.targets import Deployment, Host

MOST = 64
"""Connections of one look, at most: pyVmomi keeps one, and opens another where it was closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostBaseline:
    """Every setting of a host that its STIG asks about, over the vSphere API.

    Attributes:
        target: the host.
        address, port: of the vCenter that is asked.

    Source: VMware vSphere 8.0 ESXi STIG.
    """

    name: ClassVar[str] = "host-baseline"
    observes: ClassVar[type] = BaselineSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1
    takes_s: ClassVar[float] = 1.0

    target: Host
    address: str
    port: int = 443

    def connections(self) -> tuple[Connection, ...]:
        """One kept connection as a rule; one a request if vCenter closes each."""
        return (Connection("tls", self.address, str(self.port), MOST),)

    def look(self, access: Access) -> BaselineSeen:
        """Read properties, managers and commands; what one of them refuses leaves the others.

        Raises:
            CannotLook: vCenter does not answer, or does not reach the host.
        """
        from securemode.vsphere.host_baseline import HostReading  # noqa: PLC0415 - pyVmomi is heavy

        sources = access.stigs.of(Scope.HOST).sources
        session = access.vsphere.session()
        return HostReading(session, self.target.name, sources, access.cancelled).seen()


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineBaselines:
    """Every setting of the nodes' virtual machines that their STIG asks about, in one pass.

    Attributes:
        target: the deployment.
        address, port: of the vCenter that is asked.

    Source: VMware vSphere 8.0 Virtual Machine STIG.
    """

    name: ClassVar[str] = "machine-baselines"
    observes: ClassVar[type] = MachineBaselinesSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1
    takes_s: ClassVar[float] = 1.0

    target: Deployment
    address: str
    port: int = 443

    def connections(self) -> tuple[Connection, ...]:
        """One kept connection as a rule; one a request if vCenter closes each."""
        return (Connection("tls", self.address, str(self.port), MOST),)

    def look(self, access: Access) -> MachineBaselinesSeen:
        """Find the nodes' virtual machines, then read all of them at once.

        Raises:
            CannotLook: vCenter does not answer.
        """
        from securemode.vsphere.machine_baselines import read  # noqa: PLC0415 - pyVmomi is heavy

        sources = access.stigs.of(Scope.VIRTUAL_MACHINE).sources
        return read(access.vsphere.session(), self.target, access.environment, sources)
