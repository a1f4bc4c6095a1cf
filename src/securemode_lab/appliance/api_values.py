"""From JSON to stored values, with validation field by field."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from .api_errors import invalid, refused
from .resources import CONFIGURATION
from .resources.fields import Field, Form, Key, Kind, Row
from .store import NoSuchRow

if TYPE_CHECKING:
    from .api_documents import Documents
    from .resources.resource import Errors, Resource
    from .store import Store

SMALLEST_INTEGER, LARGEST_INTEGER = -(2**31), 2**31 - 1
_WORDS = {"true": True, "false": False}


class NotAccepted(ValueError):
    """A value that the field does not take; the text is what the client reads."""


class Values:
    """What clients write to the rows of one resource."""

    def __init__(self, resource: Resource, store: Store, documents: Documents) -> None:
        self._resource = resource
        self._store = store
        self._documents = documents

    def for_new_row(self, data: Row) -> Row:
        """Every value of a row to be created: what was given, else the defaults.

        Raises:
            ApiError: 400; something is missing or not accepted.
        """
        given, errors = self._accepted(data, None)
        for field in self._resource.fields:
            if field.required and not field.readonly and field.name not in data:
                errors[field.name] = ["This field is required."]
        return self._checked(self._resource.defaults() | given, errors, None)

    def for_row(self, data: Row, key: Key) -> Row:
        """The row as it would be after the changes.

        Raises:
            ApiError: 400; something is not accepted.
        """
        row = self._store.get(self._resource.name, key)
        given, errors = self._accepted(data, row)
        return self._checked(row | given, errors, key)

    def _accepted(self, data: Row, row: Row | None) -> tuple[Row, Errors]:
        values: Row = {}
        errors: Errors = {}
        for field in self._resource.fields:
            if field.readonly or field.name not in data:
                continue
            if row is not None and self._documents.is_shown_secret(
                self._resource, field, row, data
            ):
                continue
            try:
                values[field.name] = self._value(field, data[field.name])
            except NotAccepted as error:
                errors[field.name] = [str(error)]
        return values, errors

    def _checked(self, row: Row, errors: Errors, key: Key | None) -> Row:
        if not errors:
            errors = self._duplicates(row, key)
        if not errors and self._resource.check:
            errors = self._resource.check(row, self._store)
        if errors:
            raise invalid(self._resource.name, errors)
        return row

    def _duplicates(self, row: Row, key: Key | None) -> Errors:
        others = [
            other
            for other in self._store.rows(self._resource.name)
            if other[self._resource.key] != key
        ]
        return {
            field.name: [f"{self._resource.title} with this {field.label} already exists."]
            for field in self._resource.fields
            if field.unique and row[field.name] in [other[field.name] for other in others]
            if row[field.name] is not None
        }

    def _value(self, field: Field, value: Any) -> Any:
        if value is None:
            if field.accepts_null:
                return None
            raise NotAccepted("This field cannot be null.")
        if field.kind is Kind.RELATED:
            return self._related(field, value)
        return _PLAIN[field.kind](field, value)

    def _related(self, field: Field, value: Any) -> Any:
        if not field.many:
            return self._key(field, value)
        if not isinstance(value, list):
            raise NotAccepted("Enter a list.")
        return list(dict.fromkeys(self._key(field, item) for item in value))

    def _key(self, field: Field, value: Any) -> Key:
        """The key behind an address, or behind an object that was read and is written back."""
        if isinstance(value, dict):
            value = value.get("resource_uri", value)
        if not isinstance(value, str):
            raise refused(f"The '{field.name}' field was given data that was not a URI: {value}.")
        target = CONFIGURATION.get(field.target)
        key = target.key_of(value) if target else None
        if target is None or key is None or not self._exists(target, key):
            raise refused(
                f"Could not find the provided {field.target} object via resource URI '{value}'."
            )
        return key

    def _exists(self, resource: Resource, key: Key) -> bool:
        try:
            self._store.get(resource.name, key)
        except NoSuchRow:
            return False
        return True


def _boolean(field: Field, value: Any) -> bool:  # noqa: ARG001 (one signature for all kinds)
    if isinstance(value, str) and value.lower() in _WORDS:
        return _WORDS[value.lower()]
    if not isinstance(value, bool):
        raise NotAccepted(f"'{value}' value must be either True or False.")
    return value


def _integer(field: Field, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise NotAccepted(f"'{value}' value must be an integer.")
    try:
        number = int(value)
    except ValueError:
        raise NotAccepted(f"'{value}' value must be an integer.") from None
    low = SMALLEST_INTEGER if field.low is None else field.low
    high = LARGEST_INTEGER if field.high is None else field.high
    if number < low:
        raise NotAccepted(f"Ensure this value is greater than or equal to {low}.")
    if number > high:
        raise NotAccepted(f"Ensure this value is less than or equal to {high}.")
    return number


def _text(field: Field, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise NotAccepted("Not a valid string.")
    text = str(value)
    if not text:
        if field.required:
            raise NotAccepted("This field cannot be blank.")
        return _chosen(field, text) if field.choices else text
    if "\x00" in text:
        raise NotAccepted("Null characters are not allowed.")
    _measure(field, text)
    if field.contains and not any(part in text for part in field.contains):
        raise NotAccepted(f"This field must contain {' or '.join(field.contains)}.")
    if field.form is not None and not _reads_as(field.form, text):
        raise NotAccepted(f"Enter a valid {field.form}.")
    return _chosen(field, text) if field.choices else text


def _measure(field: Field, text: str) -> None:
    if field.longest is not None and len(text) > field.longest:
        raise NotAccepted(
            f"Ensure this value has at most {field.longest} characters (it has {len(text)})."
        )
    if field.shortest is not None and len(text) < field.shortest:
        raise NotAccepted(
            f"Ensure this value has at least {field.shortest} characters (it has {len(text)})."
        )


def _chosen(field: Field, text: str) -> str:
    if text not in field.choices:
        raise NotAccepted(f"Value '{text}' is not a valid choice.")
    return text


def _reads_as(form: Form, text: str) -> bool:
    try:
        if form is Form.NETMASK:
            ipaddress.IPv4Network(f"0.0.0.0/{text}")
            return "." in text
        version = ipaddress.ip_address(text).version
    except ValueError:
        return False
    return form is Form.IP or version == (4 if form is Form.IPV4 else 6)


def _list(field: Field, value: Any) -> list[Any]:  # noqa: ARG001 (one signature for all kinds)
    if not isinstance(value, list):
        raise NotAccepted("Enter a list.")
    return value


def _dict(field: Field, value: Any) -> dict[str, Any]:  # noqa: ARG001 (one signature for all kinds)
    if not isinstance(value, dict):
        raise NotAccepted("Enter an object.")
    return value


_PLAIN = {
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _integer,
    Kind.STRING: _text,
    Kind.DATETIME: _text,
    Kind.LIST: _list,
    Kind.DICT: _dict,
}
