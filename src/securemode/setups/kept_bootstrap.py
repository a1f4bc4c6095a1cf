"""Keeps bootstrap configurations, which can be had once only, until their nodes have them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from securemode.errors import SetupFailed
from securemode.setups.kept_file import write_for_owner

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How far a node has come.

    Attributes:
        row: key of the node in the product; empty where it was asked for and nothing came back.
        xml: its bootstrap configuration, which is secret; empty likewise.
    """

    row: str = ""
    xml: str = ""


_ADAPTER = TypeAdapter(Bootstrap)
_BROUGHT_IN: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])


class KeptBootstraps:
    """A directory of the deployment that only its owner can read, with a file a node.

    Args:
        directory: made when the first is kept.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def path(self, node: str) -> Path:
        """Where the configuration of a node is kept."""
        return self._directory / f"{node}.json"

    def read(self, node: str) -> Bootstrap | None:
        """What an earlier run left; None where there is nothing.

        Raises:
            SetupFailed: it is not as it was written.
        """
        try:
            return _ADAPTER.validate_json(self.path(node).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise SetupFailed(
                f"The kept bootstrap configuration of {node} cannot be read.",
                remedy=f"remove {self.path(node)}, and delete {node} in the Administrator "
                "interface unless it is in sync.",
            ) from error

    def asks(self, node: str) -> None:
        """Note that a node is about to be made known: an answer that gets lost was ours."""
        self.write(node, Bootstrap())

    def write(self, node: str, bootstrap: Bootstrap) -> None:
        """Keep it, on disk before this returns."""
        write_for_owner(self.path(node), json.dumps(asdict(bootstrap)))

    def brought_in(self, node: str) -> str:
        """Key in the product of the node that a run saw in sync; empty where none did."""
        try:
            return _BROUGHT_IN.validate_json(self._done.read_bytes()).get(node, "")
        except (OSError, ValidationError):
            return ""

    def note_brought_in(self, node: str, row: str) -> None:
        """Keep that a node has been in sync: whatever stops it later, it has its configuration."""
        try:
            known = _BROUGHT_IN.validate_json(self._done.read_bytes())
        except (OSError, ValidationError):
            known = {}
        write_for_owner(self._done, json.dumps(known | {node: row}))

    @property
    def _done(self) -> Path:
        return self._directory.with_name(f"{self._directory.name}-done.json")

    def forget(self, node: str) -> None:
        """Remove it: the node has it, and nobody else needs it."""
        self.path(node).unlink(missing_ok=True)
        if self._directory.exists() and not any(self._directory.iterdir()):
            self._directory.rmdir()
