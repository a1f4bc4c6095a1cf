from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from junitparser import Error, Failure, JUnitXml, Skipped

from report import sample
from securemode.report import junit
from securemode.report.record import compose
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

KINDS = {
    Verdict.FAIL: Failure,
    Verdict.INCONCLUSIVE: Error,
    Verdict.NOT_REVIEWED: Skipped,
    Verdict.NOT_APPLICABLE: Skipped,
    Verdict.WAIVED: Skipped,
    Verdict.PASS: None,
    Verdict.ATTESTED: None,
}


def written(path: Path, result: Any) -> Any:
    junit.write(result, path)
    return JUnitXml.fromfile(str(path))


def test_every_finding_is_a_case_of_its_section(tmp_path: Path) -> None:
    suites = list(written(tmp_path / "junit.xml", sample.result()))
    assert [suite.name for suite in suites] == [
        "Deployment of the nodes",
        "Security wizard",
        "IPv6",
        "Global settings",
        "Last-resort account",
        "Network services",
    ]
    cases = [case for suite in suites for case in suite]
    assert len(cases) == len(sample.findings())
    assert len({(case.classname, case.name) for case in cases}) == len(cases)


def test_verdicts_become_what_a_build_server_knows(tmp_path: Path) -> None:
    rows = [sample.Row(id=f"A-{n}") for n, _ in enumerate(Verdict)]
    found = [sample.finding(f"A-{n}", verdict) for n, verdict in enumerate(Verdict)]
    xml = written(tmp_path / "junit.xml", compose(rows, found, sample.run_facts()))
    (suite,) = xml
    for case, verdict in zip(suite, Verdict, strict=True):
        kinds = [type(said) for said in case.result]
        assert kinds == ([KINDS[verdict]] if KINDS[verdict] else [])
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (7, 1, 1, 3)
    assert (xml.tests, xml.failures, xml.errors) == (7, 1, 1)


def test_a_failure_says_what_where_and_what_next(tmp_path: Path) -> None:
    suites = written(tmp_path / "junit.xml", sample.result())
    (message,) = [
        case.result[0].message
        for suite in suites
        for case in suite
        if case.classname == "security-wizard.WIZ-14" and case.result
    ]
    assert message.startswith("conf2 accepts TLS 1.1 on 443: expected 1.2 and later, saw 1.1, 1.2")
    assert "from local, EV-" in message
    assert message.endswith("then reboot conf2.")


def test_a_violated_guard_is_an_error_of_the_suite(tmp_path: Path) -> None:
    result = sample.result(guards_violated=("a scenario left no evidence",))
    *_, suite = written(tmp_path / "junit.xml", result)
    assert (suite.name, suite.errors) == ("The suite itself", 1)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_a_target_sends_it_stays_xml(tmp_path: Path, text: str) -> None:
    found = [sample.finding("A-1", Verdict.FAIL, what=text, saw=text, next_step=text, target=text)]
    result = compose([sample.Row(id="A-1", title=text)], found, sample.run_facts())
    assert written(tmp_path / "junit.xml", result).failures == 1
