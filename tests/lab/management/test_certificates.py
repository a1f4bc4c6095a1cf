"""Certificates: what the product computes, what it refuses, signing requests, import of bundles."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from lab.management.certificates import Identity
from securemode_lab.appliance.resources.names import name_hash

if TYPE_CHECKING:
    from lab.management.conftest import ManagementNode

BASE = "/api/admin/configuration/v1/"
TLS = f"{BASE}tls_certificate/"
CA = f"{BASE}ca_certificate/"
CSR = f"{BASE}certificate_signing_request/"
IMPORT = "/api/admin/command/v1/platform/certificates_import/"
NAMES = [
    "CN=host.lab.example",
    "CN=Lab Root  CA,OU=Signing,O=Lab & Sons,C=NO",
    "CN=Ærlig Ørn,O=Größe GmbH,DC=lab,DC=example",
    f"CN={'x' * 64},O={'y' * 64}",
    "CN=a+OU=b,O=c",
]


def _openssl(pem: str, *options: str) -> str:
    command = ["openssl", "x509", "-noout", *options]
    done = subprocess.run(
        command, input=pem, capture_output=True, text=True, timeout=20, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("name", NAMES)
def test_name_hash_is_that_of_openssl(name: str) -> None:
    identity = Identity(name, ca=True)

    assert name_hash(identity.certificate.subject) == _openssl(identity.pem, "-subject_hash")


def test_certificate_is_described(node: ManagementNode) -> None:
    root = Identity("CN=Lab Root,O=Lab", ca=True)
    host = Identity("CN=host.lab.example", root)
    body = {"certificate": host.pem + root.pem, "private_key": host.key_pem()}

    row = node.get(node.ask("POST", TLS, json=body).headers["Location"])

    assert (row["subject_name"], row["issuer_name"]) == ("host.lab.example", "Lab Root")
    assert row["subject_alt_names"] == "host.lab.example"
    assert row["issuer_hash"] == _openssl(host.pem, "-issuer_hash")
    assert row["serial_no"] == _openssl(host.pem, "-serial").removeprefix("serial=").lstrip("0")
    assert row["end_date"] == f"{host.certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%S}"
    assert row["nodes"] == []
    assert row["certificate"] == host.pem + root.pem
    found = node.get(f"{TLS}?subject_name=host.lab.example")["objects"]
    assert [r["id"] for r in found] == [row["id"]]


def test_assigned_certificate_names_its_nodes(node: ManagementNode) -> None:
    assert node.get(f"{TLS}1/")["nodes"] == ["mgmt.lab.example"]


def test_what_a_client_computes_is_ignored(node: ManagementNode) -> None:
    before = node.get(f"{TLS}1/")
    node.ask("PATCH", f"{TLS}1/", json={"subject_name": "other", "nodes": ["x"]})

    assert node.get(f"{TLS}1/") == before


def test_damaged_and_mismatched_certificates_are_refused(node: ManagementNode) -> None:
    one, other = Identity("CN=one"), Identity("CN=other")

    def refusal(path: str, **body: str) -> dict[str, list[str]]:
        answer = node.ask("POST", path, json=body)
        assert answer.status_code == 400
        errors: dict[str, list[str]] = answer.json()[path.split("/")[-2]]
        return errors

    key = one.key_pem()
    assert "private_key" in refusal(TLS, certificate=one.pem, private_key=other.key_pem())
    assert "private_key" in refusal(TLS, certificate=one.pem)
    assert "certificate" in refusal(TLS, certificate="nonsense", private_key=key)
    broken = one.pem.replace(one.pem[100:140], "A" * 40)
    assert "certificate" in refusal(CA, certificate=broken)
    locked = one.key_pem("secret")
    assert "private_key" in refusal(TLS, certificate=one.pem, private_key=locked)


def test_passphrase_opens_the_key_and_is_forgotten(node: ManagementNode) -> None:
    one = Identity("CN=one")
    locked = one.key_pem("secret")
    body = {"certificate": one.pem, "private_key": locked, "private_key_passphrase": "secret"}

    assert node.ask("POST", TLS, json=body).status_code == 201
    stored = node.store.get("tls_certificate", 2)
    assert stored["private_key_passphrase"] == ""
    assert stored["private_key"] == one.key_pem()


@pytest.mark.parametrize("kind", ["RSA2048", "ECDSAP256"])
def test_signing_request_becomes_a_certificate(node: ManagementNode, kind: str) -> None:
    body = {
        "subject_name": "host.lab.example",
        "additional_subject_alt_names": "sip.lab.example, 198.51.100.10",
        "private_key_type": kind,
    }
    location = node.ask("POST", CSR, json=body).headers["Location"]
    request = x509.load_pem_x509_csr(node.get(location)["csr"].encode())
    assert request.is_signature_valid
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["host.lab.example", "sip.lab.example"]

    stranger = Identity("CN=host.lab.example").pem
    assert node.ask("PATCH", location, json={"certificate": stranger}).status_code == 400
    signed = _sign(request, Identity("CN=Root", ca=True))
    assert node.ask("PATCH", location, json={"certificate": signed}).status_code == 202
    assert node.get(CSR)["objects"] == []
    assert node.get(f"{TLS}?subject_name=host.lab.example")["meta"]["total_count"] == 1


def _sign(request: x509.CertificateSigningRequest, root: Identity) -> str:
    certificate = (
        x509.CertificateBuilder()
        .subject_name(request.subject)
        .issuer_name(root.certificate.subject)
        .public_key(request.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(root.certificate.not_valid_before_utc)
        .not_valid_after(root.certificate.not_valid_after_utc)
        .sign(root.key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM).decode()


@pytest.mark.parametrize(
    "body",
    [
        {"private_key_type": "RSA2048"},
        {"subject_name": "h"},
        {"dn": "no name", "subject_name": "h"},
    ],
)
def test_incomplete_signing_requests_are_refused(
    node: ManagementNode, body: dict[str, str]
) -> None:
    assert node.ask("POST", CSR, json=body).status_code == 400
    assert node.get(CSR)["objects"] == []


def test_bundle_is_sorted_by_content_and_replaces_what_is_the_same(node: ManagementNode) -> None:
    root, last_resort = Identity("CN=Root", ca=True), Identity("CN=admin", upn="admin", ca=True)
    host = Identity("CN=host.lab.example", root)
    bundle = root.pem + host.pem + host.key_pem() + last_resort.pem

    for _ in range(2):
        answer = node.ask("POST", IMPORT, json={"bundle": bundle})
        assert (answer.status_code, answer.json()["status"]) == (202, "success")
        authorities = node.get(CA)["objects"]
        assert [row["subject_name"] for row in authorities] == ["Root", "admin"]
        assert node.get(TLS)["meta"]["total_count"] == 2


def test_bundle_without_the_key_imports_nothing(node: ManagementNode) -> None:
    root = Identity("CN=Root", ca=True)
    bundle = root.pem + Identity("CN=host", root).pem

    answer = node.ask("POST", IMPORT, json={"bundle": bundle})

    assert answer.status_code == 400
    assert "private key" in answer.json()["certificates_import"]["bundle"][0]
    assert node.get(CA)["objects"] == []


def test_bundle_can_be_uploaded_as_a_file(node: ManagementNode) -> None:
    root = Identity("CN=Root", ca=True)

    assert node.ask("POST", IMPORT, files={"bundle": root.pem}).status_code == 202
    assert node.get(CA)["meta"]["total_count"] == 1
