from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from report import sample_pack
from securemode.report import checklists, ckl, cklb
from securemode.report.waiver import Waiver
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {"open": "Open", "not_a_finding": "NotAFinding"} | {
    "not_applicable": "Not_Applicable",
    "not_reviewed": "Not_Reviewed",
}


def rows_of_xml(path: Path) -> list[dict[str, str]]:
    return [
        {
            **{
                str(one.findtext("VULN_ATTRIBUTE")): one.findtext("ATTRIBUTE_DATA") or ""
                for one in vuln.findall("STIG_DATA")
            },
            **{one.tag: one.text or "" for one in vuln if one.tag != "STIG_DATA"},
        }
        for vuln in ET.parse(path).getroot().iter("VULN")
    ]


def test_one_checklist_a_target_and_every_control_in_it() -> None:
    result = sample_pack.result()
    made = checklists.checklists(result)
    assert {one.target for one in made} == {sample_pack.HOST, *sample_pack.MACHINES}
    entries = [entry for one in made for sheet in one.sheets for entry in sheet.entries]
    assert len(entries) == len(result.controls)
    assert made[0].sheets[0][:4] == ("ESXi 8 STIG V2R3", "ESXi 8 STIG", "2", "3")


def test_both_formats_say_the_same(tmp_path: Path) -> None:
    result = sample_pack.result()
    for one in checklists.checklists(result):
        cklb.write(result, one, tmp_path / "a.cklb")
        ckl.write(one, tmp_path / "a.ckl")
        (stig,) = json.loads((tmp_path / "a.cklb").read_text())["stigs"]
        for rule, vuln in zip(stig["rules"], rows_of_xml(tmp_path / "a.ckl"), strict=True):
            assert vuln["STATUS"] == NAMES[rule["status"]]
            assert vuln["Rule_ID"] == rule["rule_id_src"] == f"{rule['rule_id']}_rule"
            assert vuln["Vuln_Num"] == rule["group_id"]
            assert vuln["Rule_Ver"] == rule["rule_version"]
            assert vuln["FINDING_DETAILS"] == rule["finding_details"]
            assert vuln["COMMENTS"] == rule["comments"]
            assert vuln["Severity"] == rule["severity"]


def test_the_rules_are_those_of_the_table() -> None:
    known = {one.id: (one.vuln, one.rule) for stig in sample_pack.stigs() for one in stig.controls}
    for one in checklists.checklists(sample_pack.result()):
        for entry in one.sheets[0].entries:
            assert (entry.vuln, entry.control.rule) == known[entry.control.id]


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        (Verdict.FAIL, "open"),
        (Verdict.WAIVED, "open"),
        (Verdict.INCONCLUSIVE, "not_reviewed"),
        (Verdict.NOT_REVIEWED, "not_reviewed"),
        (Verdict.ATTESTED, "not_a_finding"),
        (Verdict.PASS, "not_a_finding"),
        (Verdict.NOT_APPLICABLE, "not_applicable"),
    ],
)
def test_verdicts_become_statuses(verdict: Verdict, status: str) -> None:
    result = sample_pack.result()
    control = result.controls[0].model_copy(update={"verdict": verdict})
    (made,) = checklists.checklists(result.model_copy(update={"controls": (control,)}))
    assert made.sheets[0].entries[0].status == status


def test_what_decides_is_a_comment() -> None:
    result = sample_pack.result()
    control = result.controls[0].model_copy(update={"reading": "0 is a finding too."})
    finding = next(one for row in result.requirements for one in row.targets)
    waiver = Waiver(approver="R. Roe, officer", reason="Next maintenance.", ends=sample_pack.ENDS)
    sum_ = next(row for row in result.requirements if row.id == "HOST-01").model_copy(
        update={
            "targets": (
                finding.model_copy(update={"target": control.target, "waiver": waiver}),
                finding.model_copy(update={"target": "another", "waiver": waiver}),
            )
        }
    )
    changed = result.model_copy(update={"controls": (control,), "requirements": (sum_,)})
    comments = checklists.checklists(changed)[0].sheets[0].entries[0].comments.splitlines()
    assert comments[0] == "Reading taken: 0 is a finding too."
    assert comments[1].startswith("Waived with HOST-01 by R. Roe, officer until 2026-03-31T22:00")
    assert comments[2] == f"Next: {control.next_step}"
    assert len(comments) == 3


def test_an_older_record_keeps_its_controls_apart() -> None:
    result = sample_pack.result()
    older = [one.model_copy(update={"vuln": "", "rule": ""}) for one in result.controls]
    (first, *_) = checklists.checklists(result.model_copy(update={"controls": tuple(older)}))
    names = [entry.vuln for entry in first.sheets[0].entries]
    assert len(set(names)) == len(names)


def test_names_of_files_are_fit_and_differ() -> None:
    result = sample_pack.result()
    targets = ("../esxi", "..:esxi", "..:ESXI")
    controls = tuple(result.controls[0].model_copy(update={"target": one}) for one in targets)
    made = checklists.checklists(result.model_copy(update={"controls": controls}))
    assert made[0].name == "checklist-..-esxi"
    assert len({one.name.lower() for one in made}) == 3
    assert not [one.name for one in made if "/" in one.name or ":" in one.name]
