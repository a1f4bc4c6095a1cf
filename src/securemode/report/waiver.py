"""A waiver in the record of a run: what was accepted, by whom, until when, and what came of it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime

from securemode.report.root import Record


class WaiverState(StrEnum):
    """What a waiver is worth in this run."""

    IN_FORCE = "in force"
    SOON_ENDING = "soon ending"
    DIFFERS = "differs"
    STALE = "stale"
    UNSEEN = "not looked at"
    NOT_STARTED = "not started"
    EXPIRED = "expired"


class Waiver(Record):
    """The decision of a person to live with exactly this deviation until a date.

    Attributes:
        requirement: id.
        scope: names of the targets that it is about; all if empty.
        fingerprints: of the deviations that it accepts, see `docs/adr/0010-waivers.md`.
        approver: "name, role" of who accepts them.
        reason: why.
        compensating: what is done instead.
        ticket: where it was decided.
        starts: from when it counts.
        ends: until when it counts.
        state: what it is worth in this run.
        says: why it has this state, as a sentence; empty where the state says all.
        covers: the targets at which it covers a deviation in this run.
    """

    requirement: str = ""
    scope: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()
    approver: str
    reason: str
    compensating: str = ""
    ticket: str = ""
    starts: AwareDatetime | None = None
    ends: AwareDatetime
    state: WaiverState = WaiverState.IN_FORCE
    says: str = ""
    covers: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How a message calls it: "of Ada Example, officer (CHG-7)"."""
        return f"of {self.approver} ({self.ticket})" if self.ticket else f"of {self.approver}"
