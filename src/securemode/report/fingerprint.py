"""The fingerprint of a deviation: the same when it is seen again, another when it is another.

A waiver names it, so that it covers what a person has accepted and nothing else. What goes into
it, and what doesn't, is decided in `docs/adr/0010-waivers.md`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING

from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from securemode.report.recorded import RecordedFinding

_LENGTH = 20

_VOLATILE = (
    (r"\bEV-[A-Z2-7]{7}\b", "EV"),
    (r"\b[\w./-]+\.png\b", "picture"),
    (r"\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(\.\d+)?\s?(Z|UTC|[+-]\d{2}:?\d{2})?", "moment"),
    (r"\b\d+(\.\d+)? days?(?= (left|old|ago))", "days"),
    (r"\b\d+\.\d+ (?=m?s\b)", "duration "),
    (r"\b\d+(?= (packets|frames)\b)", "number of"),
    (r"(?<=[\d\]]:)(3[3-9]\d{3}|[45]\d{4}|6[0-5]\d{3})\b", "port"),
)
"""What differs from run to run although nothing has changed, and what stands for it.

The last: a port at which an address was met that nobody has assigned, picked for one connection.
"""


def fingerprint(finding: RecordedFinding) -> str:
    """The fingerprint of what a finding says is wrong.

    Returns: "WF-" and twenty letters or digits (100 bits of a SHA-256).
    """
    controls = sorted(
        (control.id, _steady(control.saw))
        for control in finding.controls
        if control.verdict in {Verdict.FAIL, Verdict.WAIVED}
    )
    words = [_steady(text) for text in (finding.what, finding.expected, finding.saw)]
    identity = json.dumps([finding.requirement, finding.kind, *words, controls])
    digest = hashlib.sha256(identity.encode()).digest()
    return "WF-" + base64.b32encode(digest).decode()[:_LENGTH]


def _steady(text: str) -> str:
    """The text without what is volatile, and its lists in one order."""
    for volatile, word in _VOLATILE:
        text = re.sub(volatile, word, text)
    groups = [", ".join(sorted(group.split(", "))) for group in text.split("; ")]
    return " ".join("; ".join(sorted(groups)).split())
