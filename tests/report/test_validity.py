from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from report import sample
from securemode.report import html, terminal, validity
from securemode.report.models import Outcome
from securemode.report.record import compose
from securemode.report.waiver import Waiver
from securemode.verdicts import Verdict


def served(target: str, own: str, authority: str) -> dict[str, Any]:
    chain = [
        {"not_after": own, "common_names": [target], "subject": f"CN={target}"},
        {"not_after": authority, "common_names": [], "subject": "O=Authority"},
    ]
    seen = {"chains": [{"certificates": chain}]}
    return {"probe": "served-certificates", "target": target, "observation": seen}


def configured(resource: str, *rows: dict[str, Any]) -> dict[str, Any]:
    seen = {"resource": resource, "rows": list(rows)}
    return {"probe": "configuration", "target": "deployment", "observation": seen}


def stated(*days: tuple[str, str]) -> dict[str, Any]:
    statements = [
        {"requirement": name, "by": "Ada Example", "valid_until": day} for name, day in days
    ]
    return {
        "probe": "attestation-file",
        "target": "deployment",
        "observation": {"statements": statements},
    }


LATER = "2031-01-01T00:00:00+00:00"
FIRST = "2026-03-01T12:00:00+00:00"


@pytest.mark.parametrize(
    ("records", "until", "because"),
    [
        ([served("conf1", FIRST, LATER)], FIRST, "TLS certificate of conf1"),
        (
            [served("conf2", FIRST, LATER), served("conf1", FIRST, LATER)],
            FIRST,
            "TLS certificate of conf1, conf2",
        ),
        ([served("conf1", LATER, FIRST)], FIRST, "authority certificate of O=Authority"),
        (
            [configured("ca_certificate", {"subject_name": "Root", "end_date": FIRST[:19]})],
            FIRST,
            "authority certificate of Root",
        ),
        (
            [
                configured(
                    "tls_certificate",
                    {"subject_name": "used", "end_date": LATER, "nodes": ["/conf1"]},
                    {"subject_name": "unused", "end_date": FIRST, "nodes": []},
                )
            ],
            LATER,
            "configured TLS certificate of used",
        ),
        ([stated(("LAST-04", "2026-03-01"))], "2026-03-01T23:59:59Z", "attestation of LAST-04"),
        (
            [
                stated(
                    ("LAST-04", "2026-01-01"), ("LAST-04", "2026-03-01"), ("BIOS-03", "2026-02-01")
                )
            ],
            "2026-03-01T23:59:59Z",
            "attestation of LAST-04",
        ),
    ],
)
def test_the_first_to_end_decides(records: list[dict[str, Any]], until: str, because: str) -> None:
    decision = validity.dated(sample.result(), records).decision
    assert decision.valid_until == datetime.fromisoformat(until)
    assert decision.valid_until_because == because


def test_a_waiver_that_applies_ends_too() -> None:
    waiver = Waiver(approver="Ada Example", reason="a reason", ends=datetime.fromisoformat(FIRST))
    found = [
        sample.finding("WIZ-02", Verdict.WAIVED, waiver=waiver, target="conf1"),
        sample.finding("WIZ-04", Verdict.PASS, target="conf1"),
    ]
    result = compose(sample.catalogue(), found, sample.run_facts())
    decision = validity.dated(result, []).decision
    assert decision.valid_until == datetime.fromisoformat(FIRST)
    assert decision.valid_until_because == "waiver of WIZ-02"


@pytest.mark.parametrize(
    "record",
    [
        {"probe": "served-certificates", "target": "conf1", "error": {"kind": "TimedOut"}},
        {"note": "transcript", "text": "not_after"},
        configured("tls_certificate", {"end_date": "soon", "nodes": ["/conf1"]}),
        configured("ca_certificate", {"end_date": None}),
        configured("system_location", {"end_date": FIRST}),
        stated(("BIOS-03", "2026-02-01")),
    ],
)
def test_what_has_no_end_or_does_not_count_has_none(record: dict[str, Any]) -> None:
    result = validity.dated(sample.result(), [record])
    assert result.decision.valid_until is None
    assert validity.in_words(result).startswith("No end of validity was seen")


def test_it_is_told_in_words() -> None:
    result = validity.dated(sample.result(), [served("conf1", FIRST, LATER)])
    stopped = "Were it accepted, it would be valid until 2026-03-01 12:00 UTC, the end of the"
    assert validity.in_words(result) == f"{stopped} TLS certificate of conf1."
    assert "would be valid until 2026-03-01" in terminal.summary(result, colour=False, width=200)
    assert stopped in html.render(result, [])
    accepted = result.decision.model_copy(update={"verdict": Outcome.ACCEPTED})
    said = validity.in_words(result.model_copy(update={"decision": accepted}))
    assert said == "Valid until 2026-03-01 12:00 UTC, the end of the TLS certificate of conf1."


def test_a_past_end_is_told_as_past() -> None:
    past = datetime(2025, 1, 1, tzinfo=UTC).isoformat()
    result = validity.dated(sample.result(), [served("conf1", past, LATER)])
    assert validity.in_words(result).startswith("Not valid any more when the run ended: 2025-01-01")
