"""Runs a command in a network of its own, beside the nodes that a module of this package makes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from peers.namespace import REFUSED


def run_beside(network: str, *command: str, timeout_s: float = 110) -> str:
    """The output of the command; the test is skipped where no such network can be made.

    Args:
        network: module that makes the nodes and runs the command: "peers.marked_network".
        command: program and arguments.
        timeout_s: how long it may take.
    """
    tests = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-m", network, *command],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
        cwd=tests,
        env={**os.environ, "PYTHONPATH": str(tests)},
    )
    if done.returncode == REFUSED:
        if os.environ.get("ACCEPT_CI_PEERS") == "1":
            pytest.fail(done.stderr)
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return done.stdout
