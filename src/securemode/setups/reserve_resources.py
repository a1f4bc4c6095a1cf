"""Reserves for every virtual machine of the deployment what the guide wants reserved."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from securemode.errors import SetupFailed, UnexpectedAnswer
from securemode.setups.setup import Change
from securemode.setups.vsphere_setup import VSphereSetup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode.environment.models import Environment
    from securemode.setups.setup import Progress
    from securemode.targets import Deployment, Node
    from securemode.vsphere.access import VSphereAccess
    from securemode.vsphere.machines import Machine
    from securemode.vsphere.resources import Reserved

_HERTZ_PER_MHZ = 1_000_000


class ReserveResources(VSphereSetup):
    """CPU, memory, disks and the first boot device of every machine that is there.

    A machine that is still to be deployed is left for the next run: the set-up may be listed again
    after `deploy_conferencing_nodes`.

    Args:
        environment: `site.disk_iops` is the limit of every disk.
        deployment: its nodes.
        access: vCenter's session.

    Source: guide, "Reserving virtual machine resources"; "BIOS configuration", 3.
    """

    name: ClassVar[str] = "reserve_resources"

    def __init__(
        self, environment: Environment, deployment: Deployment, access: VSphereAccess
    ) -> None:
        super().__init__(environment, access)
        self._deployment = deployment

    def plan(self) -> list[Change]:
        """Every setting of every machine that is not as the guide wants it."""
        with self.planning():
            return [
                Change(node.name, each.setting, each.now, each.wanted, each.requirement)
                for node, _, lacking in self._lacking()
                for each in lacking.differences
            ]

    def apply(self, progress: Progress) -> None:
        """One reconfiguration a machine: it takes all of it or nothing."""
        from securemode.vsphere.tasks import carried_out  # noqa: PLC0415 - pyVmomi is heavy

        with self.planning():
            lacking = [entry for entry in self._lacking() if entry[2].spec is not None]
        with self.working([_step(node) for node, _, _ in lacking]):
            for node, machine, wanted in lacking:
                managed = machine.in_session(self.session)
                carried_out(
                    self.session,
                    f"reserving resources for {node.name} ({machine.name})",
                    partial(managed.ReconfigVM_Task, wanted.spec),
                )
                self.did(progress, _step(node))

    def verify(self) -> None:
        """Nothing differs any more."""
        if left := self.plan():
            raise SetupFailed(
                f"vCenter does not have what was written: {'; '.join(map(str, left))}.",
                remedy="look at the settings of these machines in the vSphere client.",
            )

    def _lacking(self) -> list[tuple[Node, Machine, Reserved]]:
        """What each machine lacks, Management Node first."""
        from securemode.vsphere.machines import Listing  # noqa: PLC0415 - pyVmomi is heavy

        found, listing = [], Listing(self.session)
        for node in self._deployment.nodes:
            machine = listing.machine_of(node, self.vcenter)
            if machine is None:
                self.notes.append(f"{node.name} has no virtual machine yet")
                continue
            lacking = self._of(node, machine)
            self.notes += [f"{node.name}: {note}" for note in lacking.notes]
            found.append((node, machine, lacking))
        return found

    def _of(self, node: Node, machine: Machine) -> Reserved:
        from pyVmomi import vim  # noqa: PLC0415 - heavy

        from securemode.vsphere.resources import PATHS, lacking  # noqa: PLC0415

        paths = [*PATHS, "runtime.host", "resourcePool"]
        seen = self.session.properties(
            vim.VirtualMachine, paths, objects=[machine.in_session(self.session)]
        ).get(machine.moid, {})
        try:
            all_mhz = int(seen["config.hardware.numCPU"] * self._core_mhz(seen["runtime.host"]))
            bounded = min(all_mhz, self._pool_mhz(seen.get("resourcePool")) or all_mhz)
            return lacking(seen, bounded, self._environment.site.disk_iops)
        except KeyError as error:
            raise UnexpectedAnswer(
                f"vCenter does not tell {error.args[0]} of {node.name} ({machine.name})."
            ) from error

    def _core_mhz(self, host: Any) -> float:
        """Speed of one core; where the host states two, which rounding does, the higher one."""
        seen = self._one(host, "hardware.cpuInfo.hz", "summary.hardware.cpuMhz")
        stated: tuple[float, ...] = (
            seen.get("hardware.cpuInfo.hz", 0) / _HERTZ_PER_MHZ,
            seen.get("summary.hardware.cpuMhz", 0),
        )
        if not any(stated):
            raise KeyError("hardware.cpuInfo.hz of the host")
        return max(stated)

    def _pool_mhz(self, pool: Any) -> int | None:
        """CPU that the machine's resource pool has at all; None where vCenter does not say."""
        return self._one(pool, "runtime.cpu.maxUsage").get("runtime.cpu.maxUsage") if pool else None

    def _one(self, managed: Any, *paths: str) -> Mapping[str, Any]:
        seen = self.session.properties(type(managed), paths, objects=[managed])
        return next(iter(seen.values()), {})


def _step(node: Node) -> str:
    return f"{node.name}: resources reserved"
