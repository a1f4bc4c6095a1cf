"""Administrator roles that permit too much or too little, and a product that does not heed them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode_lab.appliance.derive import Kind
from securemode_lab.appliance.permissions import Permission
from securemode_lab.faults.fault import Change, Defect, Edit, Fault, Misconfiguration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode_lab.appliance.derive import NodeBehaviour
    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member


def _role(name: str, *, gains: Permission | None = None, loses: Permission | None = None) -> Edit:
    def edit(deployment: Deployment, members: Sequence[Member]) -> None:
        del members
        numbers = {row["name"]: row["id"] for row in deployment.store.rows("permission")}
        for row in deployment.store.rows("role"):
            if row["name"] != name:
                continue
            kept = [number for number in row["permissions"] if number != numbers.get(loses or "")]
            added = [numbers[gains]] if gains and numbers[gains] not in kept else []
            deployment.store.update("role", row["id"], {"permissions": kept + added})

    return edit


def _lying(defect: str) -> Change:
    def change(behaviour: NodeBehaviour) -> NodeBehaviour:
        return replace(behaviour, web_defects=behaviour.web_defects | {defect})

    return change


FAULTS: tuple[Fault, ...] = (
    Misconfiguration(
        name="read-only-views-logs",
        turns=("ROLE-01",),
        text="the role Read-only may still view logs",
        edit=_role("Read-only", gains=Permission.VIEW_LOGS),
    ),
    Misconfiguration(
        name="read-write-makes-backups",
        turns=("ROLE-02",),
        text="the role Read-write may still create and delete backups",
        edit=_role("Read-write", gains=Permission.BACK_UP),
    ),
    Misconfiguration(
        name="auditor-cannot-download-backups",
        turns=("ROLE-03",),
        text="the role Auditor may not download backups",
        edit=_role("Auditor", loses=Permission.DOWNLOAD_BACKUPS),
    ),
    Misconfiguration(
        name="auditor-changes-configuration",
        turns=("ROLE-03",),
        text="the role Auditor may change the configuration",
        edit=_role("Auditor", gains=Permission.CHANGE_CONFIGURATION),
    ),
    Defect(
        name="roles-ignored",
        turns=("ROLE-01", "ROLE-02"),
        text="the Management Node lets every administrator do what is the auditor's",
        change=_lying("roles_ignored"),
        kind=Kind.MANAGEMENT,
    ),
    Defect(
        name="read-only-role-ignored",
        turns=("ROLE-01",),
        text="the Management Node lets who has the role Read-only do what is the auditor's",
        change=_lying("read_only_ignored"),
        kind=Kind.MANAGEMENT,
    ),
    Defect(
        name="read-write-role-ignored",
        turns=("ROLE-02",),
        text="the Management Node lets who has the role Read-write do what is the auditor's",
        change=_lying("read_write_ignored"),
        kind=Kind.MANAGEMENT,
    ),
    Defect(
        name="auditor-denied",
        turns=("ROLE-03",),
        text="the Management Node refuses the auditor logs and packet captures",
        change=_lying("auditor_denied"),
        kind=Kind.MANAGEMENT,
    ),
)
