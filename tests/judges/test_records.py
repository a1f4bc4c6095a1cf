"""What the records say, record by record, with the exact words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from securemode.environment.site import Site
from securemode.judges.records import answered_as_wanted
from securemode.judges.wizard_order import (
    installation_was_completed,
    installer_was_told,
    node_started_since,
    nothing_was_configured,
    wizard_end_is_recorded,
)
from securemode.observations.node_starts import NodeStart, NodeStartsSeen
from securemode.observations.records import InstallationRecordSeen, Wizard, WizardRecordSeen
from securemode.records.installation_questions import INCIDENT_REPORTING, USAGE_STATISTICS
from securemode.records.security_questions import QUESTIONS
from securemode.targets import Node, Role
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from securemode.records.matching import Question

FIPS, CCA_ID = QUESTIONS[0], QUESTIONS[14]
OWN = "the set-up's own record"
NODE = Node(name="conf-1", role=Role.CONFERENCING, ipv4="192.0.2.21", fqdn="conf1.example.com")
T10, T11 = "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"


def record(
    name: str = OWN, wizard: Wizard = Wizard.COMPLETED, answer: str | None = "YES", **more: Any
) -> WizardRecordSeen:
    answers = (("fips_mode", answer), ("cca_id", "")) if answer is not None else ()
    return WizardRecordSeen(name, wizard, answers=answers, **more)


NONE = record(wizard=Wizard.NO_RECORD, answer=None)
NEVER = record("snapshot s.tgz", Wizard.NEVER_RUN, None)
CUT = record("transcript t.log", Wizard.LEFT, None, remarks=("1 run was left unfinished",))


@pytest.mark.parametrize(
    ("records", "verdict", "what", "saw"),
    [
        ([record()], "pass", 'was told YES for "{q}"', f"YES in {OWN}"),
        ([NONE, record("t.log")], "pass", 'was told YES for "{q}"', "YES in t.log"),
        (
            [record(), record("s.tgz")],
            "pass",
            'was told YES for "{q}"',
            f"YES in {OWN}; YES in s.tgz",
        ),
        (
            [record(), record("t.log", answer=None)],
            "pass",
            'was told YES for "{q}"',
            f"YES in {OWN}; no answer in t.log",
        ),
        ([record(answer="NO")], "fail", 'was told NO for "{q}"', f"NO in {OWN}"),
        (
            [record(), record("s.tgz", answer="NO")],
            "fail",
            'has records that disagree on "{q}"',
            f"YES in {OWN}; NO in s.tgz",
        ),
        (
            [record(answer="NO"), record("s.tgz")],
            "fail",
            'has records that disagree on "{q}"',
            f"NO in {OWN}; YES in s.tgz",
        ),
        (
            [
                record(
                    "t.log", answer=None, remarks=('"Enable FIPS compliance mode" was not asked',)
                )
            ],
            "inconclusive",
            'has no answer to "{q}" on record',
            't.log: "Enable FIPS compliance mode" was not asked',
        ),
        ([NEVER], "fail", "has never had its security wizard run", "no answers in snapshot s.tgz"),
        (
            [record(), NEVER],
            "fail",
            "has records that disagree on whether its security wizard was run",
            f"no answers in snapshot s.tgz; its answers in {OWN}",
        ),
        (
            [record(), CUT],
            "inconclusive",
            "has a record that does not show the security wizard to its end",
            "transcript t.log: 1 run was left unfinished",
        ),
        ([NONE], "not reviewed", "has no record of the security wizard", "no record"),
        ([], "not reviewed", "has no record of the security wizard", "no record"),
    ],
)
def test_all_records_have_to_say_the_same(
    records: list[WizardRecordSeen], verdict: str, what: str, saw: str
) -> None:
    said = answered_as_wanted(*records, question=FIPS, wanted="YES")
    assert (said.verdict.value, said.what) == (verdict, what.format(q=FIPS.title))
    assert (said.expected, said.saw) == ("YES", saw)
    assert said.verdict is not Verdict.NOT_REVIEWED or "records:" in said.next_step


def test_an_empty_answer_is_an_answer() -> None:
    said = answered_as_wanted(record(), question=CCA_ID, wanted="")
    assert (said.verdict, said.what) == (Verdict.PASS, 'was told nothing for "Configure CCA-ID"')
    said = answered_as_wanted(record(), question=CCA_ID, wanted="CCA-7")
    assert (said.verdict, said.expected, said.saw) == (Verdict.FAIL, "CCA-7", f"nothing in {OWN}")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.requirement)
def test_every_row_passes_and_fails(question: Question) -> None:
    wanted = question.wanted(Site(cca_id="C", resource_priority_prefix="uc"))
    other = {"YES": "NO", "NO": "YES"}.get(wanted, "7")
    for answer, verdict in ((wanted, Verdict.PASS), (other, Verdict.FAIL)):
        seen = WizardRecordSeen(OWN, Wizard.COMPLETED, answers=((question.key, answer),))
        assert answered_as_wanted(seen, question=question, wanted=wanted).verdict is verdict


@pytest.mark.parametrize(
    ("records", "verdict", "saw"),
    [
        ([record(ended=T10)], Verdict.PASS, f"{T10} in {OWN}"),
        (
            [record(ended=T10), record("t.log", remarks=("it is odd",))],
            Verdict.PASS,
            f"{T10} in {OWN}; t.log: it is odd",
        ),
        ([record("t.log")], Verdict.NOT_REVIEWED, "no time in t.log"),
        ([NONE], Verdict.NOT_REVIEWED, "no record"),
        ([NEVER], Verdict.FAIL, "no answers in snapshot s.tgz"),
    ],
)
def test_the_end_of_the_wizard(records: list[WizardRecordSeen], verdict: Verdict, saw: str) -> None:
    said = wizard_end_is_recorded(*records)
    assert (said.verdict, said.saw) == (verdict, saw)


@pytest.mark.parametrize(
    ("started", "ended", "verdict"),
    [
        ("2026-11-23T10:30:00.5", [T10], Verdict.PASS),
        ("2026-11-23T10:30:00", [T10, T11], Verdict.FAIL),
        ("2026-11-23T10:30:00", [T11], Verdict.FAIL),
        ("2026-11-23T10:00:00", ["2026-11-23T10:00:00.900Z"], Verdict.PASS),
        ("2026-11-23T10:00:00.800", ["2026-11-23T10:00:00.900Z"], Verdict.FAIL),
        ("2026-11-23T12:30:00+02:00", [T10], Verdict.PASS),
        ("2026-11-23T11:30:00+02:00", [T10], Verdict.FAIL),
        ("", [T10], Verdict.INCONCLUSIVE),
        ("yesterday", [T10], Verdict.INCONCLUSIVE),
        ("2026-11-23T10:30:00", [""], Verdict.NOT_REVIEWED),
        (None, [T10], Verdict.INCONCLUSIVE),
    ],
)
def test_a_node_has_to_start_after_the_wizard(
    started: str | None, ended: list[str], verdict: Verdict
) -> None:
    nodes = (NodeStart("conf 1" if started is not None else "conf9", started or ""),)
    records = [record(f"r{number}", ended=end) for number, end in enumerate(ended)]
    said = node_started_since(NodeStartsSeen(nodes), *records, node=NODE)
    assert said.verdict is verdict
    if verdict is Verdict.FAIL:
        assert said.what == "has not been restarted since the security wizard"
        assert said.next_step.startswith("restart conf-1;")


@pytest.mark.parametrize(
    ("configured", "verdict", "saw"),
    [
        ((), Verdict.PASS, f"nothing, by {OWN}"),
        (("2 syslog servers", "licences"), Verdict.FAIL, "2 syslog servers, licences"),
        (None, Verdict.NOT_REVIEWED, "no record"),
    ],
)
def test_nothing_may_be_configured_before(
    configured: tuple[str, ...] | None, verdict: Verdict, saw: str
) -> None:
    said = nothing_was_configured(record("t.log"), record(configured_before=configured))
    assert (said.verdict, said.saw) == (verdict, saw)
    assert configured is not None or "nothing can tell this afterwards" in said.next_step


def installation(**more: Any) -> InstallationRecordSeen:
    said = {
        "wizard": Wizard.COMPLETED,
        "sets_password": True,
        "answers": (("error_reports", "NO"), ("enable_analytics", "NO")),
        **more,
    }
    return InstallationRecordSeen("i.log", **said)


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({}, Verdict.PASS),
        ({"sets_password": False}, Verdict.INCONCLUSIVE),
        ({"wizard": Wizard.LEFT, "remarks": ("1 run was left",)}, Verdict.FAIL),
        ({"wizard": Wizard.NOT_SHOWN}, Verdict.INCONCLUSIVE),
        ({"wizard": Wizard.NO_RECORD}, Verdict.NOT_REVIEWED),
    ],
)
def test_the_installation(more: dict[str, Any], verdict: Verdict) -> None:
    said = installation_was_completed(installation(**more))
    assert said.verdict is verdict
    assert said.next_step or verdict in (Verdict.PASS, Verdict.FAIL)


@pytest.mark.parametrize(
    ("answers", "stored", "verdict", "what"),
    [
        ((("error_reports", "NO"),), None, Verdict.PASS, "was told by its installer NO for"),
        ((("error_reports", "NO"),), False, Verdict.PASS, "was told by its installer NO for"),
        ((("error_reports", "YES"),), None, Verdict.FAIL, "was told by its installer YES for"),
        ((("error_reports", "NO"),), True, Verdict.FAIL, "has records that disagree on"),
        ((), None, Verdict.INCONCLUSIVE, "has no answer to"),
        ((), True, Verdict.FAIL, "was told by its installer YES for"),
    ],
)
def test_what_the_installer_said(
    answers: tuple[tuple[str, str], ...], stored: Any, verdict: Verdict, what: str
) -> None:
    snapshot = record("s.tgz", incident_reporting=stored, usage_statistics=True)
    said = installer_was_told(
        installation(answers=answers), snapshot, question=INCIDENT_REPORTING, wanted="NO"
    )
    assert said.verdict is verdict
    assert said.what.startswith(what)


def test_each_report_is_judged_by_its_own_setting() -> None:
    snapshot = record("s.tgz", incident_reporting=True, usage_statistics=False)
    said = installer_was_told(installation(), snapshot, question=USAGE_STATISTICS, wanted="NO")
    assert (said.verdict, said.saw) == (Verdict.PASS, "NO in i.log; NO in s.tgz")
