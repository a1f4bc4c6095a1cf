"""The catalogue: every requirement of the guide, read from `requirements/<area>.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from securemode.documents import Document, Problem, read, refusal, shown
from securemode.environment.messages import validated
from securemode.environment.models import Permission, Site
from securemode.environment.values import Part, Text, problem
from securemode.errors import ConfigurationError
from securemode.stig.catalogue import Stigs
from securemode.targets import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AREAS = (
    "HOST", "VMRES", "BIOS", "DEPLOY", "WIZ", "CERT", "CA", "IPV6", "GLOBAL", "ROLE",
    "LDAP", "CBA", "LAST", "DNS", "NTP", "SYSLOG", "SNMP", "LOC", "CONT", "BACKUP",
)  # fmt: skip
"""In the order of the guide; each is one file, named in lower case."""

BESIDE = frozenset({"uncovered"})
"""Files of the directory that are no areas."""

Section = Literal[
    "host",
    "resources",
    "bios",
    "deployment",
    "security-wizard",
    "certificates",
    "ipv6",
    "global-settings",
    "administrators",
    "client-certificates",
    "last-resort",
    "network-services",
    "locations",
    "contingency",
    "backup",
]


class Kind(StrEnum):
    """How a requirement is verified, strongest first."""

    OBSERVED = "observed"
    DECLARED = "declared"
    DOCUMENTED = "documented"
    ATTESTED = "attested"


class Severity(StrEnum):
    """How much a deviation matters."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Verification(Part):
    """What is particular about one kind of verification of a requirement."""

    note: str = ""
    """What is looked at."""
    intrusive: Permission | None = None
    """Permission that the environment has to give."""
    more_with: Permission | None = None
    """Permission with which more is looked at than without."""
    vantage: Literal["local", "on-link"] = "local"
    """Where it has to be looked at from."""
    on_request: bool = False
    """Whether it is left out unless the command line asks for it."""
    where: str = ""
    """Condition under which it applies; always where it is empty."""


class Remedy(Part):
    """How a deviation is put right; a place that the setting does not have is empty."""

    interface: str = ""
    """Path in the product's web interface or in vSphere."""
    api: str = ""
    """Resource and field of the Management API."""
    wizard: str = ""
    """Question of the installation or security wizard, with the answer."""
    stated_text: str = Field(default="", alias="text")
    """One or two sentences that stand for themselves; made of `wizard` where they are left out."""

    @model_validator(mode="after")
    def _helps(self) -> Self:
        if not (self.stated_text or self.wizard):
            raise problem("is missing", "state it, or the wizard's question", key="text")
        return self

    @property
    def text(self) -> str:
        """What to do, in one or two sentences."""
        if self.stated_text:
            return self.stated_text
        question, _, answer = self.wizard.rpartition(": ")
        return (
            f'Run securitywizard on the Management Node and answer "{question}" with {answer}, '
            "then restart every Conferencing Node. If the system administrator account is disabled "
            "already, only a new deployment helps."
        )


def _known_kind(kind: str) -> str:
    if kind not in tuple(Kind):
        raise problem(f'names the kind "{kind}"', f"take one of: {', '.join(Kind)}")
    return kind


def _known_site_key(key: str) -> str:
    model: Any = Site
    for step in key.split("."):
        fields = model.model_fields if _is_part(model) else {}
        if step not in fields:
            raise problem(f'names "{key}", which site: does not have', "see environment/site.py")
        model = fields[step].annotation
    return key


def _is_part(model: Any) -> bool:
    return isinstance(model, type) and issubclass(model, BaseModel)


