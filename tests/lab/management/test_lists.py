"""Lists: envelope, pages, filters, order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lab.management.conftest import ManagementNode

LOCATIONS = "/api/admin/configuration/v1/system_location/"
WORKERS = "/api/admin/configuration/v1/worker_vm/"


@pytest.fixture
def filled(node: ManagementNode) -> ManagementNode:
    for number in range(45):
        node.store.insert(
            "system_location",
            {
                "name": f"Location {number:02}",
                "mtu": 1400 if number % 2 else 1500,
                "media_qos": None if number == 7 else number,
            },
        )
    for number in (1, 2, 3):
        node.store.insert(
            "worker_vm",
            {"name": f"conf{number}", "address": f"198.51.100.2{number}",
             "system_location": 1 if number == 1 else 2},
        )  # fmt: skip
    return node


def _names(node: ManagementNode, query: str, path: str = LOCATIONS) -> list[str]:
    return [row["name"] for row in node.get(f"{path}?limit=0&{query}")["objects"]]


def test_first_page_has_twenty_rows_and_a_relative_next(filled: ManagementNode) -> None:
    answer = filled.get(LOCATIONS)

    assert answer["meta"] == {
        "limit": 20,
        "next": f"{LOCATIONS}?limit=20&offset=20",
        "offset": 0,
        "previous": None,
        "total_count": 45,
    }
    assert len(answer["objects"]) == 20


def test_following_next_reaches_every_row_once(filled: ManagementNode) -> None:
    names, address = [], f"{LOCATIONS}?limit=7&name__startswith=Location"
    while address:
        answer = filled.get(address)
        names += [row["name"] for row in answer["objects"]]
        address = answer["meta"]["next"]

    assert names == [f"Location {number:02}" for number in range(45)]


def test_last_page_has_a_previous_and_no_next(filled: ManagementNode) -> None:
    meta = filled.get(f"{LOCATIONS}?limit=20&offset=40")["meta"]

    assert (meta["next"], meta["previous"]) == (None, f"{LOCATIONS}?limit=20&offset=20")


@pytest.mark.parametrize(("asked", "limit"), [("0", 10_000), ("9999", 9999), ("99999", 10_000)])
def test_limit_is_bounded_and_zero_asks_for_the_bound(
    filled: ManagementNode, asked: str, limit: int
) -> None:
    answer = filled.get(f"{LOCATIONS}?limit={asked}")

    assert answer["meta"]["limit"] == limit
    assert len(answer["objects"]) == 45


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("name=Location 03", 1),
        ("name__iexact=LOCATION 03", 1),
        ("name__contains=n 0", 10),
        ("name__icontains=N 0", 10),
        ("name__startswith=Location 4", 5),
        ("name__istartswith=location 4", 5),
        ("name__endswith=4", 5),
        ("name__regex=^Location [12]0$", 2),
        ("name__iregex=^LOCATION [12]0$", 2),
        ("name__in=Location 01,Location 02,nowhere", 2),
        ("mtu=1400", 22),
        ("mtu__lt=1500", 22),
        ("mtu__gte=1500", 23),
        ("media_qos__range=3,5", 3),
        ("media_qos__gt=40", 4),
        ("media_qos__isnull=true", 1),
        ("media_qos__isnull=false", 44),
        ("media_qos=None", 1),
        ("mtu=1400&media_qos__lte=5", 3),
        ("no_such_field=1", 45),
    ],
)
def test_filters(filled: ManagementNode, query: str, count: int) -> None:
    answer = filled.get(f"{LOCATIONS}?limit=0&{query}")

    assert len(answer["objects"]) == answer["meta"]["total_count"] == count


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("system_location=1", ["conf1"]),
        ("system_location__name=Location 01", ["conf2", "conf3"]),
        ("system_location__in=1,2", ["conf1", "conf2", "conf3"]),
        ("order_by=-name", ["conf3", "conf2", "conf1"]),
        ("address__startswith=198.51.100.2&order_by=address", ["conf1", "conf2", "conf3"]),
    ],
)
def test_relations_and_order(filled: ManagementNode, query: str, names: list[str]) -> None:
    assert _names(filled, query, WORKERS) == names


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("local_mssip_domain=x", "does not allow filtering"),
        ("name__nonsense=x", "'nonsense' is not an allowed filter"),
        ("mtu=many", "expected a number"),
        ("name__regex=(", "Invalid regular expression"),
        ("limit=-1", "Invalid limit"),
        ("offset=x", "Invalid offset"),
        ("order_by=nothing", "No matching 'nothing' field"),
        ("order_by=local_mssip_domain", "does not allow ordering"),
    ],
)
def test_what_makes_no_sense_is_a_400(filled: ManagementNode, query: str, error: str) -> None:
    answer = filled.ask("GET", f"{LOCATIONS}?{query}")

    assert answer.status_code == 400
    assert error in answer.json()["error"]


def test_a_filter_tells_nothing_of_a_secret(node: ManagementNode) -> None:
    node.store.update("management_vm", 1, {"snmp_privacy_password": "correct horse"})
    path = "/api/admin/configuration/v1/management_vm/?snmp_privacy_password"

    assert node.get(f"{path}=correct horse")["objects"] == []
    assert node.get(f"{path}__startswith=correct")["objects"] == []
