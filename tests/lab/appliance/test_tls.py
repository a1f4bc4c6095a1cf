"""What `server_context` accepts, asked by openssl."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from securemode_lab.appliance.behaviour import Tls
from securemode_lab.appliance.tls import send_alerts_of_failed_handshakes, server_context
from securemode_lab.services.pki import Pki

if TYPE_CHECKING:
    from collections.abc import Iterator

PKI = Pki()
BOTH = frozenset({"TLSv1_2", "TLSv1_3"})
ALL = BOTH | {"TLSv1", "TLSv1_1"}
GCM = "ECDHE-RSA-AES256-GCM-SHA384"
SUITES = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
GROUPS = "X25519:P-256"

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


@contextmanager
def serving(tls: Tls) -> Iterator[int]:
    """A server on loopback, and its port."""
    send_alerts_of_failed_handshakes()
    context = server_context(tls, PKI.self_signed("node.lab.example"))
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        loop.create_server(asyncio.Protocol, "127.0.0.1", 0, ssl=context)
    )
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.call_later, 0.05, loop.stop)
        thread.join(5)
        loop.close()


def openssl(port: int, *options: str) -> str:
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options],
        input="",
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("versions", [BOTH, ALL, frozenset({"TLSv1_3"}), frozenset({"TLSv1"})])
@pytest.mark.parametrize(
    ("option", "version", "spoken"),
    [
        ("-tls1", "TLSv1", "TLSv1"),
        ("-tls1_1", "TLSv1_1", "TLSv1.1"),
        ("-tls1_2", "TLSv1_2", "TLSv1.2"),
        ("-tls1_3", "TLSv1_3", "TLSv1.3"),
    ],
)
def test_versions_and_the_alert(
    versions: frozenset[str], option: str, version: str, spoken: str
) -> None:
    tls = Tls(versions, f"{GCM}:ECDHE-RSA-AES256-SHA", SUITES, GROUPS)
    with serving(tls) as port:
        said = openssl(port, option, "-cipher", "ALL:@SECLEVEL=0")
    if version in versions:
        assert f"Protocol  : {spoken}\n" in said or f"New, {spoken}, " in said
    else:
        offers_older = min(versions) < version and ":unsupported protocol:" in said
        assert "alert protocol version" in said or offers_older


@pytest.mark.parametrize(
    ("ciphers", "suite", "accepted"),
    [
        (GCM, "AES128-SHA", False),
        (f"{GCM}:AES128-SHA", "AES128-SHA", True),
        (GCM, "ECDHE-RSA-AES128-SHA256", False),
        (f"{GCM}:ECDHE-RSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256", True),
        ("DHE-RSA-AES256-GCM-SHA384", "DHE-RSA-AES256-GCM-SHA384", True),
    ],
)
def test_suites_of_tls_1_2(ciphers: str, suite: str, *, accepted: bool) -> None:
    with serving(Tls(BOTH, ciphers, SUITES, GROUPS)) as port:
        said = openssl(port, "-tls1_2", "-cipher", suite)
    assert (f"Cipher is {suite}" in said) is accepted
    assert ("alert handshake failure" in said) is not accepted


def test_diffie_hellman_has_two_thousand_bits() -> None:
    with serving(Tls(BOTH, "DHE-RSA-AES256-GCM-SHA384", SUITES, GROUPS)) as port:
        said = openssl(port, "-tls1_2", "-cipher", "DHE")
    bits = int(said.split("Server Temp Key: DH, ")[1].split(" ")[0])
    assert bits >= 2048


@pytest.mark.parametrize(
    ("suites", "groups", "options", "accepted"),
    [
        (SUITES, GROUPS, ("-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"), True),
        (
            "TLS_AES_256_GCM_SHA384",
            GROUPS,
            ("-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"),
            False,
        ),
        (SUITES, GROUPS, ("-groups", "X25519"), True),
        (SUITES, "P-256:P-384", ("-groups", "X25519"), False),
        (SUITES, "P-256:P-384", ("-groups", "P-384"), True),
    ],
)
def test_suites_and_groups_of_tls_1_3(
    suites: str, groups: str, options: tuple[str, ...], *, accepted: bool
) -> None:
    with serving(Tls(BOTH, GCM, suites, groups)) as port:
        said = openssl(port, "-tls1_3", *options)
    assert ("New, TLSv1.3" in said) is accepted
    assert ("alert handshake failure" in said) is not accepted


def test_the_restriction_is_of_one_context() -> None:
    with (
        serving(Tls(BOTH, GCM, "TLS_AES_256_GCM_SHA384", "P-256")) as narrow,
        serving(Tls(BOTH, GCM, SUITES, GROUPS)) as wide,
    ):
        assert "New, TLSv1.3" not in openssl(narrow, "-tls1_3", "-groups", "X25519")
        assert "New, TLSv1.3" in openssl(wide, "-tls1_3", "-groups", "X25519")
