"""No secret is ever answered in clear, under any style."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from securemode_lab.appliance.resources import AREAS
from securemode_lab.appliance.resources import CONFIGURATION as CONFIGURED
from securemode_lab.appliance.resources.selfsigned import self_signed

if TYPE_CHECKING:
    from lab.management.conftest import ManagementNode

BASE = "/api/admin/configuration/v1/"
MANAGEMENT = f"{BASE}management_vm/1/"


def _fill(node: ManagementNode) -> list[str]:
    """Every secret of every resource set to a value of its own, which is returned."""
    canaries = []
    node.store.insert("system_location", {"name": "a", "ntp_servers": [1]})
    node.store.insert("worker_vm", {"name": "conf1", "hostname": "conf1", "domain": "lab.example",
                                    "system_location": 1})  # fmt: skip
    certificate, key = self_signed("host.lab.example")
    node.store.insert("tls_certificate", {"certificate": certificate, "private_key": key})
    canaries += key.splitlines()[3:5]
    node.store.insert("certificate_signing_request", {"subject_name": "h", "private_key_type":
                                                      "ECDSAP256"})  # fmt: skip
    node.store.insert("oauth2_client", {"client_name": "robot", "role": 1})
    canaries.append(node.store.get("oauth2_client", 1)["private_key_jwt"].splitlines()[1])
    canaries.append(node.store.get("certificate_signing_request", 1)["private_key"].split("\n")[1])
    for resource in CONFIGURED.values():
        texts = [f.name for f in resource.fields if f.secret and "private_key" not in f.name]
        for row in node.store.rows(resource.name):
            values = {name: f"canary of {resource.name} {name}"[:100] for name in texts}
            node.store.update(resource.name, row[resource.key], values)
            canaries += values.values()
    return canaries


@pytest.mark.parametrize("style", ["token", "blank", "omit"])
def test_no_answer_holds_a_secret(node: ManagementNode, style: str) -> None:
    canaries = _fill(node)
    node.web.vary("secret_style", style)

    texts = []
    for resources in AREAS.values():
        for resource in resources.values():
            texts.append(node.ask("GET", resource.root).text)
            texts += [node.ask("GET", f"{resource.root}{e}").text for e in ("1/", "schema/")]
    everything = "\n".join(texts)

    assert len(canaries) > 15
    for canary in canaries:
        assert canary not in everything
        assert quote(canary) not in everything
        assert base64.b64encode(canary.encode()).decode() not in everything


def test_secret_of_a_node_reads_as_an_opaque_token(node: ManagementNode) -> None:
    _fill(node)
    worker = node.get(f"{BASE}worker_vm/1/")
    management = node.get(MANAGEMENT)

    token = worker["snmp_privacy_password"]
    assert token.startswith("$~!1")
    assert len(base64.b64decode(token[4:], validate=True)) == 144
    assert len(token) == 4 + 192
    assert token != worker["snmp_authentication_password"]
    assert "password" not in worker
    assert management["snmp_privacy_password"] == ""
    assert management["snmp_community"] == "public"


def test_ntp_key_reads_as_its_digest(node: ManagementNode) -> None:
    node.store.update("ntp_server", 1, {"key": "clear text", "key_id": 5})

    shown = node.get(f"{BASE}ntp_server/1/")

    assert shown["key"] == hashlib.sha1(b"clear text").hexdigest()
    assert shown["key_id"] == 5


def test_unset_secrets_read_as_blank(node: ManagementNode) -> None:
    assert node.get(f"{BASE}authentication/1/")["ldap_bind_password"] == ""
    assert node.get(f"{BASE}ntp_server/1/")["key"] == ""


def test_private_keys_are_left_out(node: ManagementNode) -> None:
    certificate = node.get(f"{BASE}tls_certificate/1/")

    assert "private_key" not in certificate
    assert certificate["private_key_passphrase"] == ""


@pytest.mark.parametrize(("style", "shown"), [("blank", ""), ("omit", None)])
def test_what_is_shown_is_a_variant(node: ManagementNode, style: str, shown: str | None) -> None:
    node.store.update("authentication", 1, {"ldap_bind_password": "secret"})
    node.web.vary("secret_style", style)

    assert node.get(f"{BASE}authentication/1/").get("ldap_bind_password") == shown


def test_token_written_back_keeps_the_secret(node: ManagementNode) -> None:
    node.store.update("authentication", 1, {"ldap_bind_password": "secret"})
    shown = node.get(f"{BASE}authentication/1/")

    assert node.ask("PATCH", f"{BASE}authentication/1/", json=shown).status_code == 202
    assert node.store.get("authentication", 1)["ldap_bind_password"] == "secret"
    node.ask("PATCH", f"{BASE}authentication/1/", json={"ldap_bind_password": "new"})
    assert node.store.get("authentication", 1)["ldap_bind_password"] == "new"
    assert (
        node.get(f"{BASE}authentication/1/")["ldap_bind_password"] != (shown["ldap_bind_password"])
    )
