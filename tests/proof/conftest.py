"""Secured labs, and every question of the selected tests already under way."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from proof.bench import ROOT, Bench, Verified
from proof.pools import LARGEST
from proof.questions import Proof
from securemode.features import SLOW_TAG, read_all

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LABS = 3
"""One more than a small machine has cores: a run waits for a third of its time."""

LONGEST_S = 900
SLOW = sorted({str(s.path) for s in read_all(ROOT / "features") if SLOW_TAG in s.tags})
ALONE = "ACCEPT_PROOF_ALONE"
"""Variable of the environment that has every fault shown in a run of its own."""
NEVER_IDLE = "sessions-never-idle"


@pytest.fixture(scope="session")
def proof(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proof]:
    """What the suite says of labs with faults and variants."""
    waits = [i for i in request.session.items if "patience" in getattr(i, "fixturenames", ())]
    asks = [i for i in request.session.items if "proof" in getattr(i, "fixturenames", ())]
    with ExitStack() as stack:
        benches = [
            stack.enter_context(Bench(tmp_path_factory.mktemp("bench"))) for _ in range(LABS)
        ]
        _secure(benches)
        if waits:
            request.getfixturevalue("patience")  # it waits while the others work
        made = Proof(benches)
        stack.callback(made.close)
        made.ask_beforehand(
            (item.callspec.params for item in asks if hasattr(item, "callspec")),
            largest=1 if os.environ.get(ALONE) else LARGEST,
        )
        yield made


def _secure(benches: list[Bench]) -> None:
    """Secure the labs, all at once; the first one is looked at before, too."""
    securing = [
        threading.Thread(target=bench.secure, kwargs={"verify_factory": number == 0})
        for number, bench in enumerate(benches)
    ]
    for thread in securing:
        thread.start()
    for thread in securing:
        thread.join()
    assert all(bench.secured for bench in benches), "a lab could not be secured"


@pytest.fixture(scope="session")
def patience(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Verified]]]:
    """What the suite says of a lab in order and of one with the fault, both at the same time."""

    def look(directory: Path, fault: str) -> Verified:
        with Bench(directory) as bench:
            if fault:
                bench.control("fault", name=fault, on=True)
            return bench.verify("--slow", *SLOW, timeout_s=LONGEST_S)

    asked = {"in order": "", "with the fault": NEVER_IDLE}
    directories = [tmp_path_factory.mktemp("patience") for _ in asked]
    with ThreadPoolExecutor(len(asked)) as pool:
        yield {
            name: pool.submit(look, directory, fault)
            for (name, fault), directory in zip(asked.items(), directories, strict=True)
        }


@pytest.fixture(scope="session")
def secured(proof: Proof) -> Verified:
    """What the suite says of the secured lab without any fault."""
    said = proof.benches[0].secured
    assert said is not None
    return said


@pytest.fixture(scope="session")
def factory(proof: Proof) -> Verified:
    """What the suite says of a lab that nobody has configured."""
    said = proof.benches[0].factory
    assert said is not None
    return said
