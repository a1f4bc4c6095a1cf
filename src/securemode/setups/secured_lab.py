"""Keeps a lab that was secured, so that a later run of the same kind need not secure one again.

The lab writes its whole state to a file of its own form, which nobody but the lab reads. Beside it
lie the files that the suite made for that deployment. All of it is secret: the folder is its
owner's alone, and appears in one piece or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from securemode.errors import SetupFailed
from securemode.setups.kept_file import write_for_owner

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from securemode.environment.models import Environment
    from securemode.setups.lab import Lab

STATE, _RECORD = "lab.state", "run.json"
OLDEST = timedelta(days=1)
_DIGITS = 16
_OWNER_ONLY = 0o700
_UNDER_WAY_S = 600
_BUILT = ("__pycache__", ".egg-info")


@dataclass(frozen=True, slots=True)
class Secured:
    """What a run left.

    Attributes:
        run: its id.
        at: when its set-ups had ended, UTC, ISO 8601.
        setups: names of the set-ups that it performed.
        transcripts: what was said and done, by the name of the set-up.
        files: content of the files that the suite made, by what they are.
    """

    run: str
    at: str
    setups: tuple[str, ...]
    transcripts: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """As the report says it."""
        return f"the state that run {self.run} had secured ({self.at[:16].replace('T', ' ')} UTC)"


_ADAPTER = TypeAdapter(Secured)


def key_of(root: Path, environment: Environment, *lab: object) -> str:
    """What a kept state depends on, as one digest: another one is another state.

    Args:
        root: the repository.
        environment: as its file says it, with secrets.
        lab: number of nodes, kind of network and what else the lab is told.
    """
    digest = hashlib.sha256()
    stated = root / "environments" / f"{environment.name}.yaml"
    parts = [version("securemode"), sys.version, environment.name, *environment.secret_values()]
    for part in (*parts, *map(str, lab)):
        digest.update(f"{part}\0".encode())
    for path in (stated, root / "conftest.py", *_sources(root / "src"), *_sources(root / "locks")):
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes() if path.exists() else b"").digest())
    return digest.hexdigest()[:_DIGITS]


def _sources(folder: Path) -> Iterable[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.endswith(_BUILT) for part in path.parts)
    )


class SecuredLab:
    """The kept state that a run may restore, and else leaves for later ones.

    Args:
        folder: of all kept states of an environment.
        key: of the one that fits this run.

    Attributes:
        restored: what this run has restored; None where its set-ups are performed.
        refusal: why something that was kept is not used; empty where nothing was.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder
        self._place = folder / key
        self.restored: Secured | None = None
        self.refusal = ""

    @property
    def state(self) -> Path:
        """The lab's own file."""
        return self._place / STATE

    def find(self) -> bool:
        """Whether there is a state to restore; `restored` tells what it is, `refusal` why not."""
        if not self._place.exists():
            others = self._folder.exists() and any(self._folder.iterdir())
            self.refusal = (
                "what is kept is of another version, environment or size" if others else ""
            )
            return False
        try:
            found = _ADAPTER.validate_json((self._place / _RECORD).read_bytes())
            age = datetime.now(UTC) - datetime.fromisoformat(found.at)
        except (OSError, ValidationError, ValueError, TypeError):
            self.refuse("what is kept cannot be read")
            return False
        if not timedelta() <= age <= OLDEST:
            self.refuse(f"what run {found.run} left is not of the last day")
            return False
        self.restored = found
        return True

    def refuse(self, why: str) -> None:
        """Do without it: the set-ups are performed."""
        self.restored, self.refusal = None, why

    def bring_back(self, places: Mapping[str, Path]) -> None:
        """Put the suite's own files where this run looks for them."""
        assert self.restored is not None
        for name, text in self.restored.files.items():
            if name in places:
                write_for_owner(places[name], text)

    def keep(self, lab: Lab, left: Secured) -> None:
        """Keep the present state of a lab in place of every other of this environment.

        Raises:
            SetupFailed: it cannot be kept; an earlier one may be gone.
        """
        unfinished = self._place.with_name(f"{self._place.name}.{os.getpid()}")
        try:
            self._folder.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
            unfinished.mkdir(mode=_OWNER_ONLY)
            lab.control("keep", file=str(unfinished.absolute() / STATE))
            write_for_owner(unfinished / _RECORD, json.dumps(asdict(left)))
            for other in self._folder.iterdir():
                if other != unfinished and not _is_under_way(other):
                    shutil.rmtree(other)
            unfinished.rename(self._place)
        except (OSError, SetupFailed) as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise SetupFailed(f"the lab's state is not kept for later runs: {error}") from error


def _is_under_way(folder: Path) -> bool:
    """Whether another run may be writing it at this moment."""
    age_s = datetime.now(UTC).timestamp() - folder.stat().st_mtime
    return "." in folder.name and age_s < _UNDER_WAY_S
