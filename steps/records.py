from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode.judges.records import answered_as_wanted
from securemode.judges.wizard_order import (
    installation_was_completed,
    installer_was_told,
    node_started_since,
    nothing_was_configured,
    wizard_end_is_recorded,
)
from securemode.plugin.steps import judgement, observation
from securemode.probes.node_starts import NodeStarts
from securemode.probes.records import (
    GivenSnapshot,
    InstallationTranscript,
    OwnWizardRecord,
    RequestedSnapshot,
    WizardTranscript,
)
from securemode.records import installation_questions, security_questions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode.environment.models import Environment
    from securemode.environment.site import Site
    from securemode.probes.probe import Probe
    from securemode.records.matching import Question
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Deployment, Node

SITE = "as the site states"


def asked(questions: Iterable[Question], title: str) -> Question:
    return {question.title: question for question in questions}[title]


def security_question(title: str) -> Question:
    return asked(security_questions.QUESTIONS, title)


def installation_question(title: str) -> Question:
    return asked(installation_questions.QUESTIONS, title)


def of_the_scenario(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(replace(finding, target="") for finding in findings)


def snapshots(environment: Environment, node: Node) -> tuple[Probe, ...]:
    given = (GivenSnapshot(target=node),) if environment.records.snapshot else ()
    requested = (RequestedSnapshot(target=node),) if "snapshot" in environment.allow else ()
    return (*given, *requested)


def of_the_wizard(environment: Environment, node: Node) -> tuple[Probe, ...]:
    has_transcript = environment.records.security_transcript is not None
    transcript = (WizardTranscript(target=node),) if has_transcript else ()
    return (OwnWizardRecord(target=node), *transcript, *snapshots(environment, node))


@observation("the records of the security wizard are read")
def wizard_records(environment: Environment, deployment: Deployment) -> tuple[Probe, ...]:
    return of_the_wizard(environment, deployment.management)


@judgement('"{question}" was answered {answer}', question=security_question)
def question_was_answered(
    seen: Sightings, question: Question, answer: str, site: Site
) -> tuple[Finding, ...]:
    wanted = question.wanted(site) if answer == SITE else answer
    return seen.together(answered_as_wanted, question=question, wanted=wanted)


@judgement("they tell when it ended")
def wizard_end(seen: Sightings) -> tuple[Finding, ...]:
    return of_the_scenario(seen.together(wizard_end_is_recorded))


@judgement("nothing was configured before it")
def configuration_was_empty(seen: Sightings) -> tuple[Finding, ...]:
    return seen.together(nothing_was_configured)


@observation("the start of the node and the end of the security wizard are read")
def start_of_node(environment: Environment, deployment: Deployment) -> tuple[Probe, ...]:
    records = of_the_wizard(environment, deployment.management)
    return (NodeStarts(target=deployment), *records)


@judgement("the node has started since")
def node_has_started_since(seen: Sightings, node: Node) -> tuple[Finding, ...]:
    return of_the_scenario(seen.together(node_started_since, node=node))


@observation("the records of the installation wizard are read")
def installation_records(environment: Environment, deployment: Deployment) -> tuple[Probe, ...]:
    node = deployment.management
    return (InstallationTranscript(target=node), *snapshots(environment, node))


@observation("the transcript of the installation wizard is read")
def installation_record(deployment: Deployment) -> InstallationTranscript:
    return InstallationTranscript(target=deployment.management)


@judgement('the installer said {answer} to "{question}"', question=installation_question)
def installer_said(seen: Sightings, question: Question, answer: str) -> tuple[Finding, ...]:
    return seen.together(installer_was_told, question=question, wanted=answer)


@judgement("it shows the wizard to its end, and a password set for admin")
def installation_completed(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(installation_was_completed)
