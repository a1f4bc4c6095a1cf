"""Puts every question of the proof to the next free lab, once, before the tests ask for answers."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, NamedTuple

from proof.bench import ROOT
from proof.pools import Variant, expected, of_different_names, pools, undecided
from securemode.features import coverage, read_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from proof.bench import Bench, Verified
    from proof.pools import Pool
    from securemode_lab.faults.fault import Fault

COVERED = coverage(read_all(ROOT / "features"))


class Shown(NamedTuple):
    """What the suite said of a lab with faults, and with which."""

    seen: Verified
    pool: Pool


class Taken(NamedTuple):
    """What the suite said of a product that takes unknowns some way, and which ones."""

    seen: Verified
    variants: tuple[Variant, ...]


class Proof:
    """Answers of the suite to what was asked of it; each question is put once."""

    def __init__(self, benches: list[Bench]) -> None:
        self.benches = benches
        self._asked: dict[str, Future[Any]] = {}
        self._work: queue.SimpleQueue[tuple[Future[Any], Callable[[Bench], Any]] | None]
        self._work = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._serve, args=(b,)) for b in benches]
        for thread in self._threads:
            thread.start()

    def _serve(self, bench: Bench) -> None:
        while (asked := self._work.get()) is not None:
            future, question = asked
            try:
                future.set_result(question(bench))
            except BaseException as error:  # noqa: BLE001 - the test that waits shows it
                future.set_exception(error)

    def _ask(self, name: str, question: Callable[[Bench], Any]) -> Future[Any]:
        if name not in self._asked:
            self._asked[name] = Future()
            self._work.put((self._asked[name], question))
        return self._asked[name]

    def ask_beforehand(self, parameters: Iterable[Mapping[str, Any]], *, largest: int) -> None:
        """Put the questions that tests with these parameters are going to ask."""
        faults: dict[str, Fault] = {}
        variants: dict[Variant, None] = {}
        for one in parameters:
            match one:
                case {"fault": fault}:
                    faults[fault.name] = fault
                case {"variant": variant}:
                    variants[variant] = None
                case {"wizard": (name, value)}:
                    self._ask_wizard(name, value)
        for pool in pools(faults.values(), COVERED, largest=largest):
            self._ask_pool(pool)
        for together in of_different_names(variants, largest=largest):
            self._ask_variants(together)

    def _ask_pool(self, pool: Pool) -> None:
        names = [f"fault {fault.name}" for fault in pool]
        together = self._ask(" and ".join(names), lambda bench: _shown(bench, pool))
        self._asked |= dict.fromkeys(names, together)

    def with_fault(self, fault: Fault) -> Shown:
        """What the suite says of a lab with this fault, and which others were on beside it."""
        if f"fault {fault.name}" not in self._asked:
            self._ask_pool((fault,))
        shown: dict[str, Shown] = self._asked[f"fault {fault.name}"].result()
        return shown[fault.name]

    def _ask_variants(self, variants: tuple[Variant, ...]) -> None:
        names = [f"variant {name}={value}" for name, value in variants]
        together = self._ask(" and ".join(names), lambda bench: _taken(bench, variants))
        self._asked |= dict.fromkeys(names, together)

    def with_variant(self, variant: Variant) -> Taken:
        """What it says of a product that takes an unknown this way, and others beside it."""
        name, value = variant
        if f"variant {name}={value}" not in self._asked:
            self._ask_variants((variant,))
        taken: dict[Variant, Taken] = self._asked[f"variant {name}={value}"].result()
        return taken[variant]

    def _ask_wizard(self, name: str, value: str) -> Future[Any]:
        return self._ask(f"wizard {name}={value}", lambda bench: bench.with_wizard(name, value))

    def with_wizard(self, name: str, value: str) -> Verified:
        """What it says of a product whose wizard speaks that way."""
        seen: Verified = self._ask_wizard(name, value).result()
        return seen

    def close(self) -> None:
        """Wait for the labs to be done."""
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join()


def _taken(bench: Bench, variants: tuple[Variant, ...]) -> dict[Variant, Taken]:
    """All of them at once; in two halves if anything turns that they do not leave open."""
    assert bench.secured is not None
    seen = bench.with_variants(*variants)
    if len(variants) > 1 and seen.turned_since(bench.secured) != undecided(variants):
        return _taken(bench, variants[::2]) | _taken(bench, variants[1::2])
    return dict.fromkeys(variants, Taken(seen, variants))


def _shown(bench: Bench, pool: Pool) -> dict[str, Shown]:
    """All faults of the pool at once; in two halves if not exactly theirs turn.

    Neighbours, which are most alike, come into different halves.
    """
    assert bench.secured is not None
    seen = bench.with_faults(*pool)
    if len(pool) > 1 and seen.turned_since(bench.secured) != expected(pool, COVERED):
        return _shown(bench, pool[::2]) | _shown(bench, pool[1::2])
    return {fault.name: Shown(seen, pool) for fault in pool}
