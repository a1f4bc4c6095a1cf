"""What the API says of itself: the maps at its roots, and a schema for every resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .api_lists import DEFAULT_LIMIT, orderings
from .resources.fields import Field, Kind
from .resources.resource import Area

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .resources.resource import Resource

ALL_LOOKUPS, LOOKUPS_AND_RELATIONS = 1, 2


def root(resources: Iterable[Resource]) -> dict[str, Any]:
    """The map that a GET on a root answers."""
    return {r.name: listed(r.root) for r in resources}


def listed(address: str) -> dict[str, str]:
    """One entry of a root."""
    return {"list_endpoint": address, "schema": f"{address}schema/"}


def schema(resource: Resource) -> dict[str, Any]:
    """The field-level schema of one resource."""
    filters = {
        name: LOOKUPS_AND_RELATIONS if field.kind is Kind.RELATED else ALL_LOOKUPS
        for name, field in resource.columns.items()
        if field.filterable
    }
    address = Field(name="resource_uri", kind=Kind.STRING, readonly=True)
    fields = [*resource.columns.values(), address]
    answer = {
        "allowed_detail_http_methods": resource.detail_methods.lower().split(),
        "allowed_list_http_methods": resource.list_methods.lower().split(),
        "default_format": "application/json",
        "default_limit": DEFAULT_LIMIT,
        "fields": {f.name: _field(f, status=resource.area is Area.STATUS) for f in fields},
    }
    if filters:
        answer |= {"filtering": filters, "ordering": orderings(resource)}
    return answer


def _field(field: Field, *, status: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "blank": not field.required,
        "help_text": field.help or _limits(field),
        "nullable": field.accepts_null,
        "readonly": field.readonly or status,
        "type": str(field.kind),
        "unique": field.unique or field.name == "id",
    }
    if field.default is not None and field.kind is not Kind.RELATED:
        entry["default"] = field.initial()
    if field.choices:
        entry["valid_choices"] = list(field.choices)
    if field.kind is Kind.RELATED:
        entry["related_type"] = "to_many" if field.many else "to_one"
    return entry


def _limits(field: Field) -> str:
    """The field's limits as a sentence, empty where there are none."""
    if field.low is not None and field.high is not None:
        return f"Range: {field.low} to {field.high}."
    if field.longest is not None:
        return f"Maximum length: {field.longest} characters."
    return ""
