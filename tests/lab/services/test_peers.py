"""The site's services as programs of others see them."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from lab.services.conftest import Site

Completed = tuple[int, str]


def peer(name: str) -> str:
    """The path of a program; a skip that names it, or a failure where CI promised it."""
    if path := shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
        return path
    if os.environ.get("ACCEPT_CI_PEERS") == "1":
        pytest.fail(f"the peer {name} is not installed")
    pytest.skip(f"the peer {name} is not installed")


def _run(site: Site, *command: str) -> Completed:
    done = site.lab.run(peer(command[0]), *command[1:])
    return done.returncode, done.stdout + done.stderr


def _dig(site: Site, *question: str, server: int = 0) -> list[str]:
    address = site.services["dns"][server]["address"]
    where = ("-p", str(site.lab.port(53)), f"@{address}", "+time=2", "+tries=1")
    code, text = _run(site, "dig", *where, "+short", *question)
    assert code == 0, text
    return text.split("\n")[:-1]


@pytest.mark.parametrize("server", [0, 1])
@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_dig_resolves_nodes_and_services(site: Site, server: int, transport: str) -> None:
    node = site.lab.conferencing[0]
    assert _dig(site, transport, node["fqdn"], "A", server=server) == [node["ipv4"]]
    ipv6 = [node["ipv6"]] if node["ipv6"] else []
    assert _dig(site, transport, node["fqdn"], "AAAA", server=server) == ipv6
    assert _dig(site, transport, "-x", node["ipv4"], server=server) == [node["fqdn"] + "."]
    found = _dig(site, transport, "_ldaps._tcp.lab.example", "SRV", server=server)
    assert found == ["0 0 636 ldap.lab.example."]


@pytest.mark.parametrize(
    ("name", "status"), [("nobody.lab.example", "NXDOMAIN"), ("elsewhere.example", "REFUSED")]
)
def test_dig_is_told_what_is_not_there(site: Site, name: str, status: str) -> None:
    where = ("-p", str(site.lab.port(53)), f"@{site.services['dns'][0]['address']}")
    _, text = _run(site, "dig", *where, name)
    assert f"status: {status}" in text


def _ldapsearch(site: Site, *arguments: str, password: str = "") -> Completed:
    directory = site.services["ldap"]
    url = f"ldaps://{directory['address']}:{site.lab.port(directory['port'])}"
    secret = password or directory["bind_password"]
    return _run(
        site,
        *("env", f"LDAPTLS_CACERT={site.root}", peer("ldapsearch"), "-x", "-LLL", "-H", url),
        *("-D", directory["bind_username"], "-w", secret, "-b", directory["base_dn"]),
        *arguments,
    )


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("(uid=operator)", ["operator"]),
        ("(&(objectClass=person)(cn=AUDITOR1*))", ["auditor1", "auditor10"]),
        ("(&(cn=*tor1*)(!(cn=auditor10)))", ["auditor1"]),
        ("(|(sAMAccountName=reader)(userPrincipalName=operator@lab.example))", None),
        ("(memberOf=cn=pexip read-only,ou=groups,dc=lab,dc=example)", ["reader"]),
        ("(&(uid=reader)(userPassword=*))", []),
        ("(cn=a*d*t*r1)", ["auditor1"]),
        ("(&(uid=*)(cn>=reader))", ["reader"]),
        ("(uid=)", []),
    ],
)
def test_ldapsearch_finds_by_filter(site: Site, search: str, found: list[str] | None) -> None:
    code, text = _ldapsearch(site, search, "cn")
    assert code == 0, text
    expected = ["operator", "reader"] if found is None else found
    assert sorted(re.findall(r"^cn: (.+)$", text, re.MULTILINE)) == sorted(expected)


def test_ldapsearch_sees_groups_and_well_known_identifiers(site: Site) -> None:
    _, text = _ldapsearch(site, "(member=*)", "cn", "member")
    assert text.count("member: CN=auditor") == 11
    _, text = _ldapsearch(site, "-s", "one", "(cn=Users)", "cn")
    assert text.count("dn: ") == 1
    code, text = _ldapsearch(site, "(cn=Domain Users)", "objectSid")
    encoded = re.search(r"objectSid:: (\S+)", text)
    assert code == 0
    assert encoded is not None
    import base64  # noqa: PLC0415

    sid = base64.b64decode(encoded[1])
    assert sid[:8] == b"\x01\x05\0\0\0\0\0\x05"
    assert int.from_bytes(sid[-4:], "little") == 513


def test_ldapsearch_meets_limits_and_refusals(site: Site) -> None:
    assert _ldapsearch(site, "-z", "3", "(objectClass=person)", "cn")[0] == 4
    assert _ldapsearch(site, "-b", "dc=nowhere", "(cn=*)")[0] == 32
    assert _ldapsearch(site, "(cn=*)", password="wrong")[0] == 49
    assert _ldapsearch(site, "-E", "!sync=ro", "(cn=*)")[0] == 12
    directory = site.services["ldap"]
    url = f"ldaps://{directory['address']}:{site.lab.port(636)}"
    anonymous = ("env", f"LDAPTLS_CACERT={site.root}", peer("ldapsearch"), "-x", "-LLL", "-H", url)
    assert _run(site, *anonymous, "-b", directory["base_dn"])[0] == 1
    code, text = _run(site, *anonymous, "-s", "base", "-b", "", "namingContexts")
    assert (code, "namingContexts: dc=lab,dc=example" in text) == (0, True)


def _chronyd(site: Site, folder: Path, server: int, key: str) -> Completed:
    clock = site.services["ntp"][server]
    (folder / "keys").write_text(f"{clock['key_id']} SHA1 ASCII:{key}\n")
    (folder / "keys").chmod(0o644)
    folder.chmod(0o755)
    where = f"server {clock['address']} port {site.lab.port(123)} key {clock['key_id']} iburst"
    lines = (where, f"keyfile {folder / 'keys'}", "cmdport 0", "bindcmdaddress /")
    (folder / "conf").write_text("\n".join((*lines, f"pidfile {folder / 'pid'}", "")))
    flags = ("-Q", "-x", "-U", "-u", "root", "-t", "6", "-f", str(folder / "conf"))
    return _run(site, "chronyd", *flags)


@pytest.mark.parametrize("server", [0, 1])
def test_chronyd_takes_the_time_with_the_key(site: Site, tmp_path: Path, server: int) -> None:
    code, text = _chronyd(site, tmp_path, server, site.services["ntp"][server]["key"])
    assert "System clock wrong by" in text, text
    offset = re.search(r"wrong by (-?[\d.]+) seconds", text)
    assert offset is not None
    assert abs(float(offset[1])) < 0.1
    assert code == 0


def test_chronyd_gets_nothing_with_a_wrong_key(site: Site, tmp_path: Path) -> None:
    code, text = _chronyd(site, tmp_path, 0, "another key")
    assert code != 0
    assert "wrong by" not in text


@pytest.mark.parametrize(
    ("flags", "transport", "framing"),
    [
        (("-d",), "udp", "datagram"),
        (("-T",), "tcp", "lf"),
        (("-T", "--octet-count"), "tcp", "octet-count"),
    ],
)
def test_logger_is_heard(site: Site, flags: tuple[str, ...], transport: str, framing: str) -> None:
    address, text = site.services["syslog"]["address"], f"hello {time.time_ns()}"
    where = ("-n", address, "-P", str(site.lab.port(514)), "-p", "auth.warning")
    assert _run(site, "logger", *where, *flags, text)[0] == 0
    deadline = time.monotonic() + 20
    while not (found := [line for line in site.received() if text in line["message"]]):
        assert time.monotonic() < deadline, "the message did not arrive"
        time.sleep(0.02)
    line = found[0]
    assert (line["transport"], line["framing"]) == (transport, framing)
    assert (line["facility"], line["severity"]) == (4, 4)


def test_syslog_over_tls_has_a_certificate_of_the_site(site: Site) -> None:
    where = f"{site.services['syslog']['address']}:{site.lab.port(6514)}"
    text = f"<38>over TLS {time.time_ns()}"
    done = site.lab.run(
        *(peer("openssl"), "s_client", "-connect", where, "-CAfile", site.root, "-quiet"),
        *("-verify_return_error", "-verify_hostname", "syslog.lab.example", "-no_ign_eof"),
        given=f"{len(text)} {text}",
    )
    assert "verify error" not in done.stderr
    deadline = time.monotonic() + 20
    while not any(line["message"] == text[4:] for line in site.received()):
        assert time.monotonic() < deadline, done.stderr
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("what", "status"), [("administrator", "good"), ("revoked", "revoked"), ("node", "good")]
)
def test_openssl_ocsp_is_answered(site: Site, what: str, status: str) -> None:
    document = site.lab.document
    certificate = document["certificates"]["conf1"] if what == "node" else site.identity(what)
    code, text = _run(
        site,
        *("openssl", "ocsp", "-issuer", site.intermediate, "-cert", certificate["certificate"]),
        *("-url", site.services["ocsp"]["url"], "-CAfile", site.root),
    )
    assert code == 0, text
    assert f".pem: {status}" in text
    assert "Response verify OK" in text


def test_openssl_ocsp_is_told_what_is_unknown(site: Site) -> None:
    flags = ("-url", site.services["ocsp"]["url"], "-CAfile", site.root, "-serial", "0x1234")
    _, text = _run(site, "openssl", "ocsp", "-issuer", site.intermediate, *flags)
    assert "0x1234: unknown" in text


def test_ocsp_by_get(site: Site, tmp_path: Path) -> None:
    import base64  # noqa: PLC0415
    from urllib.parse import quote  # noqa: PLC0415

    certificate = site.identity("auditor")["certificate"]
    request = tmp_path / "request"
    flags = ("-issuer", site.intermediate, "-cert", certificate, "-reqout", str(request))
    assert _run(site, "openssl", "ocsp", *flags)[0] == 0
    encoded = quote(base64.b64encode(request.read_bytes()).decode(), safe="")
    answer = tmp_path / "answer"
    url = site.services["ocsp"]["url"] + encoded
    assert _run(site, "curl", "-sS", "--noproxy", "*", "-o", str(answer), url)[0] == 0
    _, text = _run(site, "openssl", "ocsp", "-respin", str(answer), "-CAfile", site.root, "-text")
    assert "Cert Status: good" in text


def test_openssl_sees_the_uploaded_certificate_on_every_tls_port(site: Site) -> None:
    node = site.lab.conferencing[0]
    ports = [(site.lab.management, 443), (node, 443), (node, 5061)]
    for owner, port in ports:
        code, text = _run(
            site,
            *("openssl", "s_client", "-connect", f"{owner['ipv4']}:{site.lab.port(port)}"),
            *("-CAfile", site.root, "-verify_return_error", "-verify_hostname", owner["fqdn"]),
        )
        assert code == 0, text
        assert "Lab Issuing CA" in text


def test_curl_comes_in_with_a_certificate(site: Site) -> None:
    site.write("PATCH", "authentication/1/", {"client_certificate": "UPN"})
    url = f"https://{site.lab.management['ipv4']}:{site.lab.port(443)}/api/admin/"
    url += "configuration/v1/global/1/"
    identity = site.identity("administrator")
    shown = ("--cert", identity["certificate"], "--key", identity["key"])
    flags = ("-sk", "--noproxy", "*", "-m", "5", url)
    code, text = _run(site, "curl", *flags, *shown)
    assert code == 0
    assert json.loads(text)["id"] == 1
    assert "resource_uri" not in _run(site, "curl", *flags)[1]
