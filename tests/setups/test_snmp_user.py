"""Passwords that cannot be read back are written only where their use does not show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from securemode.errors import Unsupported
from securemode.probes import snmp as probe
from securemode.setups.application_settings import application_settings
from securemode.setups.snmp_user import is_in_use
from setups.product import PASSWORDS, Product
from setups.surroundings import SNMP, environment

if TYPE_CHECKING:
    from collections.abc import Callable

ROW = {"address": "192.0.2.10", "snmp_mode": "AUTHPRIV", "snmp_username": SNMP.username}


def answering(said: Any) -> Callable[..., Any]:
    def accepts(node: Any, given: Any, timeout_s: float) -> Any:
        assert (node.name, given) == ("mgmt", SNMP)
        assert timeout_s > 0
        if isinstance(said, Exception):
            raise said
        return said

    return accepts


@pytest.mark.parametrize(
    ("said", "expected"), [(True, True), (False, False), (None, None), (Unsupported("no"), None)]
)
def test_the_agent_of_the_node_is_asked(
    said: object, expected: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "accepts", answering(said))
    assert is_in_use(environment(), ROW) is expected


@pytest.mark.parametrize(
    "other",
    [
        {"address": ""},
        {"address": "192.0.2.99"},
        {"snmp_mode": "STANDARD"},
        {"snmp_username": "other"},
    ],
)
def test_nobody_is_asked_where_something_else_is_written_anyway(
    other: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "accepts", answering(AssertionError()))
    assert is_in_use(environment(), ROW | other) is None


@pytest.mark.parametrize(
    ("hidden", "in_use", "written"),
    [
        (("management_vm",), True, ()),
        (("management_vm",), False, PASSWORDS),
        (("management_vm",), None, PASSWORDS),
        ((), True, ()),
        ((), False, PASSWORDS),
        ((), None, ()),
    ],
)
def test_they_are_written_as_their_use_tells(
    hidden: tuple[str, ...],
    in_use: bool | None,  # noqa: FBT001 - a case
    written: tuple[str, ...],
) -> None:
    product: Any = Product(hidden)
    for edit in application_settings(environment(), product).edits:
        edit.write(product)
    product.rows["worker_vm"] = []
    plan = application_settings(environment(), product, tries_snmp=lambda *_: in_use)
    shown = [change for edit in plan.edits for change in edit.changes()]
    fields = tuple(f"snmp_{change.setting.replace(' ', '_')}" for change in shown)
    assert fields == written
    if in_use is False:
        assert {change.now for change in shown} == {"another, by its use"}
