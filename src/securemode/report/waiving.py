"""What waivers do to the findings of a run: a pure function of both and of the time.

Only a failure can be waived. What could not be judged stays inconclusive, whatever a waiver says.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from securemode.report.fingerprint import fingerprint
from securemode.report.waiver import WaiverState
from securemode.report.wording import listed
from securemode.verdicts import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from securemode.report.recorded import RecordedFinding
    from securemode.report.waiver import Waiver

SOON = timedelta(days=30)
"""How long before its end a waiver is called soon ending."""

_UNJUDGED = frozenset({Verdict.INCONCLUSIVE, Verdict.NOT_REVIEWED})


def weighed(finding: RecordedFinding, waivers: Iterable[Waiver], at: datetime) -> RecordedFinding:
    """The finding as waivers leave it: waived, or failed with the reason why no waiver applies.

    Args:
        finding: any; whatever is no failure comes back as it is.
        waivers: of the environment.
        at: the moment at which they have to be valid.
    """
    about = [waiver for waiver in waivers if _is_about(waiver, finding)]
    if finding.verdict is not Verdict.FAIL or not about:
        return finding
    mark = fingerprint(finding)
    accepting = [waiver for waiver in about if mark in waiver.fingerprints]
    if valid := [waiver for waiver in accepting if not _out_of_time(waiver, at)]:
        return _waived(finding, max(valid, key=lambda waiver: waiver.ends))
    note = _why_not((accepting or about)[-1], mark, at)
    if note in finding.next_step:
        return finding
    return replace(finding, next_step=f"{finding.next_step.rstrip()} {note}".lstrip())


def _is_about(waiver: Waiver, finding: RecordedFinding) -> bool:
    in_scope = not waiver.scope or finding.target in waiver.scope
    return in_scope and waiver.requirement == finding.requirement


def _waived(finding: RecordedFinding, waiver: Waiver) -> RecordedFinding:
    controls = tuple(
        replace(control, verdict=Verdict.WAIVED) if control.verdict is Verdict.FAIL else control
        for control in finding.controls
    )
    waived = replace(finding, verdict=Verdict.WAIVED, waiver=waiver, controls=controls)
    unjudged = [control for control in controls if control.verdict in _UNJUDGED]
    if not unjudged:
        return waived
    return replace(
        waived,
        verdict=worst(control.verdict for control in unjudged),
        what="has controls that could not be judged, beside those that are waived: "
        f"{listed([control.id for control in unjudged])}",
        saw=f"{unjudged[0].id}: {unjudged[0].saw}",
        next_step=unjudged[0].next_step,
    )


def _out_of_time(waiver: Waiver, at: datetime) -> WaiverState | None:
    """Whether a waiver has ended or not begun; None where it is valid."""
    if waiver.ends < at:
        return WaiverState.EXPIRED
    if waiver.starts is not None and waiver.starts > at:
        return WaiverState.NOT_STARTED
    return None


def _why_not(waiver: Waiver, mark: str, at: datetime) -> str:
    """Why a waiver does not apply, as a sentence."""
    subject = f"The waiver {waiver.name} does not apply:"
    match _out_of_time(waiver, at):
        case WaiverState.EXPIRED:
            return f"{subject} it ended on {moment(waiver.ends)}."
        case WaiverState.NOT_STARTED:
            return f"{subject} it begins on {moment(waiver.starts or at)}."
        case _:
            return (
                f"{subject} what is seen ({mark}) differs from what was accepted "
                f"({listed(waiver.fingerprints)})."
            )


def moment(at: datetime) -> str:
    """A moment as people read it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def assessed(
    waivers: Iterable[Waiver],
    findings: Sequence[RecordedFinding],
    at: datetime,
    *,
    partial: bool = False,
) -> tuple[Waiver, ...]:
    """Every waiver with its state in this run.

    Args:
        waivers: of the environment.
        findings: of the run, as `weighed` left them.
        at: the moment at which they have to be valid.
        partial: only a selection was looked at, so that what was not seen may still be there.
    """
    return tuple(_assessed(waiver, findings, at, partial=partial) for waiver in waivers)


def _assessed(
    waiver: Waiver, findings: Sequence[RecordedFinding], at: datetime, *, partial: bool
) -> Waiver:
    about = [finding for finding in findings if _is_about(waiver, finding)]
    state, says = _state(waiver, about, at, partial=partial)
    covered = () if _out_of_time(waiver, at) else about
    covers = tuple(dict.fromkeys(one.target for one in covered if _covers(waiver, one)))
    return waiver.model_copy(update={"state": state, "says": says, "covers": covers})


def _covers(waiver: Waiver, finding: RecordedFinding) -> bool:
    """Whether a waived finding has this waiver to thank, or could have."""
    return finding.verdict is Verdict.WAIVED and fingerprint(finding) in waiver.fingerprints


def _state(
    waiver: Waiver, about: Sequence[RecordedFinding], at: datetime, *, partial: bool
) -> tuple[WaiverState, str]:
    """What a waiver is worth, and why, given the findings that it is about."""
    match _out_of_time(waiver, at):
        case WaiverState.EXPIRED:
            return WaiverState.EXPIRED, f"It ended on {moment(waiver.ends)}."
        case WaiverState.NOT_STARTED:
            return WaiverState.NOT_STARTED, f"It begins on {moment(waiver.starts or at)}."
    if failing := [finding for finding in about if finding.verdict is Verdict.FAIL]:
        where = listed(tuple(dict.fromkeys(finding.target for finding in failing)))
        marks = listed(tuple(dict.fromkeys(map(fingerprint, failing))))
        return WaiverState.DIFFERS, f"What is seen at {where} ({marks}) is not what it accepts."
    if any(_covers(waiver, finding) for finding in about):
        return _in_force(waiver, at)
    return _not_seen(waiver, about, partial=partial)


def _not_seen(
    waiver: Waiver, about: Sequence[RecordedFinding], *, partial: bool
) -> tuple[WaiverState, str]:
    """A waiver that covers nothing: because nothing deviates, or because nobody looked."""
    unseen = partial and not set(waiver.scope) <= {finding.target for finding in about}
    if not about or unseen or (partial and not waiver.scope):
        return WaiverState.UNSEEN, "This run did not look at everything that it is about."
    if any(finding.verdict in _UNJUDGED for finding in about):
        return WaiverState.UNSEEN, "What it is about could not be judged."
    return WaiverState.STALE, "What it accepts is not seen any more: remove it."


def in_short(waivers: Sequence[Waiver]) -> tuple[str, ...]:
    """What a person has to know of the waivers, a sentence each; nothing where there are none."""
    if not waivers:
        return ()
    states = Counter(waiver.state for waiver in waivers)
    tally = ", ".join(f"{states[state]} {state}" for state in WaiverState if states[state])
    return f"Waivers: {tally}.", *(
        f"The waiver of {waiver.requirement} by {waiver.approver} "
        f"({waiver.ticket or moment(waiver.ends)}) is {waiver.state}: {_lowered(waiver.says)}"
        for waiver in waivers
        if waiver.says and waiver.state is not WaiverState.UNSEEN
    )


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _in_force(waiver: Waiver, at: datetime) -> tuple[WaiverState, str]:
    if waiver.ends - at > SOON:
        return WaiverState.IN_FORCE, ""
    days = (waiver.ends - at).days
    return WaiverState.SOON_ENDING, f"{days} {'day' if days == 1 else 'days'} left."
