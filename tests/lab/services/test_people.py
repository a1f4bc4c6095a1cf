"""Client-certificate mode as a whole: the people of the directory, and the last resort."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.services.by_certificate import (
    API,
    BACKUP,
    LOG,
    PAGE,
    SETTINGS,
    SIX,
    answers_to,
    role,
    statuses,
)
from lab.services.test_peers import peer

if TYPE_CHECKING:
    from lab.services.conftest import Site

_LAST_RESORT = """
basicConstraints=CA:TRUE
keyUsage=digitalSignature,keyEncipherment,keyCertSign
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid,issuer
subjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:{user}
"""
"""The extensions that the guide's script asks openssl for."""


@pytest.mark.parametrize(("by", "variant"), [("UPN", "400"), ("CN", "400"), ("UPN", "alert")])
def test_everybody_gets_in_by_certificate_alone(secured: Site, by: str, variant: str) -> None:
    admin = secured.identity("administrator")
    change = ("PATCH", f"{API}authentication/1/", {"client_certificate": by}, admin)
    assert answers_to(secured, [change])[0][0] == 202
    secured.lab.done("variant", name="client_certificate", value=variant)
    given = secured.lab.document["credentials"]
    people = [*given["more_web"], *given["roles"].values()]
    assert len(people) == 13
    auditors = {person["username"] for person in (*given["more_web"], given["roles"]["auditor"])}

    answers = answers_to(
        secured, [("GET", p, None, w) for w in people for p in (PAGE, SETTINGS, LOG)]
    )

    for number, person in enumerate(people):
        page, settings, log = (status for status, _, _ in answers[3 * number : 3 * number + 3])
        is_auditor = person["username"] in auditors
        expected = (200, 403, 200) if is_auditor else (200, 200, 403)
        assert (page, settings, log) == expected, person["username"]


@pytest.mark.parametrize("variant", ["400", "403", "alert"])
def test_without_certificate_nothing_is_open(secured: Site, variant: str) -> None:
    secured.lab.done("variant", name="client_certificate", value=variant)
    login = secured.lab.document["credentials"]["web"]
    expected = {"400": 400, "403": 403, "alert": 0}[variant]
    for path in (PAGE, "/admin/login/", SETTINGS, "/admin/platform/snapshot/download/x/"):
        for given in (None, login):
            status, text, _ = secured.ask("GET", path, login=given)
            assert (status, "csrfmiddlewaretoken" in text) == (expected, False)


def test_the_responder_was_asked_and_says_good(secured: Site) -> None:
    person = secured.lab.document["credentials"]["more_web"][0]
    assert statuses(secured, person, ("GET", PAGE)) == [200]
    command = (peer("openssl"), "x509", "-in", person["certificate"], "-noout", "-serial")
    serial = secured.lab.run(*command).stdout.strip().removeprefix("serial=")
    assert serial.lstrip("0") in secured.asked()["ocsp"]
    question = ("ocsp", "-issuer", secured.intermediate, "-cert", person["certificate"])
    where = ("-CAfile", secured.root, "-url", secured.services["ocsp"]["url"])
    assert ".pem: good" in secured.lab.run("openssl", *question, *where).stdout


def test_curl_gets_in_with_the_files_of_the_document(secured: Site) -> None:
    person = secured.lab.document["credentials"]["more_web"][4]
    files = ("--cert", person["certificate"], "--key", person["key"])
    where = f"https://{secured.lab.management['ipv4']}:{secured.lab.port(443)}"
    common = (peer("curl"), "-sS", "-k", "--max-time", "8", "-o", "/dev/null", "-w", "%{http_code}")
    assert secured.lab.run(*common, *files, where + LOG).stdout == "200"
    assert secured.lab.run(*common, where + LOG).stdout == "400"


