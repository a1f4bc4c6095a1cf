"""What is wrong in an environment is said in one line: file, line, field, what, remedy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from environment.texts import SOUND
from securemode.documents import read
from securemode.environment.loading import known, load, locate
from securemode.errors import ConfigurationError

if TYPE_CHECKING:
    from environment.texts import Load, Refusal

ROOT = Path(__file__).parents[2]

FILES = "{certificate: prod.yaml, key: prod.yaml}}"

ONE_PROBLEM = [
    (
        "site:\n  mtu_bytes: 9000",
        "prod.yaml:7: site.mtu_bytes: is 9000, the guide allows at most 1500. Remedy: state a",
    ),
    ("site: {mtu_bytes: 500}", "site.mtu_bytes: is 500, the product allows at least 512"),
    (
        "site: {session_timeout_minutes: 11}",
        "site.session_timeout_minutes: is 11, the guide allows at most 10",
    ),
    ("site: {session_timeout_minutes: 4}", "is 4, the product allows at least 5"),
    (
        "site: {web_sessions: {total: 0}}",
        "site.web_sessions.total: is 0, the guide allows at least 1",
    ),
    ("site: {web_sessions: {total: 5}}", "site.web_sessions.per_user: is 10, more than total (5)"),
    (
        "site: {resource_priority_prefix: ucx}",
        'prefix: is "ucx", which is not known here. Remedy: write "uc" if that is meant',
    ),
    ("site: {sip_ports: {udp: 0}}", "site.sip_ports.udp: is 0, the protocol allows at least 1"),
    ("site: {sip_ports: {tls: 65536}}", "is 65536, the protocol allows at most 65535"),
    ("site: {sip_ports: {tcp: 5061}}", "site.sip_ports.tls: is 5061, the same as tcp"),
    ("site: {media_ports: {start: 9, end: 8}}", "site.media_ports.end: is 8, before start (9)"),
    ("site: {reserved_vlan_ids: [1, 4095]}", "site.reserved_vlan_ids[1]: is 4095"),
    ("site: {reserved_vlan_ids: [1024-1001]}", "site.reserved_vlan_ids[0]: is 1024-1001"),
    ("site: {reserved_vlan_ids: [0-7]}", "site.reserved_vlan_ids[0]: is 0-7, which is not within"),
    ("site: {reserved_vlan_ids: [true]}", "is neither a VLAN id nor a range of them"),
    ("site: {reserved_vlan_ids: [voice]}", "is neither a VLAN id nor a range of them"),
    ("site: {datastore_iops: {fast: 3}}", "site.datastore_iops.fast: is 3"),
    ("site: {dscp: {media: 64}}", "site.dscp.media: is 64, the protocol allows at most 63"),
    ('site: {login_banner: " "}', "site.login_banner: is empty, the guide wants some"),
    ("site: {ocsp_responder_url: ocsp}", 'is "ocsp", which is not the URL of a responder'),
    ("site: {uses_dns: NO}", 'site.uses_dns: is "NO", expected true or false. Remedy: write true'),
    ("protected: yes", 'prod.yaml:6: protected: is "yes", expected true or false'),
    ('port_offset: "7"', 'port_offset: is "7", expected a whole number'),
    ("port_offset: 1.5", "port_offset: is 1.5, expected a whole number"),
    ("setup: lab", 'setup: is "lab", expected a list'),
    ("site:", "site: is empty, expected a mapping"),
    ("hue: blue", "prod.yaml:6: hue: is not a known key. Remedy: remove it, or write one of"),
    ("protectd: true", 'protectd: is not a known key. Remedy: write "protected" if that is meant'),
    ("site: {mtu_byte: 1}", 'site.mtu_byte: is not a known key. Remedy: write "mtu_bytes"'),
    (
        "protected: true\nprotected: false",
        "prod.yaml:7: protected: is stated again, first in line 6",
    ),
    (
        "allow: [websessions]",
        'allow[0]: is "websessions", which is not known here. Remedy: write "web_s',
    ),
    ("gate: {stops: [inconclusive]}", 'gate.stops: does not hold "fail"'),
    ("gate: {stops: [fail, pass]}", 'gate.stops: holds "pass", so nothing could be accepted'),
    ("conferencing_nodes: discovers", 'is "discovers", which is not known here'),
    ("conferencing_nodes: []", "conferencing_nodes: is empty"),
    ("conferencing_nodes: [{name: c}]", "conferencing_nodes[0]: has no address"),
    (
        "conferencing_nodes: [{name: c, ipv4: conf.example.com}]",
        'conferencing_nodes[0].ipv4: is "conf.example.com", which is not an IPv4 address',
    ),
    ("conferencing_nodes: [{name: c, ipv6: 192.0.2.1}]", "which is not an IPv6 address"),
    (
        "conferencing_nodes: [{name: c, ipv4: 192.0.2.1}, {name: c, ipv4: 192.0.2.2}]",
        'conferencing_nodes: names "c" twice',
    ),
    (
        "conferencing_nodes: [{name: mgmt, ipv4: 192.0.2.1}]",
        'conferencing_nodes: names "mgmt", which is the Management Node',
    ),
    ("limits: {answer_timeout_s: .inf}", "limits.answer_timeout_s: is Infinity, expected a number"),
    ("name: a b", 'name: is "a b", which cannot be a name'),
    ("%YAML 1.1", "prod.yaml:6: is a YAML directive, which is refused"),
    ("site: {mtu_bytes: [}", "prod.yaml:6: is not YAML: "),
    ("setup: &a [*a]", "setup[0]: contains itself"),
    ("port_offset: !!int seven", "port_offset: has a value that is not of its tag"),
    ("[a]: b", "prod.yaml:6: has a key that is not a word"),
    (
        "site: {dns_servers: [192.0.2.300]}",
        'site.dns_servers[0]: is "192.0.2.300", which is neither',
    ),
    ("site: {ntp_servers: [{address: n, key_id: 0}]}", "ntp_servers[0].key_id: is 0, the product"),
    ("site: {ntp_servers: [{key_id: 1}]}", "site.ntp_servers[0].address: is missing"),
    (
        'site: {syslog_servers: [{address: "log:514"}]}',
        'site.syslog_servers[0].address: is "log:514", which is neither an address nor a host name',
    ),
    ("site: {syslog_servers: [{address: a, transport: tpc}]}", 'write "tcp" if that is meant'),
    (
        "site: {ldap: {server: s, base_dn: example.com, bind_username: b}}",
        'site.ldap.base_dn: is "example.com", which is not a distinguished name',
    ),
    (
        "site: {ldap: {server: s, base_dn: dc=x, bind_username: b, groups: {Auditor: auditors}}}",
        'site.ldap.groups.Auditor: is "auditors", which is not a distinguished name',
    ),
    ("site: {ldap: {server: s, base_dn: dc=x}}", "site.ldap.bind_username: is missing"),
    ("collectors: {syslog_file: nowhere}", 'collectors.syslog_file: names "nowhere", which cannot'),
    ("slow: 5", "slow: is 5, expected true or false"),
    (
        "conferencing_nodes: [{name: c, ipv4: 192.0.2.1}]\ncertificates: {d: " + FILES,
        'certificates: names "d", which is no node of this environment. Remedy: write one of: mgmt',
    ),
    (
        "certificates: {c: {certificate: nowhere, key: prod.yaml}}",
        'certificates.c.certificate: names "nowhere", which cannot be read (No such file',
    ),
    ("certificates: {c: {key: prod.yaml}}", "certificates.c.certificate: is missing"),
]


@pytest.mark.parametrize(("more", "expected"), ONE_PROBLEM)
def test_one_problem_is_one_line(refused: Refusal, more: str, expected: str) -> None:
    (line,) = refused(more)
    assert expected in line
    assert ". Remedy: " in line
    assert line.startswith("prod.yaml:")


def test_the_sound_environment_is_sound(load_text: Load) -> None:
    assert load_text().name == "prod"


def test_all_problems_are_said_at_once_in_the_order_of_the_file(refused: Refusal) -> None:
    sound = SOUND.replace("contract: C", "contract: 12").replace("192.0.2.10", "mgmt")
    lines = refused("site: {mtu_bytes: 1, mtu_bytes: 2}\ncolour: blue\n", sound=sound)
    fields = [line.split(": ")[1] for line in lines]
    assert fields == [
        "identity.contract",
        "management_node.ipv4",
        "site.mtu_bytes",
        "site.mtu_bytes",
        "colour",
    ]
    assert [line.split(":")[1] for line in lines] == ["1", "2", "6", "6", "7"]


@pytest.mark.parametrize("key", ["management_node", "credentials", "trust", "identity"])
def test_a_missing_section_is_named(refused: Refusal, key: str) -> None:
    sections = SOUND.replace("credentials:\n", "credentials:").splitlines(keepends=True)
    sound = "".join(line for line in sections if not line.startswith(key))
    (line,) = refused(sound=sound.replace("credentials:  ", "credentials:\n  "))
    assert line.startswith(f"prod.yaml:1: {key}: is missing")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "prod.yaml:1: is empty"),
        ("# nothing\n", "prod.yaml:1: is empty"),
        ("- a\n", "prod.yaml:1: is not a mapping"),
        ("a: 1\n---\nb: 2\n", "prod.yaml:2: is not YAML: but found another document"),
        ("a: \x00", "is not YAML: it holds control characters"),
        ("[" * 5000, "is nested too deep"),
    ],
)
def test_what_is_no_mapping_is_refused(refused: Refusal, text: str, expected: str) -> None:
    (line,) = refused(sound=text)
    assert expected in line


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "prod.yaml"
    path.write_bytes(b"a: \xff\xfe")
    with pytest.raises(ConfigurationError, match="is not UTF-8 text"):
        load(path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prod.yaml").mkdir()
    with pytest.raises(ConfigurationError, match=r"cannot be read \(Is a directory\)"):
        load("prod", tmp_path)


def test_an_unknown_name_lists_those_that_are_known(tmp_path: Path) -> None:
    for name in ("prod", "test", "prod.waivers"):
        (tmp_path / f"{name}.yaml").touch()
    with pytest.raises(ConfigurationError) as caught:
        locate("prd", tmp_path)
    assert caught.value.message.endswith("; known are: prod, test.")
    assert caught.value.remedy == 'take "prod"?'
    assert known(tmp_path) == ("prod", "test")


@pytest.mark.parametrize("name", ["", "x" * 5000, "a/b.yaml", "nul\0"])
def test_a_name_that_no_file_has_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="There is no environment"):
        load(name, tmp_path)


def test_an_empty_directory_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"copy environments/example\.yaml"):
        load("prod", tmp_path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def _places(value: Any, where: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else ())
    )
    return [where] * bool(where) + [p for key, part in pairs for p in _places(part, (*where, key))]


EXAMPLE = read(ROOT / "environments/example.yaml").data
PLACES = _places(EXAMPLE)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.sampled_from(PLACES), value=JSON)
def test_any_value_anywhere_loads_or_is_refused_in_our_words(
    tmp_path: Path, place: tuple[Any, ...], value: object
) -> None:
    data = json.loads(json.dumps(EXAMPLE))
    at = data
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    path = tmp_path / "prod.yaml"
    path.write_text(json.dumps(data, ensure_ascii=True), encoding="utf-8")
    said = _refusal(path)
    assert all("Remedy: " in line for line in said)
    assert not any("pydantic" in line for line in said)


def _refusal(path: Path) -> list[str]:
    """What is said against a file; nothing where it is sound."""
    try:
        load(path)
    except ConfigurationError as error:
        return str(error).splitlines()
    return []


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(alphabet=":-[]{}&*!#|>'\"%?, \n\tabc019~.", max_size=40))
def test_any_text_loads_or_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "prod.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError):
        load(path)
