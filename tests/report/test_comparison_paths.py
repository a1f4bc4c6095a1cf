"""Differences of two observations, path by path."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securemode.report.comparison_paths import Declared, Leaf, leaves

NOTHING: frozenset[str] = frozenset()


def found(before: Any, after: Any, ignored: frozenset[str] = NOTHING) -> list[Leaf]:
    return list(leaves(before, after, ignored))


@pytest.mark.parametrize(
    ("before", "after", "leaf"),
    [
        ({"state": "open"}, {"state": "shut"}, Leaf("state", "state", before="open", after="shut")),
        ({"key_bits": 2}, {"key_bits": 1}, Leaf("key_bits", "key bits", before="2", after="1")),
        ({"a": None}, {"a": "x"}, Leaf("a", "a", before="nothing", after="x")),
        ({}, {"a": False}, Leaf("a", "a", before="nothing", after="false")),
        ({"open": [80, 443]}, {"open": [443, 80, 22]}, Leaf("open", "open", added=("22",))),
        ({"open": [80, 443]}, {"open": [443]}, Leaf("open", "open", removed=("80",))),
        (
            {"versions": [{"version": "TLS 1.2", "suites": ["A"]}]},
            {"versions": [{"version": "TLS 1.2", "suites": ["B", "A"]}]},
            Leaf("versions.suites", "TLS 1.2 suites", added=("B",)),
        ),
        (
            {"said": [{"port": 7, "state": "silent"}, {"port": 9, "state": "silent"}]},
            {"said": [{"port": 9, "state": "silent"}, {"port": 7, "state": "open"}]},
            Leaf("said.state", "port 7 state", before="silent", after="open"),
        ),
        (
            {"nodes": [{"name": "a"}]},
            {"nodes": [{"name": "b"}, {"name": "a"}]},
            Leaf("nodes", "nodes", added=("b",)),
        ),
        (
            {"headers": [["server", "nginx"], ["via", "x"]]},
            {"headers": [["via", "x"], ["server", "other"]]},
            Leaf("headers.server", "headers server", before="nginx", after="other"),
        ),
        (
            {"steps": [{"it": 1}, {"it": 1}]},
            {"steps": [{"it": 1}, {"it": 2}]},
            Leaf("steps.it", "steps 2 it", before="1", after="2"),
        ),
    ],
)  # fmt: skip
def test_a_difference_names_its_path(before: Any, after: Any, leaf: Leaf) -> None:
    assert found(before, after) == [leaf]


def test_volatile_paths_are_left_out_whole() -> None:
    before = {"at": 1, "rows": [{"id": 1, "text": "x", "ip": "a"}]}
    after = {"at": 2, "rows": [{"id": 1, "text": "y", "ip": "b"}]}
    [leaf] = found(before, after, frozenset({"at", "rows.text"}))
    assert leaf.path == "rows.ip"
    assert found(before, after, frozenset({"at", "rows"})) == []


def test_a_volatile_field_names_no_item() -> None:
    before = {"actions": [{"request": "GET /1", "action": "a", "effect": "done"}]}
    after = {"actions": [{"request": "GET /2", "action": "a", "effect": "refused"}]}
    [leaf] = found(before, after, frozenset({"actions.request"}))
    assert leaf.words == "a effect"


def test_a_condition_holds_for_one_observation_only() -> None:
    declared = Declared(volatile=frozenset({"read_at", "rows where resource=system_backup"}))
    assert declared.ignored({"resource": "system_backup"}, alike=False) == {"read_at", "rows"}
    assert declared.ignored({"resource": "global"}, alike=False) == {"read_at"}


def test_identity_is_left_out_of_deployments_made_alike() -> None:
    declared = Declared(identity=frozenset({"fingerprint"}))
    assert declared.ignored({}, alike=True) == {"fingerprint"}
    assert declared.ignored({}, alike=False) == frozenset()


PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
KEYS = st.sampled_from(["name", "port", "id", "version", "state", "x"])
OBSERVATIONS = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(OBSERVATIONS, OBSERVATIONS)
def test_whatever_was_seen_can_be_compared(before: Any, after: Any) -> None:
    assert found(before, before) == []
    assert all(isinstance(leaf.words, str) for leaf in found(before, after))


@given(st.lists(PLAIN, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_plain_items_says_nothing(items: list[Any], random: Any) -> None:
    other = list(items)
    random.shuffle(other)
    assert found({"a": items}, {"a": other}) == []
