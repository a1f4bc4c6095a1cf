"""Attestations: what no probe can see, stated by named persons, with a date and an end.

A file beside the environment, named by its `records.attestations`. It is read before a run touches
anything, so that a slip of the pen does not cost a run.
"""

from __future__ import annotations

import datetime as dt
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from securemode.documents import read, refusal
from securemode.environment.messages import validated
from securemode.environment.person import Person, Stated
from securemode.environment.values import Part, Text, problem
from securemode.stig.category import STIG_REQUIREMENT

if TYPE_CHECKING:
    from collections.abc import Collection


def _beside(name: str) -> str:
    if Path(name).name != name:
        raise problem(
            f'is "{name}", which is not the name of a file beside this one',
            "put the file beside the attestations and state its name alone",
        )
    return name


def _attestable(requirement: str, info: ValidationInfo) -> str:
    known: frozenset[str] = (info.context or {}).get("attestable", frozenset({requirement}))
    if requirement not in known:
        near = get_close_matches(requirement, known, n=1)
        raise problem(
            f'is "{requirement}", which is no requirement that a person may attest',
            f"take {near[0]}" if near else f"state one of: {', '.join(sorted(known))}",
        )
    return requirement


def _attestable_control(control: str, info: ValidationInfo) -> str:
    known: frozenset[str] = (info.context or {}).get("controls", frozenset({control}))
    if control not in known:
        near = get_close_matches(control, known, n=1)
        raise problem(
            f'is "{control}", which is no control of which a person has to say anything',
            f"take {near[0]}" if near else f"state one of: {', '.join(sorted(known))}",
        )
    return control


class EvidenceFile(Part):
    """A file that shows what is stated."""

    file: Annotated[Text, AfterValidator(_beside)]
    """Its name, beside the attestations."""
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """SHA-256 of its content when it was attested."""


class Attestation(Part):
    """One statement on one requirement."""

    requirement: Annotated[str, AfterValidator(_attestable)]
    """Id of the requirement."""
    controls: tuple[Annotated[str, AfterValidator(_attestable_control)], ...] = ()
    """Controls of the STIGs that it is about, where the requirement is their sum; all if empty."""
    targets: tuple[Text, ...] = ()
    """Names of the hosts that it is about, likewise."""
    statement: Stated
    """What is stated, in a sentence."""
    by: Person | None = None
    """Who states it; null: nobody has signed, and it does not count."""
    confirmed_by: Person | None = None
    """A second person, who has seen the same."""
    verified: dt.date
    """Day on which it was verified."""
    valid_until: dt.date
    """Last day on which the statement stands."""
    how: Stated
    """How it was verified."""
    evidence: tuple[EvidenceFile, ...] = ()
    """What shows it."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.requirement != STIG_REQUIREMENT and (self.controls or self.targets):
            raise problem(
                f"is stated of {self.requirement}, which is stated as a whole",
                "remove it",
                key="controls" if self.controls else "targets",
            )
        if self.valid_until < self.verified:
            raise problem(
                f"is {self.valid_until}, before it was verified ({self.verified})",
                "state the last day on which the statement stands",
                key="valid_until",
            )
        by, second = self.by, self.confirmed_by
        if by is not None and second is not None and second.name == by.name:
            raise problem(
                f"is {by.name}, who states it already",
                "name another person, or leave it out",
                key="confirmed_by",
            )
        return self


class Attestations(Part):
    """A file of attestations."""

    attestations: tuple[Attestation, ...]
    """One entry a statement."""


def load(
    path: Path,
    attestable: Collection[str] | None = None,
    controls: Collection[str] | None = None,
) -> Attestations:
    """Read a file of attestations.

    Args:
        path: of the file.
        attestable: ids of the requirements that a person may attest; any where it is left out.
        controls: ids of the STIG controls of which a person has to say something, likewise.

    Raises:
        ConfigurationError: anything at all is wrong, one line a problem.
    """
    document = read(path)
    known = {"attestable": attestable, "controls": controls}
    context = {name: frozenset(ids) for name, ids in known.items() if ids is not None}
    found, problems = validated(Attestations, document, context)
    if found is None or problems:
        raise refusal(problem.text(path) for problem in problems)
    return found
