"""CPU time and memory of a program and of everything that it starts, from /proc."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import Counter, defaultdict
from pathlib import Path
from typing import Self

EVERY_S = 1.0
"""Reading the memory of a hundred processes costs as much as some of them do."""
TICKS = os.sysconf("SC_CLK_TCK")
KINDS = {"securemode_lab": "lab", "sslyze_program": "sslyze"}
"""What is in a command line, and how that program is called here; every other is the suite."""


class Family:
    """Watches a process and its descendants from a thread of its own, while used in a `with`.

    Attributes:
        most_mb: the most memory (PSS: shared pages once) by kind and, under "all", together.
    """

    def __init__(self, ancestor: int) -> None:
        self.most_mb: dict[str, float] = {}
        self._ancestor = ancestor
        self._seen: dict[int, tuple[str, float]] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def cpu_s(self) -> dict[str, float]:
        """CPU seconds by kind of program, as last seen of each process."""
        total: defaultdict[str, float] = defaultdict(float)
        for kind, seconds in self._seen.values():
            total[kind] += seconds
        return total

    def _watch(self) -> None:
        while not self._done.wait(EVERY_S):
            memory: Counter[str] = Counter()
            for process in _descendants(self._ancestor):
                with contextlib.suppress(OSError, ValueError, IndexError):  # it has ended meanwhile
                    kind = _kind(process)
                    self._seen[process] = kind, _cpu_s(process)
                    memory[kind] += _memory_kb(process)
            memory["all"] = sum(memory.values())
            for kind, kilobytes in memory.items():
                self.most_mb[kind] = max(self.most_mb.get(kind, 0), kilobytes / 1024)


def _descendants(ancestor: int) -> set[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                parents[int(entry.name)] = int(_stat(int(entry.name))[1])
    found, more = {ancestor}, {ancestor}
    while more:
        more = {process for process, parent in parents.items() if parent in more}
        found |= more
    return found


def _stat(process: int) -> list[str]:
    """The fields of /proc/N/stat after the program's name: state, parent, ..."""
    text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    return text.rpartition(")")[2].split()


def _kind(process: int) -> str:
    command = Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8")
    if not command:
        raise ProcessLookupError(process)
    return next((kind for word, kind in KINDS.items() if word in command), "suite")


def _cpu_s(process: int) -> float:
    fields = _stat(process)
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory_kb(process: int) -> int:
    for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
