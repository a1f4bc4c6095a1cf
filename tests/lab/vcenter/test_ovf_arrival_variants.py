"""Arriving machines in other labs: on loopback, and where the nodes are deployed already."""

from __future__ import annotations

from lab.vcenter.arrivals import arriving_lab


def test_on_loopback_machines_arrive_too() -> None:
    with arriving_lab("--profile", "loopback", "--nodes", "1") as arriving:
        arriving.install()
        arriving.joined("conf1")
        assert arriving.sync_status("conf1") == "SYNCED"


def test_where_nodes_are_deployed_already_a_package_is_none_of_them() -> None:
    with arriving_lab("--stage", "installed", "--nodes", "1") as arriving:
        assert arriving.does(
            ["bring", "management", "second"],
            ["switch_off", "second"],
            ["open_ports", arriving.lab.management["ipv4"], 443],
        ) == ["poweredOn", None, [443]]
