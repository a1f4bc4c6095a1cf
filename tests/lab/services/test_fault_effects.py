"""What a fault of certificates or services looks like to programs of others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from lab.services.conftest import API
from lab.services.test_peers import peer

if TYPE_CHECKING:
    from lab.services.conftest import Site

SHOWN = {
    "self-signed": "self-signed certificate",
    "other-ca": "self-signed certificate in certificate chain",
    "no-chain": "unable to get local issuer certificate",
    "other-name": "hostname mismatch",
    "expired": "certificate has expired",
    "not-yet-valid": "certificate is not yet valid",
    "short-key": "1024 bit",
    "small-exponent": "Exponent: 3 ",
    "weak-dh": "DH, 1024 bits",
}
"""Sort of certificate, and what `openssl s_client` or `openssl x509` says of it."""


def _seen(site: Site, node: str) -> str:
    """What two handshakes and a decoded certificate say: one with any suite, one with DHE."""
    owner = next(one for one in site.lab.conferencing if one["name"] == node)
    where = f"{owner['ipv4']}:{site.lab.port(443)}"
    common = ("s_client", "-connect", where, "-CAfile", site.root, "-showcerts")
    checks = ("-verify_hostname", owner["fqdn"], "-cipher", "ALL:@SECLEVEL=0")
    first = site.lab.run(peer("openssl"), *common, *checks)
    dhe = ("-tls1_2", "-cipher", "DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0")
    second = site.lab.run(peer("openssl"), *common, *dhe)
    text = site.lab.run(peer("openssl"), "x509", "-noout", "-text", given=first.stdout)
    return "".join(done.stdout + done.stderr for done in (first, second, text))


@pytest.mark.parametrize("sort", SHOWN)
@pytest.mark.parametrize("way", ["certificates-{}", "node-shows-{}-certificate"])
def test_a_wrong_certificate_shows(site: Site, sort: str, way: str) -> None:
    assert SHOWN[sort] not in _seen(site, "conf1")
    site.lab.fault(way.format(sort))
    assert SHOWN[sort] in _seen(site, "conf1")
    site.lab.done("fault", name=way.format(sort), on=False)
    assert SHOWN[sort] not in _seen(site, "conf1")


@pytest.mark.parametrize(
    ("fault", "status"),
    [("ocsp-revoked", "revoked"), ("ocsp-unknown", "unknown"), ("ocsp-unavailable", "503")],
)
def test_the_responder_says_otherwise(site: Site, fault: str, status: str) -> None:
    certificate = site.lab.document["certificates"]["conf1"]["certificate"]
    question = (
        *("ocsp", "-issuer", site.intermediate, "-cert", certificate, "-CAfile", site.root),
        *("-url", site.services["ocsp"]["url"]),
    )

    def said() -> str:
        done = site.lab.run(peer("openssl"), *question)
        return done.stdout + done.stderr

    assert ".pem: good" in said()
    site.lab.fault(fault)
    assert status in said()
    site.lab.done("fault", name=fault, on=False)
    assert ".pem: good" in said()


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        ("unknown-certificate-accepted", "unknown"),
        ("expired-certificate-accepted", "expired"),
        ("stranger-certificate-accepted", "other_ca"),
    ],
)
def test_a_certificate_is_accepted_that_should_not_be(site: Site, fault: str, name: str) -> None:
    site.write("PATCH", "authentication/1/", {"client_certificate": "UPN"})
    path, identity = f"{API}global/1/", site.identity(name)
    assert site.ask("GET", path, identity=identity)[0] in (0, 400)
    site.lab.fault(fault)
    assert site.ask("GET", path, identity=identity)[0] == 200
    site.lab.done("fault", name=fault, on=False)
    assert site.ask("GET", path, identity=identity)[0] in (0, 400)


def test_ways_in_without_certificate(site: Site) -> None:
    site.write("PATCH", "authentication/1/", {"client_certificate": "UPN"})
    web, path = site.lab.document["credentials"]["web"], f"{API}global/1/"
    site.lab.fault("api-without-certificate")
    assert site.ask("GET", path, login=web)[0] == 200
    assert site.ask("GET", path)[0] == 401
    assert site.ask("GET", "/admin/login/")[0] == 400
    site.lab.done("fault", name="api-without-certificate", on=False)
    site.lab.fault("login-page-without-certificate")
    status, text, _ = site.ask("GET", "/admin/login/")
    assert (status, "csrfmiddlewaretoken" in text) == (200, True)
    assert site.ask("GET", path, login=web)[0] == 400


def test_the_interface_alone_refuses_certificates(site: Site) -> None:
    site.write("PATCH", "authentication/1/", {"client_certificate": "UPN"})
    identity = site.identity("administrator")
    assert site.ask("GET", "/admin/", identity=identity)[0] == 200
    site.lab.fault("web-refuses-certificates")
    assert site.ask("GET", "/admin/", identity=identity)[0] == 400
    assert site.ask("GET", f"{API}global/1/", identity=identity)[0] == 200


@pytest.mark.parametrize("fault", ["ca-root-missing", "ca-intermediate-missing", "ca-expired"])
def test_certificates_still_come_in(site: Site, fault: str) -> None:
    """Or the fault would hide every other verdict."""
    site.write("PATCH", "authentication/1/", {"client_certificate": "UPN"})
    site.lab.fault(fault)
    assert site.ask("GET", f"{API}global/1/", identity=site.identity("administrator"))[0] == 200


def test_a_clock_is_wrong(site: Site) -> None:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    node = site.lab.conferencing[0]

    def clock(owner: dict[str, str]) -> float:
        return parsedate_to_datetime(site.ask("GET", "/", node=owner)[2]["Date"]).timestamp()

    assert abs(clock(node) - clock(site.lab.management)) < 5
    site.lab.fault("node-clock-fast")
    assert 3590 < clock(node) - clock(site.lab.management) < 3610


@pytest.mark.parametrize("fault", ["ldap-other-bind-user", "ldap-server-by-address"])
def test_the_directory_is_used_all_the_same(site: Site, fault: str) -> None:
    site.lab.fault(fault)
    login = site.lab.document["credentials"]["roles"]["read_write"]
    assert site.ask("GET", f"{API}global/1/", login=login)[0] == 200


def test_the_directory_refuses_everybody_but_the_product(site: Site) -> None:
    site.lab.fault("ldap-refuses-the-bind")
    login = site.lab.document["credentials"]["roles"]["read_write"]
    assert site.ask("GET", f"{API}global/1/", login=login)[0] == 200
    directory = site.services["ldap"]
    url = f"ldaps://{directory['address']}:{site.lab.port(636)}"
    secret = ("-D", directory["bind_username"], "-w", directory["bind_password"])
    command = ("env", f"LDAPTLS_CACERT={site.root}", peer("ldapsearch"), "-x", "-H", url, *secret)
    assert site.lab.run(*command, "-b", directory["base_dn"]).returncode == 49


def test_a_second_dns_server_fails_in_three_ways(site: Site) -> None:
    address, port = site.services["dns"][1]["address"], str(site.lab.port(53))
    question = (peer("dig"), "-p", port, f"@{address}", "+time=1", "+tries=1", "mgmt.lab.example")
    expected = {
        "dns-silent": r"timed out|no servers could be reached",
        "dns-failing": "status: SERVFAIL",
        "dns-wrong": r"IN\s+A\s+192\.0\.2\.1",
    }
    for fault, text in expected.items():
        assert not re.search(text, site.lab.run(*question).stdout)
        site.lab.fault(fault)
        assert re.search(text, site.lab.run(*question).stdout), fault
        site.lab.done("fault", name=fault, on=False)


def test_deleted_and_added_rows_come_back(site: Site) -> None:
    web = site.lab.document["credentials"]["web"]

    def rows() -> list[str]:
        names = ("syslog_server", "dns_server", "ntp_server", "role_mapping", "ca_certificate")
        return [site.ask("GET", f"{API}{name}/", login=web)[1] for name in names]

    before = rows()
    faults = [
        *("no-syslog-server", "one-dns-server", "one-ntp-server", "read-only-unmapped"),
        *("mapped-to-nothing", "ca-expired"),
    ]
    for fault in faults:
        site.lab.fault(fault)
    assert all(now != then for now, then in zip(rows(), before, strict=True))
    for fault in faults:
        site.lab.done("fault", name=fault, on=False)
    assert rows() == before
