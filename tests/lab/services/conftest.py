"""A lab that is configured to use everything of its site."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lab.control.running import RunningLab, up
from lab.services.by_certificate import secure

if TYPE_CHECKING:
    from collections.abc import Iterator

API = "/api/admin/configuration/v1/"
_ASKING = """
import sys, ssl, json, base64, http.client
address, port, method, path, body, credentials, certificate, key = sys.argv[1:]
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
if certificate:
    context.load_cert_chain(certificate, key)
headers = {"Content-Type": "application/json"}
if credentials:
    headers["Authorization"] = "Basic " + base64.b64encode(credentials.encode()).decode()
connection = http.client.HTTPSConnection(address, int(port), timeout=30, context=context)
try:
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    print(json.dumps([answer.status, answer.read().decode(), dict(answer.headers)]))
except OSError as refused:
    print(json.dumps([0, str(refused), {}]))
"""


@dataclass
class Site:
    """The lab, and what its document says of the services."""

    lab: RunningLab

    @property
    def services(self) -> dict[str, Any]:
        found: dict[str, Any] = self.lab.document["services"]
        return found

    @property
    def root(self) -> str:
        return str(self.lab.document["trust"]["ca_file"])

    @property
    def intermediate(self) -> str:
        return str(self.lab.document["trust"]["intermediate_file"])

    def identity(self, name: str) -> dict[str, str]:
        found: dict[str, str] = self.lab.document["identities"][name]
        return found

    def asked(self) -> dict[str, Any]:
        found: dict[str, Any] = self.lab.done("services")["asked"]
        return found

    def received(self) -> list[dict[str, Any]]:
        lines = Path(self.services["syslog"]["received"]).read_text().splitlines()
        return [json.loads(line) for line in lines]

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        login: dict[str, str] | None = None,
        identity: dict[str, str] | None = None,
        node: dict[str, Any] | None = None,
    ) -> tuple[int, str, dict[str, str]]:
        """Status (0 where TLS failed), text and headers of one request to a node."""
        given = f"{login['username']}:{login['password']}" if login else ""
        shown = (identity["certificate"], identity["key"]) if identity else ("", "")
        port = str(self.lab.port(443))
        sent = json.dumps(body) if body is not None else ""
        address = (node or self.lab.management)["ipv4"]
        said = self.lab.python(_ASKING, address, port, method, path, sent, given, *shown)
        status, text, headers = json.loads(said)
        return status, text, headers

    def write(self, method: str, path: str, body: object) -> None:
        """Configure something as the local administrator, by password."""
        login = self.lab.document["credentials"]["web"]
        status, text, _ = self.ask(method, API + path, body, login=login)
        assert status in (201, 202), text


def configure(site: Site) -> None:
    """Everything that the guide asks for, short of client certificates."""
    for path in (site.root, site.intermediate):
        site.write("POST", "ca_certificate/", {"certificate": Path(path).read_text()})
    directory = site.services["ldap"]
    fields = {f"ldap_{n}": directory[n] for n in ("server", "base_dn", "bind_username")}
    fields |= {"source": "LDAP+LOCAL", "ldap_bind_password": directory["bind_password"]}
    site.write("PATCH", "authentication/1/", fields)
    for number, role in enumerate(("Read-only", "Read-write"), 1):
        mapping = {"name": role, "value": directory["groups"][role]}
        site.write("POST", "role_mapping/", mapping | {"roles": [f"{API}role/{number}/"]})
    for number, clock in enumerate(site.services["ntp"], 2):
        if clock["address"] == site.services["ntp"][1]["address"]:
            site.write("PATCH", "ntp_server/1/", {k: clock[k] for k in ("key_id", "key")})
        else:
            site.write("POST", "ntp_server/", clock)
            assert number == 2
    site.write("POST", "dns_server/", site.services["dns"][1])
    collector = site.services["syslog"]
    site.write("POST", "syslog_server/", {k: collector[k] for k in ("address", "port")})
    site.write("PATCH", "global/1/", {"management_qos": 16})
    used = {
        "dns_servers": [f"{API}dns_server/{number}/" for number in (1, 2)],
        "ntp_servers": [f"{API}ntp_server/{number}/" for number in (1, 2)],
        "syslog_servers": [f"{API}syslog_server/1/"],
    }
    site.write("PATCH", "management_vm/1/", used)
    site.write("PATCH", "system_location/1/", used)
    ocsp = {"ocsp_state": "OVERRIDE", "ocsp_responder_url": site.services["ocsp"]["url"]}
    site.write("PATCH", "global/1/", ocsp)
    for number, name in enumerate(("mgmt", "conf1", "conf2"), 2):
        files = site.lab.document["certificates"][name]
        pair = {"certificate": files["certificate"], "private_key": files["key"]}
        site.write("POST", "tls_certificate/", {k: Path(v).read_text() for k, v in pair.items()})
        where = f"worker_vm/{number - 2}/" if number > 2 else "management_vm/1/"
        site.write("PATCH", where, {"tls_certificate": f"{API}tls_certificate/{number}/"})


@pytest.fixture(scope="session", params=["namespaces", "loopback"])
def configured(request: pytest.FixtureRequest) -> Iterator[Site]:
    lab = up("--profile", request.param)
    try:
        site = Site(lab)
        configure(site)
        lab.done("save", name="configured")
        yield site
    finally:
        lab.stop()


@pytest.fixture
def site(configured: Site) -> Site:
    configured.lab.done("restore", name="configured")
    return configured


@pytest.fixture
def secured(site: Site) -> Site:
    """Client certificates are required, and roles are as in the guide."""
    if "secured" in site.lab.done("state")["saved"]:
        site.lab.done("restore", name="secured")
    else:
        secure(site)
        site.lab.done("save", name="secured")
    return site
