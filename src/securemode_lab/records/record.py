"""What the operator's records say: well, until a mistake changes something."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from securemode_lab.appliance.install_wizard import InstallValue


@dataclass(frozen=True, slots=True)
class Person:
    """One of the site's people."""

    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """What somebody states, and somebody else confirms.

    Attributes:
        requirement: that the statement is about.
        statement: what is so.
        by, confirmed_by: who says it; the second may be missing by mistake.
        verified, valid_until: days.
        how: what was looked at.
        evidence: name of the file that shows it.
        altered: whether that file is no longer the one that was attested.
    """

    requirement: str
    statement: str
    by: Person
    confirmed_by: Person | None
    verified: date
    valid_until: date
    how: str
    evidence: str
    altered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Everything that the operator's files say.

    Attributes:
        installation: answers of the installation wizard that are not those of this deployment.
        aborted: whether the log is of an installation that was left by Ctrl-C.
        attestations: of what no probe can see.
    """

    installation: Mapping[str, InstallValue] = field(default_factory=dict)
    aborted: bool = False
    attestations: tuple[Attestation, ...] = ()
