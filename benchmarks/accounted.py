"""Runs a command and accounts for every process that it starts, even one that outlives its parent.

    accounted.py FIGURES COMMAND ...

Short programs come and go between two looks at /proc. The kernel adds the CPU time of each child to
its parent's when the parent waits for it; as "child subreaper" this process also inherits whoever
was left alone, and waits for them.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
LEFT_BEHIND_S = 5.0


def main() -> int:
    """Run the command; write what it took; end as it did."""
    figures, command = Path(sys.argv[1]), sys.argv[2:]
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the command, whose end we await
    began = time.monotonic()
    exit_code = subprocess.Popen(command, preexec_fn=_takes_interrupts).wait()  # noqa: PLW1509
    wall_s = time.monotonic() - began
    _wait_for_those_left()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = {"exit_code": exit_code, "wall_s": wall_s, "cpu_s": used.ru_utime + used.ru_stime}
    figures.write_text(json.dumps(said), encoding="utf-8")
    return max(exit_code, 0)


def _takes_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _wait_for_those_left() -> None:
    """Until nobody is left, or for a while: what does not end by itself is counted up to then."""
    until = time.monotonic() + LEFT_BEHIND_S
    while time.monotonic() < until:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.02)
        except ChildProcessError:
            return


if __name__ == "__main__":
    sys.exit(main())
