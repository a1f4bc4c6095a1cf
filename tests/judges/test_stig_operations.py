"""Every operation of the STIG tables."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securemode.judges.stig_operations import OPERATIONS, in_words, offending, phrase
from securemode.stig.models import Operation

CASES: dict[Operation, tuple[Any, list[Any], list[Any]]] = {
    Operation.EQ: (True, [True, "TRUE", "true"], [False, "yes", 1, None, ""]),
    Operation.NE: ("ESX Admins", ["Others", None], ["ESX Admins", "esx admins"]),
    Operation.LE: (900, [900, "0", -1], [901, "9 00", True, None, "many"]),
    Operation.GE: (5, [5, "6"], [4, None, "", False]),
    Operation.LE_NONZERO: (600, [1, "600"], [0, "0", -5, 601, None]),
    Operation.IN: (["ok", "fine"], ["OK", "fine"], ["", "not ok", None]),
    Operation.SUBSET: (["a", "b"], [[], ["A"], "a,b", {"x": "b"}], ["a,c", ["c"], {"x": None}]),
    Operation.CONTAINS_ANY: (
        ["You are accessing", "I've read"],
        ["  YOU  are\naccessing a system", "{x}I've read & so on"],
        ["Welcome", "", None],
    ),
    Operation.ALL_FALSE: (None, [False, {"a": False, "b": "false"}, []], [{"a": True}, [None], 0]),
    Operation.NONE_EQ: (4095, [{"a": 10}, [], 0], [{"a": 10, "b": 4095}, "4095"]),
    Operation.NONE_IN: ([1, 4094], [{"a": 10}, []], [{"a": 1}, ["4094"]]),
    Operation.NONE_TYPE: ("TrunkSpec", [{"a": "VlanSpec"}, {}], [{"a": "trunkspec"}]),
    Operation.NO_MATCH: (
        r"^vmx\.log",
        ["x = 1\n# vmx.log", ""],
        ["a\nvmx.log.keepOld = 1", "VMX.LOG"],
    ),
    Operation.SITE_LIST: (("a", "b"), ["a", "b, A", ["b"], {"x": "a"}], ["", [], None, "a,c"]),
    Operation.EMPTY_OR_SITE: ("192.0.2.1", ["", None, [], "192.0.2.1"], ["192.0.2.2"]),
    Operation.NE_AND_SITE: (
        {"ne": "ESX Admins", "eq": "Bastion"},
        ["bastion"],
        ["ESX Admins", "Else", None],
    ),
    Operation.ABSENT: (None, [None, "", [], {}, {"vmk0": []}], ["x", ["x"], {"vmk0": ["vmotion"]}]),
    Operation.ABSENT_OR_EQ: ("true", [None, "TRUE", True], ["false", ""]),
    Operation.ABSENT_OR_SITE: (("a",), [None, [], ["A"], {"k": "a"}], [["a", "b"], "c"]),
}


def test_every_operation_has_its_cases() -> None:
    made_of_others = {Operation.ALL, Operation.ANY}
    assert CASES.keys() == OPERATIONS.keys() == set(Operation) - made_of_others


@pytest.mark.parametrize("operation", list(CASES))
def test_an_operation_holds_and_does_not(operation: Operation) -> None:
    wanted, good, bad = CASES[operation]
    assert [found for found in good if not OPERATIONS[operation](found, wanted)] == []
    assert [found for found in bad if OPERATIONS[operation](found, wanted)] == []
    assert phrase(operation, wanted)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("operation", list(CASES))
@given(found=values)
def test_whatever_is_found_is_judged_and_worded(operation: Operation, found: Any) -> None:
    wanted = CASES[operation][0]
    assert OPERATIONS[operation](found, wanted) in {True, False}
    assert in_words(offending(operation, found, wanted))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "not set"),
        (True, "true"),
        ("", "an empty text"),
        ([], "none"),
        ({"running": False, "policy": "off"}, "running false, policy off"),
        ("x" * 99, "x" * 63 + "…"),
        ("a\n  b", "a b"),
    ],
)
def test_values_as_phrases(value: object, words: str) -> None:
    assert in_words(value) == words


def test_of_many_values_those_that_matter_are_said() -> None:
    found = {"SSH": False, "NFC": True, "NTP": False}
    assert offending(Operation.ALL_FALSE, found, None) == {"NFC": True}
    many = {f"set {number}": True for number in range(7)}
    said = str(offending(Operation.ALL_FALSE, many, None))
    assert said.startswith("set 0 true, set 1 true")
    assert said.endswith("and 3 more")
    assert offending(Operation.SUBSET, ["root", "ada"], ["root"]) == ["ada"]
    assert offending(Operation.EQ, "x", "y") == "x"
