"""Whole runs against labs of several sizes: wall time, CPU time and memory of every process.

    .venv/bin/python benchmarks/whole.py --nodes 3 10 50 100 --write benchmarks.json

CPU seconds say more than wall time where the machine does something else beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from processes import Family

ROOT = Path(__file__).parents[1]
RUN_TIMEOUT_S = 1800
INTERRUPTED_S = 60
ACCEPTED = 0
COLUMNS = (
    ("nodes", "nodes"),
    ("exit", "exit_code"),
    ("wall s", "wall_s"),
    ("s a node", "wall_s_a_node"),
    ("observing s", "observing_s"),
    ("CPU s", "cpu_s"),
    ("CPU s a node", "cpu_s_a_node"),
    ("suite", "cpu_s_suite"),
    ("lab", "cpu_s_lab"),
    ("sslyze", "cpu_s_sslyze"),
    ("MB", "memory_mb"),
    ("suite", "memory_mb_suite"),
    ("lab", "memory_mb_lab"),
)


def measured(nodes: int, arguments: list[str], timeout_s: float) -> dict[str, Any]:
    """One run against a lab of its own: lab, all set-ups, every requirement, report.

    Args:
        nodes: all of them, the Management Node too.
        arguments: more of pytest's.
        timeout_s: after which the run is interrupted; what it took until then is reported.
    """
    with tempfile.TemporaryDirectory() as reports:
        command = [sys.executable, "-m", "pytest", "--env=lab", f"--nodes={nodes - 1}", "-q"]
        command += ["--setup=lab_secured"]
        command += [f"--reports={reports}", *arguments]
        began, used = time.monotonic(), _cpu_s_of_children()
        with (
            subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process,
            Family(process.pid) as family,
        ):
            printed = _printed(process, timeout_s)
        wall_s, cpu_s = time.monotonic() - began, _cpu_s_of_children() - used
        record = Path(reports) / "lab-latest" / "result.json"
        result = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    if process.returncode != ACCEPTED:
        sys.stderr.write(printed)  # its figures are those of another run than was asked for
    figures = {
        "wall_s": wall_s,
        "wall_s_a_node": wall_s / nodes,
        "observing_s": _observing_s(printed),
        "cpu_s": cpu_s,
        "cpu_s_a_node": cpu_s / nodes,
        "memory_mb": family.most_mb["all"],
        **{f"cpu_s_{kind}": seconds for kind, seconds in family.cpu_s.items()},
        **{f"memory_mb_{kind}": most for kind, most in family.most_mb.items() if kind != "all"},
    }
    return {
        "nodes": nodes,
        "exit_code": process.returncode,
        **{name: round(value, 2) for name, value in figures.items()},
        "verdicts": result.get("counts", {}),
    }


def _printed(process: subprocess.Popen[str], timeout_s: float) -> str:
    """What a run prints until it ends, or is made to."""
    try:
        return process.communicate(timeout=timeout_s)[0]
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
    try:
        return process.communicate(timeout=INTERRUPTED_S)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[0]


def _cpu_s_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _observing_s(printed: str) -> float:
    """From `observed: 109 probes in 11.0 s`."""
    for line in printed.splitlines():
        if line.startswith("observed: "):
            return float(line.split()[4])
    return 0.0


def table(rows: list[dict[str, Any]]) -> str:
    """The figures, a line a run."""
    lines = [[title for title, _ in COLUMNS]]
    lines += [[str(row.get(key, "")) for _, key in COLUMNS] for row in rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    )


def main() -> None:
    """Measure, print the table, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, nargs="+", default=[3, 10, 50, 100])
    parser.add_argument("--write", type=Path, help="where the figures go, as JSON")
    parser.add_argument(
        "--timeout", type=float, default=RUN_TIMEOUT_S, help="seconds a run may take"
    )
    parser.add_argument("pytest", nargs="*", help="more arguments of pytest, after --")
    options = parser.parse_args()
    rows = [measured(nodes, options.pytest, options.timeout) for nodes in options.nodes]
    print(table(rows))  # noqa: T201 - this is what was asked for
    if options.write:
        machine = {"cores": os.cpu_count(), "python": platform.python_version()}
        text = json.dumps({"machine": machine, "runs": rows}, indent=2)
        options.write.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
