"""What can be wrong with a deployment, each with the requirements that it must turn."""

from __future__ import annotations

from securemode_lab.faults.fault import (
    Defect,
    Fault,
    Forgotten,
    Misconfiguration,
    RecordDefect,
    RecordMistake,
    VSphereMistake,
)

__all__ = [
    "FAULTS",
    "Defect",
    "Fault",
    "Forgotten",
    "Misconfiguration",
    "RecordDefect",
    "RecordMistake",
    "VSphereMistake",
]

FAULTS: tuple[Fault, ...]
"""Every one of them, loaded when somebody asks: those of vCenter need pyVmomi, which is heavy."""


def __getattr__(name: str) -> object:
    if name != "FAULTS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from securemode_lab.faults import registry  # noqa: PLC0415 - needs pyVmomi

    return registry.FAULTS
