"""An attestation in the record of a run: what a person has stated, and whether it counts."""

from __future__ import annotations

from datetime import date

from securemode.report.root import Record


class Attestation(Record):
    """One statement on one requirement.

    Attributes:
        requirement: id.
        controls: of the STIGs that it is about, where the requirement is their sum; all if empty.
        targets: names of the hosts that it is about, likewise.
        statement: what is stated.
        by: "name, role" of who states it; empty where nobody has signed.
        confirmed_by: the same of the second person, empty where there is none.
        verified: day on which it was verified.
        valid_until: last day on which it stands.
        how: how it was verified.
        evidence: names of the files that show it.
        lacks: what keeps it from counting; empty where it counts.
    """

    requirement: str
    controls: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    statement: str
    by: str
    confirmed_by: str = ""
    verified: date
    valid_until: date
    how: str
    evidence: tuple[str, ...] = ()
    lacks: str = ""
