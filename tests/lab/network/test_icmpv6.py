"""The ICMPv6 settings of nodes in a running lab, seen by a raw socket on their link."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.control.running import RunningLab, up
from lab.ssh.test_security_wizard import SECURE

if TYPE_CHECKING:
    from collections.abc import Iterator

WIZARD = str(Path(__file__).with_name("wizard.py"))
ON_LINK = str(Path(__file__).with_name("on_link.py"))
RESTARTS = 3
"""So often a node may start unheard: a bridge drops what comes before its port forwards."""
ADDRESSES = 2
"""Of a node: its own, and the link's."""
OPERATOR = "2001:db8:51::2"


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningLab]:
    lab = up()
    try:
        lab.done("save", name="factory")
        yield lab
    finally:
        lab.stop()


@pytest.fixture
def lab(shared: RunningLab) -> RunningLab:
    shared.done("restore", name="factory")
    return shared


@pytest.fixture(scope="module")
def wizard_run(shared: RunningLab) -> RunningLab:
    """The security wizard has been answered as the guide says, and every node restarted."""
    shared.done("restore", name="factory")
    password = shared.document["credentials"]["os_admin"]["password"]
    done = shared.run(sys.executable, WIZARD, shared.management["ipv4"], password, *SECURE)
    assert done.returncode == 0, done.stderr
    for name in ("mgmt", "conf1", "conf2"):
        shared.done("restart", node=name)
    shared.done("save", name="secured")
    return shared


@pytest.fixture
def secured(wizard_run: RunningLab) -> RunningLab:
    wizard_run.done("restore", name="secured")
    return wizard_run


def path(lab: RunningLab, name: str) -> str:
    """Before and after a redirect: the next hop of what a node sends elsewhere."""
    nodes = {node["name"]: node for node in (lab.management, *lab.conferencing)}
    node = nodes[name]
    words = (sys.executable, ON_LINK, "redirect", node["ipv6"], node["ipv6_gateway"], OPERATOR)
    done = lab.run(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def asked_at_start(lab: RunningLab, name: str) -> list[str]:
    """For which addresses a node asks while it restarts."""
    listening = subprocess.Popen(
        [*lab._joining(), sys.executable, ON_LINK, "solicitations", "1.5"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert listening.stdout is not None
    listening.stdout.readline()
    lab.done("restart", node=name)
    out, _ = listening.communicate(timeout=10)  # which ends its standard input
    return out.split()


def asked_at_some_start(lab: RunningLab, name: str) -> list[str]:
    """What a node that asks is heard to ask, at the first start at which all of it is heard."""
    starts = [asked_at_start(lab, name)]
    while len(starts[-1]) < ADDRESSES and len(starts) < RESTARTS:
        starts.append(asked_at_start(lab, name))
    return starts[-1]


def test_a_redirect_changes_nothing(lab: RunningLab) -> None:
    for name in ("mgmt", "conf1"):
        assert path(lab, name) == "own own"


def test_a_redirect_is_followed_where_the_wizard_said_so(lab: RunningLab) -> None:
    lab.fault("redirects")
    for name in ("mgmt", "conf2"):
        assert path(lab, name) == "own other"


def test_a_defect_is_one_node_s_alone(lab: RunningLab) -> None:
    lab.fault("node-follows-redirects")
    assert path(lab, "conf1") == "own other"
    assert path(lab, "conf2") == "own own"


def test_a_restart_forgets_a_redirect(lab: RunningLab) -> None:
    lab.fault("node-follows-redirects", "conf2")
    assert path(lab, "conf2") == "own other"
    lab.done("fault", name="node-follows-redirects", on=False)
    lab.done("restart", node="conf2")
    assert path(lab, "conf2") == "own own"


@pytest.mark.parametrize("name", ["mgmt", "conf1"])
def test_a_restarting_node_asks_for_its_addresses(lab: RunningLab, name: str) -> None:
    """The factory state has duplicate address detection on: its own address, and the link's."""
    address = (lab.management if name == "mgmt" else lab.conferencing[0])["ipv6"]
    asked = asked_at_some_start(lab, name)
    assert asked.count(address) == 1
    assert len(asked) == ADDRESSES
    assert next(other for other in asked if other != address).startswith("fe80::")


def test_without_detection_it_does_not(secured: RunningLab) -> None:
    for name in ("mgmt", "conf1"):
        assert asked_at_start(secured, name) == []


def test_a_defect_shows_at_the_next_start(secured: RunningLab) -> None:
    secured.fault("node-detects-duplicate-addresses")
    assert len(asked_at_some_start(secured, "conf1")) == ADDRESSES
    assert asked_at_start(secured, "conf2") == []
    secured.done("fault", name="node-detects-duplicate-addresses", on=False)
    assert asked_at_start(secured, "conf1") == []


def test_the_wizard_s_answer_shows_at_the_next_start(secured: RunningLab) -> None:
    secured.fault("duplicate-address-detection")
    assert len(asked_at_some_start(secured, "conf2")) == ADDRESSES
