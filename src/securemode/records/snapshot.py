"""Reads out of a diagnostic snapshot what the security wizard was told, and nothing that is secret.

A snapshot holds passwords, keys and logs. It is read as a stream, in memory, and of its members
only these: the wizard's answers, the version, and in a database the names of the nodes and whether
anything is reported to the vendor.

Source: facts, section 4.3.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from securemode.errors import UnreadableRecord
from securemode.records.archive import GZIP, Archive, Member, Unpacked
from securemode.records.encrypted import MAGIC, Decrypted
from securemode.records.matching import AnswerKind, meant
from securemode.records.security_questions import QUESTIONS
from securemode.records.snapshot_database import Configuration, configuration_in

if TYPE_CHECKING:
    from securemode.environment.secret import Secret
    from securemode.records.encrypted import Source
    from securemode.records.matching import Question

ANSWERS = "etc/pexip/security/security.json"
VERSION = "opt/pexip/share/web/static/version/version.json"
DATABASE = "opt/pexip/share/config/conferencing_configuration.db"
WANTED = {ANSWERS: 2**20, VERSION: 2**20, DATABASE: 128 * 2**20}
"""Paths of what is read, each with its largest size in bytes."""

_LONGEST_TEXT = 250


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a snapshot tells of the wizards.

    Attributes:
        answers: key and answer as in a transcript; None where the security wizard was never run.
        ended: when the wizard wrote its answers, UTC, ISO 8601; empty where it never did.
        version: of the product; empty where the snapshot does not say.
        configuration: what its databases hold.
        unknown: keys of answers that the guide does not ask for.
        unreadable: keys whose value is no answer to their question.
    """

    answers: tuple[tuple[str, str], ...] | None
    ended: str
    version: str
    configuration: Configuration
    unknown: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


def read_snapshot(source: Source, password: Secret | None = None) -> Snapshot:
    """Read a snapshot to its end.

    Args:
        source: the file or the download, from its first byte.
        password: of an encrypted one.

    Raises:
        UnreadableRecord: it is locked, broken, made to harm, or no snapshot of a Management Node.
    """
    found: dict[str, Member] = {}
    for member in Archive(_opened(source, password), WANTED).members():
        if member.name in found:
            raise UnreadableRecord(f"The snapshot holds {member.name} twice.")
        if member.name in WANTED:
            found[member.name] = member
    if not {DATABASE, VERSION} & set(found):
        raise UnreadableRecord(
            f"The archive holds neither {DATABASE} nor {VERSION}: it is no diagnostic snapshot.",
            remedy="state the file as the product made it: diagnostic_snapshot_….tgz.",
        )
    return _told(found)


def _opened(source: Source, password: Secret | None) -> Unpacked:
    first = _at_least(source, len(MAGIC))
    if not first.startswith(MAGIC):
        return Unpacked(source, first)
    if password is None or not password.reveal():
        raise UnreadableRecord(
            "The snapshot is encrypted, and the environment states no password.",
            remedy="state it under records.snapshot_password.",
        )
    plain = Decrypted(_Rewound(first, source), password.reveal(), GZIP)
    return Unpacked(plain, _at_least(plain, len(GZIP)))


def _at_least(source: Source, size: int) -> bytes:
    """The first bytes; fewer only where there are no more."""
    first = b""
    while len(first) < size and (piece := source.read(2**16)):
        first += piece
    return first


class _Rewound:
    """A source with what was read of it put back."""

    def __init__(self, first: bytes, source: Source) -> None:
        self._first = first
        self._source = source

    def read(self, size: int, /) -> bytes:
        """As many bytes as asked for, as long as there are any."""
        data = bytearray(self._first[:size])
        self._first = self._first[size:]
        while len(data) < size and (piece := self._source.read(size - len(data))):
            data += piece
        return bytes(data)


def _told(found: dict[str, Member]) -> Snapshot:
    database = found[DATABASE].content if DATABASE in found else b""
    configuration = configuration_in(database)
    version = _version(found.get(VERSION))
    stored = found.get(ANSWERS)
    if stored is None:
        return Snapshot(None, "", version, configuration)
    values = _object(stored)
    answers = {question.key: _answer(values, question) for question in QUESTIONS}
    known = set(answers) | OLDER_KEYS
    return Snapshot(
        answers=tuple((key, answer) for key, answer in answers.items() if answer is not None),
        ended=_moment(stored.modified),
        version=version,
        configuration=configuration,
        unknown=tuple(sorted(str(key)[:80] for key in values if key not in known)),
        unreadable=tuple(key for key, said in answers.items() if said is None and key in values),
    )


OLDER_KEYS = frozenset(
    {
        "enable_frame_deny",
        "enable_web_allowed_hosts_validation",
        "enable_worker_csp",
        "require_encrypted_media",
    }
)
"""Answers to questions that the guide no longer has."""


def _answer(values: dict[str, Any], question: Question) -> str | None:
    """A stored value as an answer: null is no limit, or no text."""
    if question.key not in values:
        return None
    value = values[question.key]
    if question.kind is AnswerKind.YES_NO:
        return {True: "YES", False: "NO"}.get(value) if isinstance(value, bool) else None
    if value is None:
        return "0" if question.kind is AnswerKind.NUMBER else ""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return meant(str(value)[:_LONGEST_TEXT], question.kind)


def _object(member: Member) -> dict[str, Any]:
    try:
        values = json.loads(member.content)
    except (ValueError, RecursionError) as error:
        raise UnreadableRecord(f"{member.name} of the snapshot is no JSON.") from error
    if not isinstance(values, dict):
        raise UnreadableRecord(f"{member.name} of the snapshot is no JSON object.")
    return values


def _version(member: Member | None) -> str:
    if member is None:
        return ""
    values = _object(member)
    said = values.get("pseudo-version") or values.get("version-id") or ""
    return str(said)[:80]


def _moment(seconds: float) -> str:
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise UnreadableRecord(f"{ANSWERS} of the snapshot has no usable date.") from error
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
