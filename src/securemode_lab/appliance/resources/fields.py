"""One field of an API resource, and short constructors that make the tables read like tables."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias, TypedDict, Unpack

Row: TypeAlias = dict[str, Any]
Key: TypeAlias = int | str


class Kind(StrEnum):
    """Type of a field, in the words of the API's own `/schema/`."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    LIST = "list"
    DICT = "dict"
    RELATED = "related"


class Secret(StrEnum):
    """What a GET shows of a secret that is set."""

    TOKEN = "token"
    BLANK = "blank"
    OMITTED = "omitted"
    DIGEST = "digest"


class Form(StrEnum):
    """What a text must read as; an empty text is free of it."""

    IPV4 = "IPv4 address"
    IPV6 = "IPv6 address"
    IP = "IP address"
    NETMASK = "network mask"


class Options(TypedDict, total=False):
    """What any field may have; see `Field`."""

    required: bool
    nullable: bool
    unique: bool
    filterable: bool
    readonly: bool
    secret: Secret
    contains: tuple[str, ...]
    form: Form
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What the API accepts and shows for one field.

    Attributes:
        name: as in the JSON documents.
        kind: type of the value.
        default: taken where a creation leaves the field out; None is shown as "no default".
        required: a creation must give it.
        nullable: null is a value; always so where the default is None and nothing is required.
        choices: allowed values, case sensitive; empty for any.
        low, high: bounds of an integer, both included.
        shortest, longest: bounds of a text's length; the lower one does not concern an empty text.
        contains: the text must hold at least one of these; empty for any.
        form: what the text must read as.
        unique: no two rows may share the value.
        filterable: a list may be filtered and ordered by it.
        readonly: the product fills it in; what a client writes is ignored.
        secret: how it reads back, None for what is no secret.
        target: resource that a related field points to.
        many: a list of rows instead of one.
        embedded: shown as whole objects instead of addresses.
        help: one line for `/schema/`.
    """

    name: str
    kind: Kind
    default: Any = None
    required: bool = False
    nullable: bool = False
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    shortest: int | None = None
    longest: int | None = None
    contains: tuple[str, ...] = ()
    form: Form | None = None
    unique: bool = False
    filterable: bool = False
    readonly: bool = False
    secret: Secret | None = None
    target: str = ""
    many: bool = False
    embedded: bool = False
    help: str = ""

    @property
    def accepts_null(self) -> bool:
        """Whether null may be written."""
        return self.nullable or (self.default is None and not self.required and not self.many)

    @property
    def label(self) -> str:
        """The field's name for people, as it stands in messages."""
        return self.name.replace("_", " ").capitalize()

    def initial(self) -> Any:
        """A value of its own for a new row (lists are not shared between rows)."""
        return list(self.default) if isinstance(self.default, list | tuple) else self.default


def text(
    name: str,
    default: str | None = "",
    *,
    longest: int | None = None,
    shortest: int | None = None,
    **options: Unpack[Options],
) -> Field:
    """A text; `default=None` where the product has no default."""
    kind = Kind.STRING
    return Field(
        name=name, kind=kind, default=default, longest=longest, shortest=shortest, **options
    )


def choice(name: str, default: str, *others: str, **options: Unpack[Options]) -> Field:
    """A text out of a closed list; the first is the default."""
    return Field(
        name=name, kind=Kind.STRING, default=default, choices=(default, *others), **options
    )


def integer(
    name: str,
    default: int | None = None,
    low: int | None = None,
    high: int | None = None,
    **options: Unpack[Options],
) -> Field:
    """A whole number, bounds included."""
    return Field(name=name, kind=Kind.INTEGER, default=default, low=low, high=high, **options)


def boolean(name: str, *, default: bool | None = False, **options: Unpack[Options]) -> Field:
    """A switch."""
    return Field(name=name, kind=Kind.BOOLEAN, default=default, **options)


def moment(name: str, default: str | None = None, **options: Unpack[Options]) -> Field:
    """A date and time: ISO 8601 without zone, UTC."""
    return Field(name=name, kind=Kind.DATETIME, default=default, **options)


def listing(name: str, **options: Unpack[Options]) -> Field:
    """A list of plain values or of small objects."""
    return Field(name=name, kind=Kind.LIST, default=(), **options)


def mapping(name: str, **options: Unpack[Options]) -> Field:
    """An object of free shape."""
    return Field(name=name, kind=Kind.DICT, **options)


def to_one(name: str, target: str, *, embedded: bool = False, **options: Unpack[Options]) -> Field:
    """One row of another resource; the database keeps its key."""
    return Field(name=name, kind=Kind.RELATED, target=target, embedded=embedded, **options)


def to_many(name: str, target: str, *, embedded: bool = False, **options: Unpack[Options]) -> Field:
    """Rows of another resource, replaced as a whole; the database keeps the list of keys."""
    return Field(
        name=name,
        kind=Kind.RELATED,
        target=target,
        many=True,
        embedded=embedded,
        default=(),
        **options,
    )
