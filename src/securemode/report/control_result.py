"""A control of a STIG in the record of a run."""

from __future__ import annotations

from securemode.report.root import Record
from securemode.verdicts import Verdict


class ControlResult(Record):
    """One control of a STIG at one host or virtual machine; the requirement HOST-01 is their sum.

    Attributes:
        id: of the control.
        stig: the STIG and its release.
        target: name of the host, or of the node whose virtual machine it is.
        severity: "CAT I", "CAT II" or "CAT III".
        title: what should hold, in a few words.
        verdict: the worst of what was read and what is attested.
        expected: the expectation, as a phrase.
        saw: what was seen, as a phrase.
        reading: which reading was taken, where text and test of the STIG disagree.
        next_step: what to do where it is open.
        kinds: how it was verified.
        evidence: ids of the records that the verdict rests on.
        vuln: DISA's number of the vulnerability.
        rule: DISA's number of the rule, with its revision.
    """

    id: str
    stig: str
    target: str
    severity: str
    title: str
    verdict: Verdict
    expected: str
    saw: str
    reading: str = ""
    next_step: str = ""
    kinds: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    vuln: str = ""
    rule: str = ""
