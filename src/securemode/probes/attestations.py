"""Reads what named persons have stated, and whether what they attached is still the same."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.environment.attestations import Attestation, Attestations, EvidenceFile
from securemode.environment.attestations import load as load_attestations
from securemode.errors import ConfigurationError, UnexpectedAnswer, Unsupported
from securemode.observations.attestations import AttachedFile, AttestationsSeen, Statement

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.probes.probe import Access, Connection
    from securemode.targets import Deployment


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationFile:
    """The environment's file of attestations."""

    name: ClassVar[str] = "attestation-file"
    observes: ClassVar[type] = AttestationsSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 0
    volatile: ClassVar[frozenset[str]] = frozenset({"today"})

    target: Deployment

    def connections(self) -> tuple[Connection, ...]:
        """None: it is a file."""
        return ()

    def look(self, access: Access) -> AttestationsSeen:
        """Read the file and hash what is attached.

        Raises:
            Unsupported: the environment names no such file.
            UnexpectedAnswer: it was changed since the run began, and cannot be read any more.
        """
        path = access.environment.records.attestations
        if path is None:
            raise Unsupported(
                "the environment names no attestations", remedy="state records.attestations."
            )
        try:
            found: Attestations = load_attestations(path)
        except ConfigurationError as error:
            raise UnexpectedAnswer(f"the attestations cannot be read: {error.message}") from error
        return AttestationsSeen(
            file=path.name,
            today=f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
            statements=tuple(_statement(one, path.parent) for one in found.attestations),
        )


def _statement(one: Attestation, directory: Path) -> Statement:
    return Statement(
        requirement=one.requirement,
        says=one.statement,
        by=one.by.in_words() if one.by else "",
        confirmed_by=one.confirmed_by.in_words() if one.confirmed_by else None,
        verified=one.verified.isoformat(),
        valid_until=one.valid_until.isoformat(),
        how=one.how,
        attached=tuple(_attached(file, directory) for file in one.evidence),
        controls=one.controls,
        targets=one.targets,
    )


def _attached(evidence: EvidenceFile, directory: Path) -> AttachedFile:
    try:
        with (directory / evidence.file).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        found = None
    return AttachedFile(name=evidence.file, stated=evidence.sha256, found=found)
