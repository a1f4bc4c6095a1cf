"""What the product has against what guide and site want, object by object; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from securemode.infinity.client import key_of
from securemode.infinity.masking import FACTORY_COMMUNITY
from securemode.setups.setup import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from securemode.infinity.client import ManagementWriter, Row

SECRET = "****"
HIDDEN = "not shown by the product"
OTHER = "another, by its use"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The value that a field should have.

    Attributes:
        field: field of the API.
        value: what to write.
        setting: the guide's name for it.
        requirement: id of the catalogue.
        accepted: values beside `value` that are as good.
        secret: whether neither value may be shown.
        readable: whether reading the field back tells its value; if not, it is written where the
            product shows it blank, and where another field of its `group` is written.
        group: name of fields that are written together.
        in_use: whether its use has shown what reading does not tell; None where nobody could try.
        last: whether it is written after everything else, because it closes a door.
    """

    field: str
    value: Any
    setting: str
    requirement: str
    accepted: tuple[Any, ...] = ()
    secret: bool = False
    readable: bool = True
    group: str = ""
    in_use: bool | None = None
    last: bool = False

    def is_met_by(self, row: Row) -> bool:
        """Whether the object has it, as far as reading and its use tell."""
        now = row.get(self.field)
        if self.in_use is not None:
            return self.in_use
        if not self.readable:
            return now not in (None, "")
        return any(type(now) is type(good) and now == good for good in (self.value, *self.accepted))


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one object that is to be written."""

    resource: str
    key: str
    where: str
    now: Any
    wanted: Wanted

    @property
    def shown_now(self) -> str:
        """What it is, fit to be shown."""
        if not self.wanted.readable:
            return OTHER if self.wanted.in_use is False else HIDDEN
        hidden = self.wanted.secret and self.now != FACTORY_COMMUNITY
        return SECRET if hidden else _shown(self.now)

    @property
    def shown_wanted(self) -> str:
        """What it is to be, fit to be shown."""
        return SECRET if self.wanted.secret else _shown(self.wanted.value)


def differences(
    resource: str, where: str, row: Row, wanted: Sequence[Wanted]
) -> tuple[Difference, ...]:
    """Every field of the object that is not as wanted.

    A field that this version does not have is left alone: it cannot be written.
    """
    unmet = [want for want in wanted if _is_known(want, row) and not want.is_met_by(row)]
    groups = {want.group for want in unmet if want.group}
    chosen = [want for want in wanted if want in unmet or _goes_along(want, groups)]
    return tuple(
        Difference(resource, key_of(row), where, row.get(want.field), want) for want in chosen
    )


def _is_known(want: Wanted, row: Row) -> bool:
    return want.field in row or not want.readable


def _goes_along(want: Wanted, groups: set[str]) -> bool:
    """Something that cannot be read is written again with what belongs to it."""
    return not want.readable and want.group in groups


@dataclass(frozen=True, slots=True)
class Patch:
    """One request that writes fields of one object."""

    resource: str
    key: str
    where: str
    found: tuple[Difference, ...]

    @property
    def what(self) -> str:
        """What is written, for the transcript."""
        return f"{self.where} ({', '.join(self.values)})"

    @property
    def values(self) -> dict[str, Any]:
        """Fields and what is written to them."""
        return {entry.wanted.field: entry.wanted.value for entry in self.found}

    def changes(self) -> list[Change]:
        """One change a field."""
        return [
            Change(
                entry.where,
                entry.wanted.setting,
                entry.shown_now,
                entry.shown_wanted,
                entry.wanted.requirement,
            )
            for entry in self.found
        ]

    def left(self) -> list[str]:
        """Fields that are seen to differ; what cannot be read does not count."""
        readable = (entry for entry in self.found if entry.wanted.readable)
        return [f"{e.where}: {e.wanted.setting} is {e.shown_now}" for e in readable]

    def write(self, api: ManagementWriter) -> None:
        """Send it."""
        api.patch(self.resource, self.key, self.values)


def patches(found: Iterable[Difference], *, last: bool = False) -> tuple[Patch, ...]:
    """One request an object, of what closes doors (`last`) or of everything else."""
    objects: dict[tuple[str, str, str], list[Difference]] = {}
    for entry in found:
        if entry.wanted.last is last:
            objects.setdefault((entry.resource, entry.key, entry.where), []).append(entry)
    return tuple(Patch(*identity, tuple(entries)) for identity, entries in objects.items())


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) if value not in (None, "") else "nothing"
