"""The command line, and the questions that it answers without running anything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from securemode import listing
from securemode.errors import ConfigurationError
from securemode.features import coverage, read_all
from securemode.requirements import Catalogue
from securemode.stig.category import STIG_REQUIREMENT
from securemode.stig.listing import explain, table

if TYPE_CHECKING:
    from collections.abc import Mapping

EMBEDDED_DEFAULT = "lab"


def pytest_addoption(parser: pytest.Parser) -> None:
    """One group, so that `pytest --help` shows our options together."""
    group = parser.getgroup("securemode", "secure mode acceptance tests")
    group.addoption(
        "--env",
        metavar="NAME",
        help="environment to verify: environments/NAME.yaml (or ACCEPT_ENV; default: lab)",
    )
    group.addoption(
        "--setup",
        metavar="A,B",
        help="set-ups to run instead of the environment's, in order; none runs none",
    )
    group.addoption(
        "--resume",
        action="store_true",
        help="the page at which a set-up stopped at a console has been done by hand: go on there",
    )
    group.addoption(
        "--allow-changes",
        metavar="NAME",
        help="lets set-ups change the protected environment of this name",
    )
    group.addoption(
        "--all-ports", action="store_true", help="look at all 65,535 TCP ports, not at a sample"
    )
    group.addoption(
        "--slow", action="store_true", help="also look at what takes minutes: the session timeout"
    )
    group.addoption(
        "--nodes", type=int, metavar="N", help="Conferencing Nodes of the lab, instead of its own"
    )
    group.addoption("--lab", metavar="FILE", help="use the running lab whose document is in FILE")
    group.addoption(
        "--lab-profile",
        default="auto",
        choices=("auto", "namespaces", "loopback"),
        help="how the lab is put on the network (default: the best that this machine allows)",
    )
    group.addoption(
        "--reports",
        metavar="DIR",
        default="reports",
        help="where runs are written (default: reports)",
    )
    group.addoption(
        "--plan", action="store_true", help="print every connection of the run and make none"
    )
    group.addoption(
        "--list-requirements", action="store_true", help="print the catalogue and what is covered"
    )
    group.addoption(
        "--area",
        help="with --list-requirements: only this area, for example WIZ, or the controls of a "
        "STIG: ESXI, VMCH",
    )
    group.addoption("--kind", help="with --list-requirements: only rows verified by this kind")
    group.addoption(
        "--coverage",
        choices=("covered", "partly", "uncovered"),
        help="with --list-requirements: only rows with, partly with or without scenarios",
    )
    group.addoption("--explain", metavar="ID", help="print one requirement or STIG control whole")


def environment_name(config: pytest.Config) -> str:
    """`--env`, else ACCEPT_ENV, else the embedded lab."""
    return str(config.option.env or os.environ.get("ACCEPT_ENV") or EMBEDDED_DEFAULT)


TOGETHER = {"lab_secured": ("lab", "security_wizard", "configure_application", "backup")}
"""Names that stand for several set-ups: a lab whose machines are there, and installed, already.

Where an earlier run has done just that, a later one restores what it left (`plugin/secured.py`).
"""


def setup_names(config: pytest.Config, of_environment: tuple[str, ...]) -> tuple[str, ...]:
    """The set-ups to run: those of `--setup` where it is given."""
    given = config.option.setup
    if given is None:
        return of_environment
    named = (name for name in given.split(",") if name and name != "none")
    return tuple(setup for name in named for setup in TOGETHER.get(name, (name,)))


def asks_for_secured_lab(config: pytest.Config) -> bool:
    """Whether the run may restore a lab that an earlier one has secured, by asking for no more."""
    option = config.option
    return option.setup in TOGETHER and not (option.lab or option.plan or option.collectonly)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Answer `--list-requirements` and `--explain`, and go no further."""
    if not (config.option.list_requirements or config.option.explain):
        return None
    try:
        answer = _answer(config)
    except ConfigurationError as error:
        raise pytest.UsageError(str(error)) from None
    print(answer)  # noqa: T201 - this is what was asked for
    return 0


def _answer(config: pytest.Config) -> str:
    catalogue = Catalogue.load(config.rootpath / "requirements")
    covered: Mapping[str, frozenset[str]] = coverage(read_all(Path(config.rootpath) / "features"))
    stigs = catalogue.stigs
    if config.option.explain and stigs.is_control(config.option.explain):
        return explain(*stigs.control(config.option.explain), STIG_REQUIREMENT)
    if config.option.area and (stig := stigs.of_prefix(config.option.area)):
        return table(stig)
    if config.option.explain:
        return listing.explain(catalogue, config.option.explain, covered)
    return listing.requirements_table(
        catalogue,
        covered,
        area=config.option.area,
        kind=config.option.kind,
        coverage=config.option.coverage,
    )
