"""`--baseline=reports/<run>`: says in the record of this run what changed since an earlier one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from securemode.errors import ConfigurationError
from securemode.report.comparison import Side
from securemode.run_comparison import compared, read_side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from securemode.report.models import Result

BASELINE: pytest.StashKey[Side] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Beside the other options of ours."""
    parser.getgroup("securemode").addoption(
        "--baseline",
        metavar="RUN",
        help="an earlier run (reports/<run>): the report says what changed since",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Read the earlier run before anything is touched; what is wrong with it ends here."""
    if not config.option.baseline or hasattr(config, "workerinput"):
        return
    try:
        config.stash[BASELINE] = read_side(Path(config.option.baseline))
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None


def since(
    config: pytest.Config, result: Result, evidence_records: Iterable[Mapping[str, Any]]
) -> Result:
    """The record with what changed since the earlier run; its decision is not touched."""
    before = config.stash.get(BASELINE, None)
    if before is None:
        return result
    changed = compared(before, Side(result, tuple(evidence_records)))
    return result.model_copy(update={"comparison": changed})
