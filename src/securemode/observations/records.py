"""What the records of a deployment say of its wizards; nothing else of them is kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Wizard(StrEnum):
    """What a record says of a wizard as a whole."""

    COMPLETED = "completed"
    NEVER_RUN = "never run"
    LEFT = "left before its end"
    NOT_SHOWN = "not shown"
    NO_RECORD = "no record"


@dataclass(frozen=True, slots=True)
class WizardRecordSeen:
    """One record of the security wizard.

    Attributes:
        record: how it is called in messages: "the transcript wizard.log".
        wizard: what it says of the wizard as a whole.
        answers: key of `security.json` and answer: YES, NO, a number or a text.
        ended: when the wizard ended, UTC, ISO 8601; empty where the record does not tell.
        remarks: what is odd about the record, a phrase each.
        version: of the product, where the record tells.
        configured_before: what had been configured when the wizard ran; None where it does not
            tell.
        incident_reporting, usage_statistics: whether the product has them on; None where the
            record does not tell.
    """

    record: str
    wizard: Wizard
    answers: tuple[tuple[str, str], ...] = ()
    ended: str = ""
    remarks: tuple[str, ...] = ()
    version: str = ""
    configured_before: tuple[str, ...] | None = None
    incident_reporting: bool | None = None
    usage_statistics: bool | None = None


@dataclass(frozen=True, slots=True)
class InstallationRecordSeen:
    """One record of the installation wizard; passwords are not in it.

    Attributes:
        record: how it is called in messages.
        wizard: what it says of the wizard as a whole.
        sets_password: whether it shows that a password for admin was set.
        answers: key and answer to the questions that the guide decides.
        remarks: what is odd about the record, a phrase each.
    """

    record: str
    wizard: Wizard
    sets_password: bool = False
    answers: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
