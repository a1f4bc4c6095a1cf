"""Measures the suite and what a person would do instead, side by side, on labs of several sizes.

METHOD.md says what is compared and how; RESULTS.md gets the figures.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from results import Size, put, report
from sides import PARTS, SSLYZE, TESTSSL, Plan, rows
from standing_lab import ROOT, NotSecured, may_stand_inside, standing

RESULTS = Path(__file__).with_name("RESULTS.md")
SAMPLES = {
    1: {},
    10: {TESTSSL: 2},
    100: {SSLYZE: 21, TESTSSL: 2},
}
"""By the number of Conferencing Nodes: on how many nodes a part is run that would take too long."""
TIMEOUT_S = 400
TOOLS = {
    "nmap": "--version",
    "testssl": "--version",
    "snmpget": "--version",
    "curl": "--version",
    "openssl": "version",
    "sipsak": "--version",
    "dig": "-v",
    "chronyd": "--version",
    "ldapsearch": "-VV",
    "nft": "--version",
}


def main() -> int:
    """Measure each size; print, and write where it is wanted."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    if not may_stand_inside():
        _say("run it as root: tools with raw sockets have to stand in the lab's network namespace.")
        return 2
    sizes = []
    for number in options.nodes:
        try:
            sizes.append(_size(number, options))
        except NotSecured as not_secured:
            _say(f"{number} Conferencing Nodes: the lab is not what both sides need: {not_secured}")
            return 1
        when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
        measured = report(sizes, _tools(), when)
        if options.write != "none":  # after each size: what was measured is not lost with the next
            put(Path(options.write), measured)
    sys.stdout.write(f"{measured}\n")
    incomplete = [row for size in sizes for row in size.rows if row.figures.exit_code != 0]
    for row in incomplete:
        _say(f"{row.what} on {row.nodes} nodes ended with {row.figures.exit_code}:")
        _say(row.figures.said)
    return 1 if incomplete else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run", description=__doc__)
    parser.add_argument(
        "--nodes", type=int, nargs="+", default=list(SAMPLES), help="Conferencing Nodes: 1 10 100"
    )
    parser.add_argument(
        "--sample",
        action="append",
        default=[],
        metavar="PART=N",
        help=f"run a part by hand on the first N nodes, 0: not at all; {', '.join(PARTS)}",
    )
    parser.add_argument(
        "--whole", action="store_true", help="measure the whole run of the suite as well"
    )
    parser.add_argument("--timeout", type=float, default=TIMEOUT_S, help="seconds for one command")
    parser.add_argument("--write", default=str(RESULTS), help="file for the figures, or none")
    return parser.parse_args()


def _size(number: int, options: argparse.Namespace) -> Size:
    """Everything at one size, on a lab of its own."""
    load = os.getloadavg()[0]
    plan = Plan(_samples(number, options.sample), options.timeout, options.whole)
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as folder,
        standing(number, Path(folder)) as lab,
    ):
        _say(f"{number} Conferencing Nodes: the lab is up, and is being secured")
        lab.secure()
        _say(f"{number} Conferencing Nodes: measuring")
        return Size(number, load, rows(lab, plan))


def _samples(number: int, given: list[str]) -> dict[str, int]:
    """Those of the nearest size that has some, and those of the command line."""
    nearest = max((size for size in SAMPLES if size <= number), default=1)
    asked = dict(one.split("=", 1) for one in given)
    if unknown := set(asked) - set(PARTS):
        raise SystemExit(
            f"benchmarks/run: --sample: {', '.join(unknown)}: expected {', '.join(PARTS)}"
        )
    return SAMPLES[nearest] | {part: int(count) for part, count in asked.items()}


def _tools() -> list[str]:
    """The version of each tool, or that it is missing and its facts unread."""
    lines = [_version(name, flag) for name, flag in TOOLS.items()]
    sslyze = ROOT / ".venv-witness" / "bin" / "sslyze"
    packages = sslyze.parents[1].glob("lib/python*/site-packages/sslyze-*.dist-info")
    found = next((path.name.split("-")[1].removesuffix(".dist") for path in packages), "")
    return [*lines, f"sslyze {found}" if sslyze.exists() else "sslyze: **missing**, not measured"]


def _version(name: str, flag: str) -> str:
    if shutil.which(name) is None:
        return f"{name}: **missing**, not measured"
    done = subprocess.run(
        [name, flag], capture_output=True, text=True, timeout=20, check=False, errors="replace"
    )
    plain = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    lines = (line.strip() for line in plain.splitlines())
    said = next((line for line in lines if re.search(r"\d\.\d", line)), "")
    return said if name in said.lower() else f"{name}: {said}"


def _say(text: str) -> None:
    sys.stderr.write(f"benchmarks/run: {text}\n")


if __name__ == "__main__":
    sys.exit(main())
