"""Files of waivers: what is wrong in one is said by file, line and field, before a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from securemode.environment.waivers import load
from securemode.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

MARK = "WF-" + "ABCDE" * 4
SOUND = f"""\
waivers:
  - requirement: WIZ-14
    scope: [conf2]
    fingerprints: [{MARK}]
    approver: {{name: Ada Example, role: officer}}
    reason: An old room system calls.
    compensating: A firewall.
    ticket: CHG-7
    starts: 2026-11-20T08:00:00+01:00
    ends: 2027-02-28T23:59:59Z
"""


def _file(directory: Path, text: str) -> Path:
    path = directory / "prod.waivers.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_file_loads(tmp_path: Path) -> None:
    (one,) = load(_file(tmp_path, SOUND), ["WIZ-14"]).waivers
    assert (one.requirement, one.scope, one.fingerprints) == ("WIZ-14", ("conf2",), (MARK,))
    assert one.approver.in_words() == "Ada Example, officer"
    assert one.starts.isoformat() == "2026-11-20T08:00:00+01:00"


def test_a_scope_may_be_left_out(tmp_path: Path) -> None:
    (one,) = load(_file(tmp_path, SOUND.replace("    scope: [conf2]\n", ""))).waivers
    assert one.scope == ()


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("WIZ-14", "WIZ-15", ':2: waivers[0].requirement: is "WIZ-15", which is no requirement of'),
        ("WIZ-14", "WIZ-15", "Remedy: take WIZ-14."),
        ("[conf2]", '[""]', ":3: waivers[0].scope[0]: is empty"),
        (MARK, MARK.lower(), ":4: waivers[0].fingerprints[0]: is "),
        (f"[{MARK}]", "[]", ":4: waivers[0].fingerprints: is empty. Remedy: securemode waive"),
        ("role: officer", "role: <in which capacity>", "approver.role: is still the placeholder <"),
        ("name: Ada Example, ", "", "waivers[0].approver.name: is missing"),
        ("CHG-7", "", ":8: waivers[0].ticket: is empty"),
        ("08:00:00+01:00", "08:00:00", ':9: waivers[0].starts: is "2026-11-20T08:00:00", without'),
        ("2027-02-28T23:59:59Z", "2027-02-28", 'waivers[0].ends: is "2027-02-28", without a'),
        ("2027-02-28T23:59:59Z", "soon", 'waivers[0].ends: is "soon", which is no date with a'),
        ("2027-02-28T23:59:59Z", "7", 'waivers[0].ends: is "7", which is no date with a time'),
        ("2027-02-28T23:59:59Z", '"<until when>"', "ends: is still the placeholder <until when>"),
        ("2027-", "2025-", ":10: waivers[0].ends: is 2025-02-28T23:59:59+00:00, not after it"),
        ("compensating:", "instead:", "waivers[0].instead: is not a known key"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    assert right in SOUND
    with pytest.raises(ConfigurationError) as caught:
        load(_file(tmp_path, SOUND.replace(right, wrong)), ["WIZ-14"])
    assert said in str(caught.value)
    assert "prod.waivers.yaml:" in str(caught.value)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = SOUND.replace("WIZ-14", "WIZ-15").replace("23:59:59Z", "23:59:59")
    with pytest.raises(ConfigurationError) as caught:
        load(_file(tmp_path, text), ["WIZ-14"])
    assert len(str(caught.value).splitlines()) == 2
