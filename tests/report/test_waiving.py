"""What a waiver covers, and what the fingerprint of a deviation tells apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from report import sample
from securemode.environment.waivers import FINGERPRINT
from securemode.report import html, terminal, waiving
from securemode.report.fingerprint import fingerprint
from securemode.report.record import compose
from securemode.report.recorded import RecordedFinding
from securemode.report.waiver import Waiver, WaiverState
from securemode.verdicts import ControlJudgement, Verdict

NOW = sample.BEGAN
OLD_TLS = sample.finding(
    "WIZ-14",
    Verdict.FAIL,
    what="accepts TLS 1.1 on 443",
    expected="1.2 and later",
    saw="1.1, 1.2, 1.3",
    next_step="run the wizard.",
    evidence=("EV-ABCDEFG",),
)


def control(verdict: Verdict, id_: str = "ESXI-80-000005", saw: str = "0") -> ControlJudgement:
    return ControlJudgement(
        id=id_,
        stig="ESXi 8 STIG V2R3",
        severity="CAT II",
        title="locks accounts",
        verdict=verdict,
        expected="3",
        saw=saw,
        next_step="set it.",
    )


def waiver(*findings: RecordedFinding, **differently: Any) -> Waiver:
    values: dict[str, Any] = {
        "requirement": "WIZ-14",
        "fingerprints": tuple(map(fingerprint, findings or (OLD_TLS,))),
        "approver": "Ada Example, officer",
        "reason": "An old room system calls.",
        "compensating": "A firewall.",
        "ticket": "CHG-7",
        "starts": NOW - timedelta(days=1),
        "ends": NOW + timedelta(days=90),
    }
    return Waiver(**values | differently)


@pytest.mark.parametrize(
    "again",
    [
        {"evidence": ("EV-GFEDCBA",), "node_id": "other", "next_step": "do it.", "vantage": "dmz"},
        {"target": "conf2"},
        {"saw": "1.3, 1.1, 1.2"},
        {"verdict": Verdict.WAIVED},
    ],
)
def test_the_same_deviation_has_the_same_fingerprint(again: dict[str, Any]) -> None:
    assert fingerprint(replace(OLD_TLS, **again)) == fingerprint(OLD_TLS)


@pytest.mark.parametrize(
    "other",
    [
        {"saw": "1.0, 1.1, 1.2, 1.3"},
        {"what": "accepts TLS 1.1 on 5061"},
        {"expected": "1.3"},
        {"kind": "declared"},
        {"requirement": "WIZ-12"},
        {"controls": (control(Verdict.FAIL),)},
    ],
)
def test_another_deviation_has_another(other: dict[str, Any]) -> None:
    assert fingerprint(replace(OLD_TLS, **other)) != fingerprint(OLD_TLS)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("started 2026-11-23T16:16:17.421272", "started 2026-11-24T06:01:02Z"),
        ("started 2026-11-23 16:16:17 UTC", "started 2026-11-24 06:01:02 UTC"),
        ("12 days left", "3.5 days left"),
        ("expired 3 days ago", "expired 4 days ago"),
        ("silent after 1.25 s", "silent after 2.0 s"),
        ("DSCP 8 on 10 packets", "DSCP 8 on 11 packets"),
        ("a call from 192.0.2.1:40123", "a call from 192.0.2.1:51999"),
        ("a call from [2001:db8::1]:40123", "a call from [2001:db8::1]:51999"),
        ("another page (evidence/pictures/a1.png)", "another page (evidence/pictures/b2.png)"),
        ("conf1: b, a; conf2: c", "conf2: c; conf1: b, a"),
        ("see EV-ABCDEFG", "see EV-GFEDCBA"),
    ],
)
def test_what_differs_from_run_to_run_does_not_count(first: str, second: str) -> None:
    assert fingerprint(replace(OLD_TLS, saw=first)) == fingerprint(replace(OLD_TLS, saw=second))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("30 minutes", "60 minutes"),
        ("443", "8443"),
        ("open: 45000", "open: 45001"),
        ("a listener at 192.0.2.1:443", "a listener at 192.0.2.1:8443"),
        ("12 days left", "expired 12 days ago"),
        ("ends on 2026-11-23", "ends on 2026-11-24"),
        ("a, b; c", "a; b, c"),
        ("DSCP 8 on 10 packets", "DSCP 0 on 10 packets"),
    ],
)
def test_what_makes_a_difference_does(first: str, second: str) -> None:
    assert fingerprint(replace(OLD_TLS, saw=first)) != fingerprint(replace(OLD_TLS, saw=second))


def test_one_more_open_control_is_another_deviation() -> None:
    one = replace(OLD_TLS, controls=(control(Verdict.FAIL),))
    more = replace(OLD_TLS, controls=(*one.controls, control(Verdict.FAIL, "ESXI-80-000006")))
    worse = replace(OLD_TLS, controls=(control(Verdict.FAIL, saw="1"),))
    assert len({fingerprint(each) for each in (one, more, worse)}) == 3


def test_a_fingerprint_is_one_that_the_file_takes() -> None:
    assert FINGERPRINT.fullmatch(fingerprint(OLD_TLS))


def test_exactly_what_was_accepted_is_waived() -> None:
    found = waiving.weighed(OLD_TLS, [waiver()], NOW)
    assert found.verdict is Verdict.WAIVED
    assert found.waiver is not None
    assert found.waiver.ticket == "CHG-7"
    assert RecordedFinding.of_plain(found.as_plain()) == found


@pytest.mark.parametrize(
    ("differently", "said"),
    [
        ({"ends": NOW - timedelta(seconds=1)}, "does not apply: it ended on 2025-11-23 09:30 UTC."),
        ({"starts": NOW + timedelta(days=1)}, "does not apply: it begins on 2025-11-24 09:30 UTC."),
        ({"fingerprints": ("WF-" + "A" * 20,)}, "differs from what was accepted (WF-AAAAAAAAAAA"),
    ],
)
def test_a_waiver_that_does_not_apply_says_why(differently: dict[str, Any], said: str) -> None:
    found = waiving.weighed(OLD_TLS, [waiver(**differently)], NOW)
    assert found.verdict is Verdict.FAIL
    assert found.next_step.startswith("run the wizard. The waiver of Ada Example, officer (CHG-7)")
    assert said in found.next_step
    assert waiving.weighed(found, [waiver(**differently)], NOW) == found


@pytest.mark.parametrize("differently", [{"scope": ("conf2",)}, {"requirement": "WIZ-12"}])
def test_what_a_waiver_is_not_about_stays_as_it_is(differently: dict[str, Any]) -> None:
    assert waiving.weighed(OLD_TLS, [waiver(**differently)], NOW) == OLD_TLS


@pytest.mark.parametrize("verdict", [one for one in Verdict if one is not Verdict.FAIL])
def test_only_a_failure_is_waived(verdict: Verdict) -> None:
    found = replace(OLD_TLS, verdict=verdict)
    assert waiving.weighed(found, [waiver()], NOW) == found


def test_of_several_the_one_that_lasts_counts() -> None:
    longer = waiver(ends=NOW + timedelta(days=300), ticket="CHG-8")
    found = waiving.weighed(OLD_TLS, [waiver(), longer, waiver(ends=NOW)], NOW)
    assert found.waiver == longer


def test_a_control_that_could_not_be_judged_is_not_waived_with_those_that_failed() -> None:
    controls = (control(Verdict.FAIL), control(Verdict.INCONCLUSIVE, "ESXI-80-000006", "nothing"))
    mixed = replace(OLD_TLS, controls=controls)
    found = waiving.weighed(mixed, [waiver(mixed)], NOW)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "ESXI-80-000006" in found.what
    assert [one.verdict for one in found.controls] == [Verdict.WAIVED, Verdict.INCONCLUSIVE]


@pytest.mark.parametrize(
    ("differently", "verdict", "state"),
    [
        ({}, Verdict.FAIL, WaiverState.IN_FORCE),
        ({"ends": NOW + timedelta(days=30)}, Verdict.FAIL, WaiverState.SOON_ENDING),
        ({"ends": NOW - timedelta(days=1)}, Verdict.FAIL, WaiverState.EXPIRED),
        ({"starts": NOW + timedelta(days=1)}, Verdict.FAIL, WaiverState.NOT_STARTED),
        ({"fingerprints": ("WF-" + "A" * 20,)}, Verdict.FAIL, WaiverState.DIFFERS),
        ({}, Verdict.PASS, WaiverState.STALE),
        ({}, Verdict.INCONCLUSIVE, WaiverState.UNSEEN),
        ({"scope": ("conf9",)}, Verdict.FAIL, WaiverState.UNSEEN),
    ],
)
def test_every_waiver_has_a_state(
    differently: dict[str, Any], verdict: Verdict, state: WaiverState
) -> None:
    stated = waiver(**differently)
    found = waiving.weighed(replace(OLD_TLS, verdict=verdict), [stated], NOW)
    (one,) = waiving.assessed([stated], [found], NOW)
    assert one.state is state
    assert one.covers == (("conf1",) if found.verdict is Verdict.WAIVED else ())


@pytest.mark.parametrize(
    ("scope", "state"), [((), WaiverState.UNSEEN), (("conf1",), WaiverState.STALE)]
)
def test_a_selection_calls_stale_only_what_it_has_seen(
    scope: tuple[str, ...], state: WaiverState
) -> None:
    passing = replace(OLD_TLS, verdict=Verdict.PASS)
    (one,) = waiving.assessed([waiver(scope=scope)], [passing], NOW, partial=True)
    assert one.state is state


def test_record_page_and_terminal_tell_of_it() -> None:
    stated = (waiver(), waiver(ends=datetime(2025, 1, 1, tzinfo=UTC), ticket="CHG-1"))
    facts = sample.run_facts(waivers=stated, covered=frozenset({("WIZ-14", "observed")}))
    result = compose([sample.Row(id="WIZ-14")], [OLD_TLS], facts)
    assert (result.decision.exit_code, str(result.decision.verdict)) == (
        10,
        "accepted with waivers",
    )
    assert [(one.state, one.covers) for one in result.waivers] == [
        (WaiverState.IN_FORCE, ("conf1",)),
        (WaiverState.EXPIRED, ()),
    ]
    assert result.requirements[0].targets[0].fingerprint == fingerprint(OLD_TLS)
    page = html.render(result, ())
    assert "Waivers and attestations" in page
    assert "An old room system calls." in page
    assert fingerprint(OLD_TLS) in page
    said = terminal.summary(result, colour=False, width=100)
    assert "Waivers: 1 in force, 1 expired." in said
    assert "The waiver of WIZ-14 by Ada Example, officer (CHG-1) is expired: it ended on" in said
