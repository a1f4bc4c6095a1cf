"""Makes every observation of a run once, concurrently, and hands it to whoever asks."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from securemode.errors import CannotLook, GuardViolated, Interrupted, TimedOut, Unreachable
from securemode.evidence import (
    Circumstances,
    evidence_id,
    now,
    outcome_of,
    parameters,
    records,
    target_name,
)
from securemode.probes.probe import Access, Probe, Withheld, permitted
from securemode.schedule import Job, run_jobs
from securemode.sightings import Sighting, Sightings
from securemode.targets import Node, Role
from securemode.verdicts import Judgement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from securemode.environment.models import Environment
    from securemode.evidence import EvidenceLog

TRANSIENT = (TimedOut, Unreachable)
"""Errors after which a probe that disturbs nothing is tried once more."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the observing is: numbers of probes, and the names of those under way."""

    done: int
    total: int
    under_way: tuple[str, ...]


def _turn(probe: Probe) -> int:
    """When a probe may look: 0 reads, 1 disturbs, 2 restarts a node, 3 the Management Node."""
    if getattr(probe, "restarts", False):
        target = probe.target
        return 3 if isinstance(target, Node) and target.role is Role.MANAGEMENT else 2
    return 1 if probe.intrusive else 0


@dataclass(slots=True)
class _Lanes:
    """What a probe has to itself: its target, or one of the restarts that may go on at one time.

    Everything that restarts one node goes on in one lane, one after the other.
    """

    environment: Environment
    _restarted: dict[str, int] = field(default_factory=dict)

    def of(self, probe: Probe) -> str:
        """The lane of a probe."""
        target = target_name(probe.target)
        if not getattr(probe, "restarts", False):
            return target
        at_once = self.environment.power.at_once if self.environment.power else 1
        return f"restart {self._restarted.setdefault(target, len(self._restarted)) % at_once}"


