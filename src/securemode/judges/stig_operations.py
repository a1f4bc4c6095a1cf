"""How a control compares what was found with what it expects; see `stig.models.Operation`.

Options come back as numbers, texts or booleans, and esxcli knows texts alone: values are compared
as the texts that they stand for, without regard to case.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from securemode.stig.models import Operation

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_NAMED = 4


def plain(value: object) -> str:
    """A single value as the text by which it is compared: "true", "900", "lockdownnormal"."""
    return " ".join(str(value).split()).casefold()


def number(value: object) -> int | None:
    """A value as a number, where it is one; a boolean is none."""
    text = plain(value)
    return int(text) if re.fullmatch(r"[+-]?[0-9]+", text) else None


def items(value: object) -> list[Any]:
    """The single values in a list, a mapping or a text with commas; none where it is empty.

    In a list or mapping a value that is not set is one that is not what it should be.
    """
    if value is None:
        return []
    if isinstance(value, dict):
        return items(list(value.values()))
    if isinstance(value, list | tuple):
        return [item for each in value for item in ([None] if each is None else items(each))]
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [value]


def _eq(found: object, wanted: object) -> bool:
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            name in found and _eq(found[name], value) for name, value in wanted.items()
        )
    return plain(found) == plain(wanted)


def _among(found: object, wanted: object) -> bool:
    """Whether every single value found is a wanted one."""
    return {plain(item) for item in items(found)} <= {plain(item) for item in items(wanted)}


def _compared(compare: Callable[[int, int], bool]) -> Callable[[object, object], bool]:
    def holds(found: object, wanted: object) -> bool:
        this, limit = number(found), number(wanted)
        return this is not None and limit is not None and compare(this, limit)

    return holds


def _contains_any(found: object, wanted: object) -> bool:
    texts = wanted if isinstance(wanted, list | tuple) else [wanted]
    return any(plain(text) in plain(found) for text in texts)


def _empty_or_site(found: object, wanted: object) -> bool:
    return not items(found) or (wanted is not None and _eq(found, wanted))


def _matches(found: object, wanted: str) -> bool:
    return re.search(wanted, str(found), re.MULTILINE | re.IGNORECASE) is not None


def _ne_and_site(found: object, wanted: Any) -> bool:
    return not _eq(found, wanted["ne"]) and _eq(found, wanted["eq"])


OPERATIONS: dict[Operation, Callable[[Any, Any], bool]] = {
    Operation.EQ: _eq,
    Operation.NE: lambda found, wanted: not _eq(found, wanted),
    Operation.LE: _compared(lambda found, wanted: found <= wanted),
    Operation.GE: _compared(lambda found, wanted: found >= wanted),
    Operation.LE_NONZERO: _compared(lambda found, wanted: 0 < found <= wanted),
    Operation.IN: lambda found, wanted: any(_eq(found, one) for one in wanted),
    Operation.SUBSET: _among,
    Operation.CONTAINS_ANY: _contains_any,
    Operation.ALL_FALSE: lambda found, _: all(plain(item) == "false" for item in items(found)),
    Operation.NONE_EQ: lambda found, wanted: not any(_eq(item, wanted) for item in items(found)),
    Operation.NONE_IN: lambda found, wanted: not any(_among(item, wanted) for item in items(found)),
    Operation.NONE_TYPE: lambda found, wanted: not any(_eq(item, wanted) for item in items(found)),
    Operation.NO_MATCH: lambda found, wanted: not _matches(found, wanted),
    Operation.SITE_LIST: lambda found, wanted: bool(items(found)) and _among(found, wanted),
    Operation.EMPTY_OR_SITE: _empty_or_site,
    Operation.NE_AND_SITE: _ne_and_site,
    Operation.ABSENT: lambda found, _: not items(found),
    Operation.ABSENT_OR_EQ: lambda found, wanted: found is None or _eq(found, wanted),
    Operation.ABSENT_OR_SITE: _among,
}
"""Each operation that compares one value; `all` and `any` are made of these."""

ABSENCE_IS_GOOD = frozenset(
    {Operation.ABSENT, Operation.ABSENT_OR_EQ, Operation.ABSENT_OR_SITE, Operation.EMPTY_OR_SITE}
)
"""Operations for which a setting that is not there is as good as the right one."""

_PHRASES: dict[Operation, str] = {
    Operation.NE: "not {}",
    Operation.LE: "at most {}",
    Operation.GE: "at least {}",
    Operation.LE_NONZERO: "at most {}, and not 0",
    Operation.IN: "one of {}",
    Operation.SUBSET: "none but {}",
    Operation.CONTAINS_ANY: "a text with {}",
    Operation.ALL_FALSE: "false throughout",
    Operation.NONE_EQ: "none of them {}",
    Operation.NONE_IN: "none of {}",
    Operation.NONE_TYPE: "none of type {}",
    Operation.NO_MATCH: "no line like {}",
    Operation.SITE_LIST: "some of {}, and nothing else",
    Operation.EMPTY_OR_SITE: "empty, or {}",
    Operation.ABSENT: "none",
    Operation.ABSENT_OR_EQ: "{}, or not set",
    Operation.ABSENT_OR_SITE: "none but {}",
}


_NONE_BUT = frozenset({Operation.EMPTY_OR_SITE, Operation.SUBSET, Operation.ABSENT_OR_SITE})


def phrase(operation: Operation, wanted: Any) -> str:
    """What an operation expects, in words."""
    if operation is Operation.NE_AND_SITE:
        return f"{in_words(wanted['eq'])}, not {in_words(wanted['ne'])}"
    if operation is Operation.CONTAINS_ANY:
        return "a text with " + " or ".join(f'"{text}"' for text in wanted)
    if operation in _NONE_BUT and not items(wanted):
        return "none"
    return _PHRASES.get(operation, "{}").format(in_words(wanted))


def in_words(value: object, most: int = 64) -> str:
    """A value as a phrase: "3", "running false, policy off", "none"."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return ", ".join(f"{name} {in_words(one)}" for name, one in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(in_words(item) for item in value) or "none"
    text = " ".join(str(value).split())
    return (text if len(text) <= most else f"{text[: most - 1]}…") or "an empty text"


def offending(operation: Operation, found: object, wanted: object) -> object:
    """Of many values found the few that matter: those that do not hold by themselves."""
    if not isinstance(found, dict | list) or operation not in _EACH_BY_ITSELF:
        return found
    holds = OPERATIONS[operation]
    if isinstance(found, dict):
        wrong = {name: value for name, value in found.items() if not holds([value], wanted)}
        shown: object = dict(list(wrong.items())[:_MOST_NAMED])
    else:
        bad = [value for value in found if not holds([value], wanted)]
        wrong, shown = dict.fromkeys(map(str, bad)), bad[:_MOST_NAMED]
    if not wrong:
        return found
    more = len(wrong) - _MOST_NAMED
    return f"{in_words(shown)} and {more} more" if more > 0 else shown


_EACH_BY_ITSELF = frozenset(
    {
        Operation.SUBSET,
        Operation.ALL_FALSE,
        Operation.NONE_EQ,
        Operation.NONE_IN,
        Operation.NONE_TYPE,
        Operation.SITE_LIST,
        Operation.ABSENT_OR_SITE,
    }
)
