"""Status resources: configuration and live facts in one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lab.management.conftest import ManagementNode

STATUS = "/api/admin/status/v1/"


def test_node_that_never_answered_is_unreachable(node: ManagementNode) -> None:
    (row,) = node.get(f"{STATUS}management_vm/")["objects"]

    assert (row["sync_status"], row["version"], row["configuration_id"]) == ("UNREACHABLE", "", 1)


def test_live_facts_lie_over_the_configuration(node: ManagementNode) -> None:
    node.store.insert("system_location", {"name": "location-a"})
    for name in ("conf1", "conf2"):
        node.store.insert(
            "worker_vm", {"name": name, "system_location": 1, "node_type": "PROXYING"}
        )
    live = {"configuration_id": 2, "boot_time": "2026-01-01T00:00:00", "sync_status": "SYNCED"}
    node.facts["worker_vm"] = [live]

    one, two = node.get(f"{STATUS}worker_vm/")["objects"]

    assert (one["boot_time"], one["sync_status"]) == (None, "UNREACHABLE")
    assert (two["boot_time"], two["sync_status"]) == ("2026-01-01T00:00:00", "SYNCED")
    assert (two["name"], two["system_location"]) == ("conf2", "location-a")
    assert two["node_type"] == "PROXYING"
    assert node.get(f"{STATUS}worker_vm/2/") == two
    assert node.get(f"{STATUS}worker_vm/?name=conf2")["objects"] == [two]


def test_alarms_are_whole_rows(node: ManagementNode) -> None:
    node.facts["alarm"] = [{"name": "LICENSE_EXPIRING", "level": "warning"}]

    (alarm,) = node.get(f"{STATUS}alarm/")["objects"]

    assert (alarm["id"], alarm["level"], alarm["acknowledged"]) == (1, "warning", False)


def test_licensing_is_zero_without_licence(node: ManagementNode) -> None:
    (before,) = node.get(f"{STATUS}licensing/")["objects"]
    assert {value for name, value in before.items() if name.endswith("_total")} == {0}

    node.store.insert("licence", {"entitlement_id": "lab"})
    assert node.get(f"{STATUS}licensing/")["objects"][0]["port_total"] > 0


def test_status_can_only_be_read(node: ManagementNode) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("management_vm/", "management_vm/1/", "alarm/", "licensing/"):
            assert node.ask(method, STATUS + path, json={}).status_code == 405
