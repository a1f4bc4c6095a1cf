from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from securemode.errors import ConfigurationError
from securemode.features import Claim, coverage, read, read_all

if TYPE_CHECKING:
    from pathlib import Path

FEATURE = """
@guide:security-wizard
Feature: things
  Background:
    Given a quiet room

  @each_node @req:WIZ-14 @req:WIZ-12 @observed
  Scenario: HTTPS accepts TLS 1.2, and later only!
    When it is looked at
    And looked at again
    Then it holds

  Rule: more
    @declared
    Scenario Outline: <requirement> by table
      When it is read
      Then <requirement> holds
      Examples:
        | requirement |
        | VMRES-01    |
        | VMRES-02    |
"""


@pytest.fixture
def feature(tmp_path: Path) -> Path:
    path = tmp_path / "a" / "things.feature"
    path.parent.mkdir()
    path.write_text(FEATURE)
    return path


def test_reads_names_steps_and_places(feature: Path) -> None:
    first, second = read(feature)
    assert first.python_name == "https_accepts_tls_1_2_and_later_only"
    assert [(step.kind, step.text) for step in first.steps] == [
        ("given", "a quiet room"),
        ("when", "it is looked at"),
        ("when", "looked at again"),
        ("then", "it holds"),
    ]
    assert first.where == f"{feature}:8"
    assert (first.is_outline, second.is_outline) == (False, True)


def test_claims_come_from_tags_or_from_columns(feature: Path) -> None:
    first, second = read(feature)
    assert first.all_claims() == (Claim("WIZ-14", "observed"), Claim("WIZ-12", "observed"))
    assert second.all_claims() == (Claim("VMRES-01", "declared"), Claim("VMRES-02", "declared"))


def test_coverage_is_over_all_files(feature: Path) -> None:
    assert coverage(read_all(feature.parent.parent)) == {
        "WIZ-14": {"observed"},
        "WIZ-12": {"observed"},
        "VMRES-01": {"declared"},
        "VMRES-02": {"declared"},
    }


def test_says_which_file_is_not_gherkin(tmp_path: Path) -> None:
    path = tmp_path / "broken.feature"
    path.write_text("Once upon a time")
    with pytest.raises(ConfigurationError, match=r"broken\.feature: is not a feature file"):
        read(path)
