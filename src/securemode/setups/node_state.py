"""How far one Conferencing Node has come, and what is still to be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode.errors import SetupFailed
from securemode.infinity.client import key_of
from securemode.setups.setup import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.infinity.client import Row
    from securemode.setups.kept_bootstrap import Bootstrap
    from securemode.setups.node_machine import NodeMachine
    from securemode.targets import Node

_REQUIREMENT = "DEPLOY-02"


@dataclass(frozen=True, slots=True)
class NodeState:
    """One node, as product, vCenter and an earlier run have it.

    Attributes:
        node: which.
        machine: the machine that it has or gets.
        row: its configuration in the product; None where the product does not know it.
        is_synced: whether the product says that it is in sync.
        kept: what an earlier run kept of it.
        was_synced: whether an earlier run saw it in sync: it has its configuration.
    """

    node: Node
    machine: NodeMachine
    row: Row | None
    is_synced: bool
    kept: Bootstrap | None
    was_synced: bool = False

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be done, a secret to be forgotten included."""
        return (self.is_synced or self.was_synced) and self.kept is None

    @property
    def has_bootstrap(self) -> bool:
        """Whether the configuration is at hand that belongs to what the product has."""
        kept = self.kept
        if self.row is None or kept is None or not kept.xml:
            return False
        return kept.row == key_of(self.row)

    @property
    def _is_lost(self) -> bool:
        """Whether an earlier run made it known and never saw the answer."""
        return self.row is not None and self.kept is not None and not self.kept.xml

    def refuse_impossible(self) -> None:
        """See whether there is a way from here.

        Raises:
            SetupFailed: the product has another node of this name, or one whose configuration
                nobody has any more.
        """
        if self.row is None:
            return
        if self.row.get("address") != self.node.ipv4:
            raise SetupFailed(
                f"The Management Node has a {self.node.name} with the address "
                f"{self.row.get('address')}, the environment one with {self.node.ipv4}.",
                remedy="correct conferencing_nodes, or delete that node in the Administrator "
                "interface.",
            )
        if self.is_synced or self.was_synced or self.has_bootstrap or self._is_lost:
            return
        raise SetupFailed(
            f"The Management Node knows {self.node.name}, which is not in sync, and its bootstrap "
            "configuration, which can be had only once, is not held here.",
            remedy="if its machine has been configured, see why it is not in sync; if not, delete "
            f"{self.node.name} in the Administrator interface, and run the set-up again.",
        )

    def changes(self) -> Iterator[Change]:
        """What differs from a node in sync."""
        name = self.node.name
        if self.is_done:
            return
        if self.is_synced:
            yield Change(name, "kept bootstrap configuration", "held", "removed", _REQUIREMENT)
            return
        yield from self.machine.changes(runs=True)
        if not self.has_bootstrap:
            before = "unknown to the Management Node" if self.row is None else "known, secrets lost"
            yield Change(name, "Conferencing Node", before, "made known", _REQUIREMENT)
        yield Change(name, "configuration", "not in sync", "in sync", _REQUIREMENT)

    @property
    def steps(self) -> list[str]:
        """The steps in words, in their order."""
        if self.is_synced:
            return [self.in_sync]
        made = [] if self.has_bootstrap else [self.made_known]
        return [*self.machine.steps(runs=True), *made, self.handed_over, self.in_sync]

    @property
    def made_known(self) -> str:
        """The step of making it known, in words."""
        return f"{self.node.name}: made known to the Management Node"

    @property
    def handed_over(self) -> str:
        """The step of giving it its configuration, in words."""
        return f"{self.node.name}: bootstrap configuration handed over"

    @property
    def in_sync(self) -> str:
        """The last step, in words."""
        return f"{self.node.name}: in sync"
