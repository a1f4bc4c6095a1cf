"""What the records say of the security wizard's answers: all of them have to agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.observations.records import Wizard
from securemode.verdicts import Judgement, Verdict, deviates, holds, unclear

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode.observations.records import InstallationRecordSeen, WizardRecordSeen
    from securemode.records.matching import Question

SUPPLY = (
    "let the set-up security_wizard run the wizard, or state the wizard's terminal log or a "
    "diagnostic snapshot under records: in the environment, or add snapshot to allow:."
)
RUN = "run securitywizard on the Management Node, then restart every Conferencing Node."
LATEST = "take a new diagnostic snapshot: it holds the answers that are in force."
_CUT = "save the log of the whole run, from the command to the restart."


def answered_as_wanted(*records: WizardRecordSeen, question: Question, wanted: str) -> Judgement:
    """Every record has the answer that guide and site want; one that differs is named."""
    expected = in_words(wanted)
    about = f'"{question.title}"'
    if (early := without_an_end(records, expected)) is not None:
        return early
    told = {
        record: dict(record.answers)[question.key]
        for record in at_hand(records)
        if question.key in dict(record.answers)
    }
    saw = "; ".join((*_answers(told), *_remarks(records, question, told)))
    if not told:
        return unclear(
            f"has no answer to {about} on record",
            expected=expected,
            saw=saw or "records without this answer",
            next_step=LATEST,
        )
    if all(answer == wanted for answer in told.values()):
        return holds(f"was told {expected} for {about}", expected=expected, saw=saw)
    wrong = next(answer for answer in told.values() if answer != wanted)
    if len(set(told.values())) > 1:
        return deviates(
            f"has records that disagree on {about}", expected=expected, saw=saw, next_step=LATEST
        )
    return deviates(f"was told {in_words(wrong)} for {about}", expected=expected, saw=saw)


def at_hand(records: Iterable[WizardRecordSeen]) -> tuple[WizardRecordSeen, ...]:
    """Those that there are."""
    return tuple(record for record in records if record.wizard is not Wizard.NO_RECORD)


def without_an_end(records: Iterable[WizardRecordSeen], expected: str) -> Judgement | None:
    """What is said where no record, or not every one, shows the wizard to its end."""
    there = at_hand(records)
    if not there:
        return no_record("the security wizard", expected, SUPPLY)
    if never := [record for record in there if record.wizard is Wizard.NEVER_RUN]:
        others = [record for record in there if record.wizard is Wizard.COMPLETED]
        saw = "; ".join(
            (*(f"no answers in {one.record}" for one in never), *map(_completed_in, others))
        )
        return deviates(
            "has never had its security wizard run"
            if not others
            else "has records that disagree on whether its security wizard was run",
            expected=expected,
            saw=saw,
            next_step=LATEST if others else RUN,
        )
    if cut := [record for record in there if record.wizard is not Wizard.COMPLETED]:
        return not_to_its_end("the security wizard", cut, expected)
    return None


def no_record(wizard: str, expected: str, next_step: str) -> Judgement:
    """Nothing was written down, or nobody has handed it over."""
    return Judgement(
        Verdict.NOT_REVIEWED, f"has no record of {wizard}", expected, "no record", next_step
    )


def not_to_its_end(
    wizard: str, cut: Iterable[WizardRecordSeen | InstallationRecordSeen], expected: str
) -> Judgement:
    """A transcript that holds no completed run tells nothing."""
    saw = "; ".join(
        f"{one.record}: {', '.join(one.remarks) or 'no run of it at all'}" for one in cut
    )
    return unclear(
        f"has a record that does not show {wizard} to its end",
        expected=expected,
        saw=saw,
        next_step=_CUT,
    )


def in_words(answer: str) -> str:
    """An answer as a person would say it."""
    return answer or "nothing"


def _completed_in(record: WizardRecordSeen) -> str:
    return f"its answers in {record.record}"


def _answers(told: dict[WizardRecordSeen, str]) -> list[str]:
    return [f"{in_words(answer)} in {record.record}" for record, answer in told.items()]


def _remarks(
    records: Iterable[WizardRecordSeen], question: Question, told: dict[WizardRecordSeen, str]
) -> list[str]:
    """What is odd about this question, and which records do not have it."""
    said = [
        f"{record.record}: {remark}"
        for record in records
        for remark in record.remarks
        if f'"{question.title}"' in remark
    ]
    silent = [
        f"no answer in {record.record}"
        for record in at_hand(records)
        if record not in told and not any(record.record in remark for remark in said)
    ]
    return [*said, *silent]
