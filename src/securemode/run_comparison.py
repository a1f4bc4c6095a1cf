"""Reads two runs and compares them by what the probes of this version declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode import evidence
from securemode.probes.declarations import declared_paths
from securemode.report import comparison
from securemode.report.comparison import Side
from securemode.report.comparison_paths import Declared
from securemode.report.reading import read_result

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.report.comparison_models import Comparison


def read_side(directory: Path) -> Side:
    """The record of a run and the records of its evidence.

    Raises:
        ConfigurationError: it is no run, or its record cannot be read.
    """
    return Side(read_result(directory), tuple(evidence.records(directory / "evidence")))


def compared(before: Side, after: Side) -> Comparison:
    """What changed from the earlier run to the later one."""
    declared = {name: Declared(*paths) for name, paths in declared_paths().items()}
    return comparison.compare(before, after, declared)
