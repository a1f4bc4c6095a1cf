"""A running lab, looked at with other people's programs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.control.peers import needs
from lab.control.running import up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.control.running import RunningLab

HEARD = Path(__file__).parents[1] / "network" / "heard.py"
PORTS = "22,23,80,443,1720,5060,5061,8443"
OPEN = {22, 80, 443, 1720, 5060, 5061}


@pytest.fixture(scope="module")
def shared_lab() -> Iterator[RunningLab]:
    lab = up()
    try:
        lab.done("save", name="factory")
        yield lab
    finally:
        lab.stop()


@pytest.fixture
def lab(shared_lab: RunningLab) -> RunningLab:
    shared_lab.done("restore", name="factory")
    return shared_lab


def patch(lab: RunningLab, resource: str, **fields: object) -> None:
    """Change the configuration as an operator's script does."""
    web = lab.document["credentials"]["web"]
    done = lab.run(
        *(needs("curl"), "-sk", "--noproxy", "*", "--max-time", "5"),
        *("-u", f"{web['username']}:{web['password']}", "-X", "PATCH", "-w", "%{http_code}"),
        *("-H", "Content-Type: application/json", "-d", json.dumps(fields)),
        f"https://{lab.management['ipv4']}/api/admin/configuration/v1/{resource}/",
    )
    assert done.stdout.endswith("202"), done.stdout
    lab.done("state")


def curl(lab: RunningLab, *arguments: str) -> str:
    return lab.run(needs("curl"), "-ski", "--noproxy", "*", "--max-time", "5", *arguments).stdout


def nmap(lab: RunningLab, address: str) -> dict[int, str]:
    """State by port, as nmap names it."""
    family = ["-6"] if ":" in address else []
    said = lab.run(
        *(needs("nmap"), *family, "-Pn", "-n", "-sT", "-p", PORTS),
        *("--max-retries", "1", "--max-rtt-timeout", "200ms", address),
    ).stdout
    return {int(p): state for p, state in re.findall(r"(?m)^(\d+)/tcp\s+(\S+)", said)}


def heard(lab: RunningLab, question: str, *arguments: str) -> str:
    return lab.run("python3", str(HEARD), question, *arguments).stdout.strip()


@pytest.mark.parametrize(
    ("rejects", "reject_with", "state"),
    [
        (False, "reset", "filtered"),
        (True, "reset", "closed"),
        (True, "icmp", "filtered"),
    ],
)
@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_nmap_sees_open_and_closed_ports(
    lab: RunningLab, family: str, reject_with: str, state: str, *, rejects: bool
) -> None:
    lab.done("variant", name="reject_with", value=reject_with)
    if rejects:
        lab.fault("closed-ports-reject")
    for node in (lab.management, lab.conferencing[0]):
        states = nmap(lab, node[family])
        opened = OPEN - {1720, 5060, 5061} if node is lab.management else OPEN
        assert {port for port, found in states.items() if found == "open"} == opened
        assert {found for port, found in states.items() if port not in opened} == {state}


def test_the_web_of_a_conferencing_node(lab: RunningLab) -> None:
    node = lab.conferencing[0]
    page = curl(lab, f"https://[{node['ipv6']}]/")
    assert page.startswith("HTTP/1.1 200 OK")
    assert "referrer-policy: same-origin" in page.lower()
    assert "strict-transport-security: max-age=31536000; includesubdomains\n" in page.lower()
    assert "content-security-policy: upgrade-insecure-requests" in page.lower()
    missing = curl(lab, f"https://{node['ipv4']}/nothing/here")
    assert missing.startswith("HTTP/1.1 404")
    assert "referrer-policy: same-origin" in missing.lower()


def test_the_client_api_can_be_switched_off(lab: RunningLab) -> None:
    url = f"https://{lab.conferencing[0]['ipv4']}/api/client/v2/status"
    assert '"success"' in curl(lab, url)
    patch(lab, "global/1", enable_application_api=False)
    assert curl(lab, url).startswith("HTTP/1.1 404")


@pytest.mark.parametrize("kind", ["management", "conferencing"])
def test_plain_http_leads_to_https(lab: RunningLab, kind: str) -> None:
    address = (lab.management if kind == "management" else lab.conferencing[0])["ipv4"]
    said = curl(lab, f"http://{address}/some/path?with=query")
    assert said.startswith("HTTP/1.1 301")
    assert f"location: https://{address}/some/path?with=query\n" in said.lower()
    assert "strict-transport-security" not in said.lower()


@pytest.mark.parametrize(
    ("fault", "port", "old"),
    [
        ("", 443, False),
        ("", 5061, False),
        ("old-tls", 443, False),
        ("old-tls", 5061, True),
        ("old-tls-for-https", 443, True),
        ("old-tls-for-https", 5061, False),
    ],
)
def test_openssl_sees_old_tls_where_it_is_on(
    lab: RunningLab, fault: str, port: int, *, old: bool
) -> None:
    if fault:
        lab.fault(fault)
    target = f"{lab.conferencing[0]['ipv4']}:{port}"
    command = (needs("openssl"), "s_client", "-connect", target, "-tls1_1")
    done = lab.run(*command, "-cipher", "ALL:@SECLEVEL=0")
    assert ("Cipher is ECDHE-RSA-AES256-SHA" in done.stdout) is old
    assert ("alert protocol version" in done.stdout + done.stderr) is not old


def test_an_assigned_certificate_is_shown(lab: RunningLab) -> None:
    web = lab.document["credentials"]["web"]
    target = f"{lab.conferencing[0]['ipv4']}:443"

    def shown() -> str:
        said = lab.run(needs("openssl"), "s_client", "-connect", target).stdout
        return said.split("subject=")[1].splitlines()[0]

    assert shown() == "CN = conf1.lab.example"
    base = f"https://{lab.management['ipv4']}/api/admin/configuration/v1"
    login = ("-u", f"{web['username']}:{web['password']}")
    listed = curl(lab, *login, f"{base}/tls_certificate/")
    assert '"CN=mgmt.lab.example"' in listed.replace("CN = ", "CN=") or "mgmt.lab.example" in listed
    patch(lab, "worker_vm/1", tls_certificate="/api/admin/configuration/v1/tls_certificate/1/")
    assert shown() == "CN = mgmt.lab.example"


def test_marks_and_mtu(lab: RunningLab) -> None:
    node = lab.conferencing[0]
    patch(lab, "global/1", enable_sip_udp=True, management_qos=16)
    patch(lab, "system_location/1", signalling_qos=40, mtu=1400)
    assert heard(lab, "dscp_of_sip_over_udp", node["ipv4"]) == "40"
    assert heard(lab, "dscp_of_sip_over_udp", node["ipv6"]) == "40"
    assert heard(lab, "dscp_of_https", node["ipv6"]) == "16"
    assert heard(lab, "mtu_of", node["ipv4"]) == "1400"
    assert heard(lab, "mtu_of", node["ipv6"]) == "1400"
    assert heard(lab, "mtu_of", lab.management["ipv4"]) == "1500"
