"""Every STIG of the suite, read from `requirements/stig/<name>.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from securemode.documents import read, refusal
from securemode.environment.messages import validated
from securemode.errors import ConfigurationError
from securemode.stig.models import Baseline, Control, Stig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from securemode.targets import Scope

NAMES = ("esxi8", "vm8")
"""In the order in which they are reported; each is one file."""


@dataclass(frozen=True, slots=True)
class Stigs:
    """Every STIG, by its name."""

    all: tuple[Stig, ...] = ()

    @classmethod
    def load(cls, directory: Path) -> Stigs:
        """Read every STIG.

        Raises:
            ConfigurationError: anything is wrong in any file, one line a problem.
        """
        problems: list[str] = []
        found: list[Stig] = []
        for name in NAMES:
            try:
                found.append(_read(directory / f"{name}.yaml", name))
            except ConfigurationError as error:
                problems.append(str(error))
        if problems:
            raise refusal(problems)
        return cls(tuple(found))

    def __iter__(self) -> Iterator[Stig]:
        return iter(self.all)

    def of(self, scope: Scope) -> Stig:
        """The STIG for hosts, or that for virtual machines.

        Raises:
            ConfigurationError: none was loaded.
        """
        for stig in self.all:
            if stig.applies_to is scope:
                return stig
        raise ConfigurationError(
            f"No STIG for each {scope.replace('_', ' ')} was loaded.",
            remedy="see requirements/stig/.",
        )

    def of_prefix(self, prefix: str) -> Stig | None:
        """The STIG whose ids begin so: "ESXI"."""
        return next((stig for stig in self.all if stig.prefix == prefix.upper()), None)

    @property
    def by_person(self) -> tuple[str, ...]:
        """Ids of the controls of which a person has to say something."""
        return tuple(control.id for stig in self.all for control in stig.by_person)

    def is_control(self, id_: str) -> bool:
        """Whether the id looks like one of a control rather than of a requirement."""
        return id_.upper().startswith(tuple(f"{stig.prefix}-" for stig in self.all))

    def control(self, id_: str) -> tuple[Stig, Control]:
        """One control by its id, with its STIG.

        Raises:
            ConfigurationError: there is none; the nearest ids are named.
        """
        known = {control.id: (stig, control) for stig in self.all for control in stig.controls}
        if id_.upper() in known:
            return known[id_.upper()]
        near = get_close_matches(id_.upper(), known, n=3)
        listed = f"print them with --list-requirements --area {id_.partition('-')[0].upper()}."
        raise ConfigurationError(
            f'There is no control "{id_}".',
            remedy=f"did you mean {' or '.join(near)}?" if near else listed,
        )


def _read(path: Path, name: str) -> Stig:
    document = read(path)
    baseline, problems = validated(Baseline, document)
    if baseline is None or problems:
        raise refusal(problem.text(path) for problem in problems)
    return Stig.of(name, baseline)
