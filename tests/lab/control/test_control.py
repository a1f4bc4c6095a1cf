from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lab.control.running import RunningLab

OPEN = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 1).close(); print("open")
except TimeoutError:
    print("silent")
except ConnectionRefusedError:
    print("refused")
"""


def _node(lab: RunningLab, name: str) -> dict[str, Any]:
    node: dict[str, Any] = next(n for n in lab.done("state")["nodes"] if n["name"] == name)
    return node


def _api(lab: RunningLab, method: str, resource: str, body: str = "") -> str:
    web = lab.document["credentials"]["web"]
    code = """
import base64, http.client, ssl, sys
address, method, path, body, login = sys.argv[1:]
context = ssl._create_unverified_context()
connection = http.client.HTTPSConnection(address, timeout=5, context=context)
authorization = "Basic " + base64.b64encode(login.encode()).decode()
connection.request(method, path, body or None,
    {"Authorization": authorization, "Content-Type": "application/json"})
answer = connection.getresponse()
print(answer.status, answer.read().decode())
"""
    path = f"/api/admin/{resource}/"
    login = f"{web['username']}:{web['password']}"
    return lab.python(code, lab.management["ipv4"], method, path, body, login)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"nonsense\n", "not a JSON object"),
        (b"[]\n", "expected"),
        (b'{"do": "fly"}\n', "expected"),
        (b'{"do": "restart"}\n', "needs 'node'"),
        (b'{"do": "restart", "node": "conf9"}\n', "no node is called 'conf9'"),
        (b'{"do": "restore", "name": "never"}\n', "no state was saved as 'never'"),
        (b'{"do": "fault", "name": "gremlins"}\n', "no fault is called 'gremlins'"),
        (b'{"do": "fault", "name": "ssh-on", "nodes": ["x"]}\n', "no node is called 'x'"),
        (b'{"do": "variant", "name": "port_80", "value": "open"}\n', "redirect or closed"),
        (b'{"do": "variant", "name": "weather", "value": "fine"}\n', "no variant is called"),
    ],
)
def test_what_it_cannot_do_is_an_answer(lab: RunningLab, line: bytes, error: str) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(lab.document["control"])
        connection.sendall(line + b'{"do": "variants"}\n')
        answers = connection.makefile()
        first, second = answers.readline(), answers.readline()
        answers.close()
    assert '"ok": false' in first
    assert error in first
    assert '"ok": true' in second


def test_configuration_reaches_the_wire(lab: RunningLab) -> None:
    conf = lab.conferencing[0]["ipv4"]
    assert lab.python(OPEN, conf, "22") == "open"
    answer = _api(lab, "PATCH", "configuration/v1/global/1", '{"enable_ssh": false}')
    assert answer.startswith("202")
    assert lab.python(OPEN, conf, "22") == "silent"
    assert lab.python(OPEN, lab.management["ipv4"], "22") == "silent"


def test_replication_takes_its_time(lab: RunningLab) -> None:
    lab.done("variant", name="replication_delay_s", value="1.5")
    _api(lab, "PATCH", "configuration/v1/global/1", '{"enable_h323": false}')
    assert lab.python(OPEN, lab.conferencing[1]["ipv4"], "1720") == "open"
    lab.done("state")
    assert lab.python(OPEN, lab.conferencing[1]["ipv4"], "1720") == "silent"


def test_a_restart_moves_the_boot_time(lab: RunningLab) -> None:
    before = _node(lab, "conf1")
    said = lab.done("restart", node="conf1")["node"]
    after = _node(lab, "conf1")
    assert after["boot_time"] == said["boot_time"] > before["boot_time"]
    assert lab.python(OPEN, lab.conferencing[0]["ipv4"], "443") == "open"
    assert after["boot_time"][:19] in _api(lab, "GET", "status/v1/worker_vm/1")
    assert _node(lab, "conf2")["boot_time"] < said["boot_time"]


def test_a_restarting_node_is_silent(lab: RunningLab) -> None:
    lab.done("variant", name="restart_s", value="3")
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(lab.document["control"])
        connection.sendall(b'{"do": "restart", "node": "conf2"}\n')
        time.sleep(0.2)
        assert lab.python(OPEN, lab.conferencing[1]["ipv4"], "443") == "silent"
        assert lab.python(OPEN, lab.conferencing[0]["ipv4"], "443") == "open"
        with connection.makefile() as answers:
            assert '"ok": true' in answers.readline()
    assert lab.python(OPEN, lab.conferencing[1]["ipv4"], "443") == "open"


def test_a_state_is_back_at_once_and_whole(lab: RunningLab) -> None:
    lab.fault("closed-ports-reject")
    lab.fault("node-listens-for-ssh", "conf2")
    lab.done("variant", name="session_limit", value="evict")
    _api(lab, "PATCH", "configuration/v1/global/1", '{"enable_ssh": false}')
    lab.done("save", name="odd")
    odd = lab.done("state")
    lab.done("restore", name="factory")
    factory = lab.done("state")
    assert factory["faults"] == {}
    assert factory["variants"]["session_limit"] == "refuse"
    assert lab.python(OPEN, lab.management["ipv4"], "23") == "silent"
    started = time.monotonic()
    lab.done("restore", name="odd")
    assert time.monotonic() - started < 3
    assert lab.done("state") == odd
    assert lab.python(OPEN, lab.management["ipv4"], "23") == "refused"
    assert lab.python(OPEN, lab.conferencing[1]["ipv4"], "22") == "open"
    assert lab.python(OPEN, lab.conferencing[0]["ipv4"], "22") == "refused"


def test_requests_are_logged_without_secrets(lab: RunningLab) -> None:
    _api(lab, "GET", "configuration/v1/global/1")
    last = lab.done("requests")["requests"][-1]
    assert last["path"] == "/api/admin/configuration/v1/global/1/"
    assert (last["method"], last["status"], last["wrote"]) == ("GET", 200, False)
    assert lab.document["credentials"]["web"]["password"] not in str(last)


def test_port_80_may_be_closed(lab: RunningLab) -> None:
    assert lab.python(OPEN, lab.conferencing[0]["ipv4"], "80") == "open"
    lab.done("variant", name="port_80", value="closed")
    assert lab.python(OPEN, lab.conferencing[0]["ipv4"], "80") == "silent"
    assert lab.python(OPEN, lab.management["ipv4"], "80") == "silent"
