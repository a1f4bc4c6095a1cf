"""What persons stated is in the record with what keeps it from counting."""

from __future__ import annotations

from typing import Any

import pytest

from report import sample
from securemode.environment.parts import Gate
from securemode.plugin.records import attestations_of
from securemode.report import html
from securemode.report.record import compose

STATEMENT: dict[str, Any] = {
    "requirement": "LAST-04",
    "says": "It lies in the safe.",
    "by": "Ada Example, officer",
    "confirmed_by": "Ben Example, administrator",
    "verified": "2026-11-20",
    "valid_until": "2027-11-20",
    "how": "Opened the safe.",
    "attached": [{"name": "safe.png", "stated": "aa", "found": "aa"}],
    "controls": [],
    "targets": [],
}


def records(**differently: Any) -> list[dict[str, Any]]:
    seen = {"file": "a.yaml", "today": "2026-11-23", "statements": [STATEMENT | differently]}
    return [
        {"id": "EV-1", "probe": "attestation-file", "observation": seen},
        {"id": "EV-2", "probe": "attestation-file", "error": {"kind": "Unsupported"}},
        {"id": "EV-3", "probe": "thermometer", "observation": {"degrees": 20}},
    ]


def test_a_statement_that_counts() -> None:
    (one,) = attestations_of(records(), Gate(two_persons=True))
    assert (one.requirement, one.by, one.lacks) == ("LAST-04", "Ada Example, officer", "")
    assert (str(one.verified), str(one.valid_until)) == ("2026-11-20", "2027-11-20")
    assert one.evidence == ("safe.png",)


@pytest.mark.parametrize(
    ("differently", "lacks"),
    [
        ({"by": ""}, "which nobody has signed"),
        ({"confirmed_by": None}, "without the second person that the gate asks for"),
        ({"valid_until": "2026-11-22"}, "which ended on 2026-11-22"),
    ],
)
def test_a_statement_that_does_not_count_says_why(differently: dict[str, Any], lacks: str) -> None:
    (one,) = attestations_of(records(**differently), Gate(two_persons=True))
    assert one.lacks == lacks
    result = compose([], [], sample.run_facts(attestations=(one,)))
    page = html.render(result, ())
    assert lacks in page
    assert "It lies in the safe." in page
