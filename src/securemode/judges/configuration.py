"""What every judge of the configuration begins with: the right object, and the field in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from securemode.verdicts import Judgement, Verdict, unclear

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.observations.configuration import ConfigurationRows
    from securemode.targets import Location, Node

Row = dict[str, Any]


def the_only_row(seen: ConfigurationRows) -> Row | Judgement:
    """The object of a resource that exists once."""
    if len(seen.rows) == 1:
        return seen.rows[0]
    return unclear(
        f"does not have its {seen.resource} settings once",
        expected=f"one object of {seen.resource}",
        saw=_number_of(seen),
        next_step="compare with the API's own page: the suite knows no product that answers so.",
    )


def row_of_node(seen: ConfigurationRows, node: Node) -> Row | Judgement:
    """The object that configures a node: by name, else by FQDN, else by address."""
    ways: tuple[Callable[[Row], bool], ...] = (
        lambda row: row.get("name") == node.name,
        lambda row: bool(node.fqdn) and node.fqdn in _names(row),
        lambda row: bool({row.get("address"), row.get("ipv6_address")} & set(node.addresses)),
    )
    return _found(seen, ways, f'node "{node.name}"')


def row_of_location(seen: ConfigurationRows, location: Location) -> Row | Judgement:
    """The object that configures a system location."""
    return _found(seen, (lambda row: row.get("name") == location.name,), f'"{location.name}"')


def _found(
    seen: ConfigurationRows, ways: tuple[Callable[[Row], bool], ...], what: str
) -> Row | Judgement:
    for way in ways:
        rows = [row for row in seen.rows if way(row)]
        if len(rows) == 1:
            return rows[0]
        if rows:
            break
    return unclear(
        f"is not found among the objects of {seen.resource}",
        expected=f"one object of {seen.resource} for {what}",
        saw=", ".join(str(row.get("name", "?")) for row in seen.rows) or _number_of(seen),
        next_step="name the node in the environment as the Administrator interface does.",
    )


def _names(row: Row) -> set[str]:
    return {f"{row.get('hostname')}.{row.get('domain')}", str(row.get("alternative_fqdn"))}


def _number_of(seen: ConfigurationRows) -> str:
    if not seen.served:
        return f"no resource {seen.resource} in this version"
    return f"{len(seen.rows)} objects"


def not_shown(seen: ConfigurationRows, field: str, label: str, *, expected: str) -> Judgement:
    """The product does not show a field that decides."""
    return unclear(
        f'does not show "{label}"',
        expected=expected,
        saw=f"no field {field} in {seen.resource}",
        next_step="look at it in the Administrator interface; this version may have moved it.",
    )


def without_setting(label: str, *, expected: str, field: str) -> Judgement:
    """This version of the product no longer has a setting, so that there is nothing to verify."""
    return Judgement(
        Verdict.NOT_APPLICABLE,
        f'has no "{label}" in this version',
        expected,
        f"no field {field}",
    )


def in_words(value: object) -> str:
    """A value of the API as a person would say it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return "nothing"
    return str(value) or "nothing"