class Statement(Part):
    """A row as it stands in a file, under its id."""

    title: Annotated[str, Field(min_length=1, max_length=90)]
    """A statement that should hold, on one line."""
    applies_to: Scope
    """Once for each of what."""
    expected: Text
    """The guide's value."""
    site: Annotated[str, AfterValidator(_known_site_key)] | None = None
    """Key below `site:` in the environment where the site decides."""
    kinds: dict[Annotated[str, AfterValidator(_known_kind)], Verification]
    """Kinds by which it is verified."""
    severity: Severity
    """How much a deviation matters."""
    why: Text
    """What goes wrong otherwise, in a sentence."""
    remedy: Remedy
    """How a deviation is put right."""

    @model_validator(mode="after")
    def _is_verified(self) -> Self:
        if not self.kinds:
            raise problem("is empty", f"name one of: {', '.join(Kind)}", key="kinds")
        return self


class Requirement(Statement):
    """A row of the catalogue."""

    id: str
    """Permanent, for example "WIZ-14"."""
    section: Section
    """Section of the guide."""

    @property
    def area(self) -> str:
        """The first part of the id."""
        return self.id.partition("-")[0]


class Area(Part):
    """One file of the catalogue."""

    title: Text
    """What the area is about."""
    section: Section
    """Section of the guide."""
    requirements: dict[Annotated[str, Field(pattern=r"^[A-Z0-9]+-[0-9]{2}$")], Statement]
    """The rows by their ids."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every requirement, in the order of the guide.

    Attributes:
        rows: the requirements.
        areas: id prefix to title, for example "WIZ" to "Answers of the security wizard".
        stigs: what the requirement on hosts adds up, control by control.
    """

    rows: tuple[Requirement, ...]
    areas: dict[str, str]
    stigs: Stigs = field(default_factory=Stigs)

    @classmethod
    def load(cls, directory: Path) -> Catalogue:
        """Read every area.

        Raises:
            ConfigurationError: anything is wrong in any file, one line a problem.
        """
        problems = list(_unknown_files(directory))
        rows: list[Requirement] = []
        titles: dict[str, str] = {}
        for name in AREAS:
            document = _read(directory / f"{name.lower()}.yaml", problems)
            if document is None:
                continue
            area, wrong = validated(Area, document)
            wrong += tuple(_foreign_ids(name, document))
            problems += (one.text(document.path) for one in wrong)
            if area is not None:
                titles[name] = area.title
                rows += _rows(area)
        stigs = _stigs(directory, problems)
        if problems:
            raise refusal(problems)
        return cls(tuple(rows), titles, stigs)

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id."""
        return tuple(row.id for row in self.rows)

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, requirement: str) -> Requirement:
        """One requirement by its id.

        Raises:
            ConfigurationError: there is none; the nearest ids are named.
        """
        for row in self.rows:
            if row.id == requirement.upper():
                return row
        near = get_close_matches(requirement.upper(), self.ids, n=3, cutoff=0.5)
        raise ConfigurationError(
            f'There is no requirement "{requirement}".',
            remedy=f"did you mean {' or '.join(near)}?"
            if near
            else "print all of them with --list-requirements.",
        )


def _rows(area: Area) -> Iterator[Requirement]:
    for requirement, statement in area.requirements.items():
        yield Requirement(id=requirement, section=area.section, **dict(statement))


def _read(path: Path, problems: list[str]) -> Document | None:
    try:
        return read(path)
    except ConfigurationError as error:
        problems.append(str(error))
        return None


def _stigs(directory: Path, problems: list[str]) -> Stigs:
    try:
        return Stigs.load(directory / "stig")
    except ConfigurationError as error:
        problems.append(str(error))
        return Stigs()


def _unknown_files(directory: Path) -> Iterator[str]:
    expected = {name.lower() for name in AREAS} | BESIDE
    for path in sorted(directory.glob("*.yaml")):
        if path.stem not in expected:
            yield f"{shown(path)}: belongs to no area. Remedy: name it in AREAS, or remove it."


def _foreign_ids(area: str, document: Document) -> Iterator[Problem]:
    rows = document.data.get("requirements")
    for requirement in rows if isinstance(rows, dict) else ():
        if not requirement.startswith(f"{area}-"):
            line = document.line(("requirements", requirement))
            what = f"is no id of the area {area}"
            yield Problem(line, f"requirements.{requirement}", what, f"write {area}-nn")
