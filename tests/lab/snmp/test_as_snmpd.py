"""Our agent answers net-snmp's tools word for word as net-snmp's own agent does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import pytest

from lab.snmp.cases import COMMUNITY_CASES, RIGHT, V3_CASES, WRITABLE_CASES
from lab.snmp.peers import (
    COMMUNITY,
    CONTACT,
    SECURED,
    SNMPD,
    STANDARD,
    Outcome,
    ask,
    served,
    snmpd,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(SNMPD is None, reason="net-snmp's agent is not installed")

Pairs: TypeAlias = dict[str, tuple[Outcome, Outcome]]

CREATE_USER = (
    f"createUser {SECURED.username}"
    f" SHA {SECURED.authentication_password} AES {SECURED.privacy_password}"
)
SILENCE = ("wrong privacy password", "DES", "AES-256", "a context", "v1", "v2c", "v2c public")


def _asked_of_both(
    cases: dict[str, tuple[str, ...]], ports: tuple[int, int], directory: Path
) -> Pairs:
    """Every case of both agents at once: most of the time is spent waiting for silence."""
    asked = [(port, *case) for case in cases.values() for port in ports]
    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(lambda one: ask(one[0], directory, *one[1:]), asked))
    return dict(zip(cases, zip(outcomes[::2], outcomes[1::2], strict=True), strict=True))


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pairs]:
    directory = tmp_path_factory.mktemp("secured")
    access = CREATE_USER, f"rouser {SECURED.username} authPriv"
    with served(SECURED) as ours, snmpd(directory, *access) as theirs:
        yield _asked_of_both(V3_CASES, (ours, theirs), directory)


@pytest.fixture(scope="module")
def standard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pairs]:
    directory = tmp_path_factory.mktemp("standard")
    as_rocommunity = replace(STANDARD, also=frozenset({"v1"}))
    with (
        served(as_rocommunity) as ours,
        snmpd(directory, f"rocommunity {COMMUNITY}") as theirs,
    ):
        yield _asked_of_both(COMMUNITY_CASES, (ours, theirs), directory)


@pytest.mark.parametrize("case", V3_CASES)
def test_secured(secured: Pairs, case: str) -> None:
    ours, theirs = secured[case]
    assert ours == theirs


@pytest.mark.parametrize("case", COMMUNITY_CASES)
def test_standard(standard: Pairs, case: str) -> None:
    ours, theirs = standard[case]
    assert ours == theirs


def test_the_cases_tell_answers_apart(secured: Pairs) -> None:
    """Not everything is, say, a time-out because nothing listens."""
    texts = {case: ours.text for case, (ours, _) in secured.items()}
    assert SECURED.system_contact in texts["right"]
    assert all(texts[case].startswith("Timeout: No Response") for case in SILENCE)
    assert "Authentication failure" in texts["wrong authentication password"]
    assert "Unknown user name" in texts["unknown user"]
    assert "authorizationError" in texts["noAuthNoPriv"]
    assert "noAccess" in texts["set"]


@pytest.mark.parametrize("case", WRITABLE_CASES)
def test_writable(case: str, tmp_path: Path) -> None:
    """With the defects that open everything it is snmpd with a `rwuser` and a `rwcommunity`."""
    open_to_all = replace(
        SECURED,
        also=frozenset({"v1", "v2c", "noAuthNoPriv", "authNoPriv"}),
        writable=True,
        system_contact="",
    )
    access = CREATE_USER, f"rwuser {SECURED.username} noauth", f"rwcommunity {COMMUNITY}"
    with served(open_to_all) as ours, snmpd(tmp_path, *access, sets_contact=False) as theirs:
        outcomes = [ask(port, tmp_path, *WRITABLE_CASES[case]) for port in (ours, theirs)]
        after = [ask(port, tmp_path, "snmpget", *RIGHT, CONTACT) for port in (ours, theirs)]
    assert outcomes[0] == outcomes[1]
    wrote = ["someone else" in outcome.text for outcome in after]
    assert wrote == [outcomes[0].status == 0 and case.endswith("write")] * 2
