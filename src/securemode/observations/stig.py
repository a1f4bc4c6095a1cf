"""What a host or a virtual machine says of the settings that a STIG asks about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineSeen:
    """The settings of one host or virtual machine, as plain JSON values.

    Attributes:
        subject: name under which vCenter lists it.
        values: by the source that a control names: "option Mem.MemEagerZero"; what is not set, or
            that vCenter does not tell, is absent.
        refused: sources, or their beginnings, that could not be read, each with the reason.
    """

    subject: str
    values: dict[str, Any]
    refused: dict[str, str] = field(default_factory=dict)

    def refusal(self, source: str) -> str | None:
        """Why a source could not be read; None where it could."""
        for beginning, reason in self.refused.items():
            if source.startswith(beginning):
                return reason
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineBaselinesSeen:
    """The settings of the virtual machines of a deployment.

    Attributes:
        machines: by the name of the node.
        unmatched: nodes whose virtual machine was not found, each with the reason.
    """

    machines: dict[str, BaselineSeen]
    unmatched: dict[str, str] = field(default_factory=dict)
