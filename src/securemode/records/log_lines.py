"""From the bytes of a saved terminal log to lines, whatever wrote it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from securemode.errors import UnreadableRecord
from securemode.records.terminal import shown

LARGEST_LOG = 2 * 2**20
MOST_LINES = 20_000

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_STAMP = re.compile(
    r"\s*\[?(?P<when>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,6})?"
    r"\s?(?:Z|[+-]\d\d:?\d\d)?)\]?\s"
)
_SCRIPT = re.compile(r"Script (?P<what>started|done) on (?P<when>[^\[]+)")
_PUTTY = re.compile(r"(?:=~)+=?\s*PuTTY log .*")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log.

    Attributes:
        text: what stood on the terminal.
        when: UTC, ISO 8601, where the log says so with a time zone; else empty.
        begins: whether a new log begins here.
        ends: whether the log ends here.
    """

    text: str
    when: str = ""
    begins: bool = False
    ends: bool = False


def log_lines(data: bytes) -> list[LogLine]:
    """The lines of a log, without what the program that saved it added.

    Raises:
        UnreadableRecord: it is no text, or more than any wizard says.
    """
    if len(data) > LARGEST_LOG:
        raise UnreadableRecord(
            f"The transcript has more than {LARGEST_LOG // 2**20} MB.",
            remedy="cut the log down to the run of the wizard.",
        )
    text = _text(data)
    lines = shown(text if "\n" in text else text.replace("\r", "\n")).split("\n")
    if len(lines) > MOST_LINES:
        raise UnreadableRecord(
            f"The transcript has more than {MOST_LINES} lines.",
            remedy="cut the log down to the run of the wizard.",
        )
    return [_line(line) for line in lines]


def _text(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if data.startswith(b"\x1f\x8b") or b"\0\0\0\0" in data[:4096]:
        raise UnreadableRecord(
            "The transcript is no text.",
            remedy="state the log of the terminal; a diagnostic snapshot goes under snapshot.",
        )
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _line(text: str) -> LogLine:
    if _PUTTY.fullmatch(text.strip()):
        return LogLine("", begins=True)
    if match := _SCRIPT.match(text):
        started = match["what"] == "started"
        return LogLine("", _utc(match["when"]), begins=started, ends=not started)
    if match := _STAMP.match(text):
        return LogLine(text[match.end() :], _utc(match["when"]))
    return LogLine(text)


def _utc(text: str) -> str:
    """The moment in UTC; empty where the text has no time zone, as such a time is anybody's."""
    plain = text.strip().replace(",", ".")
    try:
        moment = datetime.fromisoformat(re.sub(r"\s(?=Z|[+-]\d\d)", "", plain))
    except ValueError:
        return ""
    if moment.tzinfo is None:
        return ""
    try:
        return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except OverflowError:
        return ""
