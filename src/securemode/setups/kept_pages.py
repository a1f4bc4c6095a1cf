"""Keeps how far a set-up has come at each console, for the run that goes on from there."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from securemode.errors import UnreadableRecord
from securemode.setups.kept_file import write_for_owner

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Pages:
    """How far a set-up has come at one console.

    Attributes:
        done: pages that are done, in their order; what was answered is not kept.
        by_hand: those among them that the operator did.
        stopped_at: page at which it could not read the screen; empty where it did not stop.
        ended: when the last page was done, UTC; empty before.
    """

    done: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    stopped_at: str = ""
    ended: str = ""

    def with_done(self, page: str) -> Pages:
        """With one more page done by the set-up itself."""
        return replace(self, done=(*self.done, page), stopped_at="")

    def resumed(self) -> Pages:
        """With the page at which it stopped done by the operator."""
        if not self.stopped_at:
            return self
        page = self.stopped_at
        return Pages((*self.done, page), (*self.by_hand, page))


@dataclass(slots=True)
class KeptPages:
    """The file of one set-up on one deployment.

    Attributes:
        path: of the file.
    """

    path: Path
    _pages: dict[str, Pages] | None = field(default=None)

    def of(self, machine: str) -> Pages:
        """How far it has come at the console of a machine.

        Args:
            machine: its instance UUID, which no other machine will have.

        Raises:
            UnreadableRecord: the file is not as it was written.
        """
        return self._all().get(machine, Pages())

    def keep(self, machine: str, pages: Pages) -> Pages:
        """Write how far it has come, in one piece."""
        kept = self._all()
        kept[machine] = pages
        text = json.dumps({name: asdict(one) for name, one in kept.items()}, indent=1)
        write_for_owner(self.path, f"{text}\n")
        return pages

    def _all(self) -> dict[str, Pages]:
        if self._pages is None:
            self._pages = self._read()
        return self._pages

    def _read(self) -> dict[str, Pages]:
        if not self.path.exists():
            return {}
        try:
            return _ADAPTER.validate_json(self.path.read_bytes())
        except ValidationError as error:
            raise UnreadableRecord(
                f"{self.path.name} is not as the set-up wrote it.",
                remedy="remove it; the set-up then begins anew.",
            ) from error


_ADAPTER: TypeAdapter[dict[str, Pages]] = TypeAdapter(dict[str, Pages])
