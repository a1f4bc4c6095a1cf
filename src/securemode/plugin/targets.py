"""What a scenario runs for: which tag makes one test of each of which targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode.targets import Datastore, Host

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from securemode.targets import Deployment, Target

UNKNOWN_HOST = Host(name="unknown-host")
UNKNOWN_DATASTORE = Datastore(name="unknown-datastore")
"""What scenarios run for where no vCenter told its hosts and datastores: they say why."""


@dataclass(frozen=True, slots=True)
class TargetTag:
    """A tag that runs a scenario once for each of several targets.

    Attributes:
        fixture: name under which steps ask for the target.
        targets: those of a deployment.
    """

    fixture: str
    targets: Callable[[Deployment], Sequence[Target]]


TARGET_TAGS: Mapping[str, TargetTag] = {
    "each_node": TargetTag("node", lambda deployment: deployment.nodes),
    "management_node": TargetTag("node", lambda deployment: (deployment.management,)),
    "each_conferencing_node": TargetTag("node", lambda deployment: deployment.conferencing),
    "each_location": TargetTag("location", lambda deployment: deployment.locations),
    "each_host": TargetTag("host", lambda deployment: deployment.hosts or (UNKNOWN_HOST,)),
    "each_datastore": TargetTag(
        "datastore", lambda deployment: deployment.datastores or (UNKNOWN_DATASTORE,)
    ),
}

TARGET_FIXTURES = frozenset(tag.fixture for tag in TARGET_TAGS.values())
