from __future__ import annotations

import base64
import gzip
import hashlib
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from report import sample
from securemode.report import html, pack, views
from securemode.report.models import Identity, Lab, NodeRecord, Result, SetupRecord
from securemode.report.record import compose
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

VOID = frozenset({"meta", "input", "br", "link", "use"})
HOSTILE = "</script></style><script>window.owned = 1</script>\"'><img src=x onerror=owned>{{7*7}}"


class Page(HTMLParser):
    """Elements, attributes and text of a page; complains of elements that are not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.scripts: dict[str, str] = {}
        self._open: list[str] = []
        self._script: str | None = None
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append((tag, attributes))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "script":
            self._script = attributes.get("id", "code")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"li", "p"} and tag not in self._open[-1:]:
            raise AssertionError(f"</{tag}> closes {self._open[-1:]}")
        assert self._open.pop() == tag
        self._script = None

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self.scripts[self._script] = self.scripts.get(self._script, "") + data
        elif self._open[-1:] != ["style"]:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.elements if "id" in attributes]


def page_of(result: Result, records: Any = ()) -> Page:
    return Page(html.render(result, records))


def embedded(page: Page) -> Result:
    """The record that the page carries."""
    return Result.model_validate_json(gzip.decompress(base64.b64decode(page.scripts["result"])))


@pytest.fixture(scope="module")
def page(report: Path) -> Page:
    return Page(report.read_text(encoding="utf-8"))


def test_the_banner_gives_the_decision_its_rule_and_its_scope(page: Page) -> None:
    assert "Not accepted 3 requirements found not to hold: WIZ-12, WIZ-14, WIZ-21." in page.text
    assert "31 of 115 requirements are covered by this version." in page.text
    assert "This run verified the embedded lab, not a product." in page.text


@pytest.mark.parametrize(
    "said",
    [
        "Example Ministry",
        "C-2025-0117",
        "2001:db8:51::11",
        "./accept --env=lab",
        "conf2 accepts TLS 1.1 on 443",
        "1.1, 1.2, 1.3",
        'answer NO to "Enable TLS < 1.2", then reboot conf2',
        "fail: configured but not effective",
        "The environment states that RTMP is needed.",
        "1874 of at most 2210 planned",
        "Security officer",
    ],
)
def test_it_says_what_a_reader_looks_for(page: Page, said: str) -> None:
    assert said in page.text


def test_every_requirement_is_somewhere_and_every_link_leads_somewhere(page: Page) -> None:
    assert set(sample.catalogue().ids) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    targets = {attributes["href"] for attributes in page.all("a")}
    assert {f"#{name}" for name in page.ids} >= targets


def test_what_stops_acceptance_comes_before_every_other_finding(page: Page) -> None:
    order = ["verdict", "stops", "identity", "scorecard", "map", "requirements", "sign-off"]
    assert [name for name in page.ids if name in order] == order


def test_only_what_needs_a_reader_is_unfolded(page: Page) -> None:
    rows = [row for row in page.all("details") if row.get("class") == "requirement"]
    unfolded = {row["id"] for row in rows if "open" in row}
    assert unfolded == set(sample.result().decision.blocked_by)
    assert len(rows) == sample.result().scope.rows_judged


def test_verdicts_are_words_and_symbols_beside_colours(page: Page) -> None:
    symbols = {attributes["id"] for attributes in page.all("symbol")}
    assert symbols == {f"v-{verdict.replace(' ', '-')}" for verdict in Verdict}
    used = {attributes["href"].removeprefix("#") for attributes in page.all("use")}
    assert used == symbols


def test_nothing_is_asked_from_anywhere(page: Page, report: Path) -> None:
    for tag in ("img", "link", "iframe", "object", "embed", "form"):
        assert not [a for a in page.all(tag) if "src" in a or "action" in a or tag == "link"]
    text = report.read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import|https?://(?!127\.)", text.split("<body>")[0])
    assert "default-src 'none'" in text


def test_the_record_is_embedded_whole(page: Page) -> None:
    assert embedded(page) == sample.result()


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    report = pack.write(sample.result(), [], tmp_path).report
    digest = hashlib.sha256((tmp_path / "result.json").read_bytes()).hexdigest()
    assert digest in report.read_text(encoding="utf-8")
    assert (tmp_path / "junit.xml").exists()


def hostile_result() -> Result:
    """Every text of the record is an attack."""

    def spoilt(value: object) -> object:
        if isinstance(value, dict):
            return {key: spoilt(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [spoilt(entry) for entry in value]
        return value + HOSTILE if isinstance(value, str) else value

    kept = {"schema_version", "verdict", "standing", "role", "began", "ended", "statement"}

    def spoil(value: Any, key: str = "") -> Any:
        if key in kept or key in {"kinds", "counts"}:
            return value
        if isinstance(value, dict):
            return {name: spoil(entry, name) for name, entry in value.items()}
        if isinstance(value, list):
            return [spoil(entry, key) for entry in value]
        return spoilt(value)

    facts = sample.run_facts(guards_violated=("a guard",))
    result = compose(sample.catalogue(), sample.findings(), facts)
    return Result.model_validate(spoil(result.model_dump(mode="json")))


def test_no_text_of_a_target_becomes_markup() -> None:
    hostile = hostile_result()
    records = [
        {"id": name, "probe": HOSTILE, "target": HOSTILE, HOSTILE: HOSTILE}
        for requirement in hostile.requirements
        for finding in requirement.targets
        for name in finding.evidence
    ]
    page = page_of(hostile, records)
    assert len(page.all("script")) == 2
    assert not page.all("img")
    assert len(page.all("style")) == 1
    assert HOSTILE in page.text
    assert embedded(page) == hostile
    assert "49" not in re.findall(r"onerror=owned>(\S+)", page.text)


def test_a_text_that_turns_around_or_hides_is_spelled_out() -> None:
    found = [sample.finding("A-1", Verdict.FAIL, saw="\u202eexe\u0000\u200b")]
    text = page_of(compose([sample.Row(id="A-1")], found, sample.run_facts())).text
    assert "\\u202eexe\\u0000\\u200b" in text
    assert not {"\u202e", "\u0000", "\u200b"} & set(text)


def test_evidence_is_shown_once_under_the_worst_and_linked_from_the_rest() -> None:
    found = [
        sample.finding("A-1", evidence=("EV-1",)),
        sample.finding("A-2", Verdict.FAIL, evidence=("EV-1", "EV-2")),
    ]
    result = compose([sample.Row(id="A-1"), sample.Row(id="A-2")], found, sample.run_facts())
    known = views.evidence(result, [{"id": "EV-1"}, {"id": "EV-2"}])
    assert {name: item.home for name, item in known.items()} == {"EV-1": "A-2", "EV-2": "A-2"}
    page = page_of(result, [{"id": "EV-1"}, {"id": "EV-2"}])
    assert page.ids.count("EV-1") == 1
    assert page.text.count('"id": "EV-1"') == 1


def test_evidence_that_the_file_does_not_have_is_named() -> None:
    found = [sample.finding("A-1", evidence=("EV-GONE",))]
    page = page_of(compose([sample.Row(id="A-1")], found, sample.run_facts()))
    assert "EV-GONE (missing)" in page.text


def test_a_huge_record_is_cut_and_says_so() -> None:
    found = [sample.finding("A-1", evidence=("EV-1",))]
    result = compose([sample.Row(id="A-1")], found, sample.run_facts())
    page = page_of(result, [{"id": "EV-1", "ports": list(range(65_535))}])
    assert "the whole record is in the evidence file" in page.text
    assert len(page.text) < 60_000


def test_tls_and_ports_are_compared_node_by_node(page: Page) -> None:
    assert "conf2, HTTPS on 443 refused refused refused accepted accepted accepted EV-" in page.text
    assert "conf1 TCP over IPv4 3 2 1 443 open EV-" in page.text


def test_a_run_that_is_good_says_so_without_a_list() -> None:
    row, found = sample.Row(id="A-1"), [sample.finding("A-1")]
    facts = sample.run_facts(run={"lab": None}, covered=frozenset({("A-1", "observed")}))
    text = page_of(compose([row], found, facts)).text
    assert "Accepted No requirement fails. Nothing is inconclusive or left unseen." in text
    assert "What stops acceptance Nothing." in text
    assert "Nothing: every requirement is verified" in text
    assert "embedded lab" not in text


def test_a_partial_or_poorer_run_says_so() -> None:
    lab = Lab(profile="loopback", reason="user namespaces are refused")
    run = {"partial": True, "selection": "-k tls", "lab": lab}
    text = page_of(compose([sample.Row(id="A-1")], [], sample.run_facts(run=run))).text
    assert "Partial run: only -k tls was asked for." in text
    assert "Profile loopback: user namespaces are refused." in text


def test_a_record_of_the_least_is_a_page() -> None:
    bare = sample.run_facts(
        identity=Identity(), nodes=(NodeRecord(name="mgmt", role="management"),), setups=()
    )
    assert "Not fully reviewed" in page_of(compose([], [], bare)).text
    named = sample.run_facts(setups=(SetupRecord(name="lab", outcome="ready"),))
    assert "Set-up lab ready" in page_of(compose([], [], named)).text
