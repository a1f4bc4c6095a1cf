"""Words for a requirement that is on record as it should be, and seen not to work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.report.wording import listed
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from securemode.report.recorded import RecordedFinding

NOT_EFFECTIVE = "configured but not effective"
_ON_RECORD = frozenset({"declared", "documented"})
_OBSERVED = "observed"
_BY_THE_WIZARD = "security-wizard"
_STARTED_SINCE = "DEPLOY-06"


def not_restarted(said: Mapping[str, Sequence[RecordedFinding]]) -> frozenset[str]:
    """Nodes that still run without the security wizard's answers: they have not started since."""
    return frozenset(
        finding.target
        for finding in said.get(_STARTED_SINCE, ())
        if finding.kind == "declared" and finding.verdict is Verdict.FAIL
    )


def effect(
    section: str,
    kinds: Mapping[str, Verdict],
    findings: Iterable[RecordedFinding],
    unrestarted: frozenset[str],
) -> str:
    """Say "configured but not effective", and why, as far as that is known; else nothing."""
    on_record = {kinds[kind] for kind in kinds if kind in _ON_RECORD}
    if kinds.get(_OBSERVED) is not Verdict.FAIL or on_record != {Verdict.PASS}:
        return ""
    failing = dict.fromkeys(
        finding.target
        for finding in findings
        if finding.kind == _OBSERVED and finding.verdict is Verdict.FAIL
    )
    waiting = [target for target in failing if target in unrestarted]
    if section != _BY_THE_WIZARD or not waiting:
        return NOT_EFFECTIVE
    return f"{NOT_EFFECTIVE}: {listed(waiting)} not restarted since the security wizard"
