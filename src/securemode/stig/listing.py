"""The controls of a STIG as texts, for `--list-requirements` and `--explain`."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from securemode.stig.models import VALUE, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.stig.models import Control, Stig

WIDTH = 100
_LABEL = 14
_LEGEND = "declared: the vSphere API shows it; attested: a person has to say it"


def table(stig: Stig) -> str:
    """One line a control: id, severity, kinds, title."""
    cells = [(one.id, str(one.severity), _kinds(one), one.title) for one in stig.controls]
    widths = [max(len(row[column]) for row in cells) for column in range(3)]
    lines = [
        "  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]))
        for row in cells
    ]
    return "\n".join([*lines, "", f"{len(cells)} controls of the {_name(stig)}", _LEGEND])


def _kinds(control: Control) -> str:
    kinds = ("declared" * bool(control.reads), "attested" * bool(control.by_person))
    return " ".join(kind for kind in kinds if kind)


def _name(stig: Stig) -> str:
    return f"{stig.title} {stig.release}"


def explain(stig: Stig, control: Control, requirement: str) -> str:
    """Everything that is known of one control, at most 100 columns wide.

    Args:
        stig: to which it belongs.
        control: the control.
        requirement: id of the requirement that adds up all of them.
    """
    entries = [
        ("STIG", f"{_name(stig)}; {control.vuln}, {control.rule}"),
        ("part of", requirement),
        ("applies to", stig.applies_to.replace("_", " ")),
        ("where", control.applies_when or ""),
        ("severity", _severity(control)),
        *(("reads", each) for each in _reads(control)),
        ("expected", _expected(control)),
        ("exceptions", f"those of vsphere.stig.{control.exceptions}" if control.exceptions else ""),
        ("attested", control.by_person),
        ("reading", control.reading),
        ("remedy", control.remedy),
    ]
    lines = [line for label, text in entries if text for line in _entry(label, text)]
    return "\n".join([f"{control.id}  {control.title}", "", *lines])


def _severity(control: Control) -> str:
    lower = control.severity_without_tpm
    return f"{control.severity}{f'; {lower} on a host without a usable TPM' if lower else ''}"


def _reads(control: Control) -> Iterator[str]:
    for name, source in control.reads.items():
        yield source if name == VALUE else f"{name}: {source}"


def _expected(control: Control) -> str:
    """The expectation as the file has it; the values of the site keep their names."""
    if not control.reads:
        return ""
    if control.op is Operation.ABSENT:
        return "absent"
    return f"{control.op.replace('_', ' ')} {_in_words(control.expected)}"


def _in_words(expected: object) -> str:
    if isinstance(expected, dict) and "op" in expected:
        return (
            f"{expected['op'].replace('_', ' ')} {_in_words(expected.get('expected', ''))}".strip()
        )
    if isinstance(expected, dict):
        return "(" + ", ".join(f"{name}: {_in_words(one)}" for name, one in expected.items()) + ")"
    if isinstance(expected, list):
        return ", ".join(map(str, expected))
    return str(expected).lower() if isinstance(expected, bool) else str(expected)


def _entry(label: str, text: str) -> list[str]:
    indent = " " * _LABEL
    return wrap(text, WIDTH, initial_indent=f"{label}:".ljust(_LABEL), subsequent_indent=indent)
