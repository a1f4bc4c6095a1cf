"""What was asked of the vCenter, by whom, and whether it changed anything."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

_REMEMBERED = 20_000


@dataclass(slots=True)
class Entry:
    """One request.

    Attributes:
        at: when, UTC.
        user: who was logged in, empty for nobody.
        method: of the API, or of HTTP for files.
        kind: of the object, or `folder`.
        object: its managed object id, or the path of a file.
        wrote: whether it takes a privilege beyond looking, and may change something.
        fault: with which it was refused, or empty.
    """

    at: str
    user: str
    method: str
    kind: str
    object: str
    wrote: bool = False
    fault: str = ""


class RequestLog:
    """The newest requests, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_REMEMBERED)

    def add(self, user: str, method: str, kind: str, moid: str, *, wrote: bool) -> Entry:
        """Write a request down, and return what was written, to be completed."""
        entry = Entry(datetime.now(UTC).isoformat(), user, method, kind, moid, wrote)
        self._entries.append(entry)
        return entry

    def entries(self) -> list[dict[str, Any]]:
        """Everything, as JSON has it."""
        return [asdict(entry) for entry in self._entries]
