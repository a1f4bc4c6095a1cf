from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from securemode.plugin.options import asks_for_secured_lab, setup_names
from securemode.setups.lab import stage_before


def named(text: str | None, *stated: str) -> tuple[str, ...]:
    config: Any = SimpleNamespace(option=SimpleNamespace(setup=text))
    return setup_names(cast("pytest.Config", config), stated)


@pytest.mark.parametrize(
    ("setups", "stage"),
    [
        (("lab", "deploy_management_node", "install_wizard"), "empty"),
        (("lab", "install_wizard"), "uninstalled"),
        (("lab", "security_wizard", "backup"), "installed"),
        ((), "installed"),
    ],
)
def test_the_lab_starts_where_the_set_ups_do(setups: tuple[str, ...], stage: str) -> None:
    assert stage_before(setups) == stage


def test_one_name_stands_for_securing_a_lab_that_is_installed() -> None:
    wanted = named("lab_secured")
    assert wanted == ("lab", "security_wizard", "configure_application", "backup")
    assert stage_before(wanted) == "installed"


def test_the_command_line_wins_over_the_environment() -> None:
    assert named(None, "lab", "backup") == ("lab", "backup")
    assert named("none", "lab", "backup") == ()
    assert named("backup,lab_secured", "lab")[:2] == ("backup", "lab")


@pytest.mark.parametrize(
    ("changes", "may"),
    [
        ({}, True),
        ({"setup": "lab,security_wizard,configure_application,backup"}, False),
        ({"setup": "lab_secured,backup"}, False),
        ({"setup": None}, False),
        ({"lab": "lab.json"}, False),
        ({"plan": True}, False),
        ({"collectonly": True}, False),
    ],
)
def test_a_secured_lab_is_restored_for_exactly_that_question(
    changes: dict[str, Any], *, may: bool
) -> None:
    asked = {"setup": "lab_secured", "lab": None, "plan": False, "collectonly": False} | changes
    config: Any = SimpleNamespace(option=SimpleNamespace(**asked))
    assert asks_for_secured_lab(cast("pytest.Config", config)) is may
