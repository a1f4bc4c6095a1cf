"""What was asked of the Management Node: one entry a request, never a body or a query."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass

from aiohttp import web

KEPT = 20_000
USER = web.RequestKey("user", str)
WROTE = web.RequestKey("wrote", bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One answered request.

    Attributes:
        at: when it was answered, ISO 8601, UTC.
        address: of the client.
        user: as authenticated, empty for nobody.
        method, path: without the query, which may hold secrets.
        status: of the answer.
        wrote: whether the product's configuration changed or a command ran.
    """

    at: str
    address: str
    user: str
    method: str
    path: str
    status: int
    wrote: bool


class RequestLog:
    """The latest requests, oldest first."""

    def __init__(self, kept: int = KEPT) -> None:
        self._entries: deque[Entry] = deque(maxlen=kept)

    def add(self, entry: Entry) -> None:
        """Keep one more entry, at the price of the oldest where there are too many."""
        self._entries.append(entry)

    def entries(self) -> list[dict[str, object]]:
        """Everything kept, as plain values for the control socket."""
        return [asdict(entry) for entry in self._entries]

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
