"""Brings Conferencing Nodes in: a machine each, made known, configured, and in sync."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Refused, SetupFailed, TimedOut, Unreachable
from securemode.infinity.access import management_api
from securemode.infinity.client import key_of
from securemode.infinity.new_nodes import RESOURCE, NodeRegistry
from securemode.setups.kept_bootstrap import Bootstrap
from securemode.setups.new_node import location_values, node_values, refuse_incomplete
from securemode.setups.node_state import NodeState
from securemode.setups.setup import Change
from securemode.setups.vsphere_setup import VSphereSetup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from securemode.environment.models import Environment
    from securemode.infinity.client import Row
    from securemode.setups.kept_bootstrap import KeptBootstraps
    from securemode.setups.node_machine import Images, NodeMachine
    from securemode.setups.setup import Progress
    from securemode.targets import Deployment, Node
    from securemode.vsphere.access import VSphereAccess

LOCATIONS = "system_location"
SYNCED = "SYNCED"
_NOT_NOW = (Refused, TimedOut, Unreachable)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the set-up waits.

    Attributes:
        sync_s: for all nodes together to be in sync, from when the last was switched on.
        poll_s: between two looks.
    """

    sync_s: float = 1800.0
    poll_s: float = 5.0


LAB_PATIENCE = Patience(sync_s=60.0, poll_s=0.1)


