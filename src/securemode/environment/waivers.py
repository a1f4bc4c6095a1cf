"""Waivers: deviations that named persons accept, for a reason and until a date.

A file beside the environment, named by its `records.waivers`. It is read before a run touches
anything, so that a slip of the pen does not cost a run. A waiver names the deviation by its
fingerprint, which `securemode waive` writes into a draft; see `docs/adr/0010-waivers.md`.
"""

from __future__ import annotations

import datetime as dt
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, model_validator

from securemode.documents import read, refusal
from securemode.environment.messages import validated
from securemode.environment.person import Person, Stated, filled_in
from securemode.environment.values import Part, Text, problem

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

EXAMPLE = "2027-01-31T23:59:00+01:00"

FINGERPRINT = re.compile(r"WF-[A-Z2-7]{20}")


def _known(requirement: str, info: ValidationInfo) -> str:
    known: frozenset[str] = (info.context or {}).get("requirements", frozenset({requirement}))
    if requirement not in known:
        near = get_close_matches(requirement, known, n=1)
        raise problem(
            f'is "{requirement}", which is no requirement of the catalogue',
            f"take {near[0]}" if near else "pytest --list-requirements prints them",
        )
    return requirement


def _moment(value: object) -> dt.datetime:
    """A date-time with its zone: whose midnight a waiver ends at must not depend on the reader."""
    text = filled_in(value) if isinstance(value, str) else ""
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        raise problem(
            f'is "{value}", which is no date with a time', f"write it as {EXAMPLE}"
        ) from None
    if at.tzinfo is None:
        raise problem(
            f'is "{value}", without a time zone', f"state time and zone: {EXAMPLE}, or Z for UTC"
        )
    return at


def _some(fingerprints: tuple[str, ...]) -> tuple[str, ...]:
    if not fingerprints:
        raise problem("is empty", "securemode waive RUN REQUIREMENT prints the fingerprints")
    return fingerprints


def _like_one(fingerprint: str) -> str:
    if not FINGERPRINT.fullmatch(fingerprint):
        raise problem(
            f'is "{fingerprint}", which is no fingerprint of a deviation',
            "copy it from what securemode waive RUN REQUIREMENT prints",
        )
    return fingerprint


Moment = Annotated[dt.datetime, BeforeValidator(_moment)]
Fingerprint = Annotated[str, AfterValidator(_like_one)]


class Waiver(Part):
    """One decision to live with a deviation."""

    requirement: Annotated[str, AfterValidator(_known)]
    """Id of the requirement."""
    scope: tuple[Text, ...] = ()
    """Names of the nodes or other targets that it is about; all if empty."""
    fingerprints: Annotated[tuple[Fingerprint, ...], AfterValidator(_some)]
    """Fingerprints of the deviations that are accepted."""
    approver: Person
    """Who accepts them."""
    reason: Stated
    """Why."""
    compensating: Stated
    """What is done instead."""
    ticket: Stated
    """Where it was decided."""
    starts: Moment
    """From when it counts, with time zone."""
    ends: Moment
    """Until when it counts, with time zone."""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends <= self.starts:
            raise problem(
                f"is {self.ends.isoformat()}, not after it starts ({self.starts.isoformat()})",
                "state until when the deviation is accepted",
                key="ends",
            )
        return self


class Waivers(Part):
    """A file of waivers."""

    waivers: tuple[Waiver, ...]
    """One entry a decision."""


def load(path: Path, requirements: Collection[str] | None = None) -> Waivers:
    """Read a file of waivers.

    Args:
        path: of the file.
        requirements: ids of the catalogue; any where it is left out.

    Raises:
        ConfigurationError: anything at all is wrong, one line a problem.
    """
    document = read(path)
    context = {} if requirements is None else {"requirements": frozenset(requirements)}
    found, problems = validated(Waivers, document, context)
    if found is None or problems:
        raise refusal(problem.text(path) for problem in problems)
    return found
