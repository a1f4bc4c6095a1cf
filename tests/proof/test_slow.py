"""Scenarios that take minutes are shown able to fail too, on labs of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from concurrent.futures import Future

    from proof.bench import Verified

pytestmark = pytest.mark.timeout(3600)


def test_an_idle_session_ends(patience: dict[str, Future[Verified]]) -> None:
    seen = patience["in order"].result()
    assert seen.kinds["GLOBAL-16", "observed"] == "pass", seen.printed


def test_one_that_does_not_end_is_seen(patience: dict[str, Future[Verified]]) -> None:
    seen = patience["with the fault"].result()
    assert seen.kinds["GLOBAL-16", "observed"] == "fail", seen.printed
    assert seen.messages["GLOBAL-16"]
