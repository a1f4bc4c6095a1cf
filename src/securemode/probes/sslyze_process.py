"""The process in which sslyze lives, outside ours: started once a run, given one order a scan."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from securemode.errors import Interrupted, TimedOut, UnexpectedAnswer, Unsupported

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAM = Path(__file__).with_name("sslyze_program.py")
LONGEST_SCAN_S = 30.0
LONGEST_START_S = 20.0
"""How long past its time a scan's answer is waited for: sslyze may have been loading still."""
_LOOK_AT_CANCELLED_EVERY_S = 0.2

_Answer = dict[str, Any] | None
_NOT_YET: dict[str, Any] = {}


class SslyzeProcess:
    """Scans with the sslyze of another environment; threads may order at the same time.

    Started by the first scan, or before it so that sslyze loads beside other work. Closing it ends
    every scan too; it starts again where it is asked again.
    """

    def __init__(self, python: Path) -> None:
        """Take the interpreter of the environment that has sslyze; nothing is started yet."""
        self._python = python
        self._lock = threading.Lock()
        self._running: _Running | None = None

    def start(self) -> None:
        """Begin to load sslyze, and do not wait for it; what is wrong with it, a scan will say."""
        with contextlib.suppress(Unsupported):
            self._started()

    def _started(self) -> _Running:
        with self._lock:
            if self._running is None:
                try:
                    self._running = _Running(self._python)
                except OSError as error:
                    raise Unsupported(f"sslyze cannot be started: {error}") from error
            return self._running

    def close(self) -> None:
        """End the process, whatever it is doing."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.end()

    def scan(self, order: Mapping[str, str | int], cancelled: threading.Event) -> dict[str, Any]:
        """The report of one scan.

        Args:
            order: `host` (an address), `port` and `server_name`.
            cancelled: ends the wait, and the process.

        Raises:
            TimedOut: the scan was still running at the end of its time.
            UnexpectedAnswer: the process ended, or could not scan.
            Unsupported: the interpreter cannot be started.
            Interrupted: the run was stopped.
        """
        running = self._started()
        answers = running.take({**order, "seconds": LONGEST_SCAN_S})
        until = time.monotonic() + LONGEST_SCAN_S + LONGEST_START_S
        while (answer := _next(answers)) is _NOT_YET:
            if cancelled.is_set() or time.monotonic() > until:
                self.close()
        if cancelled.is_set():
            raise Interrupted("sslyze was ended because the run was stopped")
        if answer is None and time.monotonic() > until:
            raise TimedOut(f"sslyze was ended after {LONGEST_SCAN_S + LONGEST_START_S:g} s")
        if answer is None:
            self.close()
            raise UnexpectedAnswer(f"sslyze ended without an answer: {running.last_words}")
        return _report(answer)


class _Running:
    """One start of the process, until it ends.

    Attributes:
        last_words: once it has ended, the last line that it wrote on its standard error.
    """

    def __init__(self, python: Path) -> None:
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting: dict[str, SimpleQueue[_Answer]] = {}
        self._has_ended = False
        self.last_words = ""
        with contextlib.ExitStack() as stack:
            self._errors = stack.enter_context(tempfile.TemporaryFile())
            self._process = subprocess.Popen(
                [str(python), "-I", str(PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                start_new_session=True,  # Ctrl-C is for us; its scans are of its group
            )
            stack.pop_all()  # `_read` closes the file, at the end of the process
        threading.Thread(target=self._read, daemon=True, name="sslyze").start()

    def take(self, order: Mapping[str, Any]) -> SimpleQueue[_Answer]:
        """Order a scan; its answer comes through the queue, or None at the end of the process."""
        answers: SimpleQueue[_Answer] = SimpleQueue()
        number = str(next(self._numbers))
        assert self._process.stdin is not None
        with self._lock:
            if self._has_ended:
                answers.put(None)
                return answers
            self._waiting[number] = answers
            with contextlib.suppress(BrokenPipeError):  # then it is ending, and `_read` will see
                self._process.stdin.write(json.dumps({**order, "order": number}).encode() + b"\n")
                self._process.stdin.flush()
        return answers

    def _read(self) -> None:
        """Hand out answers as they come; at the end, tell all who still wait that there is none."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with contextlib.suppress(ValueError, KeyError, TypeError):  # not an answer of ours
                answer = json.loads(line)
                self._waiting.pop(answer["order"]).put(answer)
        self._process.stdout.close()
        with self._lock, self._errors:
            self._has_ended = True
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip()
            self.last_words = said.rpartition("\n")[2] or "no reason given"
        for answers in self._waiting.values():
            answers.put(None)

    def end(self) -> None:
        """Kill it and its scans; whoever still waits is told that there is no answer."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            assert self._process.stdin is not None
            self._process.stdin.close()


def _next(answers: SimpleQueue[_Answer]) -> _Answer:
    try:
        return answers.get(timeout=_LOOK_AT_CANCELLED_EVERY_S)
    except Empty:
        return _NOT_YET


def _report(answer: dict[str, Any]) -> dict[str, Any]:
    if "timed_out" in answer:
        raise TimedOut(f"sslyze was ended after {LONGEST_SCAN_S:g} s")
    if "error" in answer:
        raise UnexpectedAnswer(f"sslyze could not scan: {answer['error']}")
    report: dict[str, Any] = answer["report"]
    return report
