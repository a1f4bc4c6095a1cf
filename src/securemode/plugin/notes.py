"""What a session planned and did, beside its findings; it travels home from xdist's workers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from securemode.plugin.planning import probes_of
from securemode.plugin.tags import claims_of, target_of
from securemode.report.models import SetupRecord
from securemode.report.record import Planned

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from securemode.plugin.run import Run


@dataclass(slots=True)
class Notes:
    """The notes of one process.

    Attributes:
        planned: what the selected scenarios claim.
        connections: the most that all probes may open.
        setups: what each set-up did.
        partial: not everything was selected.
        interrupted: the observing was stopped.
    """

    planned: tuple[Planned, ...] = ()
    connections: int = 0
    setups: tuple[SetupRecord, ...] = ()
    partial: bool = False
    interrupted: bool = False

    def take_plan(self, items: Sequence[pytest.Item], run: Run) -> None:
        """Note what the collected scenarios claim and will ask for."""
        self.planned = tuple(claim for item in items for claim in _planned(item))
        self.connections = sum(
            connection.most for probe in probes_of(items, run) for connection in probe.connections()
        )

    def take_end(self, run: Run) -> None:
        """Note what was done by the end."""
        self.setups = (*self.setups, *run.setup_records)
        self.interrupted = self.interrupted or run.cancelled.is_set()

    def as_plain(self) -> dict[str, Any]:
        """Plain values, as execnet carries them."""
        return {**asdict(self), "setups": [record.model_dump() for record in self.setups]}

    def merge(self, plain: dict[str, Any] | None) -> None:
        """Add what a worker noted."""
        if plain is None:
            return
        self.planned = self.planned or tuple(Planned(**claim) for claim in plain["planned"])
        self.connections = max(self.connections, plain["connections"])
        self.setups = (*self.setups, *(SetupRecord(**record) for record in plain["setups"]))
        self.partial = self.partial or plain["partial"]
        self.interrupted = self.interrupted or plain["interrupted"]


def _planned(item: pytest.Item) -> list[Planned]:
    return [
        Planned(
            requirement=claim.requirement,
            kind=claim.kind,
            target=target_of(item),
            scenario=item.function.scenario_text.name,  # type: ignore[attr-defined]
            node_id=item.nodeid,
        )
        for claim in claims_of(item)
    ]
