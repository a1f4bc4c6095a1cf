"""The record of one run, `result.json`: everything that every report is written from.

The JSON schema of these models is published beside them (`result.schema.json`). A change that an
old reader would misread takes a new `schema_version`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

from pydantic import AwareDatetime, Field, NonNegativeFloat, NonNegativeInt

from securemode.report.attestation import Attestation
from securemode.report.comparison_models import Comparison
from securemode.report.control_result import ControlResult
from securemode.report.root import Record
from securemode.report.waiver import Waiver
from securemode.verdicts import Verdict

SCHEMA_VERSION: Final = "1.0"


class Outcome(StrEnum):
    """What the run as a whole comes to."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_WAIVERS = "accepted with waivers"
    SELECTION_HOLDS = "selection holds"
    NOT_ACCEPTED = "not accepted"
    INCONCLUSIVE = "inconclusive"
    NOT_REVIEWED = "not reviewed"
    INTERRUPTED = "interrupted"


class Standing(StrEnum):
    """Whether a requirement of the catalogue takes part in the decision of this run."""

    JUDGED = "judged"
    NOT_SELECTED = "not selected"
    NOT_COVERED = "not covered"


class Lab(Record):
    """The embedded lab that the run verified instead of a product.

    Attributes:
        profile: "namespaces", "root-namespaces" or "loopback".
        reason: why this profile; empty for the first choice.
        statement: the sentence that no reader of the report may miss.
    """

    profile: str
    reason: str = ""
    statement: Literal["This run verified the embedded lab, not a product."] = (
        "This run verified the embedded lab, not a product."
    )


class Run(Record):
    """How the run was conducted, and what it takes to repeat it.

    Attributes:
        id: unique name of the run, also the name of its folder.
        environment: name of the environment.
        environment_sha256: hash of the environment file as it was read.
        began: when the run began, UTC.
        ended: when the last observation or verdict was recorded, UTC.
        command: what to type to repeat it.
        suite_version: version of the suite.
        suite_commit: commit of the suite, empty where it is installed without its repository.
        python: version of the interpreter.
        operator: who ran it, as the machine knows.
        vantages: the places from which was looked.
        permissions: the intrusive checks that the environment allowed, by name.
        lab: set where the target was the embedded lab.
        partial: only a selection of the scenarios was asked for.
        selection: the selection, as it was asked for.
        interrupted: the run was stopped before its end.
        rejudges: id of the run whose evidence was judged again; empty where this run looked.
    """

    id: str
    environment: str
    environment_sha256: str
    began: AwareDatetime
    ended: AwareDatetime
    command: str
    suite_version: str
    suite_commit: str = ""
    python: str
    operator: str = ""
    vantages: tuple[str, ...] = ("local",)
    permissions: tuple[str, ...] = ()
    lab: Lab | None = None
    partial: bool = False
    selection: str = ""
    interrupted: bool = False
    rejudges: str = ""


class Identity(Record):
    """What was verified, in the words of the contract."""

    customer: str = ""
    site: str = ""
    contract: str = ""
    system: str = ""
    product_version: str = ""


class NodeRecord(Record):
    """One node of the deployment as the run reached it."""

    name: str
    role: Literal["management", "conferencing"]
    addresses: tuple[str, ...] = ()
    fqdn: str = ""
    version: str = ""
    location: str = ""


class Remedy(Record):
    """Where the setting is changed: the product's web interface, its API, the security wizard."""

    interface: str = ""
    api: str = ""
    wizard: str = ""
    text: str = ""


class TargetResult(Record):
    """One finding: what one scenario says of one requirement at one target.

    Attributes:
        target: name of the node, location or "deployment".
        kind: how it was verified.
        verdict: the verdict.
        what: the statement, the target being its unspoken subject.
        expected: the expectation, as a phrase.
        saw: what was seen, as a phrase.
        next_step: what to do about it, where it differs from the remedy of the requirement.
        evidence: ids of the records that the verdict rests on.
        scenario: name of the scenario.
        node_id: what pytest calls it: given to pytest, it runs again.
        vantage: from where was looked.
        waiver: the waiver that covers the deviation, where one does.
        fingerprint: of the deviation, where there is one: a waiver names it.
    """

    target: str
    kind: str
    verdict: Verdict
    what: str
    expected: str
    saw: str
    next_step: str = ""
    evidence: tuple[str, ...] = ()
    scenario: str = ""
    node_id: str = ""
    vantage: str = ""
    waiver: Waiver | None = None
    fingerprint: str = ""


