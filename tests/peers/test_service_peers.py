"""Our probes at servers that others wrote: chronyd, unbound, slapd."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from peers.access import LOOPBACK
from peers.pki import Holder, issued
from peers.services import (
    BASE,
    BIND_USER,
    KEY,
    KEY_ID,
    LDAP_HOST,
    NAME,
    Deployed,
    chronyd,
    deployed,
    group,
    ldap_access,
    slapd,
    unbound,
)
from securemode.environment.secret import Secret
from securemode.errors import Refused
from securemode.judges.directory import (
    directory_accepts_the_bind,
    mapped_groups_exist_and_are_custom,
)
from securemode.judges.dns import every_server_resolves_every_node
from securemode.judges.ntp import every_server_authenticates, node_keeps_time
from securemode.observations.directory import Secured
from securemode.observations.ntp import NtpAnswer
from securemode.probes.clock import NodeClock
from securemode.probes.directory import DirectoryBind, DirectoryGroups
from securemode.probes.dns import DnsServers
from securemode.probes.ntp import NtpServers
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RIGHT = f"{NAME}. A {LOOPBACK}"
LDAP_RECORD = f"{LDAP_HOST}. A {LOOPBACK}"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Deployed]:
    with deployed(tmp_path) as one:
        yield one


@pytest.fixture(scope="module")
def root() -> Holder:
    return issued("root", is_authority=True)


@pytest.mark.parametrize(
    ("records", "verdict", "saw"),
    [
        ((RIGHT,), Verdict.PASS, "the right address for all 1 questions"),
        ((f"{NAME}. A 192.0.2.1",), Verdict.FAIL, "192.0.2.1 instead of 127.0.0.1"),
        ((f"other.lab.test. A {LOOPBACK}",), Verdict.FAIL, "no such name (NXDOMAIN)"),
        ((f"{NAME}. TXT no-address",), Verdict.FAIL, "no address of this family"),
    ],
)
def test_unbound(site: Deployed, records: tuple[str, ...], verdict: Verdict, saw: str) -> None:
    site.rows["dns_server"] = [{"address": LOOPBACK}]
    with unbound(site.node.port(53), site.directory, *records):
        seen = DnsServers(target=site.deployment, stated=(LOOPBACK,)).look(site.access)
    judgement = every_server_resolves_every_node(seen)
    assert (judgement.verdict, len(seen.servers)) == (verdict, 1)
    assert saw in judgement.saw


def test_a_second_server_that_is_not_there_fails_beside_one_that_is(site: Deployed) -> None:
    site.rows["dns_server"] = [{"address": LOOPBACK}, {"address": "127.0.0.99"}]
    with unbound(site.node.port(53), site.directory, RIGHT):
        seen = DnsServers(target=site.deployment).look(site.access)
    judgement = every_server_resolves_every_node(seen)
    assert judgement.verdict is Verdict.FAIL
    assert judgement.saw == "127.0.0.99 does not answer"


def asked(site: Deployed, key: str = KEY, *, key_id: int | None = KEY_ID) -> NtpServers:
    site.rows["ntp_server"] = [{"address": LOOPBACK, "key_id": key_id}]
    site.with_credentials(ntp_keys={str(KEY_ID): Secret(key)})
    return NtpServers(target=site.deployment)


def test_chronyd_authenticates(site: Deployed) -> None:
    with chronyd(site.node.port(123), site.directory, keys={KEY_ID: KEY}):
        seen = asked(site).look(site.access)
        clock = NodeClock(site.node).look(site.access)
    (server,) = seen.servers
    assert server.right_before is not None
    assert server.right_before.answer is NtpAnswer.AUTHENTICATED
    assert server.wrong is not None
    assert server.wrong.answer is NtpAnswer.SILENT
    assert server.unkeyed is None
    assert abs(server.right_before.offset_s or 1.0) < 0.1
    assert every_server_authenticates(seen).verdict is Verdict.PASS
    assert node_keeps_time(clock, seen, tolerance_s=1.0).verdict is Verdict.PASS


def test_chronyd_with_another_key_does_not(site: Deployed) -> None:
    with chronyd(site.node.port(123), site.directory, keys={KEY_ID: "of-somebody-else"}):
        judgement = every_server_authenticates(asked(site).look(site.access))
    assert judgement.verdict is Verdict.FAIL
    assert "key 10 is answered: silent" in judgement.saw


def test_chronyd_without_keys_does_not(site: Deployed) -> None:
    with chronyd(site.node.port(123), site.directory):
        judgement = every_server_authenticates(asked(site).look(site.access))
    assert judgement.verdict is Verdict.FAIL


def bind_to(site: Deployed, *, user: str = BIND_USER, base: str = BASE) -> DirectoryBind:
    return DirectoryBind(target=site.deployment, server=LDAP_HOST, bind_username=user, base_dn=base)


@pytest.mark.parametrize(
    ("scheme", "port", "secured"),
    [("ldaps", 636, Secured.LDAPS), ("ldap", 389, Secured.START_TLS)],
)
def test_slapd_accepts_the_bind(
    site: Deployed, root: Holder, scheme: str, port: int, secured: Secured
) -> None:
    access = ldap_access(site, root)
    with (
        unbound(site.node.port(53), site.directory, LDAP_RECORD),
        slapd(site.node.port(port), site.directory, root, scheme=scheme),
    ):
        seen = bind_to(site).look(access)
    assert (seen.secured, seen.port, seen.trusted, seen.bound) == (secured, port, True, True)
    assert directory_accepts_the_bind(seen).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("user", "base", "password", "saw"),
    [
        (BIND_USER, BASE, "wrong", "invalid credentials"),
        (f"cn=nobody,{BASE}", BASE, "wrong", "invalid credentials"),
        (BIND_USER, f"ou=nowhere,{BASE}", "", "no such object"),
        (BIND_USER, "not a name", "", "result code 34"),
    ],
)
def test_slapd_refuses_other_details(
    site: Deployed, root: Holder, user: str, base: str, password: str, saw: str
) -> None:
    access = ldap_access(site, root)
    if password:
        access = site.with_credentials(ldap_bind_password=Secret(password))
    with (
        unbound(site.node.port(53), site.directory, LDAP_RECORD),
        slapd(site.node.port(636), site.directory, root),
    ):
        judgement = directory_accepts_the_bind(bind_to(site, user=user, base=base).look(access))
    assert judgement.verdict is Verdict.FAIL
    assert saw in judgement.saw


@pytest.mark.parametrize(("host", "own"), [("other.lab.test", False), ("", True)])
def test_no_password_goes_to_a_directory_that_is_not_trusted(
    site: Deployed, root: Holder, host: str, *, own: bool
) -> None:
    access = ldap_access(site, root)
    signer = issued("somebody", is_authority=True) if own else root
    with (
        unbound(site.node.port(53), site.directory, LDAP_RECORD),
        slapd(site.node.port(636), site.directory, signer, host=host),
    ):
        seen = bind_to(site).look(access)
    assert (seen.trusted, seen.bound) == (False, None)
    assert directory_accepts_the_bind(seen).verdict is Verdict.FAIL


def test_a_directory_that_is_down_is_not_looked_at(site: Deployed, root: Holder) -> None:
    access = ldap_access(site, root)
    with (
        unbound(site.node.port(53), site.directory, LDAP_RECORD),
        pytest.raises(Refused, match=f"{LDAP_HOST}: LDAP: the connection was refused"),
    ):
        bind_to(site).look(access)


@pytest.mark.parametrize(
    ("mapped", "verdict", "saw"),
    [
        (("video-auditors",), Verdict.PASS, "RID 1104"),
        (("video-auditors", "Leute"), Verdict.FAIL, "pre-defined, RID 512"),
        (("video-auditors", "nobody"), Verdict.FAIL, "cn=nobody,dc=lab,dc=test: no such object"),
        (("Domain Users",), Verdict.FAIL, 'pre-defined, "Domain Users"'),
    ],
)
def test_groups_in_slapd(
    site: Deployed, root: Holder, mapped: tuple[str, ...], verdict: Verdict, saw: str
) -> None:
    access = ldap_access(site, root)
    site.rows["role_mapping"] = [
        {"source": "LDAP", "value": f"cn={name},{BASE}"} for name in mapped
    ]
    groups = (group("video-auditors", 1104), group("Leute", 512), group("Domain Users", 1513))
    with (
        unbound(site.node.port(53), site.directory, LDAP_RECORD),
        slapd(site.node.port(636), site.directory, root, *groups),
    ):
        seen = DirectoryGroups(
            target=site.deployment, server=LDAP_HOST, bind_username=BIND_USER, base_dn=BASE
        ).look(access)
    judgement = mapped_groups_exist_and_are_custom(seen)
    assert judgement.verdict is verdict
    assert saw in judgement.saw
