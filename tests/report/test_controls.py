"""Controls of the STIGs on their way from findings to record, terminal and page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from execnet.gateway_base import dumps, loads

from report import sample
from report.test_html import Page
from securemode.report import html, terminal
from securemode.report.controls import baselines, controls_of, in_short
from securemode.report.models import Result
from securemode.report.record import compose
from securemode.report.recorded import RecordedFinding
from securemode.verdicts import ControlJudgement, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from report.chromium import Browser

HOST, MACHINE = "ESXi 8 STIG V2R3", "vSphere 8 Virtual Machine STIG V2R1"


def _control(id_: str = "ESXI-80-000005", verdict: Verdict = Verdict.PASS, **more: str) -> Any:
    said = {
        "stig": HOST,
        "severity": "CAT II",
        "title": "Something holds",
        "expected": "3",
        "saw": "3",
    } | more
    return ControlJudgement(id=id_, verdict=verdict, **said)


def _finding(*controls: ControlJudgement, **more: Any) -> RecordedFinding:
    said = {"target": "esxi1", "kind": "declared", "evidence": ("EV-1111111",)} | more
    return sample.finding("HOST-01", controls=controls, **said)


OPEN = _control(
    verdict=Verdict.FAIL, saw="5 <b>", next_step="Set it to 3.", reading="taken: exactly 3."
)
GRAVE = _control("ESXI-80-000133", Verdict.FAIL, severity="CAT I", saw="community")
GOOD = _control("ESXI-80-000213", severity="CAT III")
READ = _control("ESXI-80-000221", saw="24022510")
STATED = _control("ESXI-80-000221", Verdict.ATTESTED, expected="a statement", saw='"It is."')
OF_MACHINE = _control("VMCH-80-000195", stig=MACHINE)

FINDINGS = [
    _finding(OF_MACHINE, target="mgmt", evidence=("EV-2222222",)),
    _finding(OPEN, GRAVE, GOOD, READ, verdict=Verdict.FAIL),
    _finding(STATED, kind="attested", evidence=("EV-1111111", "EV-3333333")),
    _finding(_control(), GOOD, target="esxi2"),
]


def _result() -> Result:
    return compose(sample.catalogue(), [*sample.findings(), *FINDINGS], sample.run_facts())


def test_a_control_is_one_row_a_target() -> None:
    rows = controls_of(FINDINGS)
    assert [(row.target, row.id[-3:]) for row in rows] == [
        ("esxi1", "005"),
        ("esxi1", "133"),
        ("esxi1", "213"),
        ("esxi1", "221"),
        ("esxi2", "005"),
        ("esxi2", "213"),
        ("mgmt", "195"),
    ]


def test_what_is_read_and_attested_is_one_row_with_both() -> None:
    (row,) = (one for one in controls_of(FINDINGS) if one.id == "ESXI-80-000221")
    assert row.verdict is Verdict.ATTESTED
    assert row.kinds == ("attested", "declared")
    assert row.saw == '24022510; "It is."'
    assert row.evidence == ("EV-1111111", "EV-3333333")


def test_a_failure_outweighs_a_statement() -> None:
    old = replace(READ, verdict=Verdict.FAIL, saw="1")
    (row,) = controls_of([_finding(STATED, kind="attested"), _finding(old)])
    assert (row.verdict, row.saw) == (Verdict.FAIL, "1")


def test_findings_in_another_order_make_the_same_rows() -> None:
    assert controls_of(reversed(FINDINGS)) == controls_of(FINDINGS)


def test_a_finding_travels_from_worker_to_controller() -> None:
    for finding in FINDINGS:
        carried = loads(dumps(finding.as_plain()))
        assert RecordedFinding.of_plain(carried) == finding


def test_the_record_comes_back_from_json() -> None:
    result = _result()
    assert len(result.controls) == 7
    assert Result.model_validate_json(result.to_json()) == result


def test_all_of_them_in_a_sentence() -> None:
    assert in_short(controls_of(FINDINGS)) == (
        "5 STIG controls at 3 targets: 2 open (1 CAT I, 1 CAT II), 1 attested, 2 pass."
    )
    assert in_short(controls_of([_finding(GOOD)])) == (
        "1 STIG control at 1 target: none open, 1 pass."
    )
    assert in_short(()) == ""


def test_the_terminal_says_so() -> None:
    said = terminal.summary(_result(), colour=False, width=100)
    assert "5 STIG controls at 3 targets: 2 open (1 CAT I, 1 CAT II)" in said
    assert "STIG" not in terminal.summary(sample.result(), colour=False, width=100)


def test_tables_are_one_a_target_worst_first_then_gravest() -> None:
    tables = baselines(controls_of(FINDINGS))
    assert [table.target for table in tables] == ["esxi1", "esxi2", "mgmt"]
    assert [row.id[-3:] for row in tables[0].rows] == ["133", "005", "221", "213"]
    assert [table.is_open for table in tables] == [True, False, False]


def _page() -> Page:
    return Page(html.render(_result(), sample.evidence_records(sample.findings())))


def test_the_page_has_every_row_with_what_it_says() -> None:
    page = _page()
    rows = [attributes for tag, attributes in page.elements if attributes.get("class") == "control"]
    assert [row["id"] for row in rows][:2] == ["ESXI-80-000133-esxi1", "ESXI-80-000005-esxi1"]
    assert len({row["id"] for row in rows}) == 7
    text = " ".join(" ".join(page.texts).split())
    assert "5 <b>" in text
    assert "taken: exactly 3." in text
    assert "Set it to 3." in text
    assert ("a", {"href": "#controls"}) in page.elements


def test_a_page_without_controls_does_not_speak_of_them() -> None:
    page = Page(html.render(sample.result(), sample.evidence_records(sample.findings())))
    assert not [1 for _, attributes in page.elements if attributes.get("id") == "controls"]


SHOWN = "[...document.querySelectorAll('.control:not([hidden])')].map(e => e.id)"
TABLES = "[...document.querySelectorAll('.baseline:not([hidden]) h3')].map(e => e.textContent)"


@pytest.mark.parametrize(
    ("query", "shown", "tables"),
    [
        (
            "verdict=fail&q=esxi-80",
            ["ESXI-80-000133-esxi1", "ESXI-80-000005-esxi1"],
            ["esxi1"],
        ),
        ("q=cat+iii", ["ESXI-80-000213-esxi1", "ESXI-80-000213-esxi2"], ["esxi1", "esxi2"]),
        ("node=mgmt&q=vmch", ["VMCH-80-000195-mgmt"], ["mgmt"]),
        ("node=deployment&q=community", ["ESXI-80-000133-esxi1"], ["esxi1"]),
    ],
)
def test_the_filter_of_the_page_finds_controls(
    browser: Browser, tmp_path: Path, query: str, shown: list[str], tables: list[str]
) -> None:
    path = tmp_path / "report.html"
    html.write(_result(), sample.evidence_records(sample.findings()), path)
    browser.open(f"{path.as_uri()}#?{query}")
    assert browser.value(SHOWN) == shown
    assert browser.value(TABLES) == tables


def test_a_link_to_a_control_opens_its_table(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    html.write(_result(), sample.evidence_records(sample.findings()), path)
    browser.open(f"{path.as_uri()}#VMCH-80-000195-mgmt")
    row = "document.getElementById('VMCH-80-000195-mgmt')"
    assert browser.value(f"{row}.closest('details').open") is True
    assert browser.value(f"{row}.checkVisibility()") is True
