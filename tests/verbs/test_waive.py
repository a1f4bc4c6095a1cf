"""A draft names what was seen, and cannot be used before a person has filled it in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from report import sample
from securemode.cli import main
from securemode.documents import read
from securemode.environment.waivers import load
from securemode.errors import ConfigurationError
from securemode.report.record import compose
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.report.models import Result

ANSWERS = {
    "<who accepts it>": "Ada Example",
    "<in which capacity>": "officer",
    "<why it is accepted>": "An old room system calls.",
    "<what is done instead>": "A firewall.",
    "<where it was decided>": "CHG-7",
    "<from when, with time zone: 2027-01-31T23:59:00+01:00>": "2026-11-20T08:00:00+01:00",
    "<until when, with time zone: 2027-01-31T23:59:00+01:00>": "2027-02-28T23:59:59+01:00",
}


def failed(target: str, saw: str) -> Result:
    found = [
        sample.finding("WIZ-14", Verdict.FAIL, what="accepts TLS 1.1", target=target, saw=saw),
        sample.finding("WIZ-14", Verdict.FAIL, what="accepts TLS 1.1", target="mgmt", saw=saw),
        sample.finding("WIZ-12"),
        sample.finding("SNMP-04", Verdict.INCONCLUSIVE),
    ]
    rows = [sample.Row(id=name) for name in ("WIZ-14", "WIZ-12", "SNMP-04")]
    return compose(rows, found, sample.run_facts())


@pytest.fixture
def run(tmp_path: Path) -> Path:
    directory = tmp_path / "run"
    directory.mkdir()
    text = failed("conf2", "1.1 \u202e: #{}\n1.2").to_json()
    directory.joinpath("result.json").write_text(text, encoding="utf-8")
    return directory


def filled_in(text: str) -> str:
    for placeholder, answer in ANSWERS.items():
        assert placeholder in text
        text = text.replace(placeholder, answer)
    return text


def test_a_draft_is_refused_until_it_is_filled_in(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["waive", str(run), "wiz-14"]) == 0
    text = capsys.readouterr().out
    path = tmp_path / "prod.waivers.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    refused = {line.split(": ")[1] for line in str(caught.value).splitlines()}
    fields = ("approver.name", "approver.role", "reason", "compensating", "ticket", "starts")
    assert refused == {f"waivers[0].{field}" for field in (*fields, "ends")}

    path.write_text(filled_in(text), encoding="utf-8")
    (one,) = load(path).waivers
    assert set(one.scope) == {"conf2", "mgmt"}
    assert len(one.fingerprints) == 1


def test_drafts_are_added_to_a_file_whose_comments_stay(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "prod.waivers.yaml"
    path.write_text("# ours\nwaivers: []\n", encoding="utf-8")
    path.chmod(0o640)
    for _ in range(2):
        assert main(["waive", str(run), "WIZ-14", "--into", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ours\nwaivers:\n")
    assert len(load_filled(path, text)) == 2
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(one.name for one in tmp_path.iterdir()) == ["prod.waivers.yaml", "run"]


def load_filled(path: Path, text: str) -> tuple[object, ...]:
    path.write_text(filled_in(text), encoding="utf-8")
    return load(path).waivers


def test_a_file_that_is_not_there_is_made(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    assert main(["waive", str(run), "WIZ-14", "--into", str(path)]) == 0
    assert len(read(path).data["waivers"]) == 1


@pytest.mark.parametrize("text", ["waivers: [{a: b}]\n", "waivers: []\nother: 1\n", "a: [\n"])
def test_a_file_that_ends_otherwise_is_left_alone(
    run: Path, tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "prod.waivers.yaml"
    path.write_text(text, encoding="utf-8")
    assert main(["waive", str(run), "WIZ-14", "--into", str(path)]) == 4
    assert path.read_text(encoding="utf-8") == text
    assert "prod.waivers.yaml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        ("WIZ-12", "WIZ-12 is pass in run "),
        ("SNMP-04", "SNMP-04 is inconclusive in run "),
        ("WIZ-41", 'There is no requirement "WIZ-41"'),
    ],
)
def test_only_a_failure_can_be_waived(
    run: Path, requirement: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["waive", str(run), requirement]) == 4
    assert said in capsys.readouterr().err
