"""A directory whose answers are wrong, broken or missing: never a traceback."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peers.access import LOOPBACK
from peers.pki import issued
from peers.services import BASE, BIND_USER, Deployed, deployed, ldap_access
from securemode.errors import CannotLook
from securemode.judges.directory import directory_accepts_the_bind
from securemode.probes.directory import DirectoryBind, sid_text
from securemode.probes.wire.ldap import NotLdap, _ended, _entry, _parts
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Deployed]:
    with deployed(tmp_path) as one:
        yield one


@contextlib.contextmanager
def saying(port: int, answer: bytes) -> Iterator[None]:
    """A TCP port that says the same to everybody, and hangs up."""
    with socket.create_server((LOOPBACK, port)) as listening:
        listening.settimeout(0.05)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with contextlib.suppress(OSError), listening.accept()[0] as client:
                    client.settimeout(0.5)
                    client.recv(4096)
                    client.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(2)


REFUSES_TLS = bytes.fromhex("300c02010178070a010204000400")
STARTS_TLS = bytes.fromhex("300c02010178070a010004000400")


@pytest.mark.parametrize(
    ("port", "answer", "said"),
    [
        (636, b"garbage" * 10, "TLS fails"),
        (389, REFUSES_TLS, "StartTLS is refused: result code 2"),
        (389, STARTS_TLS + b"garbage" * 3, "TLS fails"),
    ],
)
def test_a_directory_without_tls_gets_no_password(
    site: Deployed, port: int, answer: bytes, said: str
) -> None:
    root = issued("root", is_authority=True)
    access = ldap_access(site, root)
    probe = DirectoryBind(
        target=site.deployment, server=LOOPBACK, bind_username=BIND_USER, base_dn=BASE
    )
    with saying(site.node.port(port), answer):
        seen = probe.look(access)
    assert seen.bound is None
    assert said in seen.trouble
    assert directory_accepts_the_bind(seen).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage" * 10,
        STARTS_TLS[:5],
        b"",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x80",
        bytes.fromhex("3003020101"),
        bytes.fromhex("300c02010161070a010004000400"),
    ],
)
def test_a_directory_that_is_none_is_not_looked_at(site: Deployed, answer: bytes) -> None:
    access = ldap_access(site, issued("root", is_authority=True))
    probe = DirectoryBind(
        target=site.deployment, server=LOOPBACK, bind_username=BIND_USER, base_dn=BASE
    )
    with saying(site.node.port(389), answer), pytest.raises(CannotLook):
        probe.look(access)


@given(content=st.binary(max_size=60))
def test_any_bytes_are_ldap_or_are_not(content: bytes) -> None:
    for read in (lambda raw: list(_parts(raw)), _ended, _entry):
        with contextlib.suppress(NotLdap):
            read(content)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (bytes.fromhex("01020000000000052000000020020000"), "S-1-5-32-544"),
        (b"S-1-5-21-1-2-3-1104", "S-1-5-21-1-2-3-1104"),
        (b"", ""),
        (b"\x01\x09short", ""),
    ],
)
def test_sids(value: bytes, text: str) -> None:
    assert sid_text(value) == text
