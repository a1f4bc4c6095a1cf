"""A value that must never be printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterator


@final
class Secret:
    """A resolved secret: shows itself only to `reveal()`, compares by value, prints as stars."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('****')"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)


def secrets_in(value: object) -> Iterator[Secret]:
    """Every secret of a model, a tuple or a dictionary, however deep."""
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, BaseModel):
        for _, part in value:
            yield from secrets_in(part)
    elif isinstance(value, tuple | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from secrets_in(part)
