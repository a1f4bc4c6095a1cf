"""Requests with client certificates, to a lab that demands them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from securemode_lab.appliance.permissions import AUDITING, Permission

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lab.services.conftest import Site

API = "/api/admin/configuration/v1/"
PAGE = "/admin/"
SETTINGS = f"{API}global/1/"
LOG = "/admin/platform/auditlog/"
CAPTURES = "/admin/platform/packetcapture/"
BACKUP = "/api/admin/command/v1/platform/backup_create/"
SNAPSHOT = "/api/admin/command/v1/platform/snapshot/"
SIX = ("GET", LOG), ("GET", CAPTURES), ("GET", "/admin/platform/backup/"), ("POST", SNAPSHOT)
_ASKING = """
import sys, ssl, json, http.client
address, port, asked = sys.argv[1], int(sys.argv[2]), json.load(sys.stdin)
said = []
for method, path, body, certificate, key, headers in asked:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if certificate:
        context.load_cert_chain(certificate, key)
    connection = http.client.HTTPSConnection(address, port, timeout=30, context=context)
    headers = {"Content-Type": "application/json", **headers}
    try:
        connection.request(method, path, body and json.dumps(body), headers)
        answer = connection.getresponse()
        said.append([answer.status, answer.read().decode(errors="replace"), dict(answer.headers)])
    except OSError as refused:
        said.append([0, str(refused), {}])
    connection.close()
print(json.dumps(said))
"""


def answers_to(
    site: Site,
    asked: Iterable[tuple[str, str, dict[str, Any] | None, dict[str, str]]],
    headers: dict[str, str] | None = None,
) -> list[tuple[int, str, dict[str, str]]]:
    """Status, text and headers of requests: method, path, body, whose certificate is shown."""
    sent = [
        (method, path, body, who.get("certificate"), who.get("key"), headers or {})
        for method, path, body, who in asked
    ]
    address, port = site.lab.management["ipv4"], str(site.lab.port(443))
    command = (sys.executable, "-c", _ASKING, address, port)
    done = site.lab.run(*command, given=json.dumps(sent), timeout_s=60)
    assert done.returncode == 0, done.stderr
    return [tuple(answer) for answer in json.loads(done.stdout)]


def statuses(site: Site, who: dict[str, str], *requests: tuple[str, str]) -> list[int]:
    bodies: dict[str, dict[str, Any]] = {BACKUP: {"passphrase": "x"}, SNAPSHOT: {"request": True}}
    asked = [(method, path, bodies.get(path), who) for method, path in requests]
    return [status for status, _, _ in answers_to(site, asked)]


def role(site: Site, name: str) -> dict[str, str]:
    found: dict[str, str] = site.lab.document["credentials"]["roles"][name]
    return found


def secure(site: Site) -> None:
    """Roles as in the guide, everybody mapped, certificates required."""
    web = site.lab.document["credentials"]["web"]
    rows = json.loads(site.ask("GET", f"{API}permission/", login=web)[1])["objects"]
    uris = {row["name"]: row["resource_uri"] for row in rows}
    auditor = [Permission.IS_ADMINISTRATOR, Permission.WEB_INTERFACE, Permission.API, *AUDITING]
    fields: dict[str, Any] = {"name": "Auditor", "permissions": [uris[p] for p in auditor]}
    site.write("POST", "role/", fields)
    for number in (1, 2):
        shown = json.loads(site.ask("GET", f"{API}role/{number}/", login=web)[1])
        left = [p["resource_uri"] for p in shown["permissions"] if p["name"] not in set(AUDITING)]
        site.write("PATCH", f"role/{number}/", {"permissions": left})
    mapping = {"name": "Auditor", "value": site.services["ldap"]["groups"]["Auditor"]}
    site.write("POST", "role_mapping/", mapping | {"roles": [f"{API}role/3/"]})
    site.write("PATCH", "authentication/1/", {"client_certificate": "UPN"})
