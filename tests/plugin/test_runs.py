"""What a run comes to: outcomes, exit codes, selection, record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

EACH = "@each_node @req:WIZ-14 @observed"


def one(when: str, then: str, tags: str = EACH, name: str = "cool") -> str:
    return f"Feature: demo\n  {tags}\n  Scenario: {name}\n    When {when}\n    Then {then}\n"


def record(project: pytest.Pytester) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        (project.path / "reports" / "demo-latest" / "result.json").read_text()
    )
    return loaded


def findings(project: pytest.Pytester, requirement: str = "WIZ-14") -> dict[str, Any]:
    [row] = [row for row in record(project)["requirements"] if row["id"] == requirement]
    return {target["target"]: target for target in row["targets"]}


@pytest.mark.parametrize(
    ("when", "then", "verdict", "code"),
    [
        ("the temperature is read", "it is at most 25 degrees", "pass", 0),
        ("the temperature is read", "it is at most 5 degrees", "fail", 11),
        ("the temperature is read", "it is hard to tell", "inconclusive", 12),
        ("a hole is drilled", "it is at most 25 degrees", "not reviewed", 13),
        ("there is nothing to read", "it is at most 25 degrees", "not applicable", 13),
    ],
)
def test_verdict_outcome_and_exit_code(
    project: pytest.Pytester,
    feature: Callable[..., pytest.RunResult],
    when: str,
    then: str,
    verdict: str,
    code: int,
) -> None:
    result = feature(one(when, then))
    assert result.ret == code
    assert {name: found["verdict"] for name, found in findings(project).items()} == dict.fromkeys(
        ("mgmt", "conf1", "conf2"), verdict
    )
    assert "Traceback" not in result.stdout.str()


def test_messages_say_what_where_and_what_next(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    result = feature(one("the temperature is read", "it is at most 5 degrees"), "-v")
    result.stdout.fnmatch_lines(["*features/demo.feature::cool[[]conf1[]] FAIL*"])
    found = findings(project)["conf1"]
    assert (found["what"], found["expected"], found["saw"]) == ("is hot", "at most 5", "20")
    assert found["evidence"][0].startswith("EV-")
    assert found["next_step"]


def test_single_scenarios_can_be_run_and_say_that_they_are_a_selection(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    text = one("the temperature is read", "it is at most 25 degrees")
    result = feature(text, "features/demo.feature::cool[conf2]")
    assert result.ret == 0
    assert list(findings(project)) == ["conf2"]
    assert record(project)["run"]["partial"] is True
    assert record(project)["decision"]["verdict"] != "accepted"


@pytest.mark.parametrize(("patience", "kinds"), [((), {}), (("--slow",), {"observed"})])
def test_a_slow_scenario_runs_on_request(
    project: pytest.Pytester,
    feature: Callable[..., pytest.RunResult],
    patience: tuple[str, ...],
    kinds: set[str],
) -> None:
    when, then = "the temperature is read", "it is at most 25 degrees"
    slow = one(when, then, "@slow @each_node @req:WIZ-14 @observed", name="slow")
    quick = one(when, then, "@each_node @req:WIZ-14 @declared", name="quick")
    result = feature(slow + "\n".join(quick.splitlines()[1:]) + "\n", *patience)
    assert result.ret == 0
    (row,) = [row for row in record(project)["requirements"] if row["id"] == "WIZ-14"]
    assert set(row["kinds"]) == {"declared", *kinds}
    assert set(row["left_out_kinds"]) == {"observed"} - set(kinds)


@pytest.mark.parametrize("tag", ["@management_node", "@each_conferencing_node"])
def test_targets_are_chosen_by_tag(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult], tag: str
) -> None:
    feature(
        one("the temperature is read", "it is at most 25 degrees", f"{tag} @req:WIZ-14 @observed")
    )
    expected = {"@management_node": {"mgmt"}, "@each_conferencing_node": {"conf1", "conf2"}}
    assert set(findings(project)) == expected[tag]


@pytest.mark.parametrize(
    ("tag", "stated", "targets"),
    [
        ("@each_host", "hosts: [esxi1, esxi2]", {"esxi1", "esxi2"}),
        ("@each_datastore", "datastores: [store]", {"store"}),
        ("@each_host", "port: 443", {"unknown-host"}),
        ("@each_datastore", "", {"unknown-datastore"}),
    ],
)
def test_hosts_and_datastores_are_those_that_the_environment_states(
    project: pytest.Pytester,
    feature: Callable[..., pytest.RunResult],
    tag: str,
    stated: str,
    targets: set[str],
) -> None:
    path = project.path / "environments" / "demo.yaml"
    named = f"vsphere: {{address: 127.0.0.9, {stated}}}\n" if stated else ""
    path.write_text(path.read_text() + named)
    then = "it is at most 25 degrees"
    feature(one("it is read of the host", then, f"{tag} @req:WIZ-14 @observed"))
    assert set(findings(project)) == targets


def test_an_outline_claims_by_its_column(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    result = feature(
        "Feature: demo\n  @each_node @declared\n  Scenario Outline: <requirement> by table\n"
        "    When the temperature is read\n    Then <requirement> holds\n"
        "    Examples:\n      | requirement |\n      | SNMP-01 |\n      | SNMP-03 |\n"
    )
    assert result.ret == 0
    for requirement in ("SNMP-01", "SNMP-03"):
        assert findings(project, requirement)["mgmt"]["verdict"] == "pass"


def test_every_observation_is_made_once(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    both = one("the temperature is read", "it is at most 25 degrees")
    both += "\n".join(
        one("every temperature is read", "it is at most 30 degrees", name="all").splitlines()[1:]
    )
    assert feature(both).ret == 0
    lines = (
        project.path / "reports" / "demo-latest" / "evidence" / "observations.jsonl"
    ).read_text()
    assert len(lines.splitlines()) == 3


def test_the_same_result_under_xdist(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    text = one("the temperature is read", "it is at most 5 degrees")
    text += "\n".join(
        one("the temperature is read", "it is hard to tell", name="fog").splitlines()[1:]
    )
    codes, records = [], []
    for arguments in ((), ("-n", "2")):
        codes.append(feature(text, *arguments).ret)
        records.append(record(project))
    assert codes == [11, 11]
    assert records[0]["requirements"] == records[1]["requirements"]
    assert records[0]["decision"] == records[1]["decision"]


def test_plan_prints_connections_and_makes_none(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    result = feature(one("the temperature is read", "it is at most 25 degrees"), "--plan")
    result.stdout.fnmatch_lines(["conf1*thermometer*tcp*127.0.0.2*80*at most*1"])
    assert not (project.path / "reports").exists()


def test_no_secret_of_the_environment_is_written(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    steps = project.path / "demo_steps.py"
    steps.write_text(
        steps.read_text()
        + '\n\n@judgement("it says too much")\ndef loud(seen):\n'
        + "    return seen.each(lambda _: deviates('x', expected='y', saw='canary-of-the-demo'))\n"
    )
    result = feature(one("the temperature is read", "it says too much"))
    written = [path for path in (project.path / "reports").rglob("*") if path.is_file()]
    assert written
    for path in written:
        assert b"canary-of-the-demo" not in path.read_bytes()
    assert "canary-of-the-demo" not in result.stdout.str()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--env=nowhere",), "nowhere"),
        (("--setup=unheard_of",), "unheard_of"),
    ],
)
def test_bad_command_lines_end_with_code_4(
    feature: Callable[..., pytest.RunResult], arguments: tuple[str, ...], complaint: str
) -> None:
    result = feature(one("the temperature is read", "it is at most 25 degrees"), *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert complaint in result.stderr.str()
    assert "Traceback" not in result.stderr.str()


def test_a_protected_environment_refuses_set_ups(
    project: pytest.Pytester, feature: Callable[..., pytest.RunResult]
) -> None:
    path = project.path / "environments" / "demo.yaml"
    path.write_text(path.read_text() + "protected: true\nsetup: [security_wizard]\n")
    result = feature(one("the temperature is read", "it is at most 25 degrees"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "protected" in result.stderr.str()
    allowed = feature(one("the temperature is read", "it is at most 25 degrees"), "--setup=none")
    assert allowed.ret == 0
