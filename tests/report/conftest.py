from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from report import chromium, sample
from securemode.report import html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Browser]:
    """A headless Chromium; where it must be there, its absence is a failure."""
    if chromium.PROGRAM is None:
        if os.environ.get("ACCEPT_CI_PEERS") == "1":
            pytest.fail("chromium is not installed")
        pytest.skip("needs chromium")
    with chromium.Browser.start(tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the sample run."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    html.write(sample.result(), sample.evidence_records(sample.findings()), path)
    return path
