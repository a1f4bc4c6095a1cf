"""A STIG as a file of `requirements/stig/` holds it: controls, where to read, what to expect."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from securemode.environment.stig import StigInputs
from securemode.environment.values import Part, Text, problem
from securemode.stig.category import Category
from securemode.targets import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VALUE = "value"
"""Name of the only thing that most controls read."""

SOURCES = ("option", "service", "esxcli", "property", "fact", "site", "setting", "device")
_SOURCE = re.compile(rf"({'|'.join(SOURCES)}) \S.*")
_INPUT = re.compile(r"<(\w+)(\??)>")


class Operation(StrEnum):
    """How what was found is compared with what is expected; texts without regard to case."""

    EQ = "eq"
    NE = "ne"
    LE = "le"
    GE = "ge"
    LE_NONZERO = "le_nonzero"
    IN = "in"
    SUBSET = "subset"
    CONTAINS_ANY = "contains_any"
    ALL = "all"
    ANY = "any"
    ALL_FALSE = "all_false"
    NONE_EQ = "none_eq"
    NONE_IN = "none_in"
    NONE_TYPE = "none_type"
    NO_MATCH = "no_match"
    SITE_LIST = "site_list"
    EMPTY_OR_SITE = "empty_or_site"
    NE_AND_SITE = "ne_and_site"
    ABSENT = "absent"
    ABSENT_OR_EQ = "absent_or_eq"
    ABSENT_OR_SITE = "absent_or_site"


class Condition(StrEnum):
    """What makes a control apply; where it is not so, the control is *not applicable*."""

    MANAGED_BY_VCENTER = "managed by vCenter"
    DIRECTORY_OR_MORE_USERS = "Active Directory in use, or further local users"
    ISCSI_ADAPTER = "an iSCSI adapter exists"
    VMOTION_ADAPTER = "vMotion enabled on an adapter"
    IP_STORAGE = "iSCSI, vSAN or NFS in use"
    STANDARD_SWITCH = "a standard switch exists"
    REACHED_DIRECTLY = "hosts reached directly"
    SYSLOG_OVER_TLS = "a syslog target starts with ssl://"
    TPM = "usable TPM present"
    HOST_PROFILE_JOINS = "a host profile joins Active Directory"
    JOINED_TO_DIRECTORY = "host joined to Active Directory"
    FAULT_TOLERANCE = "Fault Tolerance enabled"


def input_named(expected: object) -> tuple[str, bool] | None:
    """The site's value for which a text such as "<ntp_servers>" stands.

    Returns: its name, and whether the control does without where it is not stated ("<mgmt_vlan?>").
    """
    found = _INPUT.fullmatch(expected) if isinstance(expected, str) else None
    return (found[1], bool(found[2])) if found else None


def _inputs_in(expected: object) -> Iterator[str]:
    if named := input_named(expected):
        yield named[0]
    elif isinstance(expected, dict):
        for value in expected.values():
            yield from _inputs_in(value)


def _known_input(name: str) -> str:
    if name not in StigInputs.model_fields:
        raise problem(
            f'names "{name}", which vsphere.stig does not have', "see environment/stig.py"
        )
    return name


def _by_name(reads: object) -> object:
    return {VALUE: reads} if isinstance(reads, str) else reads


def _source(text: str) -> str:
    kind, _, name = text.partition(" ")
    if not _SOURCE.fullmatch(text):
        raise problem(
            f'is "{text}", which is no source', f"write one of {', '.join(SOURCES)} and a name"
        )
    if kind == "site":
        _known_input(name)
    return text


Source = Annotated[str, AfterValidator(_source)]


class Statement(Part):
    """A control as it stands in a file, under its id."""

    vuln: Annotated[str, Field(pattern=r"^V-[0-9]{6}$")]
    """DISA's number of the vulnerability."""
    rule: Annotated[str, Field(pattern=r"^SV-[0-9]{6}r[0-9]+_rule$")]
    """DISA's number of the rule, with its revision."""
    severity: Category
    """How grave it is if the control is open."""
    severity_without_tpm: Category | None = None
    """The same on a host without a usable TPM, where it differs."""
    title: Annotated[str, Field(min_length=1, max_length=90)]
    """A statement that should hold, in our words."""
    reads: Annotated[dict[str, Source], BeforeValidator(_by_name)] = Field(default_factory=dict)
    """What is read: one source, or several by name; none where no API shows anything."""
    op: Operation = Operation.EQ
    """How it is compared."""
    expected: Any = None
    """With what; "<name>" stands for a value of `vsphere.stig`."""
    applies_when: Condition | None = None
    """What makes it apply; always where it is left out."""
    exceptions: Annotated[str, AfterValidator(_known_input)] | None = None
    """The value of `vsphere.stig` that lists approved exceptions."""
    may_be_missing: bool = False
    """Whether a host that does not have the thing at all is good."""
    by_person: str = ""
    """What only a person can say, where there is such a thing."""
    reading: str = ""
    """Which reading is taken where the published text and VMware's own test disagree."""
    remedy: Text
    """How an open control is closed."""

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if not (self.reads or self.by_person):
            raise problem("is missing", "state it, or by_person", key="reads")
        for name in _inputs_in(self.expected):
            if name not in StigInputs.model_fields:
                what = f'names "{name}", which vsphere.stig does not have'
                raise problem(what, "see environment/stig.py", key="expected")
        if strange := self._facets() - self.reads.keys():
            raise problem(
                f'names "{min(strange)}", which reads does not have',
                f"take one of: {', '.join(self.reads)}",
                key="expected",
            )
        return self

    def _facets(self) -> set[str]:
        """The names of what was read that `expected` refers to."""
        if self.op not in {Operation.ALL, Operation.ANY}:
            return set()
        if not isinstance(self.expected, dict) or not self.expected:
            raise problem("is not a mapping", "name what is read and expected", key="expected")
        if self.op is Operation.ALL:
            return set(self.expected)
        return {name for alternative in self.expected.values() for name in alternative}


