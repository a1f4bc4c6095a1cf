"""The page stays light however large the deployment is, and yet names every node."""

from __future__ import annotations

import json

from report import sample
from securemode.report import html
from securemode.report.models import NodeRecord
from securemode.report.record import compose


def test_six_nodes_fit_into_three_megabytes() -> None:
    nodes = [f"node{number}" for number in range(6)]
    rows = sample.catalogue().rows
    found = [
        sample.finding(row.id, target=node, evidence=(f"EV-{row.id}{node}",))
        for row in rows
        for node in nodes
    ]
    observation = json.loads(json.dumps(sample.evidence_records(sample.findings())[0]))
    records = [observation | {"id": entry.evidence[0]} for entry in found]
    text = html.render(compose(rows, found, sample.run_facts()), records)
    assert len(text.encode()) < 3_000_000


def test_a_hundred_nodes_fit_into_ten_megabytes() -> None:
    """As many scenario runs and records as a real run of that size has, of their real length."""
    rows = sample.catalogue().rows[:90]
    nodes = [f"conf{number}" for number in range(100)]
    found = [
        sample.finding(row.id, target=node, evidence=(f"EV-{row.id}-{node}",))
        for row in rows
        for node in nodes
    ]
    observation = json.loads(json.dumps(sample.evidence_records(sample.findings())[0]))
    cited = {one.evidence[0]: one.target for one in found[::2]}
    records = [observation | {"id": name, "target": node} for name, node in cited.items()]
    text = html.render(compose(rows, found, sample.run_facts(nodes=_nodes(nodes))), records)
    assert len(found) == 9_000
    assert len(text.encode()) < 10_000_000


def _nodes(names: list[str]) -> tuple[NodeRecord, ...]:
    return tuple(NodeRecord(name=name, role="conferencing") for name in names)


def test_nodes_of_which_the_same_was_said_share_an_entry_and_are_all_named() -> None:
    nodes = [f"conf{number}" for number in range(9)]
    found = [sample.finding("A-1", target=node) for node in nodes[:-1]]
    found.append(sample.finding("A-1", target=nodes[-1], saw="something else"))
    text = html.render(compose([sample.Row(id="A-1")], found, sample.run_facts()), [])
    assert text.count('<li data-v="pass">') == 2 + 1  # and the count of the banner
    named = text.split('<p class="more">conf')[1].split("</p>")[0]
    assert {f"conf{named}".split(", ")[0], *named.split(", ")[1:]} == set(nodes[:-1])
    assert "saw something else" in text
