"""What `securemode` does with a run once it has ended: one verb, one module.

Each module has `add_to(verbs)`, which adds the verb's arguments to the command line and names, by
`set_defaults(act=...)`, the function that does it: `(arguments) -> int`, the exit code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    import argparse

    Verbs: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001


class Verb(Protocol):
    """A module of this package."""

    def add_to(self, verbs: Verbs, /) -> None:
        """Add the verb to the command line."""
        ...
