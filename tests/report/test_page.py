"""The page in a real browser: headless Chromium, without a network."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from report import sample
from securemode.report import html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from report.chromium import Browser

SHOWN = "[...document.querySelectorAll('.requirement:not([hidden])')].map(e => e.id)"
FAILED = ["WIZ-12", "WIZ-14", "WIZ-21"]


@pytest.fixture
def opened(browser: Browser, report: Path) -> Iterator[Browser]:
    browser.look(width=1280)
    browser.open(report.as_uri())
    yield browser
    browser.do("Emulation.setScriptExecutionDisabled", value=False)


def test_it_opens_without_a_complaint_or_a_request(opened: Browser, report: Path) -> None:
    assert opened.complaints() == []
    assert opened.requests() == [report.as_uri()]
    assert opened.value("document.querySelector('h1').innerText") == "Secure mode of operation"


def test_the_browser_would_have_told_us(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<img src="x.png"><script>nothing.here()</script>', encoding="utf-8")
    browser.open(page.as_uri())
    assert len(browser.requests()) == 2
    assert "nothing is not defined" in " ".join(browser.complaints())


def test_it_is_whole_without_javascript(opened: Browser, report: Path) -> None:
    opened.do("Emulation.setScriptExecutionDisabled", value=True)
    opened.open(report.as_uri())
    text = opened.do("DOM.getDocument", depth=0)
    shown = opened.do("DOM.getOuterHTML", nodeId=text["root"]["nodeId"])["outerHTML"]
    assert "conf2 accepts TLS 1.1 on 443" in shown
    assert '<form class="filter" hidden' in shown
    assert '<button class="copy" type="button" hidden' in shown


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("verdict=fail", FAILED),
        ("verdict=fail&q=referrer", ["WIZ-21"]),
        ("section=last-resort", ["LAST-04"]),
        ("node=deployment&verdict=not+reviewed", ["WIZ-10"]),
        ("q=wiz-14", ["WIZ-14"]),
        ("q=no+such+thing", []),
    ],
)
def test_a_link_filters(browser: Browser, report: Path, query: str, shown: list[str]) -> None:
    browser.open(f"{report.as_uri()}#?{query}")
    assert browser.value(SHOWN) == shown
    assert browser.value("document.querySelector('.nothing').hidden") == bool(shown)


def test_typing_filters_and_clear_shows_everything(opened: Browser) -> None:
    assert opened.value("document.querySelector('.filter').checkVisibility()") is True
    choose = (
        "(() => { const s = document.querySelector('[name=verdict]'); s.value = 'fail';"
        " s.dispatchEvent(new Event('input', {bubbles: true})); })()"
    )
    opened.value(choose)
    assert opened.value(SHOWN) == FAILED
    assert opened.value("location.hash") == "#?verdict=fail"
    assert opened.value("document.querySelector('output').value") == "3 of 31"
    opened.value("document.querySelector('[type=reset]').click()")
    assert len(opened.value(SHOWN)) == 31


def test_a_deep_link_opens_what_is_folded(browser: Browser, report: Path) -> None:
    browser.open(f"{report.as_uri()}#WIZ-02")
    assert browser.value("document.getElementById('WIZ-02').open") is True
    assert browser.value("document.getElementById('WIZ-04').open") is False


def test_a_link_to_evidence_opens_the_requirement_around_it(opened: Browser) -> None:
    link = ".requirement:not([open]) .evidence"
    name = opened.value(f"document.querySelector('{link}').id")
    opened.value(f"location.hash = '{name}'")
    opened.value("new Promise(done => setTimeout(done, 100))")
    assert opened.value(f"document.getElementById('{name}').open") is True
    assert opened.value(f"document.getElementById('{name}').checkVisibility()") is True


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_nothing_sticks_out_at_any_width(browser: Browser, report: Path, width: int) -> None:
    browser.look(width=width)
    browser.open(report.as_uri())
    assert browser.value("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("dark", [False, True])
def test_text_has_contrast(browser: Browser, report: Path, *, dark: bool) -> None:
    """At least 4.5 to 1, as WCAG AA asks, of the banner's words and of every badge."""
    browser.look(width=1280, dark=dark)
    browser.open(report.as_uri())
    weakest = browser.value(CONTRAST)
    assert weakest["ratio"] >= 4.5, weakest


