"""What a person's statement is worth: it stands while it is valid, signed for and unchanged."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from securemode.verdicts import Judgement, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode.observations.attestations import AttestationsSeen, Statement

EXPECTED = "a valid attestation"


def is_attested(
    seen: AttestationsSeen, *, requirement: str, within_days: int, two_persons: bool
) -> Judgement:
    """Whether a statement covers the requirement; the one that stands longest counts.

    Args:
        seen: the attestations.
        requirement: id.
        within_days: how long ago it may have been verified at most.
        two_persons: whether a second person has to have seen the same.
    """
    stated = [one for one in seen.statements if one.requirement == requirement]
    if not stated:
        return _open(f"no statement on {requirement} in {seen.file}", "attest it")
    stands, saw = weighed(
        stated, today=seen.today, within_days=within_days, two_persons=two_persons
    )
    if not stands:
        return _open(saw, "have it attested again")
    return Judgement(Verdict.ATTESTED, what="is attested", expected=EXPECTED, saw=saw)


def weighed(
    stated: Sequence[Statement], *, today: str, within_days: int, two_persons: bool
) -> tuple[bool, str]:
    """Whether one of some statements stands, and which does, or what the latest lacks.

    Args:
        stated: one or more.
        today: the day, ISO 8601.
        within_days: how long ago it may have been verified at most.
        two_persons: whether a second person has to have seen the same.
    """
    lacking = {
        one: lacks(one, today=today, within_days=within_days, two_persons=two_persons)
        for one in stated
    }
    if standing := [one for one, lack in lacking.items() if not lack]:
        return True, _in_words(max(standing, key=lambda one: one.valid_until))
    latest = max(stated, key=lambda one: one.verified)
    by = f" ({latest.by})" if latest.by else ""
    return False, f'"{latest.says}"{by}, {lacking[latest]}'


def _in_words(one: Statement) -> str:
    second = f", confirmed by {one.confirmed_by}" if one.confirmed_by else ""
    return f'"{one.says}", stated by {one.by}{second} on {one.verified}, until {one.valid_until}'


def _open(saw: str, remedy: str) -> Judgement:
    next_step = f"{remedy} in the environment's attestation file, with a date and an end."
    return Judgement(Verdict.NOT_REVIEWED, "is not attested", EXPECTED, saw, next_step)


def lacks(one: Statement, *, today: str, within_days: int, two_persons: bool) -> str:
    """What keeps a statement from standing, as a phrase; empty where it stands.

    Args:
        one: the statement.
        today: the day, ISO 8601.
        within_days: how long ago it may have been verified at most.
        two_persons: whether a second person has to have seen the same.
    """
    age = (dt.date.fromisoformat(today) - dt.date.fromisoformat(one.verified)).days
    possible = (
        (not one.by, "which nobody has signed"),
        (age < 0, f"verified on {one.verified}, a day that has not come"),
        (one.valid_until < today, f"which ended on {one.valid_until}"),
        (age > within_days, f"verified {age} days ago; the gate allows {within_days}"),
        (two_persons and not one.confirmed_by, "without the second person that the gate asks for"),
        *((file.found is None, f"whose evidence {file.name} is missing") for file in one.attached),
        *(
            (file.found != file.stated, f"whose evidence {file.name} was changed afterwards")
            for file in one.attached
        ),
    )
    return next((lack for is_so, lack in possible if is_so), "")
