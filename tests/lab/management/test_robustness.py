"""Whatever is written to whatever field, the answer is a 2xx or a 400 with a reason: no 500."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from securemode_lab.appliance.resources import CONFIGURATION as CONFIGURED

if TYPE_CHECKING:
    import requests

    from lab.management.conftest import ManagementNode

STRANGE: list[Any] = [
    None, True, 0, -1, 10**30, 1.5, "", "x", "\x00", "é" * 9999, [], [1], [None], {}, [{}],
]  # fmt: skip
WRITABLE = [name for name, resource in CONFIGURED.items() if "P" in resource.list_methods]


@pytest.fixture
def client(node: ManagementNode) -> requests.Session:
    """One connection for the many requests."""
    browser = node.browser()
    browser.auth = node.auth
    return browser


def _judge(client: requests.Session, method: str, address: str, body: dict[str, Any]) -> None:
    answer = client.request(method, address, json=body, timeout=10)
    assert answer.status_code in {201, 202, 400}, (method, address, body)
    if answer.status_code == 400:
        assert answer.json(), (method, address, body)


@pytest.mark.parametrize("name", ["global", "authentication", "autobackup", "management_vm"])
def test_changes_of_one_row(node: ManagementNode, client: requests.Session, name: str) -> None:
    resource = CONFIGURED[name]
    before = node.store.snapshot()
    for field in resource.fields:
        for value in STRANGE:
            _judge(client, "PATCH", node.url + resource.uri(1), {field.name: value})
            node.store.restore(before)
    assert node.get(resource.root)["meta"]["total_count"] == 1


@pytest.mark.parametrize("name", WRITABLE)
def test_creations(node: ManagementNode, client: requests.Session, name: str) -> None:
    resource = CONFIGURED[name]
    node.store.insert("system_location", {"name": "location"})
    address = node.url + resource.root
    usual: dict[str, Any] = {}
    for field in resource.fields:
        if field.required:
            usual[field.name] = CONFIGURED[field.target].uri(1) if field.target else "198.51.100.9"
    if name == "static_route":
        usual["prefix"] = 24
    for value in STRANGE:
        for field in resource.fields:
            _judge(client, "POST", address, usual | {field.name: value})
        _judge(client, "POST", address, {field.name: value for field in resource.fields})
    assert node.ask("GET", f"{resource.root}?limit=0").status_code == 200


@pytest.mark.parametrize("lookup", ["", "__in", "__gt", "__range", "__contains", "__isnull"])
def test_filters_of_every_field(
    node: ManagementNode, client: requests.Session, lookup: str
) -> None:
    for resource in CONFIGURED.values():
        for field in resource.columns.values():
            for value in ("1", "x", ""):
                query = f"{field.name}{lookup}={value}"
                address = f"{node.url}{resource.root}?{query}"
                status = client.get(address, timeout=10).status_code
                assert status in {200, 400}, (resource.name, query)
