"""The operator's records as files, which nobody else can read; written anew when they differ."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from securemode_lab.records.attestations import attestations, document, evidence
from securemode_lab.records.installation import transcript
from securemode_lab.records.record import Records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from securemode_lab.appliance.install_wizard import InstallValues

_OWNER_ONLY = 0o600
_TURNED_OVER = b"another page"


class RecordFiles:
    """The records of one deployment.

    Args:
        folder: for them; made here.
        values: what the installation wizard was told, None where it was not run yet.
        os_password: of the system administrator.
        began: when the deployment was made, without it now.
    """

    def __init__(
        self,
        folder: Path,
        values: InstallValues | None,
        os_password: str,
        began: datetime | None = None,
    ) -> None:
        folder.mkdir(mode=0o700)
        self._folder = folder
        self._values = values
        self._os_password = os_password
        self._started = began or datetime.now(UTC)
        self._written: tuple[Records, Mapping[str, str]] | None = None

    @property
    def well(self) -> Records:
        """What they say without any mistake."""
        return Records(attestations=attestations(self._started.date()))

    @property
    def paths(self) -> dict[str, str]:
        """For the lab's document."""
        names = {"attestations": "attestations.yaml"}
        if self._values is not None:
            names["installation_transcript"] = "installation.log"
        return {kind: str(self._folder / name) for kind, name in names.items()}

    async def obey(self, records: Records, variants: Mapping[str, str]) -> None:
        """Say this from now on."""
        if self._written == (records, variants):
            return
        paths = self.paths
        if self._values is not None:
            told: InstallValues = {**self._values, **records.installation}
            log = await transcript(
                told, self._os_password, variants, self._started, aborted=records.aborted
            )
            self._write(paths["installation_transcript"], log.encode())
        files = await evidence(variants)
        self._write(paths["attestations"], document(records.attestations, files).encode())
        altered = {entry.evidence for entry in records.attestations if entry.altered}
        for name, content in files.items():
            self._write(
                str(self._folder / name), content + (_TURNED_OVER if name in altered else b"")
            )
        self._written = (replace(records), dict(variants))

    def _write(self, path: str, content: bytes) -> None:
        """Replace a file at once, so that nobody reads half of it."""
        descriptor = os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(f"{path}.new", path)  # noqa: PTH105 - both are texts
