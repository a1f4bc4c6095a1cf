"""Which records a run reads, and that the features speak of every question in the guide's words."""

from __future__ import annotations

from pathlib import Path

import pytest
from steps import records as steps

from peers.access import access_to
from securemode.environment.models import Permission, Records
from securemode.environment.site import Site
from securemode.features import read_all
from securemode.probes.node_starts import NodeStarts
from securemode.probes.records import (
    GivenSnapshot,
    InstallationTranscript,
    OwnWizardRecord,
    RequestedSnapshot,
    WizardTranscript,
)
from securemode.records import security_questions
from securemode.targets import Deployment, Node, Role

ROOT = Path(__file__).parents[2]
NODE = Node(name="mgmt", role=Role.MANAGEMENT, ipv4="127.0.0.1")
DEPLOYMENT = Deployment(management=NODE)
FILE = Path("record")


@pytest.mark.parametrize(
    ("records", "allow", "read"),
    [
        (Records(), [], [OwnWizardRecord]),
        (Records(security_transcript=FILE), [], [OwnWizardRecord, WizardTranscript]),
        (Records(snapshot=FILE), [], [OwnWizardRecord, GivenSnapshot]),
        (Records(), [Permission.SNAPSHOT], [OwnWizardRecord, RequestedSnapshot]),
        (
            Records(security_transcript=FILE, snapshot=FILE),
            [Permission.SNAPSHOT],
            [OwnWizardRecord, WizardTranscript, GivenSnapshot, RequestedSnapshot],
        ),
    ],
)
def test_every_record_at_hand_is_read(
    records: Records, allow: list[Permission], read: list[type]
) -> None:
    environment = access_to(NODE).environment.model_copy(
        update={"records": records, "allow": frozenset(allow)}
    )
    wanted = steps.wizard_records(environment, DEPLOYMENT)
    assert isinstance(wanted, tuple)
    assert [type(probe) for probe in wanted] == read
    started = steps.start_of_node(environment, DEPLOYMENT)
    assert isinstance(started, tuple)
    assert [type(probe) for probe in started] == [NodeStarts, *read]
    installed = steps.installation_records(environment, DEPLOYMENT)
    assert isinstance(installed, tuple)
    snapshots = [one for one in read if one in (GivenSnapshot, RequestedSnapshot)]
    assert [type(probe) for probe in installed] == [InstallationTranscript, *snapshots]


def test_the_feature_has_every_question_in_the_guides_words() -> None:
    (outline,) = (
        scenario
        for scenario in read_all(ROOT / "features" / "05-security-wizard")
        if scenario.path.name == "documented.feature"
    )
    rows = {row["requirement"]: row for row in outline.rows}
    site = Site(cca_id="C", resource_priority_prefix="dsn")
    for question in security_questions.QUESTIONS:
        row = rows.pop(question.requirement)
        assert steps.security_question(row["question"]) is question
        if row["answer"] != steps.SITE:
            assert row["answer"] == question.wanted(site)
            assert row["answer"] == question.wanted(Site())
    assert rows == {}
