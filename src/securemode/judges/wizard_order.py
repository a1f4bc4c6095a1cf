"""What the records say of the order in which a deployment was made: DEPLOY-03, 04, 06, 07, 08."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from securemode.judges.records import (
    at_hand,
    in_words,
    no_record,
    not_to_its_end,
    without_an_end,
)
from securemode.observations.records import Wizard
from securemode.verdicts import Judgement, Verdict, deviates, holds, statement, unclear

if TYPE_CHECKING:
    from securemode.observations.node_starts import NodeStart, NodeStartsSeen
    from securemode.observations.records import InstallationRecordSeen, WizardRecordSeen
    from securemode.records.matching import Question
    from securemode.targets import Node

_END = "the end of the security wizard on record"
_LATER = "a start later than the end of the security wizard"
_EMPTY = "nothing"
_INSTALLED = "a completed installation wizard, and a password for admin"
_SUPPLY_INSTALLATION = (
    "state the terminal log of the installation wizard under records.installation_transcript."
)
_SUPPLY_STATE = (
    "nothing can tell this afterwards: let the set-up security_wizard run the wizard on a new "
    "Management Node, which records what is configured before it."
)
_SUPPLY_TIME = (
    "state a diagnostic snapshot under records.snapshot, or add snapshot to allow:; it has the "
    "time at which the wizard ended."
)
_ONE_SECOND = timedelta(seconds=1)
_RESTART = "restart {node}; it takes the answers of the security wizard when it starts."


def wizard_end_is_recorded(*records: WizardRecordSeen) -> Judgement:
    """A record tells when the wizard ended; whatever is odd about the records is said with it."""
    if (early := without_an_end(records, _END)) is not None:
        return early
    odd = [f"{one.record}: {remark}" for one in at_hand(records) for remark in one.remarks]
    ended = _end(records)
    if not ended:
        return _without_a_time(records, odd)
    said = [f"{one.ended} in {one.record}" for one in at_hand(records) if one.ended]
    return holds(
        "has the end of its security wizard on record", expected=_END, saw="; ".join((*said, *odd))
    )


def _without_a_time(records: tuple[WizardRecordSeen, ...], odd: list[str]) -> Judgement:
    named = ", ".join(one.record for one in at_hand(records))
    return Judgement(
        Verdict.NOT_REVIEWED,
        "has no record that tells when its security wizard ended",
        _END,
        "; ".join((f"no time in {named}", *odd)),
        _SUPPLY_TIME,
    )


def _end(records: tuple[WizardRecordSeen, ...]) -> str:
    """The latest end that is on record."""
    return max((one.ended for one in records if one.ended), key=_moment, default="")


def node_started_since(starts: NodeStartsSeen, *records: WizardRecordSeen, node: Node) -> Judgement:
    """The node's last start is later than the latest end of the wizard on record."""
    if (early := without_an_end(records, _LATER)) is not None:
        return early
    ended = _end(records)
    if not ended:
        return _without_a_time(records, [])
    start = _start_of(starts, node)
    if start is None:
        return unclear(
            "is not among the nodes whose start the Management Node tells",
            expected=_LATER,
            saw=", ".join(one.name for one in starts.nodes) or "no node at all",
            next_step="name the node in the environment as the Administrator interface does.",
        )
    try:
        later = _moment(start.started) >= _moment(ended) - _finest(start.started)
    except ValueError:
        return unclear(
            "has a start that cannot be read",
            expected=_LATER,
            saw=start.started or "no time",
            next_step="see the node under Status > Conferencing Nodes.",
        )
    saw = f"started {start.started}, the wizard ended {ended}"
    if later:
        return holds("has started since the security wizard", expected=_LATER, saw=saw)
    return deviates(
        "has not been restarted since the security wizard",
        expected=_LATER,
        saw=saw,
        next_step=_RESTART.format(node=node.name),
    )


def _start_of(starts: NodeStartsSeen, node: Node) -> NodeStart | None:
    named = [one for one in starts.nodes if one.name.replace(" ", "-") == node.name]
    if not named and node.fqdn:
        named = [one for one in starts.nodes if one.name == node.fqdn]
    return named[0] if len(named) == 1 else None


def _moment(text: str) -> datetime:
    """A moment; one without a time zone is UTC, as all of the product's are."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _finest(text: str) -> timedelta:
    """By how much a time can be later than it is written."""
    return timedelta() if "." in text else _ONE_SECOND


def nothing_was_configured(*records: WizardRecordSeen) -> Judgement:
    """The set-up's record says that the configuration was empty when the wizard ran."""
    counted = [one for one in records if one.configured_before is not None]
    if not counted:
        return no_record("what was configured before the security wizard", _EMPTY, _SUPPLY_STATE)
    found = dict.fromkeys(said for one in counted for said in one.configured_before or ())
    return statement(
        good=not found,
        what="had nothing configured when the security wizard ran",
        otherwise="was configured before the security wizard ran",
        expected=_EMPTY,
        saw=", ".join(found) or f"nothing, by {counted[0].record}",
    )


def installation_was_completed(record: InstallationRecordSeen) -> Judgement:
    """The transcript shows the wizard to its end, and that a password was set."""
    if record.wizard is Wizard.LEFT:
        return deviates(
            "left the installation wizard before its end",
            expected=_INSTALLED,
            saw=f"{record.record}: {', '.join(record.remarks)}",
        )
    if (early := _without_installation(record, _INSTALLED)) is not None:
        return early
    if not record.sets_password:
        return unclear(
            "has a record that does not show a password being set for admin",
            expected=_INSTALLED,
            saw=f"no change of the password in {record.record}",
            next_step="save the log from the first login on; the password itself is not shown.",
        )
    return holds(
        "completed the installation wizard, with a password for admin",
        expected=_INSTALLED,
        saw="; ".join((f"both in {record.record}", *record.remarks)),
    )


def installer_was_told(
    record: InstallationRecordSeen,
    *others: WizardRecordSeen,
    question: Question,
    wanted: str,
) -> Judgement:
    """The installation wizard was told so, and no snapshot says otherwise."""
    if (early := _without_installation(record, in_words(wanted))) is not None:
        return early
    told = {record.record: dict(record.answers).get(question.key)}
    for other in others:
        stored = getattr(other, _STORED[question.key])
        if stored is not None:
            told[other.record] = "YES" if stored else "NO"
    saw = "; ".join(f"{answer or 'no answer'} in {where}" for where, answer in told.items())
    about = f'"{question.title}"'
    if wrong := [answer for answer in told.values() if answer not in (wanted, None)]:
        disagree = len(set(told.values()) - {None}) > 1
        what = f"has records that disagree on {about}" if disagree else f"{_TOLD} {wrong[0]}"
        return deviates(
            what if disagree else f"{what} for {about}", expected=in_words(wanted), saw=saw
        )
    if told[record.record] is None:
        return unclear(
            f"has no answer to {about} on record",
            expected=in_words(wanted),
            saw=saw,
            next_step="save the log of the whole installation wizard.",
        )
    return holds(f"{_TOLD} {wanted} for {about}", expected=in_words(wanted), saw=saw)


_TOLD = "was told by its installer"
_STORED = {"error_reports": "incident_reporting", "enable_analytics": "usage_statistics"}


def _without_installation(record: InstallationRecordSeen, expected: str) -> Judgement | None:
    if record.wizard is Wizard.NO_RECORD:
        return no_record("the installation wizard", expected, _SUPPLY_INSTALLATION)
    if record.wizard is not Wizard.COMPLETED:
        return not_to_its_end("the installation wizard", (record,), expected)
    return None
