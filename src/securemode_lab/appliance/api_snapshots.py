"""The parameters of the command `platform/snapshot`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .api_errors import invalid
from .snapshots import Span

if TYPE_CHECKING:
    from collections.abc import Mapping


def span(body: Mapping[str, Any]) -> Span:
    """The hours that `limit` and `end_limit` name; all of them without either.

    Raises:
        ApiError: 400; they are no numbers of hours, or nothing lies between them.
    """
    since, until = _hours(body, "limit"), _hours(body, "end_limit") or 0
    if since is not None and since <= until:
        raise _wrong("limit", "Ensure this value is greater than the end limit.")
    return Span(since, until)


def _hours(body: Mapping[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is None or value == "":
        return None
    text = "" if isinstance(value, bool) else str(value)
    if not (text.isascii() and text.isdigit()):
        raise _wrong(name, "Enter a whole number.")
    return int(text)


def _wrong(name: str, text: str) -> Exception:
    return invalid("snapshot", {name: [text]})