CONTRAST = """(() => {
  const canvas = Object.assign(document.createElement('canvas'), {width: 1, height: 1});
  const pen = canvas.getContext('2d', {willReadFrequently: true});
  const rgb = (...layers) => {
    for (const layer of layers) { pen.fillStyle = layer; pen.fillRect(0, 0, 1, 1); }
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map(v => v / 255)
      .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const layers = (e) => e ? [...layers(e.parentElement), getComputedStyle(e).backgroundColor] : [];
  const weighed = [...document.querySelectorAll('.v span, .verdict p, .verdict h2, b, dt, dd, .id')]
    .filter(e => e.checkVisibility())
    .map(e => {
      const below = layers(e);
      const pair = [light(rgb('white', ...below)),
                    light(rgb('white', ...below, getComputedStyle(e).color))].sort((a, b) => b - a);
      return {ratio: (pair[0] + .05) / (pair[1] + .05), text: e.innerText};
    });
  return weighed.reduce((a, b) => a.ratio < b.ratio ? a : b);
})()"""


def test_every_control_is_reached_by_keyboard(opened: Browser) -> None:
    opened.value("document.activeElement.blur()")
    reached = []
    for _ in range(12):
        for kind in ("keyDown", "keyUp"):
            opened.do("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab")
        reached.append(opened.value("document.activeElement.getAttribute('href')"))
    assert reached[:3] == ["#main", "#verdict", "#stops"]
    unreachable = "[...document.querySelectorAll('summary, button, select, input')]"
    assert opened.value(f"{unreachable}.filter(e => e.tabIndex < 0).length") == 0


def press(browser: Browser, key: str, text: str = "") -> None:
    for kind in ("keyDown", "keyUp"):
        said: dict[str, Any] = {"text": text} if text and kind == "keyDown" else {}
        browser.do("Input.dispatchKeyEvent", type=kind, key=key, code=key, **said)


def test_keys_copy_filter_and_unfold(opened: Browser) -> None:
    """Whatever has the focus shows it, and Enter or typing does what a mouse would."""
    opened.value("navigator.clipboard.writeText = (text) => { window.copied = text; }, 0")
    opened.value("document.querySelector('.copy').focus({focusVisible: true})")
    assert opened.value("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    opened.do(
        "Input.dispatchKeyEvent",
        type="keyDown",
        key="Enter",
        code="Enter",
        windowsVirtualKeyCode=13,
        text="\r",
    )
    assert "WIZ-12" in opened.value("window.copied")
    opened.value("document.querySelector('[name=q]').focus()")
    for letter in "wiz-14":
        press(opened, letter, letter)
    assert opened.value(SHOWN) == ["WIZ-14"]


def test_it_prints_on_numbered_pages_that_name_the_run(opened: Browser, tmp_path: Path) -> None:
    printed = tmp_path / "report.pdf"
    opened.pdf(printed)
    pages = printed.read_bytes().count(b"/Type /Page\n") or printed.read_bytes().count(
        b"/Type/Page/"
    )
    assert 5 <= pages <= 25
    if (reader := shutil.which("pdftotext")) is None:
        pytest.skip("needs pdftotext for the words on the pages")
    said = subprocess.run(
        [reader, "-layout", str(printed), "-"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.split("\f")
    for number, page in enumerate(said[:pages], start=1):
        assert f"Page {number} of {pages}" in page
        assert "Run 20251123T093012Z-lab-7f3a" in page
    whole = "\n".join(said)
    assert "Not accepted" in said[0]
    assert "conf2 accepts TLS 1.1 on 443" in whole
    for requirement in sample.result().requirements:
        assert requirement.id in whole


def test_a_hostile_report_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    from report.test_html import hostile_result  # noqa: PLC0415 - its parser is not needed

    path = tmp_path / "report.html"
    html.write(hostile_result(), [], path)
    browser.open(path.as_uri())
    assert browser.value("window.owned === undefined") is True
    assert browser.complaints() == []
    assert browser.requests() == [path.as_uri()]