class DeployConferencingNodes(VSphereSetup):
    """Imports the OVA for every node that has no machine, and gives each its configuration.

    Args:
        environment: the nodes, and `vsphere.deploy`.
        deployment: the same nodes as targets.
        access: vCenter's session.
        kept: bootstrap configurations that no node has yet.
        hand_over: gives a node its configuration; over its provisioning page where left out.
        api: of the Management Node; made from the environment where it is left out.
        patience: how long to wait.

    Source: guide, "Pexip Infinity Conferencing Node deployment".
    """

    name: ClassVar[str] = "deploy_conferencing_nodes"

    def __init__(
        self,
        environment: Environment,
        deployment: Deployment,
        access: VSphereAccess,
        kept: KeptBootstraps,
        *,
        hand_over: Callable[[Node, str], None] | None = None,
        api: NodeRegistry | None = None,
        patience: Patience | None = None,
    ) -> None:
        super().__init__(environment, access)
        self._deployment = deployment
        self._kept = kept
        self._hand_over = hand_over or self._over_its_page
        self._api = api or management_api(NodeRegistry, environment)
        self._images: Images | None = None
        self._patience = patience or (LAB_PATIENCE if environment.lab else Patience())

    def plan(self) -> list[Change]:
        """What each node lacks until it is in sync."""
        with self.planning():
            return [*self._new_locations(), *(c for s in self._states() for c in s.changes())]

    def apply(self, progress: Progress) -> None:
        """Machines first, so that they start beside each other; then their configuration."""

        def did(step: str) -> None:
            self.did(progress, step)

        with self.planning():
            states = [state for state in self._states() if not state.is_done]
            locations = list(self._new_locations())
        with self.working([step for state in states for step in state.steps]):
            for change in locations:
                values = location_values(change.where, self._management())
                self._api.post(LOCATIONS, values)
                did(f"location {change.where} made")
            for state in states:
                self._run_machine(progress, state, did)
            for state in states:
                self._make_known(state, did)
            self._bring_in({state.node.name: state for state in states}, did)

    def verify(self) -> None:
        """Every node is in sync, and no configuration is kept."""
        with self._told("All configurations had been handed over."):
            left = self.plan()
        if left:
            raise SetupFailed(f"Not every node is as it was made: {'; '.join(map(str, left))}.")

    def _run_machine(
        self, progress: Progress, state: NodeState, did: Callable[[str], None]
    ) -> None:
        if state.is_synced:
            return
        for unsure in state.machine.deploy(progress, did):
            self.notes.append(f"{state.node.name}: {unsure}")
        state.machine.switch_on(did)

    def _make_known(self, state: NodeState, did: Callable[[str], None]) -> None:
        """Have the product make the configuration, unless one is kept that no node has yet."""
        if state.is_synced or state.has_bootstrap:
            return
        node, own = state.node, self.placement.of(state.node.name)
        uris = {row["name"]: row["resource_uri"] for row in self._api.list(LOCATIONS)}
        location = uris[node.location]
        values = node_values(self._environment, node, own, self._management(), location)
        if state.row is not None:  # made by a run that never saw the answer
            self._api.delete(RESOURCE, key_of(state.row))
            did(f"{node.name}: deleted, since its bootstrap configuration was lost")
        self._kept.asks(node.name)
        made = self._api.create_node(values)
        self._kept.write(node.name, Bootstrap(made.key, made.bootstrap))
        did(state.made_known)

    def _bring_in(self, waiting: dict[str, NodeState], did: Callable[[str], None]) -> None:
        """Hand over what is kept as soon as a node takes it, until every node is in sync."""
        deadline = time.monotonic() + self._patience.sync_s
        handed: set[str] = set()
        while waiting:
            for name in self._synced() & waiting.keys():
                if kept := self._kept.read(name):
                    self._kept.note_brought_in(name, kept.row)
                self._kept.forget(name)
                did(waiting.pop(name).in_sync)
            for name in waiting.keys() - handed:
                if self._hands_over(waiting[name].node):
                    handed.add(name)
                    did(waiting[name].handed_over)
            if waiting and time.monotonic() >= deadline:
                raise self._too_late(waiting.keys() - handed, waiting.keys() & handed)
            if waiting:
                time.sleep(self._patience.poll_s)

    def _hands_over(self, node: Node) -> bool:
        """Whether the node took its configuration; not where it shows no page now."""
        kept = self._kept.read(node.name)
        if kept is None or not kept.xml:
            return False
        try:
            self._hand_over(node, kept.xml)
        except _NOT_NOW:
            return False
        return True

    def _too_late(self, silent: set[str], unsynced: set[str]) -> SetupFailed:
        files = ", ".join(str(self._kept.path(name)) for name in sorted(silent))
        said = f"After {self._patience.sync_s:g} s"
        if silent:
            return SetupFailed(
                f"{said} no provisioning page has been seen of {', '.join(sorted(silent))}; the "
                f"configuration is kept in {files}.",
                remedy="look at the console and the network of these machines; one that has been "
                "configured before has to be removed first. Then run the set-up again.",
            )
        return SetupFailed(
            f"{said} not in sync, though configured: {', '.join(sorted(unsynced))}.",
            remedy="see Status > Conferencing Nodes, and whether UDP 500 and ESP pass between the "
            "nodes; then run the set-up again.",
        )

    def _states(self) -> list[NodeState]:
        """Each node as it is, in product and vCenter.

        Raises:
            CannotLook: one of them does not say.
            SetupFailed: a node cannot be brought in from where it is.
        """
        rows = {str(row["name"]).replace(" ", "-"): row for row in self._api.list(RESOURCE)}
        synced = self._synced()
        states = [
            NodeState(
                node=machine.node,
                machine=machine,
                row=rows.get(machine.node.name),
                is_synced=machine.node.name in synced,
                kept=self._kept.read(machine.node.name),
                was_synced=self._was_synced(machine, rows.get(machine.node.name)),
            )
            for machine in self._machines()
        ]
        for state in states:
            state.refuse_impossible()
            if not (state.is_synced or state.has_bootstrap):
                node, own = state.node, self.placement.of(state.node.name)
                refuse_incomplete(self._environment, node, own, self._management())
            if state.is_done and not state.is_synced:
                self.notes.append(
                    f"{state.node.name} is not in sync, as it was in an earlier run: it has its "
                    "configuration, and is left as it is"
                )
            if state.is_synced and state.machine.found() is None:
                self.notes.append(
                    f"{state.node.name} is in sync, but vCenter has no machine of its name or "
                    "address: it runs elsewhere, or was renamed"
                )
        return states

    def _was_synced(self, machine: NodeMachine, row: Row | None) -> bool:
        """Whether an earlier run brought in this very node, whose machine is still there."""
        known = row is not None and self._kept.brought_in(machine.node.name) == key_of(row)
        return known and machine.found() is not None

    def _machines(self) -> list[NodeMachine]:
        """The machine of every node, there or not."""
        from securemode.setups.node_machine import Images, NodeMachine  # noqa: PLC0415 - pyVmomi
        from securemode.vsphere.machines import Listing  # noqa: PLC0415 - as above

        self._images = self._images or Images()
        listing = Listing(self.session)
        return [
            NodeMachine(
                environment=self._environment,
                session=self.session,
                node=node,
                image=self.placement.conferencing_ova,
                images=self._images,
                listing=listing,
                requirement="DEPLOY-02",
            )
            for node in self._deployment.conferencing
        ]

    def _synced(self) -> set[str]:
        rows = self._api.status_list(RESOURCE)
        return {
            str(row["name"]).replace(" ", "-") for row in rows if row.get("sync_status") == SYNCED
        }

    def _new_locations(self) -> Iterator[Change]:
        """Locations that nodes are to be in and that the product does not have.

        Raises:
            SetupFailed: a node has no location.
        """
        known = {row["name"] for row in self._api.list(LOCATIONS)}
        for node in self._deployment.conferencing:
            if not node.location:
                raise SetupFailed(
                    f"{node.name} has no location, which every Conferencing Node needs.",
                    remedy=f"state location: of {node.name} under conferencing_nodes.",
                )
        for name in dict.fromkeys(node.location for node in self._deployment.conferencing):
            if name not in known:
                yield Change(name, "system location", "none", "made", "DEPLOY-02")

    def _management(self) -> Row:
        return next(iter(self._api.list("management_vm")), {})

    def _over_its_page(self, node: Node, xml: str) -> None:
        from securemode.probes.probe import Access  # noqa: PLC0415 - as the page itself
        from securemode.setups.provisioning_page import hand_over  # noqa: PLC0415

        timeout_s = self._environment.limits.answer_timeout_s
        access = Access(self._environment, self._deployment, timeout_s, threading.Event())
        hand_over(node, xml, access)
