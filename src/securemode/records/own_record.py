"""What the suite's own run of the security wizard leaves for runs that can't log in any more."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from securemode.errors import UnreadableRecord

if TYPE_CHECKING:
    from pathlib import Path

_FORM = 1
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class WizardRecord:
    """One run of the wizard by the set-up.

    Attributes:
        answers: key of `security.json` and answer.
        ended: when, UTC, ISO 8601.
        configured_before: what had been configured when it ran, a phrase each; None where that
            could not be read.
        deployment: what the product calls itself (`deployment_uuid`); empty where that could not be
            read.
        waiting: names of Conferencing Nodes that the set-up has still to restart.
        form: of this record, raised when it changes.
    """

    answers: tuple[tuple[str, str], ...]
    ended: str
    configured_before: tuple[str, ...] | None = None
    deployment: str = ""
    waiting: tuple[str, ...] = ()
    form: int = _FORM


_ADAPTER = TypeAdapter(WizardRecord)


def place(reports: Path, environment: str, deployment: str) -> Path:
    """The file of one deployment; another deployment, an older lab say, has another.

    Args:
        reports: where runs write.
        environment: its name.
        deployment: what tells this deployment from every other.
    """
    name = hashlib.sha256(deployment.encode()).hexdigest()[:_DIGITS]
    return reports / f"{environment}-records" / f"security-wizard-{name}.json"


def beside(record: Path, what: str) -> Path:
    """Where set-ups keep something else of the same deployment.

    Args:
        record: place of the security wizard's record.
        what: name of the file, with its suffix: "bios.json".
    """
    name, _, suffix = what.partition(".")
    return record.with_name(f"{name}-{record.stem[-_DIGITS:]}{suffix and '.' + suffix}")


def kept_of(record: Path) -> list[Path]:
    """Everything that set-ups have kept of this deployment."""
    return sorted(record.parent.glob(f"*-{record.stem[-_DIGITS:]}*"))


def record_text(record: WizardRecord) -> str:
    """The record as it is written."""
    return json.dumps(asdict(record), indent=1, ensure_ascii=False) + "\n"


def record_in(text: str) -> WizardRecord:
    """The record that was written.

    Raises:
        UnreadableRecord: it is something else by now.
    """
    try:
        record = _ADAPTER.validate_json(text)
    except ValidationError as error:
        raise UnreadableRecord(
            "The set-up's record of the security wizard is not as it was written.",
            remedy="remove it; the transcript in the evidence of that run can stand in for it, "
            "under records.security_transcript.",
        ) from error
    return record
