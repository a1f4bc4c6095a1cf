"""Keeps what the security wizard was told where later runs find it, and nobody else reads it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode.records.own_record import WizardRecord, record_in, record_text
from securemode.setups.kept_file import write_for_owner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class KeptRecord:
    """The file of one deployment.

    Args:
        path: of the file.
        redact: takes known secrets out of a text.
    """

    def __init__(self, path: Path, redact: Callable[[str], str] = str) -> None:
        self.path = path
        self._redact = redact

    def read(self) -> WizardRecord | None:
        """What an earlier run left; None where there was none.

        Raises:
            UnreadableRecord: it is not as it was written.
        """
        if not self.path.exists():
            return None
        return record_in(self.path.read_text(encoding="utf-8", errors="replace"))

    def begins(self, record: WizardRecord) -> None:
        """Keep what is about to be answered: a run that is killed may have come to the end."""
        write_for_owner(self._begun, self._redact(record_text(record)))

    def begun(self) -> WizardRecord | None:
        """What a run that was cut off was about to answer; None where every run came to an end.

        Raises:
            UnreadableRecord: it is not as it was written.
        """
        if not self._begun.exists():
            return None
        return record_in(self._begun.read_text(encoding="utf-8", errors="replace"))

    @property
    def _begun(self) -> Path:
        return self.path.with_suffix(".begun.json")

    def write(self, record: WizardRecord, earlier: WizardRecord | None) -> WizardRecord:
        """Write a record in place of an earlier one; what was configured first stays what it was.

        Whatever has been configured since the wizard first ran does not count against a later run
        on the same installation of the product.
        """
        is_the_same = earlier is not None and earlier.deployment == record.deployment != ""
        if earlier is not None and is_the_same and earlier.configured_before is not None:
            record = replace(record, configured_before=earlier.configured_before)
        write_for_owner(self.path, self._redact(record_text(record)))
        self._begun.unlink(missing_ok=True)
        return record
