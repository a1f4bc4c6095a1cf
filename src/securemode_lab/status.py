"""What the Management Node knows of the nodes now, for the status resources of its API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from securemode_lab.appliance.derive import Kind
from securemode_lab.document import VERSION

if TYPE_CHECKING:
    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member

_KINDS = {"management_vm": Kind.MANAGEMENT, "worker_vm": Kind.CONFERENCING}
_OF_CALLS = ("participant", "conference")
_MACHINE = {
    "cpu_capabilities": "AVX2",
    "cpu_count": 4,
    "cpu_model": "Intel(R) Xeon(R) Gold 6226R CPU @ 2.90GHz",
    "deploy_status": "deploy_succeeded",
    "hypervisor": "VMware",
    "total_ram": 4194304,
}


class LiveStatus:
    """Rows of the status resources; see `appliance.api_status.NodeFacts`."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def __call__(self, resource: str) -> list[dict[str, Any]]:
        """One row for each node of the resource's kind, or each call; nothing of others."""
        if resource in _OF_CALLS:
            return self._deployment.dialling.rows(resource)
        kind = _KINDS.get(resource)
        if kind is None:
            return []
        return [_row(member) for member in self._deployment.members if member.kind is kind]


def _row(member: Member) -> dict[str, Any]:
    now = _text(datetime.now(UTC))
    row = {
        "configuration_id": member.node.nameplate.key,
        "last_attempted_contact": now,
        "version": VERSION,
        "sync_status": "SYNCED" if member.node.is_on else "UNREACHABLE",
    }
    if member.node.is_on:
        row["last_updated"] = now
    if member.kind is Kind.MANAGEMENT:
        return row | {"primary": True}
    started = member.node.boot_time
    return row | _MACHINE | ({"boot_time": _text(started)} if started else {})


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}"