class Control(Statement):
    """A control of a STIG."""

    id: str
    """Permanent, for example "ESXI-80-000005"."""

    @property
    def is_manual(self) -> bool:
        """Whether no API shows anything of it."""
        return not self.reads

    @property
    def sources(self) -> tuple[str, ...]:
        """Everything that is read of the target for it."""
        return tuple(source for source in self.reads.values() if not source.startswith("site "))


class Baseline(Part):
    """One file: a STIG."""

    title: Text
    """Its name, for readers."""
    release: Annotated[str, Field(pattern=r"^V[0-9]+R[0-9]+$")]
    """Version and release."""
    released: Annotated[str, Field(pattern=r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}$")]
    """Day of its publication."""
    applies_to: Literal[Scope.HOST, Scope.VIRTUAL_MACHINE]
    """Once for each of what."""
    controls: dict[Annotated[str, Field(pattern=r"^[A-Z]+-[0-9]{2}-[0-9]{6}$")], Statement]
    """The controls by their ids."""


class Stig(Part):
    """A STIG, its controls in the order of their ids."""

    name: str
    """Short name, that of its file: "esxi8"."""
    title: str
    """Its name, for readers."""
    release: str
    """Version and release: "V2R3"."""
    applies_to: Scope
    """Once for each of what."""
    controls: tuple[Control, ...]
    """Every control."""

    @classmethod
    def of(cls, name: str, baseline: Baseline) -> Stig:
        """The STIG that a file holds."""
        said: Mapping[str, Statement] = baseline.controls
        return cls(
            name=name,
            title=baseline.title,
            release=baseline.release,
            applies_to=baseline.applies_to,
            controls=tuple(Control(id=id_, **dict(said[id_])) for id_ in sorted(said)),
        )

    @property
    def prefix(self) -> str:
        """With what its ids begin: "ESXI"."""
        return self.controls[0].id.partition("-")[0]

    @property
    def by_person(self) -> tuple[Control, ...]:
        """The controls of which a person has to say something."""
        return tuple(control for control in self.controls if control.by_person)

    @property
    def sources(self) -> tuple[str, ...]:
        """Everything that is read for it, each once."""
        return tuple(dict.fromkeys(s for control in self.controls for s in control.sources))
