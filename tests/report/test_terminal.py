from __future__ import annotations

import re
import shlex
from typing import Any

import pytest

from report import sample
from securemode.report import terminal
from securemode.report.models import Lab
from securemode.report.record import compose
from securemode.verdicts import Verdict

REPORT = "reports/lab-latest/report.html"


def summary(result: Any = None, *, colour: bool = False, width: int = 100) -> str:
    return terminal.summary(result or sample.result(), colour=colour, width=width, report=REPORT)


def test_a_failure_takes_three_lines() -> None:
    lines = summary(width=300).splitlines()
    start = lines.index("✗ WIZ-21 Every HTTP answer says Referrer-Policy: same-origin (fail)")
    assert re.fullmatch(
        r"  conf2 sends no Referrer-Policy on /webapp3/: expected same-origin on every response, "
        r"saw no header on 1 of 6 responses, from local, EV-[A-Z2-7]{7}\.",
        lines[start + 1],
    )
    assert lines[start + 2].startswith("  Next: Run securitywizard")
    assert lines[start + 3] == ""


def test_it_ends_with_the_decision_and_where_to_read_on() -> None:
    text = summary()
    for line in (
        "NOT ACCEPTED",
        "3 requirements found not to hold: WIZ-12, WIZ-14, WIZ-21. No failure is accepted.",
        "31 of 115 requirements are covered by this version.",
        "This run verified the embedded lab, not a product.",
        "Blocked by  WIZ-12, WIZ-14, WIZ-21, SNMP-04, WIZ-10",
        f"Report      {REPORT}",
        "Exit code   11 (not accepted: a requirement does not hold)",
    ):
        assert line in text.splitlines()
    for verdict in Verdict:
        assert f" {verdict}" in text


def test_the_failed_ones_can_be_run_again_by_pasting_one_line() -> None:
    (line,) = [line for line in summary().splitlines() if line.startswith("Only these")]
    program, environment, *node_ids = shlex.split(line.removeprefix("Only these"))
    assert (program, environment) == ("pytest", "--env=lab")
    failed = {f.node_id for f in sample.findings() if f.verdict in {"fail", "inconclusive"}}
    assert set(node_ids) == failed


def test_many_failed_ones_are_counted() -> None:
    rows = [sample.Row(id=f"A-{n:02}") for n in range(20)]
    found = [sample.finding(row.id, Verdict.FAIL) for row in rows]
    assert "# and 12 more" in summary(compose(rows, found, sample.run_facts()))


def test_colour_adds_nothing_but_colour() -> None:
    coloured = summary(colour=True)
    assert "\x1b[1;31m" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [x.rstrip() for x in plain.splitlines()] == summary().splitlines()
    assert "\x1b" not in summary()


@pytest.mark.parametrize("width", [60, 80, 100])
def test_lines_fit_the_terminal(width: int) -> None:
    for line in summary(width=width).splitlines():
        if not line.startswith(("Only these", *"✗?○")):
            assert len(line) <= width


def test_an_escape_sequence_from_a_target_does_not_reach_the_terminal() -> None:
    hostile = "\x1b]0;owned\x07 \u202eexe.cod"
    found = [sample.finding("A-1", Verdict.FAIL, saw=hostile, what=hostile, target=hostile)]
    text = summary(compose([sample.Row(id="A-1", title=hostile)], found, sample.run_facts()))
    assert not set("\x1b\x07\u202e") & set(text)
    assert "\\u001b]0;owned\\u0007 \\u202eexe.cod" in text


def test_an_accepted_run_is_short() -> None:
    result = compose([sample.Row(id="A-1")], [sample.finding("A-1")], sample.run_facts())
    assert summary(result).startswith("ACCEPTED\n")
    assert "Blocked by" not in summary(result)
    assert "Only these" not in summary(result)


def test_what_a_gate_leaves_open_stops_nothing() -> None:
    rows = [sample.Row(id="A-1"), sample.Row(id="A-2")]
    found = [sample.finding("A-1"), sample.finding("A-2", Verdict.NOT_REVIEWED)]
    result = compose(rows, found, sample.run_facts(), sample.gate("fail"))
    assert summary(result).startswith("ACCEPTED\n")


def test_the_first_line_says_what_will_happen() -> None:
    before = terminal.banner_before(
        environment="prod",
        nodes=("mgmt", "conf1"),
        scenarios=12,
        requirements=1,
        permissions=("web_sessions",),
        connections=2210,
        width=200,
    )
    assert before.splitlines() == [
        "prod: 2 nodes (mgmt, conf1), 12 scenarios for 1 requirement, at most 2,210 connections.",
        "Intrusive checks allowed: web_sessions.",
    ]


def test_the_first_lines_say_why_the_lab_is_a_lesser_one() -> None:
    lab = Lab(
        profile="loopback", reason="user namespaces are refused; set user.max_user_namespaces"
    )
    before = terminal.banner_before(
        environment="lab", nodes=(), scenarios=0, requirements=0, lab=lab, width=200
    )
    assert before.splitlines()[-1] == (
        "The target is the embedded lab, profile loopback: user namespaces are refused; "
        "set user.max_user_namespaces."
    )


def test_of_very_many_deviations_the_gravest_are_shown() -> None:
    rows = [sample.Row(id=f"A-{n:02}", severity="low") for n in range(30)]
    rows.append(sample.Row(id="A-99", severity="high"))
    found = [sample.finding(row.id, Verdict.FAIL) for row in rows]
    text = summary(compose(rows, found, sample.run_facts()))
    assert text.startswith("✗ A-99")
    assert "… and 11 more of these, all of them in the report." in text


def test_the_same_deviation_at_several_nodes_is_told_once() -> None:
    said = [("mgmt", "TLS 1.0"), ("conf1", "TLS 1.1"), ("conf2", "TLS 1.1")]
    found = [
        sample.finding("A-1", Verdict.FAIL, target=node, saw=saw, what="accepts old TLS")
        for node, saw in said
    ]
    text = summary(compose([sample.Row(id="A-1")], found, sample.run_facts()), width=200)
    assert (
        "mgmt, conf1, conf2: accepts old TLS: expected as it should be, "
        "saw TLS 1.0 (mgmt); TLS 1.1 (conf1, conf2), from local."
    ) in text


def test_what_could_not_be_looked_at_is_not_answered_with_the_remedy() -> None:
    remedy = sample.Remedy(text="Change the setting.")
    found = [sample.finding("A-1", Verdict.INCONCLUSIVE)]
    text = summary(compose([sample.Row(id="A-1", remedy=remedy)], found, sample.run_facts()))
    assert "Change the setting" not in text
    assert "Next: find in the evidence" in text
