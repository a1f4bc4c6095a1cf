"""Lists: filters, order and pages, as query parameters of a GET."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from .api_errors import refused
from .resources import CONFIGURATION
from .resources.fields import Field, Kind, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .resources.resource import Resource
    from .store import Store

DEFAULT_LIMIT = 20
HIGHEST_LIMIT = 10_000
Query = list[tuple[str, str]]

_NULL = ("nil", "none", "None")
_WORDS: dict[str, Any] = {"true": True, "True": True, "false": False, "False": False}


def _text(compare: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, wanted: compare(str(value), str(wanted))


def _folded(compare: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, wanted: compare(str(value).casefold(), str(wanted).casefold())


LOOKUPS: dict[str, Callable[[Any, Any], bool]] = {
    "exact": operator.eq,
    "iexact": _folded(operator.eq),
    "contains": _text(operator.contains),
    "icontains": _folded(operator.contains),
    "startswith": _text(str.startswith),
    "istartswith": _folded(str.startswith),
    "endswith": _text(str.endswith),
    "iendswith": _folded(str.endswith),
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "in": lambda value, wanted: value in wanted,
    "range": lambda value, wanted: wanted[0] <= value <= wanted[-1],
    "regex": lambda value, wanted: re.search(wanted, str(value)) is not None,
    "iregex": lambda value, wanted: re.search(wanted, str(value), re.IGNORECASE) is not None,
}
_AS_TEXT = frozenset(name for name in LOOKUPS if name.endswith(("with", "contains", "regex")))


def filtered(rows: Sequence[Row], resource: Resource, query: Query, store: Store) -> list[Row]:
    """The rows that satisfy every filter; parameters that name no field are ignored.

    Raises:
        ApiError: 400; the field allows no filter, or the lookup or its value makes no sense.
    """
    kept = list(rows)
    for name, wanted in query:
        first, *lookup = name.split("__")
        field = resource.columns.get(first)
        if field is not None:
            kept = _apply(kept, field, lookup, wanted, store)
    return kept


def ordered(rows: list[Row], resource: Resource, query: Query) -> list[Row]:
    """The rows by every `order_by`, the first one most significant.

    Raises:
        ApiError: 400; there is no order by that field.
    """
    for name in reversed([value for key, value in query if key == "order_by"]):
        field = resource.columns.get(name.removeprefix("-"))
        if field is None:
            raise refused(f"No matching '{name}' field for ordering on.")
        if field.name not in orderings(resource):
            raise refused(f"The '{name}' field does not allow ordering.")
        column = field.name
        rows.sort(
            key=lambda row: (row[column] is not None, row[column]),
            reverse=name.startswith("-"),
        )
    return rows


def orderings(resource: Resource) -> list[str]:
    """Names of the fields by which a list may be ordered."""
    return [
        field.name
        for field in resource.fields
        if field.filterable and field.kind is not Kind.RELATED and field.secret is None
    ]


def page(rows: list[Row], resource: Resource, query: Query) -> tuple[dict[str, Any], list[Row]]:
    """The list's `meta` object and the rows of the page that was asked for.

    Raises:
        ApiError: 400; limit or offset is no number from 0.
    """
    asked = dict(query)
    limit = _number("limit", asked.get("limit", str(DEFAULT_LIMIT)))
    limit = min(limit, HIGHEST_LIMIT) or HIGHEST_LIMIT
    offset = _number("offset", asked.get("offset", "0"))
    others = [(key, value) for key, value in query if key not in ("limit", "offset")]

    def address(start: int) -> str:
        return f"{resource.root}?{urlencode([*others, ('limit', limit), ('offset', start)])}"

    following = offset + limit
    meta = {
        "limit": limit,
        "next": address(following) if following < len(rows) else None,
        "offset": offset,
        "previous": address(offset - limit) if offset >= limit else None,
        "total_count": len(rows),
    }
    return meta, rows[offset:following]


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise refused(f"Invalid {name} '{text}' provided. Please provide a positive integer.")
    return int(text)


def _apply(
    rows: list[Row], field: Field, lookup: list[str], wanted: str, store: Store
) -> list[Row]:
    if not field.filterable:
        raise refused(f"The '{field.name}' field does not allow filtering.")
    target = CONFIGURATION.get(field.target) if field.kind is Kind.RELATED else None
    if target is not None and lookup and lookup[0] in target.columns:
        related = filtered(store.rows(target.name), target, [("__".join(lookup), wanted)], store)
        keys = {row[target.key] for row in related}
        return [row for row in rows if not keys.isdisjoint(_held(row[field.name]))]
    kind = "__".join(lookup) or "exact"
    if kind != "isnull" and kind not in LOOKUPS:
        raise refused(f"'{kind}' is not an allowed filter on the '{field.name}' field.")
    value = _wanted(field, kind, wanted)
    return [row for row in rows if any(_holds(kind, v, value) for v in _values(field, row))]


def _held(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _values(field: Field, row: Row) -> list[Any]:
    if field.secret is not None:
        return [""]
    if field.many:
        return list(row[field.name])
    return [row[field.name]]


def _holds(kind: str, value: Any, wanted: Any) -> bool:
    if kind == "isnull":
        return (value is None) is wanted
    if wanted is None:
        return value is None
    return value is not None and LOOKUPS[kind](value, wanted)


def _wanted(field: Field, kind: str, text: str) -> Any:
    """The value to compare with, of the field's own type.

    Raises:
        ApiError: 400; the text is no such value.
    """
    if kind in _AS_TEXT:
        return _pattern(text) if kind.endswith("regex") else text
    if kind == "isnull":
        return bool(_WORDS.get(text, text == "1"))
    if kind in ("in", "range"):
        return [_typed(field, part) for part in text.split(",")]
    return None if text in _NULL else _typed(field, text)


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error:
        raise refused(f"Invalid regular expression '{text}'.") from None
    return text


def _typed(field: Field, text: str) -> Any:
    if field.kind is Kind.BOOLEAN:
        return _WORDS.get(text, text == "1")
    if field.kind in (Kind.INTEGER, Kind.RELATED):
        try:
            return int(text)
        except ValueError:
            raise refused(f"Field '{field.name}' expected a number but got '{text}'.") from None
    return text
