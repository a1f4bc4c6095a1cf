"""Files of attestations: what is wrong in one is said by file, line and field, before a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from securemode.environment.attestations import load
from securemode.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

SOUND = """\
attestations:
  - requirement: LAST-04
    statement: It lies in the safe.
    by: {name: Ada Example, role: officer}
    verified: 2026-11-20
    valid_until: 2027-11-20
    how: Opened the safe.
    evidence: [{file: safe.png, sha256: SHA}]
""".replace("SHA", "a" * 64)

ATTESTABLE = ("LAST-04", "BACKUP-02")


def _file(directory: Path, text: str) -> Path:
    path = directory / "prod.attestations.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_file_loads(tmp_path: Path) -> None:
    (one,) = load(_file(tmp_path, SOUND), ATTESTABLE).attestations
    assert one.by is not None
    assert (one.requirement, one.by.name) == ("LAST-04", "Ada Example")
    assert (one.valid_until - one.verified).days == 365


def test_what_nobody_has_signed_loads_and_names_nobody(tmp_path: Path) -> None:
    text = SOUND.replace("    by: {name: Ada Example, role: officer}\n", "")
    (one,) = load(_file(tmp_path, text), ATTESTABLE).attestations
    assert one.by is None


OF_A_HOST = SOUND.replace("LAST-04", "HOST-01").replace(
    "    how:", "    controls: [ESXI-80-000236]\n    targets: [esxi1.example.com]\n    how:"
)
CONTROLS = ("ESXI-80-000236", "ESXI-80-000237")


def test_a_statement_on_hosts_may_name_controls_and_hosts(tmp_path: Path) -> None:
    (one,) = load(_file(tmp_path, OF_A_HOST), ["HOST-01"], CONTROLS).attestations
    assert one.controls == ("ESXI-80-000236",)
    assert one.targets == ("esxi1.example.com",)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (
            "[ESXI-80-000236]",
            "[ESXI-80-000235]",
            ':7: attestations[0].controls[0]: is "ESXI-80-000235", which is no control of which a',
        ),
        ("HOST-01", "LAST-04", "attestations[0].controls: is stated of LAST-04, which is stated"),
        ("[esxi1.example.com]", '[""]', "attestations[0].targets[0]: is empty"),
    ],
)
def test_what_is_wrong_of_hosts_is_said(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(_file(tmp_path, OF_A_HOST.replace(right, wrong)), ["HOST-01", "LAST-04"], CONTROLS)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("LAST-04", "LAST-05", ':2: attestations[0].requirement: is "LAST-05", which is no requir'),
        ("LAST-04", "WIZ-04", "Remedy: state one of: BACKUP-02, LAST-04."),
        ("2027-11-20", "2025-11-20", ":6: attestations[0].valid_until: is 2025-11-20, before it"),
        ("2026-11-20", "20.11.2026", ":5: attestations[0].verified: "),
        ("safe.png", "../safe.png", 'file: is "../safe.png", which is not the name of a file b'),
        ("a" * 64, "a" * 63, "attestations[0].evidence[0].sha256: "),
        ("how:", "when:", "attestations[0].when: "),
        ("    how: Opened the safe.\n", "", "attestations[0].how: is missing"),
        (
            "    how:",
            "    confirmed_by: {name: Ada Example, role: officer}\n    how:",
            "attestations[0].confirmed_by: is Ada Example, who states it already",
        ),
        ("attestations:", "attestation:", ":1: attestation"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(_file(tmp_path, SOUND.replace(right, wrong, 1)), ATTESTABLE)
    assert said in str(caught.value)
    assert "prod.attestations.yaml:" in str(caught.value)
