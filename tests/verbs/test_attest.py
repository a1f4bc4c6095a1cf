"""A person is asked for what a run left open; nothing is written before the last answer."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest

from report import sample
from securemode.cli import main
from securemode.environment.attestations import load
from securemode.report.record import compose
from securemode.verdicts import ControlJudgement, Verdict

ROOT = Path(__file__).parents[2]
ENVIRONMENT = """\
identity: {customer: A, site: B, contract: C, system: D}
management_node: {name: mgmt, ipv4: 127.0.0.1}
conferencing_nodes: [{name: conf1, ipv4: 127.0.0.2}]
credentials: {web: {username: admin, password: {env: NOBODY_ASKS}}}
trust: {}
records: {attestations: prod.attestations.yaml}
gate: {attested_within_days: 100, two_persons: TWO}
"""
OURS = "# kept by Ada\nattestations: []\n"
FIRST, SECOND = ["Ada Example", "officer"], ["Ben Example", "administrator"]
LAST_04 = ["yes", "It lies in the safe.", "Opened the safe.", "2026-11-20", "", "safe.png"]
CONTROL = ["y", "Accounts are locked.", "Asked.", "2026-11-20", "2026-12-24", ""]


def undecided() -> ControlJudgement:
    return ControlJudgement(
        id="ESXI-80-000236",
        stig="ESXi 8 STIG V2R3",
        severity="CAT II",
        title="has a person",
        verdict=Verdict.NOT_REVIEWED,
        expected="a valid attestation",
        saw="no statement",
    )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with an environment, a catalogue and a run that left two things open."""
    (tmp_path / "requirements").symlink_to(ROOT / "requirements")
    environments = tmp_path / "environments"
    environments.mkdir()
    (environments / "prod.yaml").write_text(ENVIRONMENT.replace("TWO", "false"))
    path = environments / "prod.attestations.yaml"
    path.write_text(OURS)
    path.chmod(0o600)
    (environments / "safe.png").write_bytes(b"picture")
    open_ = {"kind": "attested", "what": "is not attested", "saw": "no statement"}
    found = [
        sample.finding("LAST-04", Verdict.NOT_REVIEWED, target="deployment", **open_),
        sample.finding("WIZ-14"),
        *(
            sample.finding(
                "HOST-01",
                Verdict.NOT_REVIEWED,
                target=host,
                controls=(undecided(),),
                **open_,
            )
            for host in ("esxi1", "esxi2")
        ),
    ]
    rows = [sample.Row(id=name) for name in ("LAST-04", "WIZ-14", "HOST-01")]
    result = compose(rows, found, sample.run_facts())
    latest = tmp_path / "reports" / "prod-latest"
    latest.mkdir(parents=True)
    (latest / "result.json").write_text(result.to_json(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return environments


def attest(monkeypatch: pytest.MonkeyPatch, *lines: str) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    return main(["attest", "prod"])


def test_the_answers_are_added_and_comments_stay(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project / "prod.attestations.yaml"
    assert attest(monkeypatch, *FIRST, *SECOND, *LAST_04, *CONTROL) == 0
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# kept by Ada\nattestations:\n  - requirement: LAST-04\n")
    safe, host = load(path, ["LAST-04", "HOST-01"], ["ESXI-80-000236"]).attestations
    assert (safe.requirement, safe.statement, safe.how) == (
        "LAST-04",
        "It lies in the safe.",
        "Opened the safe.",
    )
    assert (safe.valid_until - safe.verified).days == 100
    assert safe.evidence[0].sha256 == hashlib.sha256(b"picture").hexdigest()
    assert safe.by is not None
    assert safe.confirmed_by is not None
    assert (safe.by.name, safe.confirmed_by.name) == ("Ada Example", "Ben Example")
    assert (host.controls, host.targets) == (("ESXI-80-000236",), ("esxi1", "esxi2"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in project.iterdir()) == [
        "prod.attestations.yaml",
        "prod.yaml",
        "safe.png",
    ]


def test_entries_that_are_there_stay_as_they_are_written(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = """\
attestations:
  # the safe, of all things
  - requirement: LAST-04
    statement: 'It lies in the safe.'   # really
    by: {name: "Ada Example", role: officer}
    verified: 2026-11-20
    valid_until: 2026-12-20
    how: Opened the safe.
"""
    path = project / "prod.attestations.yaml"
    path.write_text(before, encoding="utf-8")
    assert attest(monkeypatch, *FIRST, "", "no", *CONTROL) == 0
    assert path.read_text(encoding="utf-8").startswith(before)
    assert len(load(path).attestations) == 2


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), 'The answers ended at "Your name"'),
        (("",), 'The answer to "Your name" is empty'),
        ((*FIRST, *FIRST), "Ada Example cannot be the second person as well"),
        ((*FIRST, "", *LAST_04), 'The answers ended at "Attest it (yes or no)"'),
        ((*FIRST, "", *LAST_04, "perhaps"), 'is "perhaps", neither yes nor no'),
        ((*FIRST, "", *LAST_04[:3], "20.11.2026"), 'is "20.11.2026", no day such as'),
        ((*FIRST, "", *LAST_04[:3], "2999-01-01"), "which has not come"),
        ((*FIRST, "", *LAST_04[:4], "2026-11-19"), "is 2026-11-19, before 2026-11-20"),
        ((*FIRST, "", *LAST_04[:5], "none.png"), 'names "none.png", which cannot be read'),
        ((*FIRST, "", *LAST_04[:5], "../safe.png"), 'names "../safe.png": put the file into'),
    ],
)
def test_nothing_is_written_where_an_answer_is_wrong(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    lines: tuple[str, ...],
    said: str,
) -> None:
    assert attest(monkeypatch, *lines) == 4
    error = capsys.readouterr().err
    assert said in error
    assert "nothing was written" in error
    assert (project / "prod.attestations.yaml").read_text(encoding="utf-8") == OURS


def test_nothing_is_written_on_ctrl_c(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([*FIRST, "", *LAST_04])

    def interrupted(_: str) -> str:
        for answer in answers:
            return answer
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupted)
    assert main(["attest", "prod"]) == 130
    assert (project / "prod.attestations.yaml").read_text(encoding="utf-8") == OURS


def test_a_gate_of_two_persons_asks_for_the_second(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "prod.yaml").write_text(ENVIRONMENT.replace("TWO", "true"))
    assert attest(monkeypatch, *FIRST, "") == 4
    assert 'The answer to "Second person\'s name" is empty' in capsys.readouterr().err


def test_an_environment_without_the_file_is_told_what_to_do(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stated = ENVIRONMENT.replace("TWO", "false").replace("records:", "# records:")
    (project / "prod.yaml").write_text(stated)
    assert attest(monkeypatch) == 4
    assert "write prod.attestations.yaml beside the environment" in capsys.readouterr().err


def test_a_run_that_left_nothing_open_asks_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, found = [sample.Row(id="WIZ-14")], [sample.finding("WIZ-14")]
    path = project.parent / "reports" / "prod-latest" / "result.json"
    path.write_text(compose(rows, found, sample.run_facts()).to_json(), encoding="utf-8")
    assert attest(monkeypatch) == 0
    assert "left nothing to attest" in capsys.readouterr().out
