"""`--plan`: prints every connection that the run would make, and makes none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from securemode.plugin.planning import plan_text, probes_of
from securemode.plugin.run import run_of

if TYPE_CHECKING:
    from typing import Any


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Print instead of running."""
    if not session.config.option.plan:
        return None
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    run = run_of(session.config)
    reporter.ensure_newline()
    if run.setups:
        reporter.write_line(
            f"set-ups before it, each with a plan of its own: {', '.join(run.setups)}"
        )
    reporter.write_line(plan_text(probes_of(session.items, run)))
    return True