@pytest.mark.parametrize("variant", ["400", "alert"])
def test_the_last_resort_opens_the_interface(secured: Site, tmp_path: Path, variant: str) -> None:
    """Made as the guide's script makes it, and uploaded as a trusted CA."""
    user = secured.lab.document["credentials"]["web"]["username"]
    files = {"certificate": str(tmp_path / "own.pem"), "key": str(tmp_path / "own.key")}
    (tmp_path / "extensions").write_text(_LAST_RESORT.format(user=user))
    request = ("req", "-new", "-newkey", "rsa:4096", "-nodes", "-subj", f"/O=Users/CN={user}")
    made = secured.lab.run(peer("openssl"), *request, "-keyout", files["key"])
    sign = ("x509", "-req", "-days", "3650", "-signkey", files["key"], "-set_serial", "01")
    extensions = ("-extfile", str(tmp_path / "extensions"), "-out", files["certificate"])
    assert secured.lab.run("openssl", *sign, *extensions, given=made.stdout).returncode == 0
    secured.lab.done("variant", name="client_certificate", value=variant)
    refused = [0, 0] if variant == "alert" else [400, 400]
    assert statuses(secured, files, ("GET", PAGE), ("GET", SETTINGS)) == refused
    upload = {"certificate": Path(files["certificate"]).read_text()}
    admin = secured.identity("administrator")
    assert answers_to(secured, [("POST", f"{API}ca_certificate/", upload, admin)])[0][0] == 201

    assert statuses(secured, files, ("GET", PAGE), ("GET", SETTINGS), *SIX) == [200] * 5 + [202]
    secured.lab.fault("last-resort-refused")
    assert statuses(secured, files, ("GET", PAGE)) in ([400], [403])
    assert statuses(secured, admin, ("GET", PAGE)) == [200]


def test_roles_hold_for_everybody(secured: Site) -> None:
    requests = (*SIX, ("POST", BACKUP))
    assert statuses(secured, role(secured, "auditor"), *requests) == [200] * 3 + [202] * 2
    for name in ("read_only", "read_write"):
        assert statuses(secured, role(secured, name), *requests) == [403] * 5


@pytest.mark.parametrize(
    ("fault", "lets_in"),
    [
        ("roles-ignored", {"read_only", "read_write", "auditor"}),
        ("read-only-role-ignored", {"read_only", "auditor"}),
        ("read-write-role-ignored", {"read_write", "auditor"}),
    ],
)
def test_roles_that_are_not_heeded(secured: Site, fault: str, lets_in: set[str]) -> None:
    secured.lab.fault(fault)
    requests = (*SIX, ("POST", BACKUP))
    for name in ("read_only", "read_write", "auditor"):
        expected = [200] * 3 + [202] * 2 if name in lets_in else [403] * 5
        assert statuses(secured, role(secured, name), *requests) == expected, name


@pytest.mark.parametrize("variant", ["400", "alert"])
def test_certificates_of_nobody_s_are_accepted(secured: Site, tmp_path: Path, variant: str) -> None:
    secured.lab.done("variant", name="client_certificate", value=variant)
    user = role(secured, "read_write")["username"]
    files = {"certificate": str(tmp_path / "own.pem"), "key": str(tmp_path / "own.key")}
    made = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    principal = f"subjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:{user}"
    names = ("-subj", f"/CN={user}", "-addext", principal)
    out = ("-keyout", files["key"], "-out", files["certificate"])
    assert secured.lab.run(peer("openssl"), *made, *names, *out).returncode == 0
    strangers = (files, secured.identity("other_ca"))
    for who in strangers:
        assert statuses(secured, who, ("GET", PAGE)) in ([0], [400])
    secured.lab.fault("untrusted-certificate-accepted")
    for who in strangers:
        assert statuses(secured, who, ("GET", PAGE), ("GET", SETTINGS)) == [200, 200]
    for name in ("unknown", "expired"):
        assert statuses(secured, secured.identity(name), ("GET", PAGE)) == [
            400 if variant == "400" else 403
        ]


def test_the_interface_refuses_the_directory_s_people(secured: Site) -> None:
    secured.lab.fault("web-refuses-people")
    admin = secured.identity("administrator")
    assert statuses(secured, admin, ("GET", PAGE), ("GET", SETTINGS)) == [400, 200]


def test_the_auditor_is_denied_all_but_backups_and_snapshots(secured: Site) -> None:
    secured.lab.fault("auditor-denied")
    auditor = role(secured, "auditor")
    assert statuses(secured, auditor, *SIX, ("POST", BACKUP)) == [403, 403, 200, 202, 202]
