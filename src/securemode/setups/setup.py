"""What every set-up is: plan the difference, apply only that, read it back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable

    Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a set-up would change.

    Attributes:
        where: what it belongs to: "conf1", "global settings".
        setting: its name, in the guide's or the product's words.
        now: what it is; never a secret.
        wanted: what it is to become; never a secret.
        requirement: id of the requirement for which it is done.
    """

    where: str
    setting: str
    now: str
    wanted: str
    requirement: str

    def __str__(self) -> str:
        return f"{self.where}: {self.setting}: {self.now} → {self.wanted} ({self.requirement})"


class Setup(ABC):
    """A set-up: running it twice changes something once.

    Attributes:
        name: by which an environment names it in `setup:`.
        notes: sentences for the report about what the set-up left as it is, and why.
    """

    name: ClassVar[str]

    def __init__(self) -> None:
        self.notes: list[str] = []

    @abstractmethod
    def plan(self) -> list[Change]:
        """What would change; changes nothing.

        Raises:
            SetupFailed: it cannot be told.
        """

    @abstractmethod
    def apply(self, progress: Progress) -> None:
        """Change what differs, and nothing else.

        Raises:
            SetupFailed: it stopped; the message says what is done and what is not.
        """

    @abstractmethod
    def verify(self) -> None:
        """Read back what was changed.

        Raises:
            SetupFailed: the product does not have what was written.
        """

    @property
    @abstractmethod
    def transcript(self) -> str:
        """Everything that was said and done so far, as evidence."""

    def secrets(self) -> tuple[str, ...]:
        """Values that this set-up handles and that nobody may write down."""
        return ()

    def run(
        self, progress: Progress, redact: Callable[..., object] = lambda *_: None
    ) -> list[Change]:
        """Plan, apply, verify; return what was changed.

        Args:
            progress: takes one line at a time for the person who waits.
            redact: takes every secret before the first line is said.
        """
        redact(*self.secrets())
        changes = self.plan()
        for note in self.notes:
            progress(f"{self.name}: {note}")
        if not changes:
            progress(f"{self.name}: nothing to change")
            return changes
        self.apply(progress)
        self.verify()
        progress(f"{self.name}: done and verified")
        return changes
