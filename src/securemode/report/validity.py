"""Until when the decision can stand: the earliest end of everything that was seen to end."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple

from securemode.report import wording
from securemode.report.models import Outcome
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from securemode.report.models import Result

_LAST_SECOND = time(23, 59, 59, tzinfo=UTC)
_ACCEPTED = {Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_WAIVERS, Outcome.SELECTION_HOLDS}


class Ending(NamedTuple):
    """Something that the decision rests on, and when it ends.

    Attributes:
        at: its last second, UTC.
        what: what sort of thing: "TLS certificate".
        whose: whose it is: a node, an authority, a requirement.
    """

    at: datetime
    what: str
    whose: str


def dated(result: Result, evidence_records: Iterable[Mapping[str, Any]]) -> Result:
    """The record with `decision.valid_until`, from its own waivers and the evidence of the run."""
    first = earliest(endings(result, evidence_records))
    decision = result.decision.model_copy(
        update={
            "valid_until": first and first.at,
            "valid_until_because": f"{first.what} of {first.whose}" if first else "",
        }
    )
    return result.model_copy(update={"decision": decision})


def endings(result: Result, evidence_records: Iterable[Mapping[str, Any]]) -> Iterator[Ending]:
    """Every end that was seen: of certificates, waivers that apply and attestations that count."""
    yield from _waivers(result)
    attested = {
        requirement.id
        for requirement in result.requirements
        if any(finding.verdict is Verdict.ATTESTED for finding in requirement.targets)
    }
    for record in evidence_records:
        seen = record.get("observation")
        if not isinstance(seen, dict):
            continue
        if record.get("probe") == "served-certificates":
            yield from _served(str(record["target"]), seen)
        elif record.get("probe") == "configuration":
            yield from _configured(seen)
        elif record.get("probe") == "attestation-file":
            yield from _attestations(seen, attested)


def earliest(ends: Iterable[Ending]) -> Ending | None:
    """The first to end; what ends in the same second and is of the same sort is named together."""
    ordered = sorted(set(ends))
    if not ordered:
        return None
    first = ordered[0]
    alike = [one.whose for one in ordered if (one.at, one.what) == (first.at, first.what)]
    return first._replace(whose=wording.listed(alike))


def in_words(result: Result) -> str:
    """The end as a sentence: that there is one, that it is over, or that none was seen."""
    decision = result.decision
    end = decision.valid_until
    if end is None:
        return "No end of validity was seen: no certificate, waiver or attestation has one."
    day, why = f"{end.astimezone(UTC):%Y-%m-%d %H:%M} UTC", decision.valid_until_because
    if end < result.run.ended:
        return f"Not valid any more when the run ended: {day} was the end of the {why}."
    if decision.verdict in _ACCEPTED:
        return f"Valid until {day}, the end of the {why}."
    return f"Were it accepted, it would be valid until {day}, the end of the {why}."


def _waivers(result: Result) -> Iterator[Ending]:
    for requirement in result.requirements:
        for finding in requirement.targets:
            if finding.verdict is Verdict.WAIVED and finding.waiver is not None:
                yield Ending(finding.waiver.ends.astimezone(UTC), "waiver", requirement.id)


def _served(target: str, seen: Mapping[str, Any]) -> Iterator[Ending]:
    """The chains that a TLS port serves: its own certificate first, then those of authorities."""
    for chain in seen.get("chains", ()):
        own, *authorities = chain["certificates"]
        yield Ending(_moment(own["not_after"]), "TLS certificate", target)
        for one in authorities:
            name = ", ".join(one["common_names"]) or one["subject"]
            yield Ending(_moment(one["not_after"]), "authority certificate", name)


def _configured(seen: Mapping[str, Any]) -> Iterator[Ending]:
    """The certificates of the configuration: those that a node uses, and trusted authorities."""
    for row in seen.get("rows", ()):
        try:
            end = _moment(str(row.get("end_date")))
        except ValueError:
            continue
        name = str(row.get("subject_name") or "no name")
        if seen.get("resource") == "ca_certificate":
            yield Ending(end, "authority certificate", name)
        elif seen.get("resource") == "tls_certificate" and row.get("nodes"):
            yield Ending(end, "configured TLS certificate", name)


def _attestations(seen: Mapping[str, Any], attested: set[str]) -> Iterator[Ending]:
    """Of signed statements with the same scope the last to end counts, as when it is judged."""
    days: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for one in seen.get("statements", ()):
        if one["requirement"] in attested and one["by"]:
            scope = (*one.get("controls", ()), *one.get("targets", ()))
            days[one["requirement"], *scope].append(one["valid_until"])
    for (requirement, *_), ends in days.items():
        last_day = datetime.fromisoformat(max(ends)).date()
        yield Ending(datetime.combine(last_day, _LAST_SECOND), "attestation", requirement)


def _moment(text: str) -> datetime:
    """A point in time; the product's own dates have no zone and mean UTC."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
