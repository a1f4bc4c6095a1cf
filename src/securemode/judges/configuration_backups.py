"""Backups that the Management Node holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from securemode.verdicts import Judgement, deviates, statement, unclear

if TYPE_CHECKING:
    from securemode.observations.configuration import ConfigurationRows

_CLOCKS_MAY_DIFFER = timedelta(days=1)


def a_backup_is_recent(seen: ConfigurationRows, *, age_days: int) -> Judgement:
    """The Management Node holds a backup young enough to restore from.

    Args:
        seen: `system_backup`.
        age_days: how old the newest may be, in days.
    """
    expected = f"a backup of the last {age_days} days, held by the Management Node"
    if not seen.rows:
        return deviates("holds no backup", expected=expected, saw="no backup")
    dates = [_moment(str(row.get("date"))) for row in seen.rows]
    known = [date for date in dates if date is not None]
    read_at = _moment(seen.read_at)
    age = read_at - max(known) if read_at and known else None
    if age is None or age < -_CLOCKS_MAY_DIFFER:
        return unclear(
            "does not tell how old its backups are",
            expected=expected,
            saw=", ".join(str(row.get("date")) for row in seen.rows[:3]),
            next_step="compare the clocks of the Management Node and of this machine.",
        )
    days = max(age, timedelta()) / timedelta(days=1)
    return statement(
        good=days <= age_days,
        what="holds a recent backup",
        otherwise="holds no recent backup",
        expected=expected,
        saw=f"the newest of {len(seen.rows)} is {days:.1f} days old",
    )


def _moment(text: str) -> datetime | None:
    """A date of the API, which is UTC without saying so."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
