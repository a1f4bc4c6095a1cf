"""axe-core, someone else's judge of accessibility, finds nothing serious in the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from peers import reading
from peers.access import program
from report import chromium, sample
from securemode.report import html
from securemode.report.record import compose

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from report.chromium import Browser
    from securemode.report.models import Result

WIDTHS = (360, 1280)
_RUN = """axe.run({resultTypes: ['violations']}).then(found => found.violations
  .filter(one => ['serious', 'critical'].includes(one.impact))
  .map(one => [one.id, one.nodes.map(node => node.html.slice(0, 200))]))"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program("chromium")
    with chromium.Browser.start(tmp_path_factory.mktemp("chromium")) as started:
        yield started


def accepted() -> Result:
    facts = sample.run_facts(covered=frozenset({("A-1", "observed")}))
    return compose([sample.Row(id="A-1")], [sample.finding("A-1")], facts)


def violations(browser: Browser, page: Path, width: int) -> list[Any]:
    axe = reading.reader("axe-core").read_text(encoding="utf-8")
    browser.look(width=width)
    browser.open(page.as_uri())
    browser.value(f"{axe};0")
    found: list[Any] = browser.value(_RUN)
    return found


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["accepted", "not accepted"])
def test_axe_finds_nothing_serious(browser: Browser, tmp_path: Path, name: str, width: int) -> None:
    result = accepted() if name == "accepted" else sample.result()
    assert result.decision.verdict == name
    page = tmp_path / "report.html"
    html.write(result, sample.evidence_records(sample.findings()), page)
    assert violations(browser, page, width) == []


def test_axe_finds_what_was_spoilt(browser: Browser, tmp_path: Path) -> None:
    text = html.render(sample.result(), sample.evidence_records(sample.findings()))
    spoilt = text.replace("<label>Search <input", "<div>Search</div><label><input")
    spoilt = spoilt.replace('<html lang="en">', "<html>").replace("--soft: #59646a", "--soft: #bbb")
    page = tmp_path / "report.html"
    page.write_text(spoilt, encoding="utf-8")
    found = {name for name, _ in violations(browser, page, 1280)}
    assert {"html-has-lang", "color-contrast"} <= found
