"""Two runs, one of them changed in one place: what the comparison makes of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from report import sample
from securemode.report import comparison_text, html
from securemode.report.comparison import Side, compare
from securemode.report.comparison_paths import Declared
from securemode.report.models import Result
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.report.comparison_models import Comparison

DECLARED = {
    "tls-endpoint": Declared(frozenset({"connections"}), frozenset({"versions.suites"})),
    "closed-ports": Declared(frozenset(), frozenset({"said.state"})),
}
SUITE = "TLS_RSA_WITH_AES_128_CBC_SHA"


def side(change: Callable[[dict[str, Any]], None] = lambda _: None) -> Side:
    """The sample run after a change to its record."""
    data = json.loads(sample.result().to_json())
    change(data)
    return Side(Result.model_validate(data), looks())


def looks() -> list[dict[str, Any]]:
    """The evidence of the sample run, of TLS and ports one look a target."""
    records = json.loads(json.dumps(sample.evidence_records(sample.findings())))
    alone = {(record["probe"], record["target"]): record for record in reversed(records)}
    return [r for r in records if r["probe"] == "http-answers" or r in alone.values()]


def turned(requirement: str, target: str, verdict: Verdict, **said: str) -> Callable[[Any], None]:
    """One finding of a run as another verdict."""

    def change(data: dict[str, Any]) -> None:
        for finding in row(data, requirement)["targets"]:
            if (finding["target"], finding["kind"]) == (target, "observed"):
                finding.update({"verdict": verdict.value, **said})

    return change


def row(data: dict[str, Any], requirement: str) -> dict[str, Any]:
    [found] = (one for one in data["requirements"] if one["id"] == requirement)
    row_: dict[str, Any] = found
    return row_


def seen(change: Callable[[dict[str, Any]], None], probe: str, target: str) -> Side:
    """The sample run after a change to what one probe saw at one target."""
    records = looks()
    for record in records:
        if (record["probe"], record["target"]) == (probe, target):
            change(record["observation"])
    return Side(sample.result(), records)


def compared(before: Side, after: Side) -> Comparison:
    return compare(before, after, DECLARED)


def groups(found: Comparison) -> dict[str, int]:
    return {name: number for name, number in comparison_text.counts(found).items() if number}


def test_a_run_and_itself_differ_in_nothing_but_what_is_open() -> None:
    found = compared(side(), side())
    assert set(groups(found)) == {"still open"}
    assert not found.is_worse
    opened = {(one.requirement, target) for one in found.still_open for target in one.targets}
    assert ("WIZ-14", "conf2") in opened


@pytest.mark.parametrize(
    ("before", "after", "group"),
    [
        (Verdict.PASS, Verdict.FAIL, "regressed"),
        (Verdict.PASS, Verdict.INCONCLUSIVE, "regressed"),
        (Verdict.PASS, Verdict.NOT_REVIEWED, "regressed"),
        (Verdict.PASS, Verdict.WAIVED, "regressed"),
        (Verdict.NOT_APPLICABLE, Verdict.FAIL, "regressed"),
        (Verdict.WAIVED, Verdict.FAIL, "regressed"),
        (Verdict.PASS, Verdict.NOT_APPLICABLE, "vanished"),
        (Verdict.NOT_APPLICABLE, Verdict.PASS, "new checks"),
        (Verdict.FAIL, Verdict.PASS, "fixed"),
        (Verdict.WAIVED, Verdict.PASS, "fixed"),
        (Verdict.FAIL, Verdict.ATTESTED, "fixed"),
        (Verdict.FAIL, Verdict.WAIVED, "still open"),
        (Verdict.INCONCLUSIVE, Verdict.FAIL, "still open"),
        (Verdict.PASS, Verdict.PASS, None),
        (Verdict.PASS, Verdict.ATTESTED, None),
    ],
)
def test_how_a_verdict_turns(before: Verdict, after: Verdict, group: str | None) -> None:
    found = compared(
        side(turned("WIZ-02", "conf1", before)), side(turned("WIZ-02", "conf1", after))
    )
    in_groups = {
        name
        for name in ("regressed", "vanished", "new checks", "fixed", "still open")
        for one in getattr(found, name.replace(" ", "_"))
        if (one.requirement, one.kind) == ("WIZ-02", "observed") and one.targets == ("conf1",)
    }
    assert in_groups == ({group} if group else set())
    assert found.is_worse is (group in {"regressed", "vanished"})


def test_targets_that_turned_alike_are_one_entry() -> None:
    def change(data: dict[str, Any]) -> None:
        for target in ("conf1", "conf2"):
            turned("WIZ-02", target, Verdict.FAIL, what="is wrong")(data)

    [entry] = compared(side(), side(change)).regressed
    assert (entry.targets, entry.before, entry.after) == (
        ("conf1", "conf2"), Verdict.PASS, Verdict.FAIL
    )  # fmt: skip


def test_a_check_that_is_gone_has_vanished_and_one_more_is_new() -> None:
    def without(data: dict[str, Any]) -> None:
        row(data, "SNMP-05")["targets"] = []

    found = compared(side(), side(without))
    assert [one.requirement for one in found.vanished] == ["SNMP-05"]
    assert [one.requirement for one in compared(side(without), side()).new_checks] == ["SNMP-05"]


def test_what_a_selection_left_out_has_not_vanished() -> None:
    def selection(data: dict[str, Any]) -> None:
        row(data, "SNMP-05")["targets"] = []
        data["run"].update(partial=True, selection="-k WIZ")

    found = compared(side(), side(selection))
    assert found.vanished == ()
    assert any("was a selection (-k WIZ)" in caution for caution in found.cautions)
    assert compared(side(selection), side()).new_checks == ()


def test_a_control_is_a_check() -> None:
    control = {
        "id": "VMCH-80-000189", "stig": "VM STIG", "target": "mgmt", "severity": "CAT II",
        "title": "Copying is off", "verdict": "pass", "expected": "TRUE", "saw": "TRUE",
    }  # fmt: skip
    before = side(lambda data: data.update(controls=[control]))
    after = side(lambda data: data.update(controls=[{**control, "verdict": "fail", "saw": "no"}]))
    [entry] = compared(before, after).regressed
    assert (entry.requirement, entry.kind, entry.saw_before) == (
        "VMCH-80-000189",
        "control",
        "TRUE",
    )


def test_a_new_suite_is_new_surface_and_names_its_place() -> None:
    after = seen(lambda tls: tls["versions"][-2]["suites"].append(SUITE), "tls-endpoint", "conf1")
    found = compared(side(), after)
    [one] = found.new_surface
    assert comparison_text.difference(one) == f"conf1: TLS 1.2 suites: + {SUITE}"
    assert found.is_worse
    assert found.drifted == ()
    assert set(one.judged) >= {"WIZ-14", "WIZ-24"}


def test_a_suite_less_has_drifted() -> None:
    after = seen(lambda tls: tls["versions"][-2]["suites"].pop(), "tls-endpoint", "conf1")
    found = compared(side(), after)
    assert (len(found.drifted), found.new_surface, found.is_worse) == (1, (), False)


def test_an_open_port_is_new_surface_and_a_reset_is_not() -> None:
    def state(word: str) -> Callable[[dict[str, Any]], None]:
        return lambda ports: ports["said"][0].update(state=word)

    opened = compared(side(), seen(state("open"), "closed-ports", "conf1"))
    assert [one.path for one in opened.new_surface] == ["port 23 state"]
    reset = compared(side(), seen(state("reset"), "closed-ports", "conf1"))
    assert (reset.new_surface, len(reset.drifted)) == ((), 1)


def test_volatile_paths_do_not_drift() -> None:
    after = seen(lambda tls: tls.update(connections=99), "tls-endpoint", "conf1")
    assert groups(compared(side(), after)) == groups(compared(side(), side()))


def test_a_change_that_explains_a_regression_stands_there() -> None:
    after = seen(lambda tls: tls.update(service="sip"), "tls-endpoint", "conf1")
    worse = side(turned("WIZ-14", "conf1", Verdict.FAIL))
    found = compared(side(), Side(worse.result, after.evidence))
    [entry] = found.regressed
    assert [one.path for one in entry.seen] == ["service"]
    assert found.drifted == ()


def test_a_look_that_failed_since_is_told() -> None:
    records = looks()
    [record] = (r for r in records if (r["probe"], r["target"]) == ("tls-endpoint", "mgmt"))
    del record["observation"]
    record["error"] = {"kind": "TimedOut", "message": "no answer", "remedy": ""}
    [one] = compared(side(), Side(sample.result(), records)).drifted
    assert one.after == "could not be made (TimedOut)"


def test_looks_with_other_parameters_are_paired_where_there_is_one_each() -> None:
    records = looks()
    for record in records:
        if record["probe"] == "tls-endpoint" and record["target"] == "conf1":
            record["id"] = "EV-OTHER"
            record["observation"]["service"] = "sip"
    found = compared(side(), Side(sample.result(), records))
    assert [one.evidence for one in found.drifted] == [("EV-OTHER",)]


def test_looks_without_a_counterpart_are_counted() -> None:
    records = [r for r in side().evidence if r["probe"] != "closed-ports"]
    found = compared(side(), Side(sample.result(), records))
    assert any("3 looks before and 0 looks now" in caution for caution in found.cautions)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"environment": "prod"}, "The environments differ: lab before, prod now"),
        ({"environment_sha256": "0" * 64}, "environment lab was changed"),
        ({"interrupted": True}, "was interrupted"),
        ({"lab": None}, "One of the runs verified the embedded lab"),
        ({"permissions": ["restart"]}, "Allowed now and not before: restart"),
        ({"began": "2020-01-01T00:00:00Z"}, "is the later one"),
        ({"rejudges": "R"}, "judged the evidence of R again and looked at nothing"),
        ({}, "embedded lab, which makes its certificates"),
    ],
)
def test_cautions(changed: dict[str, Any], words: str) -> None:
    found = compared(side(), side(lambda data: data["run"].update(changed)))
    assert any(words in caution for caution in found.cautions)


def test_versions_that_changed() -> None:
    def upgraded(data: dict[str, Any]) -> None:
        data["identity"]["product_version"] = "42"
        data["run"]["suite_version"] = "0.2.0"
        row(data, "WIZ-14")["expected"] = "TLS 1.3"

    changes = {one.of: one.after for one in compared(side(), side(upgraded)).versions}
    assert changes["product"] == "42"
    assert changes["suite"].startswith("0.2.0")
    assert changes["requirement catalogue"] == "115 rows (worded otherwise: WIZ-14)"


def test_the_text_names_the_worst_first_and_lets_nothing_through_to_the_terminal() -> None:
    worse = side(turned("WIZ-02", "conf1", Verdict.FAIL, what="is wrong\x1b[2J"))
    text = comparison_text.text(compared(side(), worse))
    assert text.index("REGRESSED  1") < text.index("STILL OPEN")
    assert "\x1b" not in text
    assert text.rstrip().splitlines()[-1].startswith("1 regressed, ")


def test_the_page_says_what_changed_and_escapes_it() -> None:
    worse = side(turned("WIZ-02", "conf1", Verdict.FAIL, what="is <b>wrong</b>"))
    changed = compared(side(), worse)
    result = worse.result.model_copy(update={"comparison": changed})
    page = html.render(result, worse.evidence)
    assert 'id="since"' in page
    assert "is &lt;b&gt;wrong" in page
    assert 'id="since"' not in html.render(worse.result, worse.evidence)
    assert Result.model_validate_json(result.to_json()) == result
