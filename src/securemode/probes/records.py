"""Reads every record of the wizards that a run has: its own, transcripts, diagnostic snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import UnreadableRecord
from securemode.observations.records import InstallationRecordSeen, Wizard, WizardRecordSeen
from securemode.probes.snapshot_request import requested_snapshot, snapshot_connections
from securemode.records.installation_questions import WANTED
from securemode.records.log_lines import LARGEST_LOG
from securemode.records.own_record import record_in
from securemode.records.security_questions import QUESTIONS
from securemode.records.snapshot import Snapshot, read_snapshot
from securemode.records.transcript import (
    Transcript,
    installation_transcript,
    security_transcript,
)

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.probes.probe import Access, Connection
    from securemode.targets import Node

OWN = "the set-up's own record"


def _reading(path: Path, what: str) -> bytes:
    """All of a small file.

    Raises:
        UnreadableRecord: it is not there any more, or may not be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_LOG + 1)
    except OSError as error:
        raise UnreadableRecord(f"{what} {path.name} cannot be read: {error.strerror}.") from error


def _unfinished(transcript: Transcript) -> Wizard:
    """What a log without a completed run shows: one that was left, or none at all."""
    return Wizard.LEFT if transcript.runs else Wizard.NOT_SHOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWizardRecord:
    """What the set-up security_wizard told the wizard, in this run or in an earlier one."""

    name: ClassVar[str] = "own-wizard-record"
    observes: ClassVar[type] = WizardRecordSeen
    intrusive: ClassVar[str | None] = None
    volatile: ClassVar[frozenset[str]] = frozenset({"ended"})

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """None: it is a file beside the reports."""
        return ()

    def look(self, access: Access) -> WizardRecordSeen:
        """Read it; where no set-up has left one, that is what was seen.

        Raises:
            CannotLook: the file is not as it was written.
        """
        path = access.own_record
        if path is None or not path.exists():
            return WizardRecordSeen(OWN, Wizard.NO_RECORD)
        record = record_in(_reading(path, "The record").decode("utf-8", "replace"))
        return WizardRecordSeen(
            OWN,
            Wizard.COMPLETED,
            answers=record.answers,
            ended=record.ended,
            configured_before=record.configured_before,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WizardTranscript:
    """The security wizard's answers in a terminal log that the operator saved."""

    name: ClassVar[str] = "wizard-transcript"
    observes: ClassVar[type] = WizardRecordSeen
    intrusive: ClassVar[str | None] = None

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """None: it is a file of the environment."""
        return ()

    def look(self, access: Access) -> WizardRecordSeen:
        """Read it and take the last completed run.

        Raises:
            CannotLook: it is no terminal log.
        """
        path = access.environment.records.security_transcript
        if path is None:
            return WizardRecordSeen("the transcript", Wizard.NO_RECORD)
        transcript = security_transcript(_reading(path, "The transcript"))
        record, counted = f"the transcript {path.name}", transcript.last_completed
        if counted is None:
            return WizardRecordSeen(record, _unfinished(transcript), remarks=transcript.remarks)
        return WizardRecordSeen(
            record,
            Wizard.COMPLETED,
            answers=counted.answers,
            ended=counted.ended,
            remarks=transcript.remarks,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationTranscript:
    """The installation wizard's answers in a terminal log: the operator's, or the set-up's."""

    name: ClassVar[str] = "installation-transcript"
    observes: ClassVar[type] = InstallationRecordSeen
    intrusive: ClassVar[str | None] = None

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """None: it is a file of the environment."""
        return ()

    def look(self, access: Access) -> InstallationRecordSeen:
        """Read it and keep the answers that the guide decides, and no password.

        Raises:
            CannotLook: it is no terminal log.
        """
        path = access.environment.records.installation_transcript or access.own_installation
        if path is None or not path.exists():
            return InstallationRecordSeen("the transcript", Wizard.NO_RECORD)
        transcript = installation_transcript(_reading(path, "The transcript"))
        record, counted = f"the transcript {path.name}", transcript.last_completed
        if counted is None:
            state = _unfinished(transcript)
            return InstallationRecordSeen(record, state, remarks=transcript.remarks)
        kept = {question.key for question in WANTED}
        return InstallationRecordSeen(
            record,
            Wizard.COMPLETED,
            sets_password=counted.sets_password,
            answers=tuple((key, answer) for key, answer in counted.answers if key in kept),
            remarks=transcript.remarks,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenSnapshot:
    """The wizard's answers in a diagnostic snapshot that the operator took."""

    name: ClassVar[str] = "given-snapshot"
    observes: ClassVar[type] = WizardRecordSeen
    intrusive: ClassVar[str | None] = None
    takes_s: ClassVar[float] = 2.0

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """None: it is a file of the environment."""
        return ()

    def look(self, access: Access) -> WizardRecordSeen:
        """Read it as a stream, in memory.

        Raises:
            CannotLook: it is locked, broken, hostile or no snapshot.
        """
        records = access.environment.records
        if records.snapshot is None:
            return WizardRecordSeen("the diagnostic snapshot", Wizard.NO_RECORD)
        try:
            with records.snapshot.open("rb") as file:
                snapshot = read_snapshot(file, records.snapshot_password)
        except OSError as error:
            raise UnreadableRecord(
                f"The snapshot {records.snapshot.name} cannot be read: {error.strerror}."
            ) from error
        return _seen(f"the diagnostic snapshot {records.snapshot.name}", snapshot)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedSnapshot:
    """The wizard's answers in a diagnostic snapshot that the Management Node makes for this run."""

    name: ClassVar[str] = "requested-snapshot"
    observes: ClassVar[type] = WizardRecordSeen
    intrusive: ClassVar[str | None] = "snapshot"
    takes_s: ClassVar[float] = 2.0
    volatile: ClassVar[frozenset[str]] = frozenset({"ended"})

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """The request, a look at it every so often, and the download."""
        return snapshot_connections(self.target)

    def look(self, access: Access) -> WizardRecordSeen:
        """Ask for it, wait for it, and read it while it comes.

        Raises:
            CannotLook: the Management Node makes none, not in time, or not for us.
        """
        password = access.environment.records.snapshot_password
        with requested_snapshot(access) as source:
            return _seen("the diagnostic snapshot of this run", read_snapshot(source, password))


def _seen(record: str, snapshot: Snapshot) -> WizardRecordSeen:
    """What the snapshot tells, and what of it does not fit."""
    titles = {question.key: question.title for question in QUESTIONS}
    remarks = [f'it holds an answer that is not known: "{key}"' for key in snapshot.unknown]
    remarks += [f'its "{titles[key]}" is no answer' for key in snapshot.unreadable]
    never = snapshot.answers is None
    return WizardRecordSeen(
        record,
        Wizard.NEVER_RUN if never else Wizard.COMPLETED,
        answers=snapshot.answers or (),
        ended=snapshot.ended,
        remarks=tuple(remarks),
        version=snapshot.version,
        incident_reporting=snapshot.configuration.incident_reporting,
        usage_statistics=snapshot.configuration.usage_statistics,
    )
