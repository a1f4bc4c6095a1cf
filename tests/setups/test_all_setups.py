"""The whole guide on one lab: killed again and again, completed, and then left as it is.

Every run is one of all set-ups from the first on. Where one is killed, the next has to come past
that place, to the next at which it is killed; the last one has to come to the end.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest

from lab.control.running import RunningLab, up
from setups.all_setups import SETUPS, Operator
from setups.death import ANSWER, Point

if TYPE_CHECKING:
    from collections.abc import Iterator

DEPLOY_MANAGEMENT, INSTALL, SECURE, DEPLOY_CONFERENCING, RESERVE, BIOS, CONFIGURE, BACKUP = SETUPS
KEYS = "PutUsbScanCodes"
SHORT_LEASE_S = 4
"""In which vCenter gives up an import whose client was killed; it usually takes five minutes."""

POINTS = (
    Point(DEPLOY_MANAGEMENT, "ImportVApp", 1, "after"),
    Point(DEPLOY_MANAGEMENT, "PUT nfc", 1, "during"),
    Point(DEPLOY_MANAGEMENT, "HttpNfcLeaseComplete", 1, "before"),
    Point(DEPLOY_MANAGEMENT, "PowerOnVM_Task", 1, "after"),
    Point(INSTALL, KEYS, 30, "after"),  # a new password has been typed once
    Point(INSTALL, KEYS, 110, "before"),  # in the middle of an answer
    Point(INSTALL, "GET management_vm", 2, "before"),  # everything has been answered
    Point(SECURE, ANSWER, 12, "before"),
    Point(SECURE, ANSWER, 30, "after"),  # the last: nobody is let in any more
    Point(DEPLOY_CONFERENCING, "POST system_location", 1, "after"),
    Point(DEPLOY_CONFERENCING, "PUT nfc", 2, "during"),
    Point(DEPLOY_CONFERENCING, "POST worker_vm", 2, "after"),  # the configuration is lost
    Point(DEPLOY_CONFERENCING, "POST page", 1, "after"),
    Point(RESERVE, "ReconfigVM_Task", 2, "after"),
    Point(BIOS, "ReconfigVM_Task", 1, "after"),
    Point(BIOS, KEYS, 40, "before"),
    Point(BIOS, "PowerOnVM_Task", 1, "before"),  # a machine is off
    Point(CONFIGURE, "POST tls_certificate", 2, "after"),
    Point(CONFIGURE, "POST role_mapping", 2, "before"),
    Point(CONFIGURE, "PATCH global", 1, "after"),  # SSH is off
    Point(CONFIGURE, "PATCH authentication", 1, "after"),  # a client certificate is demanded
    Point(BACKUP, "POST platform/backup_create", 1, "after"),
)

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def lab() -> Iterator[RunningLab]:
    running = up("--stage", "empty", "--nodes", "2")
    try:
        running.done("vsphere", lease_timeout_s=SHORT_LEASE_S)
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def operator(lab: RunningLab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    working = Operator(lab, tmp_path_factory.mktemp("operator"))
    try:
        yield working
    finally:
        working.stop()


@pytest.fixture(scope="module")
def completed(operator: Operator) -> dict[str, Any]:
    """What the last run answers, after one run was killed at each of the points."""
    for point in POINTS:
        killed = operator.runs(*SETUPS, dies=point)
        assert killed.get("killed") == signal.SIGKILL, (point, killed, operator.said)
    return operator.runs(*SETUPS)


def of_the_api(lab: RunningLab) -> list[str]:
    """Everything that was asked of the Management Node otherwise than to be read."""
    entries = lab.done("requests")["requests"]
    return [f"{e['method']} {e['path']}" for e in entries if e["wrote"] or e["method"] != "GET"]


def of_vcenter(lab: RunningLab) -> list[str]:
    """Every request to vCenter that may change anything."""
    entries = lab.done("vsphere_requests")["requests"]
    return [f"{e['method']} {e['object']}" for e in entries if e["wrote"]]


def test_a_run_killed_anywhere_is_completed_by_the_next(completed: dict[str, Any]) -> None:
    assert len(POINTS) >= 20
    assert completed["stopped"] == ""
    assert list(completed["changes"]) == list(SETUPS)


@pytest.mark.usefixtures("completed")
def test_a_second_run_of_all_set_ups_changes_nothing(operator: Operator) -> None:
    lab = operator.lab
    before = of_the_api(lab), of_vcenter(lab), lab.done("state"), lab.done("vsphere")["machines"]
    answer = operator.runs(*SETUPS)
    assert answer["changes"] == {name: [] for name in SETUPS}, answer["stopped"]
    after = of_the_api(lab), of_vcenter(lab), lab.done("state"), lab.done("vsphere")["machines"]
    assert after == before
    assert not any(ANSWER in one for one in answer["did"])
