"""Diagnostic snapshots: what the Management Node knows of itself, in one file."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from .snapshot_archive import Member, encrypted, packed
from .snapshot_databases import databases

if TYPE_CHECKING:
    from collections.abc import Callable

    from .answers import Answers
    from .api_documents import Documents
    from .api_status import Status
    from .requestlog import RequestLog
    from .resources.fields import Row
    from .sessions import Clock
    from .store import Store
    from .web_variants import Variants

KEPT = 3
DOWNLOADS = "/admin/platform/snapshot/download/"
_SECURITY = "etc/pexip/security/security.json"
_SHARE = "opt/pexip/share/"
_LOGS = "var/log/"


@dataclass(frozen=True, slots=True)
class WizardRun:
    """The last run of the security wizard: what it left, and when it ended."""

    answers: Answers
    ended: datetime


@dataclass(frozen=True, slots=True)
class Machine:
    """What of a snapshot is not in the configuration.

    Attributes:
        wizard: its last run at this moment, None where it never ran.
        password: of snapshots that are encrypted.
    """

    wizard: Callable[[], WizardRun | None] = lambda: None
    password: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Which hours of the logs are wanted, counted back from now."""

    since: int | None = None
    until: int = 0

    def lines(self, log: RequestLog, now: datetime) -> list[str]:
        """The log of those hours."""
        first = "" if self.since is None else _stamp(now - timedelta(hours=self.since))
        last = _stamp(now - timedelta(hours=self.until))
        return [_line(e) for e in log.entries() if first <= str(e["at"]).rstrip("Z") <= last]


class Snapshots:
    """The newest archives; older ones are dropped.

    Args:
        store, log, status: what is written into them.
        documents: who knows how the product keeps secrets.
        clock: of the machine.
        variants: "snapshot_archive" and "snapshot_paths".
        machine: what else is written into them.
    """

    def __init__(
        self,
        *,
        store: Store,
        log: RequestLog,
        status: Status,
        documents: Documents,
        clock: Clock,
        variants: Variants,
        machine: Machine,
    ) -> None:
        self._store = store
        self._log = log
        self._status = status
        self._documents = documents
        self._clock = clock
        self._variants = variants
        self._machine = machine
        self._archives: dict[str, bytes] = {}
        self._pending: set[asyncio.Task[None]] = set()

    @property
    def names(self) -> list[str]:
        """File names, oldest first."""
        return list(self._archives)

    def archive(self, name: str) -> bytes | None:
        """The content of a snapshot, None where there is none of that name (any more)."""
        return self._archives.get(name)

    async def create(self, span: Span) -> str:
        """Make a snapshot; its file name."""
        now = self._clock()
        host = self._store.get("management_vm", 1)["hostname"]
        name = f"diagnostic_snapshot_{host}_{now:%Y-%m-%d_%H-%M-%S-%f}.tgz"
        members = [*self._small_files(now), *self._logs(now, span)]
        rows = self._store.snapshot()["rows"]
        self._archives[name] = await asyncio.to_thread(self._made, members, rows, now)
        for oldest in self.names[:-KEPT]:
            del self._archives[oldest]
            self._status.forget("snapshot_request", DOWNLOADS + oldest + "/")
        return name

    def request(self, span: Span) -> None:
        """Make a snapshot in the background; `snapshot_request` says when it is there."""
        started = _stamp(self._clock())
        row = self._status.record(
            "snapshot_request", {"created_at": started, "updated_at": started}
        )
        task = asyncio.get_running_loop().create_task(self._fulfil(row, span))
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    async def _fulfil(self, row: Row, span: Span) -> None:
        name = await self.create(span)
        done = {"state": "completed", "download_uri": f"{DOWNLOADS}{name}/"}
        row.update(done, updated_at=_stamp(self._clock()))

    def _made(self, members: list[Member], rows: dict[str, list[Row]], now: datetime) -> bytes:
        """The archive; this takes too long for the event loop."""
        written = databases(rows, self._documents.kept)
        config = f"{_SHARE}config/"
        members = [
            *members,
            Member(f"{config}conferencing_configuration.db", written.configuration, now),
            Member(f"{config}default.db", written.default, now),
        ]
        prefix = "./" if self._variants["snapshot_paths"] == "dotted" else ""
        archive = packed(members, prefix=prefix)
        if self._variants["snapshot_archive"] == "encrypted":
            return encrypted(archive, self._machine.password)
        return archive

    def _small_files(self, now: datetime) -> list[Member]:
        files = [Member(f"{_SHARE}web/static/version/version.json", _json(self._version()), now)]
        run = self._machine.wizard()
        if run is not None:
            files.insert(0, Member(_SECURITY, _json(asdict(run.answers)), run.ended))
        for resource in ("tls_certificate", "ca_certificate"):
            for row in self._store.rows(resource):
                path = f"{_SHARE}certs/{resource}_{row['id']}.pem"
                files.append(Member(path, row["certificate"].encode(), now))
        return files

    def _logs(self, now: datetime, span: Span) -> list[Member]:
        states = [_state(row, now) for row in self._status.rows("worker_vm")]
        requests = span.lines(self._log, now)
        return [
            Member(f"{_LOGS}unified_osstatus.log", _text(states), now),
            Member(f"{_LOGS}unified_administrator.log", _text(requests), now),
        ]

    def _version(self) -> Row:
        version = next((row["version"] for row in self._status.rows("management_vm")), "")
        return {"version-id": version.partition(" ")[0], "pseudo-version": version}


def _state(row: Row, now: datetime) -> str:
    return (
        f'{_stamp(now)} Level="INFO" Name="osstatus" Node="{row["name"]}" Up="{row["boot_time"]}"'
    )


def _line(entry: dict[str, object]) -> str:
    said = " ".join(f'{name.capitalize()}="{entry[name]}"' for name in ("user", "method", "path"))
    source, status = entry["address"], entry["status"]
    name = 'Level="INFO" Name="administrator.web"'
    return f'{entry["at"]} {name} Source="{source}" {said} Status="{status}"'


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}"


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2).encode()


def _text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
