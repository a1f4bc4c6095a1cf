"""Bytes that make no sense, in pieces and whole: no service may fall over them."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from securemode_lab.appliance import ber
from securemode_lab.services import ldap_filters
from securemode_lab.services.authority import root
from securemode_lab.services.behaviour import Lookups, Timekeeping
from securemode_lab.services.directory import DirectoryTree
from securemode_lab.services.dns import DnsServer, Zone
from securemode_lab.services.ldap import LdapServer, LdapStream
from securemode_lab.services.ntp import NtpServer, authenticator, key_bytes
from securemode_lab.services.ocsp import Responder
from securemode_lab.services.syslog import Collector, SyslogStream

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 300


def _noise(seed: int, start: bytes = b"") -> bytes:
    made = random.Random(seed)
    return start + made.randbytes(made.randrange(80))


def _transport() -> Mock:
    transport = Mock(spec=asyncio.Transport)
    transport.get_extra_info.return_value = ("192.0.2.9", 1)
    return transport


def _tree() -> DirectoryTree:
    return DirectoryTree("dc=lab,dc=example", "lab.example", (1, 2, 3))


@pytest.mark.parametrize("start", [b"", b"\x12\x34\x01\x00\x00\x01\0\0\0\0\0\0"])
def test_dns(start: bytes) -> None:
    server = DnsServer(Zone("lab.example"), Lookups.RIGHT)
    for seed in range(ROUNDS):
        answer = server.answer(_noise(seed, start))
        assert answer is None or answer[:2] == start[:2] or not start


def test_ntp_answers_only_who_knows_the_key() -> None:
    server = NtpServer({7: "secret"}, Timekeeping())
    header = b"\x23" + bytes(47)
    assert server.answer(header, "x", 0.0) is None
    right = server.answer(header + authenticator(7, "secret", header), "x", 0.0)
    assert right is not None
    assert right[48:] == authenticator(7, "secret", right[:48])
    wrong = server.answer(header + authenticator(7, "wrong", header), "x", 0.0)
    assert wrong is not None
    assert wrong[48:] == bytes(4)
    server.timekeeping = Timekeeping(wrong_key="silence")
    assert server.answer(header + authenticator(7, "wrong", header), "x", 0.0) is None
    for seed in range(ROUNDS):
        answer = server.answer(_noise(seed, header), "x", 0.0)
        assert answer is None or len(answer) == 52


@pytest.mark.parametrize(
    ("text", "expected"), [("short", b"short"), ("00" * 20, bytes(20)), ("a" * 20, b"a" * 20)]
)
def test_long_ntp_keys_are_hexadecimal(text: str, expected: bytes) -> None:
    assert key_bytes(text) == expected


@pytest.mark.parametrize("start", [b"", b"\x30", b"\x30\x0c\x02\x01\x01\x63", b"\x30\x84\xff\xff"])
def test_ldap(start: bytes) -> None:
    server = LdapServer(_tree())
    for seed in range(ROUNDS):
        stream = LdapStream(server)
        stream.connection_made(_transport())
        for byte in _noise(seed, start):
            if stream.transport is not None:
                stream.data_received(bytes([byte]))
    assert server.bound.count("") == len(server.bound)


def test_ldap_closes_where_no_ldap_is_spoken() -> None:
    stream, transport = LdapStream(LdapServer(_tree())), _transport()
    stream.connection_made(transport)
    stream.data_received(b"GET / HTTP/1.0\r\n\r\n")
    assert transport.close.called


def test_ldap_filters_read_what_they_write() -> None:
    for text in ("(cn=a*b*)", "(&(a=1)(|(b=*)(!(c>=2))))", r"(cn=\28x\29)", "(member=CN=A,DC=b)"):
        found = ldap_filters.parsed(text)
        message = ber.Reader(found.encoded())
        assert ldap_filters.decoded(message) == found


@pytest.mark.parametrize("text", ["", "cn=x", "(cn=x", "(!(a=1)(b=2))", "(cn)", "(" * 99])
def test_bad_ldap_filters_are_refused(text: str) -> None:
    with pytest.raises(ldap_filters.BadFilter):
        ldap_filters.parsed(text)


def test_a_login_name_is_no_filter() -> None:
    assert ldap_filters.escaped("*)(uid=*") == r"\2a\29\28uid=\2a"


def test_syslog(tmp_path: Path) -> None:
    collector = Collector(tmp_path / "lines")
    for seed in range(ROUNDS):
        stream: asyncio.Protocol = SyslogStream(collector, "tcp")
        stream.connection_made(_transport())
        stream.data_received(_noise(seed, b"12 "[: seed % 4]))
        stream.connection_lost(None)
    assert (tmp_path / "lines").stat().st_mode & 0o777 == 0o600


async def _responder() -> Responder:
    authority = root("A")
    return Responder([(authority, authority.own)])


def test_ocsp() -> None:
    responder = asyncio.run(_responder())
    assert responder.asked == []
    for seed in range(ROUNDS):
        assert responder.answer(_noise(seed, b"\x30"[: seed % 2])) == b"\x30\x03\x0a\x01\x01"
