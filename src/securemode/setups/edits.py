"""What parts of the configuration have in common: edits, and when they are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.environment.models import Environment
    from securemode.infinity.client import ManagementApi, ManagementWriter
    from securemode.setups.setup import Change


class Edit(Protocol):
    """One thing to be written, and what changes by it."""

    @property
    def what(self) -> str:
        """What is written, for the transcript; never a secret."""

    def changes(self) -> list[Change]:
        """What differs; at least one."""

    def write(self, api: ManagementWriter) -> None:
        """Write it.

        Raises:
            CannotLook: the product did not take it.
        """


@dataclass(frozen=True, slots=True)
class Plan:
    """What one part of the configuration needs.

    Attributes:
        edits: in the order in which they are written.
        closing: edits that close a door, written after all edits of every part.
        notes: what is left as it is, and why.
    """

    edits: tuple[Edit, ...] = ()
    closing: tuple[Edit, ...] = ()
    notes: tuple[str, ...] = ()


Part: TypeAlias = "Callable[[Environment, ManagementApi], Plan]"
"""Reads one part of the configuration and tells what has to be written; writes nothing."""
