"""One finding on its way from the scenario that came to it to the record of the run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from securemode.report.waiver import Waiver
from securemode.verdicts import ControlJudgement, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFinding:
    """One finding as the plug-in recorded it.

    The fields are those of `TargetResult`, and the controls that the requirement adds up.
    """

    requirement: str
    kind: str
    target: str
    verdict: Verdict
    what: str
    expected: str
    saw: str
    next_step: str = ""
    evidence: tuple[str, ...] = ()
    scenario: str = ""
    node_id: str = ""
    vantage: str = ""
    waiver: Waiver | None = None
    controls: tuple[ControlJudgement, ...] = ()

    def as_plain(self) -> dict[str, Any]:
        """Plain values, as execnet carries them from worker to controller."""
        plain = asdict(self)
        controls = [{**one, "verdict": str(one["verdict"])} for one in plain["controls"]]
        waiver = self.waiver and self.waiver.model_dump(mode="json")
        return {**plain, "verdict": str(self.verdict), "controls": controls, "waiver": waiver}

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> RecordedFinding:
        """The finding that such plain values were made of."""
        controls = tuple(
            ControlJudgement(**{**one, "verdict": Verdict(one["verdict"])})
            for one in plain["controls"]
        )
        waiver = plain["waiver"] and Waiver.model_validate(plain["waiver"])
        verdict = Verdict(plain["verdict"])
        return cls(**{**plain, "verdict": verdict, "controls": controls, "waiver": waiver})
