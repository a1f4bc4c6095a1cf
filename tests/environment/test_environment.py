"""The loaded environment: defaults, targets, and what the lab supplies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from securemode.environment.loading import load
from securemode.environment.models import (
    Collectors,
    Credentials,
    KeyPair,
    Login,
    NodeSettings,
    NtpServer,
    RoleLogins,
    SnmpCredentials,
    SyslogServer,
    Trust,
)
from securemode.environment.secret import Secret
from securemode.errors import ConfigurationError
from securemode.targets import Role
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from environment.texts import Load

ENVIRONMENTS = Path(__file__).parents[2] / "environments"

NODES = """\
conferencing_nodes:
  - {name: conf1, ipv4: 192.0.2.21, location: Oslo}
  - {name: conf2, ipv6: "2001:DB8::22", location: Bergen}
  - {name: conf3, ipv4: 192.0.2.23, location: Oslo}
port_offset: 20000
"""


def test_defaults_are_those_of_the_guide(load_text: Load) -> None:
    site = load_text().site
    assert (site.sip_ports.udp, site.sip_ports.tcp, site.sip_ports.tls) == (5060, 5060, 5061)
    assert (site.web_sessions.total, site.web_sessions.per_user) == (100, 10)
    assert (site.dscp.management, site.dscp.media, site.dscp.signalling) == (16, 51, 40)
    assert (site.mtu_bytes, site.session_timeout_minutes) == (1400, 10)
    assert site.protocols.model_dump() == {
        "sip": True,
        "sip_udp": False,
        "h323": False,
        "webrtc": False,
        "rtmp": False,
    }


def test_nothing_is_allowed_or_set_up_unless_stated(load_text: Load) -> None:
    environment = load_text()
    assert environment.allow == frozenset()
    assert environment.setup == ()
    assert environment.protected is False
    assert environment.all_ports is False
    assert environment.slow is False
    assert environment.certificates == {}
    assert environment.collectors.syslog_file is None
    assert environment.gate.stops == {Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.NOT_REVIEWED}


def test_listed_nodes_become_targets(load_text: Load) -> None:
    deployment = load_text(NODES).deployment()
    assert deployment.management.role is Role.MANAGEMENT
    assert deployment.management.port(443) == 20443
    assert [node.name for node in deployment.nodes] == ["mgmt", "conf1", "conf2", "conf3"]
    assert {(p.name, tuple(map(str, p.nodes))) for p in deployment.locations} == {
        ("Oslo", ("conf1", "conf3")),
        ("Bergen", ("conf2",)),
    }
    assert deployment.conferencing[1].addresses == ("2001:db8::22",)


def test_nodes_to_be_discovered_are_no_empty_deployment(load_text: Load) -> None:
    environment = load_text()
    assert environment.management().address == "192.0.2.10"
    with pytest.raises(ConfigurationError, match="still to be discovered"):
        environment.deployment()


def test_the_lab_supplies_what_its_environment_leaves_out() -> None:
    environment = load("lab", ENVIRONMENTS, resolve=True)
    assert environment.lab is not None
    assert environment.lab.conferencing_nodes == 2
    first, *_, last = environment.setup
    assert (first, last) == ("lab", "backup")
    assert "deploy_management_node" in environment.setup
    with pytest.raises(ConfigurationError, match="credentials is not known before the lab runs"):
        _ = environment.credentials
    with pytest.raises(ConfigurationError, match="management_node is not known before"):
        environment.management()
    complete = environment.with_deployment(
        management_node=NodeSettings(name="mgmt", ipv4="127.0.0.10"),
        conferencing_nodes=(NodeSettings(name="conf1", ipv4="127.0.0.21", location="a"),),
        credentials=Credentials(web=Login(username="admin", password=Secret("pw"))),
        port_offset=20000,
    )
    assert complete.deployment().conferencing[0].port(22) == 20022
    assert complete.credentials.web.password.reveal() == "pw"
    assert environment.port_offset == 0


def test_the_credentials_of_one_environment_are_all_redacted() -> None:
    def secret(word: str) -> Login:
        return Login(username="u", password=Secret(word))

    credentials = Credentials(
        web=secret("aa"),
        more_web=(secret("bbbb"), secret("aa")),
        os_admin=secret("ccc"),
        snmp=SnmpCredentials(
            username="u",
            authentication_password=Secret("dd"),
            privacy_password=Secret("e"),
            community=Secret("ff"),
        ),
        roles=RoleLogins(auditor=secret("auditor's")),
        ldap_bind_password=Secret("bind password"),
        ntp_keys={"10": Secret("ntp key")},
        backup_passphrase=Secret("passphrase of backups"),
    )
    environment = load("lab", ENVIRONMENTS).with_deployment(credentials=credentials)
    assert environment.secret_values() == (
        "passphrase of backups",
        "bind password",
        "auditor's",
        "ntp key",
        "bbbb",
        "ccc",
        "aa",
        "dd",
        "ff",
        "e",
    )


def test_a_ca_file_is_relative_to_the_environment(load_text: Load, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    assert load_text().trust == Trust()
    sound = "lab: {}\nidentity: {customer: A, site: B, contract: C, system: D}\n"
    environment = load_text("trust: {ca_file: ca.pem}", sound=sound)
    assert environment.trust.ca_file == tmp_path / "ca.pem"


CERTIFICATES = """\
conferencing_nodes: [{name: conf1, ipv4: 192.0.2.21, ipv6_gateway: "2001:DB8::1"}]
certificates: {conf1: {certificate: conf1.pem, key: conf1.key}}
collectors: {syslog_file: messages}
"""


def test_files_are_relative_to_the_environment(load_text: Load, tmp_path: Path) -> None:
    for name in ("conf1.pem", "conf1.key", "messages"):
        (tmp_path / name).touch(mode=0o600)
    environment = load_text(CERTIFICATES)
    assert environment.certificates["conf1"].certificate == tmp_path / "conf1.pem"
    assert environment.certificates["conf1"].key == tmp_path / "conf1.key"
    assert environment.collectors.syslog_file == tmp_path / "messages"


def test_the_gateway_is_for_set_ups_and_no_part_of_the_target(load_text: Load) -> None:
    environment = load_text(CERTIFICATES.splitlines()[0])
    nodes = environment.conferencing_nodes
    assert not isinstance(nodes, str)
    assert nodes[0].ipv6_gateway == "2001:db8::1"
    assert environment.deployment().conferencing[0].addresses == ("192.0.2.21",)


def test_services_of_the_site_have_the_usual_ports(load_text: Load) -> None:
    site = load_text(
        "site: {syslog_servers: [{address: log.example.com}], ntp_servers: [{address: 192.0.2.1}],"
        ' dns_servers: ["2001:DB8::53"]}'
    ).site
    assert site.syslog_servers == (SyslogServer(address="log.example.com", port=514),)
    assert site.syslog_servers[0].transport == "udp"
    assert site.ntp_servers == (NtpServer(address="192.0.2.1", key_id=None),)
    assert site.dns_servers == ("2001:db8::53",)
    assert site.ldap is None


def test_the_lab_supplies_services_and_trust(tmp_path: Path) -> None:
    environment = load("lab", ENVIRONMENTS)
    files = KeyPair(certificate=tmp_path / "a.pem", key=tmp_path / "a.key")
    site = environment.site.model_copy(update={"dns_servers": ("192.0.2.53",)})
    complete = environment.with_deployment(
        trust=Trust(ca_file=tmp_path / "ca.pem", intermediate_file=tmp_path / "between.pem"),
        certificates={"mgmt": files},
        site=site,
        collectors=Collectors(syslog_file=tmp_path / "messages"),
    )
    assert complete.trust.intermediate_file == tmp_path / "between.pem"
    assert complete.certificates == {"mgmt": files}
    assert complete.site.dns_servers == ("192.0.2.53",)
    assert complete.site.session_timeout_minutes == environment.site.session_timeout_minutes
    assert complete.collectors.syslog_file == tmp_path / "messages"
    assert environment.certificates == {}


def test_the_name_is_that_of_the_file_unless_stated(load_text: Load) -> None:
    assert load_text().name == "prod"
    assert load_text("name: other").name == "other"


def test_yaml_1_2_keeps_what_yaml_1_1_would_change(load_text: Load) -> None:
    environment = load_text("site: {cca_id: NO, login_banner: 2026-01-01, mtu_bytes: 01400}")
    assert environment.site.cca_id == "NO"
    assert environment.site.login_banner == "2026-01-01"
    assert environment.site.mtu_bytes == 1400
