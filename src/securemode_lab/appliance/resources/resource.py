"""One resource of the management API: a name, its fields, and what may be done to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeAlias

from .fields import Field, Key, Kind, Row

if TYPE_CHECKING:
    from collections.abc import Callable

Errors: TypeAlias = dict[str, list[str]]

ALL_FIELDS = "__all__"
EVERYTHING = "GET POST PUT DELETE PATCH"


class Database(Protocol):
    """The part of the store that a rule may look at."""

    def rows(self, resource: str) -> list[Row]:
        """Every row of the resource, by key."""


class Area(StrEnum):
    """The parts of the API: `/api/admin/<area>/v1/`."""

    CONFIGURATION = "configuration"
    STATUS = "status"


@dataclass(frozen=True)
class View:
    """A resource that shows another one's rows under other names (an older API kept alive)."""

    of: str
    only: tuple[str, str]
    renamed: tuple[tuple[str, str], ...]

    def shows(self, row: Row) -> bool:
        """Whether the row belongs to the view."""
        column, value = self.only
        return bool(row[column] == value)

    def outward(self, row: Row) -> Row:
        """The row as the view shows it."""
        return row | {shown: row[stored] for shown, stored in self.renamed}

    def inward(self, values: Row) -> Row:
        """Values written through the view, as the row underneath takes them."""
        names = dict(self.renamed)
        column, value = self.only
        return {names.get(name, name): given for name, given in values.items()} | {column: value}


@dataclass(frozen=True)
class Resource:
    """A declarative entry of the API's table.

    Attributes:
        name: path element, and the key under which validation errors are nested.
        title: what one row is called in messages.
        fields: in the order in which answers show them; `resource_uri` follows by itself.
        key: column that identifies a row in its address.
        shows_key: whether answers hold an integer key (the facts name two resources that hide it).
        singleton: exactly one row, number 1.
        list_methods, detail_methods: what may be done to the list and to one row.
        complete: fills in what the product computes from the rest of the row.
        check: rules beyond one field: errors by field, given the whole row as it would be stored.
        view: set where the rows are another resource's.
        area: where in the API it lives.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    key: str = "id"
    shows_key: bool = True
    singleton: bool = False
    list_methods: str = EVERYTHING
    detail_methods: str = EVERYTHING
    complete: Callable[[Row], Row] | None = None
    check: Callable[[Row, Database], Errors] | None = None
    view: View | None = None
    area: Area = Area.CONFIGURATION

    @cached_property
    def columns(self) -> dict[str, Field]:
        """Every field by name, the integer key (where answers show one) first."""
        columns = {field.name: field for field in self.fields}
        if self.is_numbered and self.shows_key:
            number = Field(name="id", kind=Kind.INTEGER, readonly=True)
            columns = {"id": number, **columns}
        return columns

    @cached_property
    def is_numbered(self) -> bool:
        """Whether rows are known by a number, and not by a field of their own."""
        return self.key == "id" and all(field.name != "id" for field in self.fields)

    @property
    def root(self) -> str:
        """Address of the list."""
        return f"/api/admin/{self.area}/v1/{self.name}/"

    def uri(self, key: Key) -> str:
        """Address of one row."""
        return f"{self.root}{key}/"

    def key_of(self, uri: str) -> Key | None:
        """The key in an address of this resource; None where it is no such address."""
        if not (uri.startswith(self.root) and uri.endswith("/")):
            return None
        element = uri[len(self.root) : -1]
        if not element or "/" in element:
            return None
        return self.key_from(element)

    def key_from(self, element: str) -> Key | None:
        """The key that a path element stands for; None where it can be none."""
        if not self.is_numbered:
            return element
        return int(element) if element.isascii() and element.isdigit() else None

    def defaults(self) -> Row:
        """A row with nothing but defaults."""
        return {field.name: field.initial() for field in self.fields}
