"""Everything that a run saw, written down in the moment it was seen.

`evidence/observations.jsonl` is append-only: one JSON object a line, flushed at once, redacted
before it is written. A killed run leaves a readable file. See `docs/adr/0003-evidence.md`.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from securemode import errors
from securemode.targets import Datastore, Deployment, Host, Location, Node

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from securemode.probes.probe import Probe
    from securemode.redaction import Redactor

RECORDS = "observations.jsonl"


def now() -> str:
    """This moment, UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parameters(probe: Probe) -> dict[str, Any]:
    """The probe's fields as JSON values; targets by name."""
    return {field.name: _plain(getattr(probe, field.name)) for field in dataclasses.fields(probe)}  # type: ignore[arg-type]


def _plain(value: object) -> object:
    if isinstance(value, Deployment):
        return "deployment"
    if isinstance(value, Node | Location | Host | Datastore):
        return value.name
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | list | frozenset | set):
        items = [_plain(item) for item in value]
        return sorted(items, key=str) if isinstance(value, frozenset | set) else items
    return value


def target_name(target: object) -> str:
    """How a target is called in records, messages and reports."""
    return str(_plain(target))


def evidence_id(probe: str, parameters: dict[str, Any], vantage: str) -> str:
    """The same look at the same thing has the same id, in every worker and in every run.

    Returns: "EV-" and seven letters or digits (35 bits of a SHA-256).
    """
    identity = json.dumps([probe, parameters, vantage], sort_keys=True, default=str)
    digest = hashlib.sha256(identity.encode()).digest()
    return "EV-" + base64.b32encode(digest).decode()[:7]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When and how one look was made.

    Attributes:
        began, ended: UTC, ISO 8601.
        attempts: how often it was tried; 0 where nothing was tried.
    """

    began: str
    ended: str
    attempts: int


class EvidenceLog:
    """Appends records to a run's evidence directory; safe to use from several threads."""

    def __init__(self, directory: Path, redactor: Redactor) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.path = directory / RECORDS
        self.redactor = redactor
        self._lock = threading.Lock()
        self.path.touch()

    def observed(
        self,
        identity: str,
        probe: Probe,
        vantage: str,
        circumstances: Circumstances,
        outcome: object,
    ) -> None:
        """Write what a probe saw, or the error because of which it could not look."""
        record: dict[str, Any] = {
            "id": identity,
            "probe": probe.name,
            "target": target_name(probe.target),
            "vantage": vantage,
            "parameters": parameters(probe),
            **dataclasses.asdict(circumstances),
        }
        if isinstance(outcome, errors.CannotLook):
            record["error"] = {
                "kind": type(outcome).__name__,
                "message": outcome.message,
                "remedy": outcome.remedy,
            }
        else:
            adapter: TypeAdapter[Any] = TypeAdapter(probe.observes)
            record["observation"] = adapter.dump_python(outcome, mode="json")
        self._append(record)

    def noted(self, kind: str, target: str, text: str, **details: Any) -> str:
        """Write what is no observation (a withheld probe, a transcript); return its id."""
        identity = evidence_id(kind, {"target": target, "text": text, **details}, "local")
        self._append(
            {"id": identity, "note": kind, "target": target, "at": now(), "text": text, **details}
        )
        return identity

    def keep(self, name: str, text: str) -> None:
        """Put a whole file beside the records, redacted as they are."""
        (self.directory / name).write_text(self.redactor.text(text), encoding="utf-8")

    def _append(self, record: dict[str, Any]) -> None:
        line = self.redactor.text(json.dumps(record, ensure_ascii=False))
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def digest(self) -> str:
        """SHA-256 of the records as they are now, in hex."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def records(directory: Path) -> Iterator[dict[str, Any]]:
    """Every record of an evidence directory; a last line cut off by a kill is passed over."""
    path = directory / RECORDS
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def outcome_of(record: dict[str, Any], probe: Probe) -> object:
    """The observation or error of a record, as the probe's own look would have given it.

    What another version of the suite wrote, and this one can't read, is an error itself.
    """
    if "error" in record:
        kind = getattr(errors, record["error"]["kind"], errors.CannotLook)
        error: errors.CannotLook = kind(
            record["error"]["message"], remedy=record["error"]["remedy"]
        )
        return error
    try:
        return TypeAdapter(probe.observes).validate_python(record["observation"])
    except ValidationError:
        return errors.UnreadableRecord(
            f"the record of {probe.name} is not as this version writes it",
            remedy="verify again with this version.",
        )
