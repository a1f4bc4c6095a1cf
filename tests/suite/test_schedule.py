from __future__ import annotations

import _thread
import threading
import time
from dataclasses import replace

import pytest

from securemode.schedule import Job, run_jobs


class Site:
    """Counts what is at work at one time."""

    def __init__(self) -> None:
        self.at_work = 0
        self.most = 0
        self.done: list[str] = []
        self.lock = threading.Lock()

    def job(
        self, name: str, *, target: str = "a", weight: int = 1, turn: int = 0, s: float = 0.1
    ) -> Job:
        def work() -> None:
            with self.lock:
                self.at_work += 1
                self.most = max(self.most, self.at_work)
            time.sleep(s)
            with self.lock:
                self.at_work -= 1
                self.done.append(name)

        return Job(name, target, weight, turn=turn, takes_s=s, work=work)


def run(jobs: list[Job], *, per_target: int = 8, total: int = 64, deadline_s: float = 10) -> bool:
    return run_jobs(
        jobs,
        per_target=per_target,
        total=total,
        deadline=time.monotonic() + deadline_s,
        cancelled=threading.Event(),
        report=lambda _done, _names: None,
    )


def test_runs_everything_once_and_at_the_same_time() -> None:
    site = Site()
    assert run([site.job(str(n)) for n in range(8)])
    assert sorted(site.done) == [str(n) for n in range(8)]
    assert site.most > 1


def test_keeps_the_limit_of_a_target() -> None:
    site = Site()
    assert run([site.job(str(n), weight=2) for n in range(8)], per_target=4)
    assert site.most == 2


def test_keeps_the_limit_of_the_run() -> None:
    site = Site()
    assert run([site.job(str(n), target=str(n), weight=3) for n in range(8)], total=7)
    assert site.most == 2


def test_a_job_heavier_than_its_limit_still_runs() -> None:
    site = Site()
    assert run([site.job("heavy", weight=99), site.job("light")], per_target=4, total=4)
    assert sorted(site.done) == ["heavy", "light"]


def test_light_jobs_do_not_keep_a_heavy_one_waiting() -> None:
    site = Site()
    jobs = [site.job(f"light {n}", target=str(n)) for n in range(12)]
    jobs.insert(4, site.job("heavy", target="heavy", weight=4))
    assert run(jobs, total=4)
    assert site.done.index("heavy") < len(jobs) / 2


def test_a_job_overtakes_those_that_wait_for_their_target() -> None:
    site = Site()
    jobs = [site.job(f"a {n}", target="a", s=0.2) for n in range(3)]
    assert run([*jobs, site.job("b", target="b")], per_target=1)
    assert site.done[0] == "b"


def test_intrusive_jobs_come_last_and_one_at_a_time_on_a_target() -> None:
    site = Site()
    jobs = [site.job("drill1", turn=1), site.job("drill2", turn=1)]
    jobs += [site.job(str(n)) for n in range(4)]
    assert run(jobs)
    assert set(site.done[-2:]) == {"drill1", "drill2"}
    site = Site()
    run([site.job(str(n), turn=1) for n in range(3)])
    assert site.most == 1


def test_intrusive_jobs_keep_the_limit_of_the_run_too() -> None:
    site = Site()
    jobs = [site.job(str(n), target=str(n), weight=2, turn=1) for n in range(8)]
    assert run(jobs, total=4)
    assert site.most == 2


def test_a_turn_starts_when_all_of_the_turn_before_is_done() -> None:
    site = Site()
    jobs = [site.job("restart", target="c", turn=2)]
    jobs += [site.job(f"drill {target}", target=target, turn=1, s=0.3) for target in "ab"]
    assert run(jobs)
    assert site.done[-1] == "restart"
    assert site.most == 2


def test_the_longest_starts_first() -> None:
    site = Site()
    run([site.job("short", weight=8, s=0.01), site.job("long", weight=8, s=0.05)])
    assert site.done == ["long", "short"]


def test_nothing_starts_after_the_deadline() -> None:
    site = Site()
    jobs = [site.job(str(n), weight=8, s=0.6) for n in range(5)]
    assert not run(jobs, deadline_s=1.0)
    assert 1 <= len(site.done) < 5


def test_a_fault_of_the_suite_is_raised() -> None:
    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run([Job("broken", "a", 1, turn=0, takes_s=0.1, work=broken)])


def test_ctrl_c_lets_the_running_finish_and_starts_nothing_more() -> None:
    site = Site()
    cancelled = threading.Event()
    jobs = [site.job(str(n), weight=8, s=0.3) for n in range(4)]

    def interrupted() -> None:
        time.sleep(0.1)
        _thread.interrupt_main()
        first()

    first, jobs[0] = jobs[0].work, replace(jobs[0], work=interrupted)
    finished = run_jobs(
        jobs,
        per_target=8,
        total=8,
        deadline=time.monotonic() + 10,
        cancelled=cancelled,
        report=lambda _done, _names: None,
    )
    assert not finished
    assert cancelled.is_set()
    assert site.done == ["0"]
