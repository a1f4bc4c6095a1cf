"""The table of the proof, which reports show: by which faults each requirement was made to fail."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from proof.bench import FAILS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from proof.bench import Verified
    from securemode_lab.faults.fault import Fault

PATH = ROOT / "requirements" / "proof.json"
WRITE = "ACCEPT_PROOF_WRITE"
"""Variable of the environment that has the table written instead of compared."""

Table = dict[str, dict[str, list[str]]]
"""Requirement to kind of verifying it to the names of the faults that made it fail."""


def made(shown: Iterable[tuple[Fault, Verified]]) -> Table:
    """The table, from every fault and what was seen with it on."""
    table: Table = {}
    for fault, seen in sorted(shown, key=lambda pair: pair[0].name):
        verdicts = FAILS if fault.turns else {*FAILS, "not reviewed"}
        for (requirement, kind), verdict in seen.kinds.items():
            if requirement in {*fault.turns, *fault.opens} and verdict in verdicts:
                table.setdefault(requirement, {}).setdefault(kind, []).append(fault.name)
    return {name: dict(sorted(table[name].items())) for name in sorted(table)}


def kept() -> Table:
    """The table that the repository holds."""
    table: Table = json.loads(PATH.read_text(encoding="utf-8"))
    return table


def keep(table: Table) -> None:
    """Put the table into the repository, if that was asked for."""
    if os.environ.get(WRITE):
        PATH.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def of_requirements(table: Table) -> dict[str, set[str]]:
    """Requirement to the faults that made it fail, in whichever kind."""
    return {
        name: {fault for faults in kinds.values() for fault in faults}
        for name, kinds in table.items()
    }
