"""What named persons have stated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """A file attached to a statement.

    Attributes:
        name: of the file.
        stated: its SHA-256 as the statement has it.
        found: its SHA-256 now, None where it is not there.
    """

    name: str
    stated: str
    found: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One attestation.

    Attributes:
        requirement: id.
        says: the statement.
        by: "name, role" of who states it; empty where nobody has signed.
        confirmed_by: the same of the second person, None where there is none.
        verified, valid_until: days, ISO 8601.
        how: how it was verified.
        attached: the files that show it.
        controls: of the STIGs that it is about, where the requirement is their sum; all if empty.
        targets: names of the hosts that it is about, likewise.
    """

    requirement: str
    says: str
    by: str
    confirmed_by: str | None
    verified: str
    valid_until: str
    how: str
    attached: tuple[AttachedFile, ...] = ()
    controls: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationsSeen:
    """A file of attestations, read on a day.

    Attributes:
        file: its name.
        today: the day, UTC, ISO 8601.
        statements: in the order of the file.
    """

    file: str
    today: str
    statements: tuple[Statement, ...]
