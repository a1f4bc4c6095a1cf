"""Our ClientHellos and sslyze at servers that others wrote: the same, in a tenth of the time."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from peers.access import access_to, program, wait_until
from securemode.errors import TimedOut
from securemode.judges.tls_witnesses import witnesses_agree
from securemode.observations.tls import (
    ClientCertificate,
    SslyzeScanSeen,
    TlsEndpointSeen,
    TlsVersion,
)
from securemode.probes import sslyze_process
from securemode.probes.sslyze_process import SslyzeProcess
from securemode.probes.sslyze_witness import SslyzeScan
from securemode.probes.tls import TlsEndpoint
from securemode.probes.tls_registry import SUITES, SUITES_OF_TLS_1_3
from securemode.targets import Node, Role
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

NODE = Node(name="peer", role=Role.MANAGEMENT, ipv4="127.0.0.1")
ROOT = Path(__file__).parents[2]
WITNESS = Path(os.environ.get("ACCEPT_WITNESS", ROOT / ".venv-witness/bin/python"))
GCM = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256"
CBC = "ECDHE-RSA-AES256-SHA384:DHE-RSA-AES128-SHA256:ECDHE-RSA-AES128-SHA"
TLS_1_3_OF_FIPS = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """How a server is configured, and the versions that it then accepts."""

    versions: tuple[str, ...]
    ciphers: str = ""
    ciphersuites: str = ""
    groups: str = ""
    demands_certificate: bool = False

    def s_server(self) -> list[str]:
        names = {"TLS 1.0": "tls1", "TLS 1.1": "tls1_1", "TLS 1.2": "tls1_2", "TLS 1.3": "tls1_3"}
        options = [f"-no_{name}" for version, name in names.items() if version not in self.versions]
        more = {"-cipher": self.ciphers, "-ciphersuites": self.ciphersuites, "-groups": self.groups}
        options += [part for pair in more.items() if pair[1] for part in pair]
        return options + (["-Verify", "1"] if self.demands_certificate else [])

    def nginx(self) -> str:
        names = [v.replace(" ", "v").removesuffix(".0") for v in self.versions]
        lines = [f"ssl_protocols {' '.join(names)};"]
        if self.ciphers:
            lines.append(f"ssl_ciphers {self.ciphers};")
        if self.ciphersuites:
            lines.append(f"ssl_conf_command Ciphersuites {self.ciphersuites};")
        if self.groups:
            lines.append(f"ssl_ecdh_curve {self.groups};")
        if self.demands_certificate:
            lines.append("ssl_verify_client on; ssl_client_certificate cert.pem;")
        return " ".join(lines)


SETTINGS = {
    "default": Setting(versions=("TLS 1.2", "TLS 1.3")),
    "TLS 1.0 only": Setting(versions=("TLS 1.0",), ciphers="ALL:@SECLEVEL=0"),
    "AES128-SHA only": Setting(versions=("TLS 1.2",), ciphers="AES128-SHA:@SECLEVEL=0"),
    "CBC only": Setting(versions=("TLS 1.2",), ciphers=CBC),
    "GCM only": Setting(versions=("TLS 1.2",), ciphers=GCM),
    # sslyze finds no TLS where there is nothing but anonymous suites
    "anonymous DH": Setting(versions=("TLS 1.2",), ciphers="AES128-SHA:ADH:AECDH:@SECLEVEL=0"),
    "TLS 1.3 only": Setting(versions=("TLS 1.3",)),
    "certificate demanded": Setting(versions=("TLS 1.2",), demands_certificate=True),
    "FIPS-restricted": Setting(
        versions=("TLS 1.2", "TLS 1.3"),
        ciphers=GCM,
        ciphersuites=TLS_1_3_OF_FIPS,
        groups="P-256:P-384",
    ),
}


@pytest.fixture(scope="session")
def witness() -> Iterator[SslyzeProcess]:
    if not WITNESS.exists():
        if os.environ.get("ACCEPT_CI_PEERS") == "1":
            pytest.fail("the peer sslyze is not installed")
        pytest.skip("the peer sslyze is not installed")
    process = SslyzeProcess(WITNESS)
    yield process
    process.close()


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with cert.pem and key.pem."""
    path = tmp_path_factory.mktemp("tls")
    request = (
        "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=peer -days 2"
    )
    subprocess.run(
        [program("openssl"), *request.split()], cwd=path, check=True, capture_output=True
    )
    return path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def running(command: list[str], directory: Path, port: int) -> Iterator[int]:
    with subprocess.Popen(
        command,
        cwd=directory,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_until(lambda: answers(port))
            yield port
        finally:
            process.terminate()


def s_server(setting: Setting, directory: Path) -> contextlib.AbstractContextManager[int]:
    port = free_port()
    command = [program("openssl"), "s_server", "-quiet", "-accept", f"127.0.0.1:{port}"]
    command += ["-cert", "cert.pem", "-key", "key.pem", *setting.s_server()]
    return running(command, directory, port)


def nginx(setting: Setting, directory: Path) -> contextlib.AbstractContextManager[int]:
    port = free_port()
    text = f"""
        daemon off; master_process off; pid {directory}/{port}.pid; error_log stderr crit; events
        {{}} http {{
            access_log off; client_body_temp_path {directory}; proxy_temp_path {directory};
            fastcgi_temp_path {directory}; uwsgi_temp_path {directory}; scgi_temp_path {directory};
            server {{
                listen 127.0.0.1:{port} ssl; {setting.nginx()}
                ssl_certificate cert.pem; ssl_certificate_key key.pem;
            }}
        }}
    """
    (directory / f"{port}.conf").write_text(text, encoding="utf-8")
    command = [program("nginx"), "-p", str(directory), "-c", f"{port}.conf"]
    return running(command, directory, port)


def look(port: int) -> TlsEndpointSeen:
    return TlsEndpoint(target=NODE, port=port).look(access_to(NODE, timeout_s=2.0))


def scan(port: int, witness: SslyzeProcess) -> SslyzeScanSeen:
    access = replace(access_to(NODE), witness=witness)
    return SslyzeScan(target=NODE, port=port).look(access)


def assert_alike(port: int, setting: Setting, witness: SslyzeProcess) -> None:
    seen = look(port)
    assert tuple(str(version.version) for version in seen.accepted) == setting.versions
    agreement = witnesses_agree(seen, scan(port, witness))
    assert agreement.verdict is Verdict.PASS, agreement.saw
    requested = seen.client_certificate is ClientCertificate.REQUESTED
    assert requested == setting.demands_certificate


@pytest.mark.parametrize("name", SETTINGS)
def test_both_witnesses_see_the_same_of_nginx(
    name: str, directory: Path, witness: SslyzeProcess
) -> None:
    with nginx(SETTINGS[name], directory) as port:
        assert_alike(port, SETTINGS[name], witness)


@pytest.mark.parametrize("name", [name for name in SETTINGS if name != "certificate demanded"])
def test_both_witnesses_see_the_same_of_s_server(
    name: str, directory: Path, witness: SslyzeProcess
) -> None:
    with s_server(SETTINGS[name], directory) as port:
        assert_alike(port, SETTINGS[name], witness)


def test_an_s_server_that_demands_a_certificate_is_seen_through(directory: Path) -> None:
    with s_server(SETTINGS["certificate demanded"], directory) as port:
        seen = look(port)
    assert seen.client_certificate is ClientCertificate.REQUESTED
    assert len(seen.suites(TlsVersion.TLS_1_2)) > 10


def test_a_fips_restricted_server_shows_its_groups_and_suites(directory: Path) -> None:
    with nginx(SETTINGS["FIPS-restricted"], directory) as port:
        seen = look(port)
    for version in seen.accepted:
        assert set(version.groups) == {"secp256r1", "secp384r1"}
    assert set(seen.suites(TlsVersion.TLS_1_3)) == set(TLS_1_3_OF_FIPS.split(":"))


def stock_sslyze(port: int) -> dict[str, Any]:
    """What sslyze says that nobody told to offer all suites of an old version at once."""
    command = [str(WITNESS), "-I", str(Path(__file__).with_name("stock_sslyze.py")), str(port)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.mark.parametrize("name", ["default", "TLS 1.0 only", "CBC only", "TLS 1.3 only"])
def test_the_witness_says_what_stock_sslyze_says(
    name: str, directory: Path, witness: SslyzeProcess
) -> None:
    with nginx(SETTINGS[name], directory) as port:
        seen = scan(port, witness)
        stock = stock_sslyze(port)
    ours = {str(v.version): [sorted(v.accepted), sorted(v.rejected)] for v in seen.versions}
    assert ours == stock


def test_we_take_a_tenth_of_the_time_of_sslyze(directory: Path, witness: SslyzeProcess) -> None:
    """Of the whole time that sslyze takes as it comes, loading it included."""
    assert witness
    with nginx(SETTINGS["default"], directory) as port:
        began = time.perf_counter()
        stock_sslyze(port)
        theirs = time.perf_counter() - began
        ours = []
        for _ in range(5):
            began = time.perf_counter()
            look(port)
            ours.append(time.perf_counter() - began)
    assert min(ours) <= theirs / 10


def test_openssl_gives_the_numbers_the_same_names() -> None:
    listing = subprocess.run(
        [program("openssl"), "ciphers", "-stdname", "-V", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    ours = SUITES | SUITES_OF_TLS_1_3
    lines = [line.split() for line in listing.splitlines()]
    assert len(lines) > 100
    for high_low, _, name, *_ in lines:
        high, low = (int(byte, 16) for byte in high_low.split(","))
        assert ours[high << 8 | low].lower() == name.lower()


def test_a_scan_that_hangs_is_ended_and_the_next_goes_on(
    directory: Path, witness: SslyzeProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, socket.create_server(("127.0.0.1", 0)) as silent:
        patched.setattr(sslyze_process, "LONGEST_SCAN_S", 1.0)
        began = time.monotonic()
        with pytest.raises(TimedOut, match="ended after 1 s"):
            scan(silent.getsockname()[1], witness)
        assert time.monotonic() - began < 20
    with nginx(SETTINGS["GCM only"], directory) as port:
        assert scan(port, witness).versions