class RequirementResult(Record):
    """One requirement of the catalogue and what the run says of it.

    Attributes:
        standing: whether it takes part in the decision.
        verdict: the worst over kinds and targets; none where it takes no part.
        wording: says more than the verdict where there is more: "configured but not effective".
        kinds: the verdict of each kind that was verified.
        pending_kinds: kinds that the catalogue names and this version has no scenario for.
        left_out_kinds: kinds that this version has a scenario for and this run left out.
        shown_to_fail_by: number of faults that the proof made each kind fail with.
        targets: every finding, kind by kind, Management Node first.
    """

    id: str
    title: str
    section: str
    applies_to: str
    severity: str
    expected: str
    why: str = ""
    remedy: Remedy = Remedy()
    standing: Standing
    verdict: Verdict | None = None
    wording: str = ""
    kinds: dict[str, Verdict] = Field(default_factory=dict)
    pending_kinds: tuple[str, ...] = ()
    left_out_kinds: tuple[str, ...] = ()
    shown_to_fail_by: dict[str, NonNegativeInt] = Field(default_factory=dict)
    targets: tuple[TargetResult, ...] = ()


class Pending(Record):
    """A requirement and a kind of verifying it that this version has no scenario for."""

    requirement: str
    kind: str


class Scope(Record):
    """How much of the catalogue this version covers and this run looked at."""

    rows_total: NonNegativeInt
    rows_covered: NonNegativeInt
    rows_judged: NonNegativeInt
    pending: tuple[Pending, ...] = ()


class Decision(Record):
    """What the run comes to, and the rule that decided.

    Attributes:
        verdict: the outcome.
        rule: the sentence that says why.
        blocked_by: ids of the requirements that decided: by verdict, then by severity.
        exit_code: what the command exits with.
        valid_until: the earliest end of all that was seen to end; none where nothing has one.
        valid_until_because: what ends then: "TLS certificate of conf1".
    """

    verdict: Outcome
    rule: str
    blocked_by: tuple[str, ...] = ()
    exit_code: NonNegativeInt
    valid_until: AwareDatetime | None = None
    valid_until_because: str = ""


class EvidenceFile(Record):
    """The file of evidence, and the hash that it had when it was closed."""

    file: str
    sha256: str
    records: NonNegativeInt


class SetupRecord(Record):
    """What one set-up changed before anything was verified."""

    name: str
    changes: tuple[str, ...] = ()
    outcome: str


class SlowObservation(Record):
    """An observation and how long it took."""

    probe: str
    target: str
    seconds: NonNegativeFloat


class Observations(Record):
    """How often each probe looked, and what took longest."""

    counts: dict[str, NonNegativeInt] = Field(default_factory=dict)
    slowest: tuple[SlowObservation, ...] = ()


class Connections(Record):
    """Connections that the plan named and that were opened; none where they were not counted."""

    planned: NonNegativeInt | None = None
    actual: NonNegativeInt | None = None


class Result(Record):
    """The whole record of one run."""

    schema_version: Literal["1.0"] = SCHEMA_VERSION
    run: Run
    identity: Identity
    nodes: tuple[NodeRecord, ...]
    scope: Scope
    requirements: tuple[RequirementResult, ...]
    controls: tuple[ControlResult, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    counts: dict[Verdict, NonNegativeInt]
    decision: Decision
    evidence: EvidenceFile
    setups: tuple[SetupRecord, ...] = ()
    observations: Observations = Observations()
    connections: Connections = Connections()
    guards_violated: tuple[str, ...] = ()
    comparison: Comparison | None = None

    def to_json(self) -> str:
        """The text of `result.json`."""
        return self.model_dump_json(indent=2) + "\n"
