"""Our reading of a ClientHello beside what OpenSSL and Python were told to offer."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from peers.access import LOOPBACK, program
from securemode.probes.client_hello_reading import NotAClientHello, read_client_hello

if TYPE_CHECKING:
    from securemode.observations.client_hello import ClientHelloSeen

VERSIONS = ("TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")
TLS_VERSION = dict(
    zip(VERSIONS, [v for v in ssl.TLSVersion if v.name.startswith("TLSv")], strict=True)
)
NAME = "trap.lab.test"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a client is told to offer; empty leaves it to the client."""

    oldest: str = "TLS 1.2"
    newest: str = "TLS 1.3"
    ciphers: str = "HIGH"
    suites_of_1_3: str = ""
    groups: tuple[tuple[str, str], ...] = ()
    signatures: tuple[tuple[str, str], ...] = ()
    name: str = ""
    alpn: tuple[str, ...] = ()

    @property
    def versions(self) -> tuple[str, ...]:
        return VERSIONS[VERSIONS.index(self.oldest) : VERSIONS.index(self.newest) + 1][::-1]


OLD = "ALL:@SECLEVEL=0"
P256, P521, FFDHE = ("P-256", "secp256r1"), ("P-521", "secp521r1"), ("ffdhe3072", "ffdhe3072")
ECDSA_384 = ("ECDSA+SHA384", "ecdsa_secp384r1_sha384")
PSS_256 = ("rsa_pss_rsae_sha256", "rsa_pss_rsae_sha256")
RSA_512 = ("RSA+SHA512", "rsa_pkcs1_sha512")
OPENSSL = [
    Told(),
    Told(newest="TLS 1.2"),
    Told(oldest="TLS 1.3"),
    Told(oldest="TLS 1.0", ciphers=OLD),
    Told(oldest="TLS 1.1", newest="TLS 1.1", ciphers=OLD),
    Told(oldest="TLS 1.0", newest="TLS 1.2", ciphers="AES128-SHA:@SECLEVEL=0"),
    Told(newest="TLS 1.2", ciphers="ADH:AECDH:@SECLEVEL=0"),
    Told(newest="TLS 1.2", ciphers="ALL:eNULL:ADH:@SECLEVEL=0"),
    Told(ciphers="ECDHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-SHA256"),
    Told(suites_of_1_3="TLS_AES_128_CCM_SHA256:TLS_AES_256_GCM_SHA384"),
    Told(groups=(P521, P256, FFDHE)),
    Told(ciphers="ECDHE+AESGCM", groups=(P256,), signatures=(ECDSA_384, PSS_256, RSA_512)),
    Told(name=NAME, alpn=("sip/2", "h2", "http/1.1")),
]
PYTHON = [
    Told(),
    Told(newest="TLS 1.2", ciphers="ECDHE+AESGCM"),
    Told(oldest="TLS 1.3"),
    Told(ciphers="ECDHE+AESGCM:ECDHE+AES", name=NAME),
    Told(ciphers="ALL:eNULL:@SECLEVEL=0", alpn=("sip/2",)),
    Told(newest="TLS 1.2", ciphers="AES128-SHA:@SECLEVEL=0"),
    Told(oldest="TLS 1.0", ciphers=OLD),
    Told(oldest="TLS 1.0", newest="TLS 1.1", ciphers=OLD),
    Told(ciphers="DHE+CHACHA20:RSA+AES256", name=NAME, alpn=("sip/2", "http/1.1")),
    Told(newest="TLS 1.2", ciphers="ADH-AES256-SHA256:@SECLEVEL=0"),
]


def test_there_are_at_least_twenty() -> None:
    assert len(OPENSSL) + len(PYTHON) >= 20


@pytest.mark.parametrize("told", OPENSSL)
def test_openssl(told: Told) -> None:
    with socket.create_server((LOOPBACK, 0)) as listening:
        listening.settimeout(10)
        place = f"{LOOPBACK}:{listening.getsockname()[1]}"
        client = subprocess.Popen(
            [program("openssl"), "s_client", "-connect", place, "-quiet", *arguments(told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            seen = first_words(listening)
        finally:
            client.kill()
            client.communicate(timeout=30)
    check(seen, told)
    if told.groups:
        assert seen.groups == tuple(name for _, name in told.groups)
    if told.signatures:
        assert seen.signature_algorithms == tuple(name for _, name in told.signatures)


def arguments(told: Told) -> list[str]:
    protocol = [text.replace(" ", "v").removesuffix(".0") for text in (told.oldest, told.newest)]
    options = {
        "-min_protocol": protocol[0],
        "-max_protocol": protocol[1],
        "-cipher": told.ciphers,
        "-ciphersuites": told.suites_of_1_3,
        "-groups": ":".join(name for name, _ in told.groups),
        "-sigalgs": ":".join(name for name, _ in told.signatures),
        "-servername": told.name,
        "-alpn": ",".join(told.alpn),
    }
    words = [word for option, value in options.items() if value for word in (option, value)]
    return words if told.name else [*words, "-noservername"]


def first_words(listening: socket.socket) -> ClientHelloSeen:
    connection, _ = listening.accept()
    with connection:
        connection.settimeout(5)
        raw, until = b"", time.monotonic() + 5
        while time.monotonic() < until:
            raw += connection.recv(4096)
            with contextlib.suppress(NotAClientHello):
                return read_client_hello(raw)
    raise AssertionError(raw)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("told", PYTHON)
def test_python(told: Told) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = TLS_VERSION[told.oldest]
    context.maximum_version = TLS_VERSION[told.newest]
    context.set_ciphers(told.ciphers)
    if told.alpn:
        context.set_alpn_protocols(list(told.alpn))
    sent = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname=told.name or None)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    check(read_client_hello(sent.read()), told)


def check(seen: ClientHelloSeen, told: Told) -> None:
    """Everything that was told; without TLS 1.3 a client keeps its oldest version to itself."""
    says_all = told.newest == "TLS 1.3"
    assert seen.is_lowest_version_known is says_all
    assert seen.versions == (told.versions if says_all else (told.newest,))
    assert seen.offered_suites == suites(told)
    assert (seen.server_name, seen.alpn) == (told.name, told.alpn)


def suites(told: Told) -> tuple[str, ...]:
    """The IANA names that OpenSSL gives to what it was told.

    Without those of other versions, and (-s) those that its security level forbids or that need a
    key or a password which nobody gave.
    """
    more = ["-ciphersuites", told.suites_of_1_3] if told.suites_of_1_3 else []
    said = subprocess.run(
        [program("openssl"), "ciphers", "-s", "-stdname", "-v", *more, told.ciphers],
        capture_output=True,
        text=True,
        check=True,
        timeout=10,
    ).stdout
    rows = [line.split() for line in said.splitlines()]
    return tuple(row[0] for row in rows if is_usable(row[3], told))


def is_usable(since: str, told: Told) -> bool:
    """Whether a suite of this version goes with one that is offered."""
    version = {"SSLv3": "TLS 1.0", "TLSv1": "TLS 1.0"}.get(since, since.replace("v", " "))
    if version == "TLS 1.3":
        return told.newest == "TLS 1.3"
    return told.oldest != "TLS 1.3" and VERSIONS.index(version) <= VERSIONS.index(told.newest)
