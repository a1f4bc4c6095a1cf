"""Runs jobs concurrently under two limits: simultaneous connections per target, and in total."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TICK_S = 0.1
GRACE_S = 10.0
"""How long a stopped run waits for probes under way."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work.

    Attributes:
        name: for the progress display.
        target: jobs of one target share its limit.
        weight: connections that the job holds open at one time.
        turn: starts when every job of the turns before is done; from turn 1 on, with no other job
            on its target beside it.
        takes_s: about how long it takes; of two of one target, the longer goes first.
        work: does it; its exceptions are the suite's own faults and are raised by `run_jobs`.
    """

    name: str
    target: str
    weight: int
    turn: int
    takes_s: float
    work: Callable[[], None]


class _Crew:
    """The threads at work, and what they hold."""

    def __init__(self, per_target: int, total: int) -> None:
        self._per_target = per_target
        self._total = total
        self._held: Counter[str] = Counter()
        self._held_together = 0
        self._done: SimpleQueue[tuple[Job, BaseException | None]] = SimpleQueue()
        self.under_way: list[Job] = []

    @property
    def is_full(self) -> bool:
        """Whether no job may start."""
        return self._held_together >= self._total

    def has_connections_for(self, job: Job) -> bool:
        """Whether the limit in total lets the job start; one heavier than it starts by itself."""
        return not self._held_together or self._held_together + job.weight <= self._total

    def has_target_for(self, job: Job) -> bool:
        """Whether the job's target lets it start; one heavier than its limit starts by itself."""
        held = self._held[job.target]
        if job.turn:
            return not held and all(other.turn == job.turn for other in self.under_way)
        return not held or held + job.weight <= self._per_target

    def start_what_fits(self, waiting: list[Job]) -> None:
        """Start what may start of the first job's turn, and take it out of `waiting`.

        A job overtakes those that wait for their target, but none that waits for connections: many
        light ones would keep a heavy one waiting to the end.
        """
        left: list[Job] = []
        for number, job in enumerate(waiting):
            if job.turn != waiting[0].turn or self.is_full:
                left += waiting[number:]
                break
            if not self.has_target_for(job):
                left.append(job)
            elif self.has_connections_for(job):
                self.start(job)
            else:
                left += waiting[number:]
                break
        waiting[:] = left

    def start(self, job: Job) -> None:
        self._held[job.target] += job.weight
        self._held_together += job.weight
        self.under_way.append(job)
        threading.Thread(target=self._run, args=(job,), daemon=True, name=job.name).start()

    def _run(self, job: Job) -> None:
        fault: BaseException | None = None
        try:
            job.work()
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            fault = error
        self._done.put((job, fault))

    def next_finished(self, timeout_s: float) -> Job | None:
        """Wait for a job to finish; raise what it raised."""
        try:
            job, fault = self._done.get(timeout=timeout_s)
        except Empty:
            return None
        self._held[job.target] -= job.weight
        self._held_together -= job.weight
        self.under_way.remove(job)
        if fault is not None:
            raise fault
        return job


def run_jobs(
    jobs: Sequence[Job],
    *,
    per_target: int,
    total: int,
    deadline: float,
    cancelled: threading.Event,
    report: Callable[[int, tuple[str, ...]], None],
) -> bool:
    """Run all jobs; return whether every one of them finished.

    Args:
        jobs: turn by turn; of one turn those of one target after those of another, in the order in
            which the targets come, and of one target the longest first. So jobs that wait and jobs
            that work go on beside each other, however many targets there are.
        per_target: connections to one target at a time.
        total: connections at a time.
        deadline: of `time.monotonic()`; no job is started after it.
        cancelled: no job is started once it is set; Ctrl-C sets it.
        report: called about ten times a second with the number done and the names under way.
    """
    place: dict[str, int] = {}
    for job in jobs:
        place.setdefault(job.target, len(place))
    waiting = sorted(jobs, key=lambda job: (job.turn, place[job.target], -job.takes_s))
    crew = _Crew(per_target, total)
    done = 0
    give_up = float("inf")
    while waiting or crew.under_way:
        try:
            if cancelled.is_set() or time.monotonic() > deadline:
                give_up = min(give_up, time.monotonic() + GRACE_S)
                waiting = []
            crew.start_what_fits(waiting)
            if crew.next_finished(TICK_S):
                done += 1
            report(done, tuple(job.name for job in crew.under_way))
            if time.monotonic() > give_up:
                break
        except KeyboardInterrupt:
            cancelled.set()
    return done == len(jobs)
