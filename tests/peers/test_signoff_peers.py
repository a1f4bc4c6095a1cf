"""What pdftotext reads on the pages that are signed by hand."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from peers.access import program
from report import sample
from securemode.report import signoff
from securemode.report.models import Identity

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.report.models import Result


def read(result: Result, path: Path) -> list[str]:
    """The text of each page."""
    signoff.write(result, path)
    done = subprocess.run(
        [program("pdftotext"), "-layout", str(path), "-"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.removesuffix("\f").split("\f")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return read(sample.result(), tmp_path_factory.mktemp("signoff") / "signoff.pdf")


def test_every_page_names_the_run_and_its_own_number(pages: list[str]) -> None:
    assert 2 <= len(pages) <= signoff.MOST_PAGES
    for number, page in enumerate(pages, start=1):
        assert "Run 20251123T093012Z-lab-7f3a" in page
        assert f"Page {number} of {len(pages)}" in " ".join(page.split())


@pytest.mark.parametrize(
    "words",
    [
        "Not accepted",
        "3 requirements found not to hold: WIZ-12, WIZ-14, WIZ-21.",
        "This run verified the embedded lab, not a product.",
        "Example Ministry",
        "C-2025-0117",
        "41 (80000.0.0)",
        "Scorecard",
        "What stops acceptance",
        "WIZ-14 HTTPS refuses every TLS version before 1.2 (fail",
        "Expected: 1.2 and later",
        "Seen: 1.1, 1.2, 1.3",
        "Where: conf2, observed, from local",
        "Next: run securitywizard on the Management Node",
        "No end of validity was seen",
        "Waivers",
        "Attestations",
        "Tester",
        "Witness",
        "Customer",
        "Role Name Date Signature",
        "SHA-256 " + "9b1e5a30" * 8,
    ],
)
def test_what_a_person_signs_on_can_be_read(pages: list[str], words: str) -> None:
    assert words in " ".join(" ".join(pages).split())


def test_the_scorecard_adds_up(pages: list[str]) -> None:
    result = sample.result()
    [total] = (line.split() for page in pages for line in page.splitlines() if "All  " in line)
    judged = [str(number) for number in result.counts.values()]
    assert total == ["All", *judged, str(result.scope.rows_total - result.scope.rows_judged)]


def test_letters_that_the_font_lacks_are_spelled_out(tmp_path: Path) -> None:
    name = "Œuvre Ж 会 \u202e <b>&amp;</b> \x1b[2J"
    result = sample.result(identity=Identity(customer=name, system="Ω"))
    text = " ".join(" ".join(read(result, tmp_path / "signoff.pdf")).split())
    assert "Œuvre \\u0416 \\u4f1a \\u202e <b>&amp;</b> \\u001b[2J" in text
    assert "Acceptance sign-off · Ω" in text
