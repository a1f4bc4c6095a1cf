from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from securemode.vsphere.console.glyphs import read
from securemode.vsphere.console.png import decoded
from securemode.vsphere.console.second_reader import confirmed, lines_of
from vsphere.console.drawing import Screen, drawn, packed

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.vsphere.console.png import Pixels


def damaged() -> Pixels:
    screen = Screen()
    screen.put(3, 0, "Hostname [mgmt]: one")
    screen.put(5, 0, "Gateway address: two")
    pixels = drawn(screen)
    for row in (3, 5):
        pixels[row * 16 + 7][9:12] = bytes((1, 2, 3))
    return decoded(packed(pixels))


@pytest.fixture
def tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in tesseract's place that reads what its file says."""
    program = tmp_path / "tesseract"
    said = tmp_path / "said"
    program.write_text(f"#!/bin/sh\nexec cat {said}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return said


def test_a_line_that_both_read_alike_is_certain(tesseract: Path) -> None:
    tesseract.write_text("Hostname [mgmt]:  one\nGateway odd ress: two\n")
    pixels = damaged()
    text = read(pixels)
    assert not text.is_certain_in(3, 4)
    both = confirmed(text, pixels)
    assert both.is_certain_in(3, 4)
    assert not both.is_certain_in(5, 6)
    assert both.lines == text.lines


@pytest.mark.parametrize("script", ["exit 3", "echo no"])
def test_a_reader_that_fails_or_reads_nothing_changes_nothing(tesseract: Path, script: str) -> None:
    program = tesseract.with_name("tesseract")
    program.write_text(f"#!/bin/sh\n{script}\n")
    pixels = damaged()
    assert confirmed(read(pixels), pixels).uncertain == read(pixels).uncertain


def test_without_tesseract_nothing_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert lines_of(damaged()) == ()


def test_what_is_certain_is_not_read_again(tesseract: Path) -> None:
    tesseract.with_name("tesseract").write_text("#!/bin/sh\ntouch $0.ran\n")
    screen = Screen()
    screen.put(0, 0, "certain")
    pixels = decoded(packed(drawn(screen)))
    assert confirmed(read(pixels), pixels).is_certain
    assert not tesseract.with_name("tesseract.ran").exists()
