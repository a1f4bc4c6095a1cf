"""Tells the person who waits what is being looked at."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from securemode.plugin.speech import Speech

if TYPE_CHECKING:
    import pytest

    from securemode.observatory import Progress
    from securemode.plugin.run import Run

HEARTBEAT_S = 5.0
WIDTH = 78


class ProgressLine:
    """One line that changes on a terminal; elsewhere a plain line every few seconds."""

    def __init__(self, config: pytest.Config, run: Run) -> None:
        self._speech = Speech(config)
        self._run = run
        self._shown = ""
        self._said_at = self._began = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        seconds = time.monotonic() - self._began
        seen = len(self._run.open_observatory().seconds)
        stopped = ", stopped by you" if self._run.cancelled.is_set() else ""
        self._pass("")
        self._speech.line(f"observed: {seen} probes in {seconds:.1f} s{stopped}")

    def show(self, progress: Progress) -> None:
        """Show how far the observing is."""
        waiting = progress.under_way[0] if progress.under_way else ""
        text = f"observing: {progress.done} of {progress.total}"
        if self._speech.is_alive:
            self._pass(f"{text}, now {waiting}"[:WIDTH] if waiting else text)
        elif time.monotonic() - self._said_at > HEARTBEAT_S and waiting:
            self._said_at = time.monotonic()
            self._speech.line(f"{text}, waiting for {waiting}")

    def _pass(self, text: str) -> None:
        if self._speech.is_alive and text != self._shown:
            self._speech.passing(text, over=self._shown)
            self._shown = text
