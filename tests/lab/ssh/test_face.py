"""What port 22 shows to who has not logged in, as OpenSSH's own client sees it, and who may."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import paramiko
import pytest

from lab.ssh.doubles import PASSWORD
from lab.ssh.served import ServedNode, logged_in, serving, transport
from securemode_lab.appliance.answers import Answers
from securemode_lab.appliance.behaviour import Behaviour, ClosedPorts, Tls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SSH = shutil.which("ssh")
TLS = Tls(frozenset(), "", "", "")
BEHAVIOUR = Behaviour(
    closed_ports=ClosedPorts.DROP,
    sip_udp=None,
    sip_tcp=None,
    sip_tls=None,
    h323=False,
    ssh=True,
    ssh_logins=True,
    https=TLS,
    sip=TLS,
)
AES = "aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com"
SHA2 = "hmac-sha2-256,hmac-sha2-512"
NIST = (
    "ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,"
    "diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256"
)


@dataclass(frozen=True)
class Face:
    """What OpenSSH's client says of a server."""

    software: str
    exchanges: str
    host_keys: str
    ciphers: str
    digests: str
    methods: str


@pytest.fixture
def node() -> Iterator[ServedNode]:
    with serving(ServedNode()) as served:
        yield served


def face(port: int, directory: Path, *options: str) -> Face:
    command = ["ssh", "-vv", "-F", "none", "-p", str(port)]
    for option in (
        "BatchMode=yes",
        "StrictHostKeyChecking=no",
        f"UserKnownHostsFile={directory / 'known_hosts'}",
        "IdentityFile=none",
        "IdentityAgent=none",
        "ConnectTimeout=5",
        *options,
    ):
        command += ["-o", option]
    done = subprocess.run(
        [*command, "admin@127.0.0.1"], capture_output=True, text=True, check=False, timeout=20
    )
    said = done.stderr.partition("peer server KEXINIT proposal")
    return Face(
        software=_after("remote software version ", said[0]),
        exchanges=_after("KEX algorithms: ", said[2]),
        host_keys=_after("host key algorithms: ", said[2]),
        ciphers=_after("ciphers stoc: ", said[2]),
        digests=_after("MACs stoc: ", said[2]),
        methods=_after("Authentications that can continue: ", said[2]),
    )


def _after(label: str, said: str) -> str:
    found = re.search(rf"{re.escape(label)}(\S+)", said)
    assert found, f"ssh says nothing of {label!r}: {said}"
    return found.group(1)


@pytest.mark.skipif(SSH is None, reason="OpenSSH's client is not installed")
@pytest.mark.parametrize(
    ("fips", "exchanges", "host_keys"),
    [
        (
            False,
            f"curve25519-sha256,curve25519-sha256@libssh.org,{NIST}",
            "rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256,ssh-ed25519",
        ),
        (True, NIST, "rsa-sha2-512,rsa-sha2-256,ecdsa-sha2-nistp256"),
    ],
)
def test_what_it_offers(fips: bool, exchanges: str, host_keys: str, tmp_path: Path) -> None:  # noqa: FBT001 - a case
    with serving(ServedNode(answers=Answers(fips_mode=fips))) as served:
        seen = face(served.port, tmp_path)
    assert seen.software == "OpenSSH_9.0p1"
    kept = [name for name in seen.exchanges.split(",") if not name.startswith(("ext-", "kex-"))]
    assert ",".join(kept) == exchanges
    assert seen.host_keys == host_keys
    assert (seen.ciphers, seen.digests) == (AES, SHA2)
    assert seen.methods == "publickey,password"


@pytest.mark.skipif(SSH is None, reason="OpenSSH's client is not installed")
@pytest.mark.parametrize("host_key", ["rsa-sha2-512", "ecdsa-sha2-nistp256", "ssh-ed25519"])
@pytest.mark.parametrize("cipher", [AES.split(",", maxsplit=1)[0], AES.rsplit(",", maxsplit=1)[-1]])
def test_what_it_offers_it_does(
    node: ServedNode, host_key: str, cipher: str, tmp_path: Path
) -> None:
    seen = face(node.port, tmp_path, f"HostKeyAlgorithms={host_key}", f"Ciphers={cipher}")
    assert seen.methods == "publickey,password"


def test_fips_takes_effect_at_the_next_start(node: ServedNode) -> None:
    node.answers = replace(node.answers, fips_mode=True)
    node.do(node.restart())
    with transport(node.port) as client:
        assert client.get_remote_server_key().get_name() != "ssh-ed25519"


@pytest.mark.parametrize(
    ("user", "password"),
    [("admin", "wrong"), ("admin", ""), ("root", PASSWORD), ("root", ""), ("nobody", PASSWORD)],
)
def test_refused(node: ServedNode, user: str, password: str) -> None:
    with transport(node.port) as client, pytest.raises(paramiko.AuthenticationException):
        client.auth_password(user, password)


@pytest.mark.parametrize("user", ["root", "nobody"])
def test_nobody_else_before_the_first_login(user: str) -> None:
    with (
        serving(ServedNode(os_password=None, installed=False)) as fresh,
        transport(fresh.port) as client,
        pytest.raises(paramiko.AuthenticationException),
    ):
        client.auth_none(user)


def test_no_key_is_good(node: ServedNode) -> None:
    with transport(node.port) as client, pytest.raises(paramiko.AuthenticationException):
        client.auth_publickey("admin", paramiko.ECDSAKey.generate())


def test_without_logins_the_right_password_is_like_a_wrong_one(node: ServedNode) -> None:
    with logged_in(node.port, PASSWORD) as client:
        assert client.is_authenticated()
    node.server.apply(replace(BEHAVIOUR, ssh_logins=False))
    with transport(node.port) as client:
        for password in (PASSWORD, "wrong"):
            with pytest.raises(paramiko.AuthenticationException, match=r"failed\.$"):
                client.auth_password("admin", password)
        assert client.is_active()
    node.server.apply(BEHAVIOUR)
    with logged_in(node.port, PASSWORD) as client:
        assert client.is_authenticated()


def test_the_methods_are_told_to_who_asks_and_then_logs_in(node: ServedNode) -> None:
    with transport(node.port) as client:
        for _ in range(2):
            with pytest.raises(paramiko.BadAuthenticationType) as refusal:
                client.auth_none("admin")
            assert set(refusal.value.allowed_types) == {"publickey", "password"}
        client.auth_password("admin", PASSWORD)
        assert client.is_authenticated()


def test_six_failures_end_the_connection(node: ServedNode) -> None:
    with transport(node.port) as client:
        for _ in range(5):
            with pytest.raises(paramiko.AuthenticationException):
                client.auth_password("admin", "wrong", fallback=False)
        assert client.is_active()
        with pytest.raises(paramiko.SSHException):
            client.auth_password("admin", "wrong", fallback=False)
        assert not client.is_active()


def test_no_file_transfer_and_no_forwarding(node: ServedNode) -> None:
    with logged_in(node.port, PASSWORD) as client:
        with pytest.raises(paramiko.ChannelException):
            client.open_channel("direct-tcpip", ("127.0.0.1", 1), ("127.0.0.1", 1), timeout=30)
        channel = client.open_session(timeout=30)
        channel.settimeout(30)
        with pytest.raises(paramiko.SSHException):
            channel.invoke_subsystem("sftp")
