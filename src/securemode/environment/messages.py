"""From pydantic's errors to sentences: what is wrong, in which line, and what to do about it."""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from securemode.documents import Document, Problem, Where, name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic_core import ErrorDetails

MAY_BE_SECRET = "credentials"
"""No value below this key is repeated in a message: it may be a secret in the wrong place."""

LONGEST_SHOWN = 60

Said = tuple[str, str]
"""What is wrong, and what to do about it."""

Model = TypeVar("Model", bound=BaseModel)


def validated(
    model: type[Model], document: Document, context: dict[str, Any] | None = None
) -> tuple[Model | None, tuple[Problem, ...]]:
    """The document as an instance of the model, or everything that is wrong with it."""
    text = json.dumps(document.data)  # pydantic is strict about types, and knows those of JSON
    try:
        return model.model_validate_json(text, context=context), document.problems
    except ValidationError as error:
        unread = {problem.field for problem in document.problems}
        found = {
            problem
            for details in error.errors()
            for problem in [_problem(details, document, _schema(model))]
            if not (details["input"] is None and problem.field in unread)
        }
        return None, tuple(sorted({*found, *document.problems}))


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(by_alias=True)


def _problem(details: ErrorDetails, document: Document, schema: dict[str, Any]) -> Problem:
    where = _where(details["loc"], document.data)
    what, remedy = _SENTENCES.get(details["type"], _other)(details, where, schema)
    if key := details.get("ctx", {}).get("key"):
        where = (*where, key)
    return Problem(document.line(where), name(where), what, remedy)


def _where(location: Where, data: Any) -> Where:
    """The keys and indexes of a location: pydantic puts names of union members between them."""
    found: list[str | int] = []
    for step in location:
        key = step.removeprefix("stated_") if isinstance(step, str) else step
        if isinstance(data, list) and isinstance(key, int):
            data = data[key]
        elif isinstance(data, dict) and key != "[key]":
            data = data.get(str(key))
        else:
            continue
        found.append(key)
    return tuple(found)


def _value(details: ErrorDetails, where: Where) -> str:
    """The value as a phrase."""
    match details["input"]:
        case None:
            return "empty"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case str() if MAY_BE_SECRET in where:
            return "a text"
        case str(text) if len(text) > LONGEST_SHOWN:
            return f'"{text[:LONGEST_SHOWN]}..."'
        case value:
            return json.dumps(value, ensure_ascii=False)


def _is_not(wanted: str, remedy: str) -> Callable[[ErrorDetails, Where, dict[str, Any]], Said]:
    """A sentence for a value of the wrong type."""

    def say(details: ErrorDetails, where: Where, schema: dict[str, Any]) -> Said:
        del schema
        return f"is {_value(details, where)}, expected {wanted}", remedy

    return say


def _missing(details: ErrorDetails, where: Where, schema: dict[str, Any]) -> Said:
    del details
    about = [str(node["description"]) for node in _at(schema, where) if "description" in node]
    meaning = f" ({about[0].rstrip('.')})" if about else ""
    return "is missing", f"state it{meaning}"


def _unknown_key(details: ErrorDetails, where: Where, schema: dict[str, Any]) -> Said:
    del details
    known = [key for node in _at(schema, where[:-1]) for key in node.get("properties", {})]
    return "is not a known key", _nearest(str(where[-1]), known)


def _not_among(details: ErrorDetails, where: Where, schema: dict[str, Any]) -> Said:
    allowed = [str(value) for node in _at(schema, where) for value in _values(node)]
    return f"is {_value(details, where)}, which is not known here", _nearest(
        str(details["input"]), allowed
    )


def _values(node: dict[str, Any]) -> list[Any]:
    return [node["const"]] if "const" in node else list(node.get("enum", ()))


def _nearest(word: str, known: list[str]) -> str:
    """What was probably meant, or all that there is."""
    if near := get_close_matches(word, known, n=1):
        return f'write "{near[0]}" if that is meant, or remove it'
    return f"remove it, or write one of: {', '.join(known)}" if known else "remove it"


def _too_long(details: ErrorDetails, where: Where, schema: dict[str, Any]) -> Said:
    del where, schema
    most, length = details["ctx"]["max_length"], len(details["input"])
    return f"has {length} characters, at most {most} are allowed", "shorten it"


def _bad_name(details: ErrorDetails, where: Where, schema: dict[str, Any]) -> Said:
    del schema
    return (
        f"is {_value(details, where)}, which cannot be a name",
        "begin with a letter or digit; then letters, digits, dots, hyphens and underscores",
    )


def _no_boolean(details: ErrorDetails, where: Where, schema: dict[str, Any]) -> Said:
    del schema
    return (
        f"is {_value(details, where)}, expected true or false",
        "write true or false, without quotes; YAML 1.2 takes yes, no, on and off for texts",
    )


def _no_text(details: ErrorDetails, where: Where, schema: dict[str, Any]) -> Said:
    del schema
    return f"is {_value(details, where)}, expected a text", "put the value between quotes"


def _empty(details: ErrorDetails, where: Where, schema: dict[str, Any]) -> Said:
    del details, where, schema
    return "is empty", "state a text"


def _ours(details: ErrorDetails, where: Where, schema: dict[str, Any]) -> Said:
    del where, schema
    return details["msg"], str(details["ctx"]["remedy"])


def _other(details: ErrorDetails, where: Where, schema: dict[str, Any]) -> Said:
    del where, schema
    said = details["msg"]
    return f"is wrong: {said[:1].lower()}{said[1:]}", "correct the value"


def _at(schema: dict[str, Any], where: Where) -> list[dict[str, Any]]:
    """Every part of a JSON schema that describes the value at `where`, the outermost first."""
    nodes = list(_alternatives(schema, schema))
    for step in where:
        below = [_below(node, step) for node in nodes]
        nodes = [found for node in below if node for found in _alternatives(node, schema)]
    return nodes


def _below(node: dict[str, Any], step: str | int) -> dict[str, Any] | None:
    if isinstance(step, int):
        return node.get("items")
    found: dict[str, Any] | None = node.get("properties", {}).get(step)
    more = node.get("additionalProperties")
    return found or (more if isinstance(more, dict) else None)


def _alternatives(node: dict[str, Any], schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    if "$ref" in node:
        yield from _alternatives(schema["$defs"][node["$ref"].rpartition("/")[2]], schema)
    for one in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from _alternatives(one, schema)


_A_MAPPING = _is_not("a mapping", "write its keys below it, indented, or remove the line")
_A_LIST = _is_not("a list", "write it as a list: [one, another]")
_WHOLE = _is_not("a whole number", "write it without quotes and fraction")

_SENTENCES: dict[str, Callable[[ErrorDetails, Where, dict[str, Any]], Said]] = {
    "environment": _ours,
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "bool_type": _no_boolean,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _is_not("a number", "write it without quotes"),
    "finite_number": _is_not("a number", "write a finite one"),
    "string_type": _no_text,
    "path_type": _no_text,
    "string_too_short": _empty,
    "string_too_long": _too_long,
    "string_pattern_mismatch": _bad_name,
    "model_type": _A_MAPPING,
    "dict_type": _A_MAPPING,
    "tuple_type": _A_LIST,
    "frozen_set_type": _A_LIST,
    "literal_error": _not_among,
    "enum": _not_among,
}
