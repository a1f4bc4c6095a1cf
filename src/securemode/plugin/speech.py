"""Says something to the person who waits, past pytest's capturing of output."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest


class Speech:
    """The terminal, if there is one: silent in xdist's workers."""

    def __init__(self, config: pytest.Config) -> None:
        self._reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
        self._capture: Any = config.pluginmanager.get_plugin("capturemanager")
        self.is_alive = bool(
            self._reporter and self._reporter.isatty and "NO_COLOR" not in os.environ
        )

    def line(self, text: str) -> None:
        """One line that stays."""
        if self._reporter is None:
            return
        with self._capture.global_and_fixture_disabled():
            self._reporter.ensure_newline()
            self._reporter.write_line(text)

    def passing(self, text: str, over: str) -> None:
        """Write over a line of a terminal that says `over`."""
        with self._capture.global_and_fixture_disabled():
            self._reporter.write("\r" + text.ljust(len(over)) + ("" if text else "\r"))
            self._reporter.flush()