@dataclass(slots=True)
class Observatory:
    """The only place from which probes are run.

    Attributes:
        access: what probes may use.
        log: where every observation is written at once.
        report: called with the progress, from the thread that called `observe_all`.
        seconds: how long each probe took, for the report's "slowest".
    """

    access: Access
    log: EvidenceLog
    report: Callable[[Progress], None] = lambda _: None
    interrupted: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    _seen: dict[str, Sighting] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def identity(self, probe: Probe) -> str:
        """The evidence id under which a look of this probe is known."""
        return evidence_id(probe.name, parameters(probe), self.access.vantage)

    def observe_all(self, probes: Iterable[Probe]) -> None:
        """Run every probe once: first those that only read, then intrusive ones, one at a time.

        Those that restart their node come last, the Management Node after all others: it tells
        whether they are back.

        Ctrl-C stops it cleanly: what has been seen stays, the rest is recorded as interrupted.
        """
        wanted = self._by_identity(probes)
        lanes = _Lanes(self.access.environment)
        jobs = [
            Job(
                name=f"{probe.name} of {target_name(probe.target)}",
                target=lanes.of(probe),
                weight=getattr(probe, "simultaneous", 2),
                takes_s=getattr(probe, "takes_s", 0.1),
                turn=_turn(probe),
                work=lambda identity=identity, probe=probe: self._look(identity, probe),  # type: ignore[misc]
            )
            for identity, probe in wanted.items()
            if identity not in self._seen
        ]
        limits = self.access.environment.limits
        finished = run_jobs(
            jobs,
            per_target=limits.connections_per_target,
            total=limits.connections_total,
            deadline=time.monotonic() + limits.run_timeout_s,
            cancelled=self.access.cancelled,
            report=lambda done, names: self.report(Progress(done, len(jobs), names)),
        )
        self.interrupted = self.interrupted or self.access.cancelled.is_set()
        if not finished:
            self._mark_the_rest(wanted)

    def _by_identity(self, probes: Iterable[Probe]) -> dict[str, Probe]:
        wanted: dict[str, Probe] = {}
        for probe in probes:
            if wanted.setdefault(self.identity(probe), probe) != probe:
                raise GuardViolated(f"two probes share the evidence id {self.identity(probe)}.")
        return wanted

    def recall(self, probes: Iterable[Probe]) -> None:
        """Take the observations of another worker, or of an earlier run, from the evidence."""
        written = {record["id"]: record for record in records(self.log.directory)}
        for probe in probes:
            identity = self.identity(probe)
            if record := written.get(identity):
                self._remember(
                    identity, probe, record["began"], record["attempts"], outcome_of(record, probe)
                )

    def sightings(self, wanted: Sequence[Probe | Withheld]) -> Sightings:
        """What was seen by these probes.

        Raises:
            GuardViolated: a probe was not observed beforehand, so it was not in the plan.
        """
        return Sightings([self._sighting(want) for want in wanted])

    def _sighting(self, asked: Probe | Withheld) -> Sighting:
        want = permitted(asked, self.access.environment)
        if isinstance(want, Withheld):
            return self._withheld(want)
        sighting = self._seen.get(self.identity(want))
        if sighting is None:
            raise GuardViolated(
                f"{want.name} of {target_name(want.target)} is asked for, but was not planned.",
                remedy="name the probe in an @observation step, by its arguments alone.",
            )
        return sighting

    def _withheld(self, want: Withheld) -> Sighting:
        identity = self.log.noted("withheld", "", want.reason, verdict=want.verdict.value)
        said = Judgement(want.verdict, want.reason, "", "", want.next_step)
        return Sighting(identity, "", "", self.access.vantage, now(), 0, said)

    def _look(self, identity: str, probe: Probe) -> None:
        """Look, at most twice, and write down what came of it."""
        began, clock, attempts = now(), time.monotonic(), 0
        outcome: object
        while True:
            attempts += 1
            try:
                outcome = probe.look(self.access)
            except CannotLook as error:
                outcome = error
                again = isinstance(error, TRANSIENT) and not probe.intrusive and attempts == 1
                if again and not self.access.cancelled.is_set():
                    continue
            break
        self.seconds[identity] = time.monotonic() - clock
        self._write(identity, probe, Circumstances(began, now(), attempts), outcome)

    def _write(
        self, identity: str, probe: Probe, circumstances: Circumstances, outcome: object
    ) -> None:
        with self._lock:
            if identity in self._seen:  # the run was stopped meanwhile, and said so
                return
            self._remember(identity, probe, circumstances.began, circumstances.attempts, outcome)
            self.log.observed(identity, probe, self.access.vantage, circumstances, outcome)

    def _remember(
        self, identity: str, probe: Probe, began: str, attempts: int, outcome: object
    ) -> None:
        self._seen[identity] = Sighting(
            evidence=identity,
            probe=probe.name,
            target=target_name(probe.target),
            vantage=self.access.vantage,
            began=began,
            attempts=attempts,
            outcome=outcome,
        )

    def _mark_the_rest(self, wanted: dict[str, Probe]) -> None:
        """Say of everything that has not been seen why it has not."""
        if self.access.cancelled.is_set():
            error: CannotLook = Interrupted("the run was stopped before", remedy="run it again.")
        else:
            limit = self.access.environment.limits.run_timeout_s
            error = TimedOut(
                f"the time for all observations ({limit:g} s) ran out before",
                remedy="raise limits.run_timeout_s, or run fewer scenarios at a time.",
            )
        self._mark(wanted, error)

    def say_of_the_rest(self, probes: Iterable[Probe], error: CannotLook) -> None:
        """Say of every one of these probes that has seen nothing why it has not."""
        self._mark(self._by_identity(probes), error)

    def _mark(self, wanted: dict[str, Probe], error: CannotLook) -> None:
        moment = now()
        for identity, probe in wanted.items():
            if identity not in self._seen:
                self._write(identity, probe, Circumstances(moment, moment, 0), error)
