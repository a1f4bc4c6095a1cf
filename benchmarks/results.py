"""The figures as Markdown, put between the markers of RESULTS.md."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sides import PARTS, SUITE, TOOLS, by_hand

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sides import Row

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
BAR_NODES, BAR_FASTER, BAR_CPU = 100, 10.0, 0.5
_HEADER = (
    (
        "| what | wall s | CPU s | lab CPU s | memory MB "
        "| opened, a node | SYN, a node | UDP, a node | note |"
    ),
    "| --- | --: | --: | --: | --: | --: | --: | --: | --- |",
)


@dataclass(frozen=True, slots=True)
class Size:
    """One lab and what was measured on it.

    Attributes:
        conferencing_nodes: of the lab.
        load: of the machine when it began, as an average of one minute.
        rows: one a command.
    """

    conferencing_nodes: int
    load: float
    rows: list[Row]


def report(sizes: Iterable[Size], tools: Iterable[str], when: str) -> str:
    """All of it, as Markdown.

    Args:
        sizes: in the order in which they were measured.
        tools: a line each: version, or that it is missing.
        when: day and time, UTC.
    """
    blocks = [f"Measured {when} on {machine()}.", "\n".join(f"- {tool}" for tool in tools)]
    for size in sizes:
        blocks += [_titled(size), _table(size), _ratios(size)]
    return "\n\n".join(block for block in blocks if block)


def put(path: Path, measured: str) -> None:
    """Replace what stands between the markers of a file.

    Raises:
        ValueError: it does not have both, in their order.
    """
    text = path.read_text(encoding="utf-8")
    before, begins, rest = text.partition(BEGIN)
    _, ends, after = rest.partition(END)
    if not begins or not ends:
        raise ValueError(f"{path}: expected the lines {BEGIN} and {END}; put them back")
    path.write_text(f"{before}{BEGIN}\n\n{measured}\n\n{END}{after}", encoding="utf-8")


def machine() -> str:
    """Processor, cores, memory, kernel and Python of this machine."""
    model = next(_values(Path("/proc/cpuinfo"), "model name"), platform.machine())
    total_kb = next(_values(Path("/proc/meminfo"), "MemTotal"), "0 kB").split()[0]
    gigabytes = int(total_kb) / 1024**2
    return (
        f"{model}, {os.cpu_count()} cores, {gigabytes:.0f} GB, Linux {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def _values(path: Path, key: str) -> Iterable[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return (line.partition(":")[2].strip() for line in lines if line.startswith(key))


def _titled(size: Size) -> str:
    number = size.conferencing_nodes
    nodes = "1 Conferencing Node" if number == 1 else f"{number} Conferencing Nodes"
    return (
        f"### {nodes} and a Management Node\n\nLoad of the machine at the start: {size.load:.1f}."
    )


def _table(size: Size) -> str:
    sums = [row for tool in TOOLS if (row := by_hand(size.rows, tool)) is not None]
    suite = [row for row in size.rows if row.what == SUITE]
    rest = [row for row in size.rows if row.what != SUITE]
    lines = [_line(row) for row in (*suite, *sums, *rest)]
    return "\n".join((*_HEADER, *lines))


def _line(row: Row) -> str:
    figures, nodes = row.figures, row.looked_at if row.what in PARTS else row.nodes
    least = "" if figures.is_whole else "> "
    sent = (figures.sent.opened, figures.sent.asked, figures.sent.datagrams)
    cells = (
        row.what if row.what not in PARTS else f"&emsp;of it {row.what}",
        f"{least}{row.wall_s:,.1f}",
        f"{least}{row.cpu_s:,.1f}",
        f"{figures.lab_cpu_s * row.factor:,.1f}",
        f"{figures.memory_mb:,.0f}",
        *(f"{number / nodes:,.0f}" for number in sent),
        _note(row),
    )
    return f"| {' | '.join(cells)} |"


def _note(row: Row) -> str:
    notes = []
    if row.looked_at < row.nodes:
        notes.append(f"extrapolated from {row.looked_at} of {row.nodes} nodes")
    if not row.figures.is_whole:
        notes.append("ended because its time was over")
    elif row.figures.exit_code:
        notes.append(f"**not everything was read** (exit code {row.figures.exit_code})")
    return "; ".join(notes)


def _ratios(size: Size) -> str:
    """How the suite compares with each way by hand, and whether the bar of 100 nodes is met."""
    suite = next((row for row in size.rows if row.what == SUITE), None)
    lines = []
    for tool in TOOLS:
        other = by_hand(size.rows, tool)
        if suite is None or other is None or not suite.wall_s or not other.cpu_s:
            continue
        faster, cpu = other.wall_s / suite.wall_s, suite.cpu_s / other.cpu_s
        line = f"- {other.what}: the suite is {faster:.1f} times as fast, with {cpu:.2f} of the CPU"
        if size.conferencing_nodes == BAR_NODES:
            line += f" (bar: {BAR_FASTER:.0f} times, {BAR_CPU}: {_verdict(faster, cpu)})"
        lines.append(f"{line}.")
    return "\n".join(lines)


def _verdict(faster: float, cpu: float) -> str:
    time = "met" if faster >= BAR_FASTER else "not met"
    used = "met" if cpu <= BAR_CPU else "not met"
    return f"time {time}, CPU {used}"
