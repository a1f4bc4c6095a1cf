"""One command, measured: wall time, CPU time of all that it starts, memory, and what it sends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from connections import Counters, Sent
from processes import TICKS, Family
from standing_lab import INTERFACE, ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from standing_lab import StandingLab

_ACCOUNTED = Path(__file__).with_name("accounted.py")
_ENDING_S = 30
_WORDS_KEPT = 4000


@dataclass(frozen=True, slots=True)
class Measured:
    """What a command took.

    Attributes:
        exit_code: of the command; None where it was ended because its time was over.
        wall_s: from its start to its end.
        cpu_s: of every process that it started, user and system time.
        lab_cpu_s: of the lab meanwhile.
        memory_mb: the most at one time, of all its processes together (PSS), once a second.
        sent: to the nodes that count.
        said: the end of what it printed.
    """

    exit_code: int | None
    wall_s: float
    cpu_s: float
    lab_cpu_s: float
    memory_mb: float
    sent: Sent
    said: str

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end by itself."""
        return self.exit_code is not None


class Measuring:
    """Measures one command after the other on one lab."""

    def __init__(self, lab: StandingLab) -> None:
        self._lab = lab
        self._counters = Counters(lab.inside, INTERFACE)
        self._number = 0

    def measured(self, command: Sequence[str], *, nodes: int, timeout_s: float) -> Measured:
        """Run it to its end, or until its time is over.

        Args:
            command: and its arguments.
            nodes: the first so many are those whose connections are counted.
            timeout_s: after which it is interrupted; what it took until then is reported.
        """
        self._number += 1
        figures = self._lab.folder / f"figures.{self._number}"
        counted = {address for node in self._lab.nodes[:nodes] for address in _addresses(node)}
        self._counters.begin()
        lab_began = self._lab_cpu_s()
        with (
            subprocess.Popen(
                [sys.executable, str(_ACCOUNTED), str(figures), *command],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            ) as process,
            Family(process.pid) as family,
        ):
            said, in_time = _ended(process, timeout_s)
        took = json.loads(figures.read_text(encoding="utf-8"))
        return Measured(
            exit_code=took["exit_code"] if in_time else None,
            wall_s=took["wall_s"],
            cpu_s=took["cpu_s"],
            lab_cpu_s=self._lab_cpu_s() - lab_began,
            memory_mb=family.most_mb.get("all", 0.0),
            sent=self._counters.sent_to(counted),
            said=said[-_WORDS_KEPT:],
        )

    def _lab_cpu_s(self) -> float:
        stat = Path(f"/proc/{self._lab.document['pid']}/stat").read_text(encoding="utf-8")
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def _addresses(node: dict[str, str]) -> list[str]:
    return [node[family] for family in ("ipv4", "ipv6") if node[family]]


def _ended(process: subprocess.Popen[str], timeout_s: float) -> tuple[str, bool]:
    """What it printed, and whether it ended in time; else its whole session is made to end."""
    try:
        return process.communicate(timeout=timeout_s)[0], True
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGINT)
    except BaseException:  # nobody waits any more, and its session does not hear of that
        os.killpg(process.pid, signal.SIGKILL)
        raise
    try:
        return process.communicate(timeout=_ENDING_S)[0], False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
