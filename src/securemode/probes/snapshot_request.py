"""Has the Management Node make a diagnostic snapshot, and gives its bytes while they come."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from securemode.errors import Interrupted, TimedOut, UnexpectedAnswer
from securemode.infinity.access import admitted
from securemode.infinity.client import ManagementWriter
from securemode.infinity.transport import ATTEMPTS
from securemode.probes.probe import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.infinity.client import Row
    from securemode.infinity.download import Download
    from securemode.probes.probe import Access
    from securemode.targets import Node

MADE_WITHIN_S = 600.0
"""A busy Management Node takes minutes to gather a snapshot."""

FETCHED_WITHIN_S = 600.0
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 5.0
HOURS_OF_LOG = 1
"""The least that can be asked for: no log is of use here."""

_MOST_LOOKS = 200
_FAILED = ("fail", "error", "abort", "cancel")


def snapshot_connections(node: Node) -> tuple[Connection, ...]:
    """The line of the plan for `requested_snapshot`."""
    return (Connection("tls", node.address, str(node.port(443)), (_MOST_LOOKS + 3) * ATTEMPTS),)


@contextmanager
def requested_snapshot(access: Access) -> Iterator[Download]:
    """A snapshot made now; nothing of it is written anywhere here.

    Raises:
        CannotLook: the Management Node makes none, not in time, or not for us.

    Source: facts, sections 4.3 and 10.
    """
    api, before = admitted(
        ManagementWriter, access.environment, _asked_for, pause=access.cancelled.wait
    )
    uri = _awaited(api, before, access)
    with api.download(uri, timeout_s=FETCHED_WITHIN_S) as source:
        yield source


def _asked_for(api: ManagementWriter) -> set[str]:
    """Ask for a snapshot; return which requests there were before."""
    before = {_identity(row) for row in api.status_list("snapshot_request")}
    api.command("platform/snapshot", {"limit": HOURS_OF_LOG, "request": True})
    return before


def _awaited(api: ManagementWriter, before: set[str], access: Access) -> str:
    """Where the snapshot is, once it is there."""
    deadline = time.monotonic() + MADE_WITHIN_S
    pause_s = FIRST_PAUSE_S
    state = "no request of it is listed"
    for _ in range(_MOST_LOOKS):
        made = [row for row in api.status_list("snapshot_request") if _identity(row) not in before]
        if made:
            newest = max(made, key=lambda row: str(row.get("created_at")))
            if uri := newest.get("download_uri"):
                return str(uri)
            state = f'its state is "{newest.get("state")}"'
            _check(newest)
        if access.cancelled.wait(pause_s):
            raise Interrupted("the run was stopped before the snapshot was there")
        if time.monotonic() > deadline:
            break
        pause_s = min(LONGEST_PAUSE_S, pause_s * 1.5)
    raise TimedOut(
        f"The Management Node has not made the diagnostic snapshot in time; {state}.",
        remedy="take one in the Administrator interface and state it under records.snapshot.",
    )


def _check(row: Row) -> None:
    state = str(row.get("state")).lower()
    if any(word in state for word in _FAILED):
        raise UnexpectedAnswer(
            f'The Management Node makes no diagnostic snapshot: its state is "{state}", '
            f"{row.get('message') or 'without a reason'}.",
            remedy="take one in the Administrator interface and state it under records.snapshot.",
        )


def _identity(row: Row) -> str:
    return str(row.get("resource_uri") or row.get("id") or row.get("created_at"))
