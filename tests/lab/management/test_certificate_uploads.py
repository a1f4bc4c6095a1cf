"""What the page for TLS certificates takes, in FIPS mode and out of it."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from lab.management.bundles import PASSPHRASE, bundle, openssl
from lab.management.certificate_pages import (
    FIPS,
    OWN,
    PAGE,
    administrator,
    count,
    derived,
    message,
    send,
)
from securemode_lab.appliance.resources.bundles import BadFile, from_pem, from_pkcs12
from securemode_lab.appliance.resources.x509 import certificates, private_key

if TYPE_CHECKING:
    from pathlib import Path

    import requests

    from lab.management.certificates import Identity
    from lab.management.conftest import ManagementNode

ROWS = "/api/admin/configuration/v1/tls_certificate/"


def _accepted(node: ManagementNode, answer: requests.Response, subject: str) -> None:
    """The new certificate is in the list and in the configuration; its key is kept in clear."""
    assert (answer.status_code, answer.headers.get("Location")) == (302, PAGE)
    (row,) = node.get(f"{ROWS}?subject_name={subject}")["objects"]
    shown = administrator(node).get(node.url + PAGE, timeout=10).text
    assert subject in shown
    assert f'<a href="{PAGE}{row["id"]}/pfx/">Export as PFX</a>' in shown
    private_key(node.store.get("tls_certificate", row["id"])["private_key"])


def test_pem_is_taken_in_either_mode(
    either: ManagementNode, host: Identity, root: Identity
) -> None:
    for pem in (host.pem + root.pem + host.key_pem(), host.key_pem() + host.pem):
        before = either.store.snapshot()
        _accepted(either, send(either, pem.encode(), "not needed"), "host.lab.example")
        either.store.restore(before)
    send(either, (host.pem + root.pem + host.key_pem()).encode())
    kept = either.store.rows("tls_certificate")[-1]["certificate"]
    assert certificates(kept) == [host.certificate, root.certificate]


@pytest.mark.parametrize("form", ["pkcs8", "traditional"])
def test_pem_with_an_encrypted_key_is_taken_in_either_mode(
    either: ManagementNode, host: Identity, tmp_path: Path, form: str
) -> None:
    key = host.key_pem(PASSPHRASE)
    if form == "traditional":
        command = ("ec", "-aes256", "-passout", f"pass:{PASSPHRASE}")
        key = openssl(tmp_path, *command, given=host.key_pem().encode()).stdout.decode()
        assert "Proc-Type: 4,ENCRYPTED" in key
    data = (host.pem + key).encode()

    assert "private key can't be read" in message(send(either, data, "another"))
    assert "private key can't be read" in message(send(either, data))
    _accepted(either, send(either, data, PASSPHRASE), "host.lab.example")


@pytest.mark.parametrize(
    "options", [(), ("-certpbe", "AES-256-CBC", "-keypbe", "PBE-SHA1-3DES"), ("-legacy",)]
)
def test_a_bundle_of_openssl_is_taken_out_of_fips_mode_only(
    node: ManagementNode, host: Identity, root: Identity, tmp_path: Path, options: tuple[str, ...]
) -> None:
    data = bundle(tmp_path, host, root, options=options).read_bytes()
    node.web.apply(derived(node, fips=True))
    assert message(send(node, data, PASSPHRASE)) == FIPS
    assert message(send(node, data, "another")) == FIPS
    assert count(node) == 1

    node.web.apply(derived(node, fips=False))
    assert "another passphrase" in message(send(node, data, "another"))
    assert "another passphrase" in message(send(node, data, "with\0NUL"))
    assert count(node) == 1
    _accepted(node, send(node, data, PASSPHRASE), "host.lab.example")
    kept = node.store.rows("tls_certificate")[-1]["certificate"]
    assert certificates(kept) == [host.certificate, root.certificate]


def test_what_nobody_can_upload_is_refused_with_other_words(
    either: ManagementNode, host: Identity, root: Identity
) -> None:
    cases = {
        b"": "neither",
        b"garbage": "neither",
        b"\x30\x82\x01\x00\x02\x01\x05\x30" + bytes(250): "neither",
        host.certificate.public_bytes(Encoding.DER): "neither",
        host.key_pem().encode(): "neither",
        host.pem.encode(): "no private key",
        (host.pem + root.key_pem()).encode(): "does not belong",
        host.pem.replace("MII", "XXX", 1).encode() + host.key_pem().encode(): "can't be read",
        bytes(2 * 1024 * 1024): "longer",
    }
    for data, said in cases.items():
        assert said in message(send(either, data, PASSPHRASE))
    assert "Choose a file" in message(either.post(administrator(either), PAGE))
    assert count(either) == 1


def test_whatever_is_in_the_file_nothing_breaks(host: Identity, tmp_path: Path) -> None:
    chance = random.Random(20)
    pem = (host.pem + host.key_pem(PASSPHRASE)).encode()
    pfx = bundle(tmp_path, host, options=("-iter", "1")).read_bytes()
    for data, read in ((pfx, from_pkcs12), (pem, from_pem)):
        assert read(data, PASSPHRASE)["private_key"]
        for _ in range(300):
            altered = bytearray(data)
            altered[chance.randrange(len(data))] = chance.randrange(256)
            with suppress(BadFile):
                read(bytes(altered[: chance.randrange(len(data))]), PASSPHRASE)


def test_an_upload_is_on_record_as_a_change(node: ManagementNode, host: Identity) -> None:
    send(node, host.pem.encode())
    send(node, (host.pem + host.key_pem()).encode())
    node.post(administrator(node), OWN, passphrase=PASSPHRASE)
    sent = [e for e in node.web.log.entries() if e["method"] == "POST" and PAGE in str(e["path"])]
    assert [entry["wrote"] for entry in sent] == [False, True, False]


def test_a_form_from_elsewhere_is_refused(node: ManagementNode, host: Identity) -> None:
    browser = administrator(node)
    fields = {"csrfmiddlewaretoken": "x" * 64, "passphrase": PASSPHRASE}
    files = {"certificate_file": (host.pem + host.key_pem()).encode()}
    referer = {"Referer": node.url + PAGE}
    for path in (PAGE, OWN):
        answer = browser.post(node.url + path, fields, files=files, headers=referer, timeout=10)
        assert (answer.status_code, "CSRF" in answer.text) == (403, True)
    broken = {**referer, "Content-Type": "multipart/form-data"}
    assert browser.post(node.url + PAGE, b"x", headers=broken, timeout=10).status_code == 400
    assert count(node) == 1
