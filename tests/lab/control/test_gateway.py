"""Nodes send what is for elsewhere to the IPv6 gateway of their row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.control.peers import needs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.control.running import RunningLab

ELSEWHERE = "2001:db8:ffff::2"
CONNECT = """
import socket, sys
own, address = sys.argv[1:]
try:
    socket.create_connection((address, 443), 1, (own, 0)).close()
    print("connected")
except OSError as failed:
    print(failed)
"""


@pytest.fixture
def gateway(lab: RunningLab) -> Iterator[RunningLab]:
    """The operator's machine takes the gateway's address, and one of elsewhere behind it."""
    router = lab.management["ipv6_gateway"]
    own = ((f"{router}/64", "eth0"), (f"{ELSEWHERE}/128", "lo"))
    for address, interface in own:
        command = (needs("ip"), "-6", "address", "add", address, "dev", interface, "nodad")
        assert lab.run(*command).returncode == 0
    try:
        yield lab
    finally:
        for address, interface in own:
            lab.run("ip", "-6", "address", "delete", address, "dev", interface)


@pytest.mark.parametrize(
    ("fault", "name"), [("management-ipv6-gateway", "mgmt"), ("node-ipv6-gateway", "conf1")]
)
def test_a_node_answers_elsewhere_by_its_gateway(
    gateway: RunningLab, fault: str, name: str
) -> None:
    nodes = [gateway.management, *gateway.conferencing]
    address = next(node["ipv6"] for node in nodes if node["name"] == name)
    assert gateway.python(CONNECT, ELSEWHERE, address) == "connected"
    gateway.fault(fault)
    assert gateway.python(CONNECT, ELSEWHERE, address) != "connected"
    gateway.done("fault", name=fault, on=False)
    assert gateway.python(CONNECT, ELSEWHERE, address) == "connected"


def test_the_way_is_there_after_a_restart(gateway: RunningLab) -> None:
    gateway.done("restart", node="conf2")
    address = gateway.conferencing[1]["ipv6"]
    assert gateway.python(CONNECT, ELSEWHERE, address) == "connected"


def test_a_gateway_that_is_none_is_no_way(gateway: RunningLab) -> None:
    code = """
import base64, http.client, json, ssl, sys
address, login, value = sys.argv[1:]
context = ssl._create_unverified_context()
connection = http.client.HTTPSConnection(address, timeout=5, context=context)
headers = {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()}
headers["Content-Type"] = "application/json"
body = json.dumps({"ipv6_gateway": value or None})
path = "/api/admin/configuration/v1/management_vm/1/"
connection.request("PATCH", path, body, headers)
print(connection.getresponse().status)
"""
    management = gateway.management
    login = ":".join(gateway.document["credentials"]["web"].values())
    router = management["ipv6_gateway"]
    for value, expected in (("", False), ("ff02::5", False), (router, True)):
        assert gateway.python(code, management["ipv4"], login, value) == "202"
        gateway.done("state")
        said = gateway.python(CONNECT, ELSEWHERE, management["ipv6"])
        assert (said == "connected") == expected, value
