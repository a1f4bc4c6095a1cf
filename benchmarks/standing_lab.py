"""A lab that stands while several measured commands look at it, and how each of them gets there."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from securemode.probes.open_ports import PORTS
from securemode.probes.ports import UNUSED_TCP_PORTS, UNUSED_UDP_PORTS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
INTERFACE = "eth0"
"""The operator's, in the lab's network namespace."""
SECURED_BY = "lab,security_wizard,configure_application,backup"
_SECURING_TIMEOUT_S = 600
_SSH, _WEB, _PLAIN, _SNMP, _SIP, _RAS = 22, 443, 80, 161, 5060, 1719
_SCANNED_A_SECOND = 20000
"""As many as the suite sends: 16 scans of 700 ports in half a second."""


class NotSecured(Exception):
    """The lab did not become what both sides are to look at."""


class StandingLab:
    """A lab of this program's own.

    Attributes:
        document: what the lab says of itself (docs/lab.md).
        folder: where files about it may be written; nobody else may read it.
    """

    def __init__(self, document: dict[str, Any], folder: Path) -> None:
        self.document = document
        self.folder = folder

    @property
    def nodes(self) -> list[dict[str, str]]:
        """The Management Node, then the Conferencing Nodes."""
        return [self.document["management_node"], *self.document["conferencing_nodes"]]

    @property
    def inside(self) -> tuple[str, ...]:
        """Words before a command that run it where the operator stands."""
        namespaces = self.document["namespaces"]
        user = (f"--user={namespaces['user']}", "--preserve-credentials")
        return ("nsenter", *(user if namespaces["user"] else ()), f"--net={namespaces['net']}")

    @property
    def pytest(self) -> list[str]:
        """The suite on this lab, without arguments that say what of it."""
        return [
            *(sys.executable, "-m", "pytest", "-q", "--env=lab"),
            *(f"--lab={self.folder / 'lab.json'}", f"--reports={self.folder / 'reports'}"),
        ]

    def secure(self) -> None:
        """Run the set-ups, and let one scenario show that they are done.

        Raises:
            NotSecured: they are not; with the last words of the run.
        """
        scenario = "features/04-deployment/installation.feature"
        command = [*self.pytest, f"--setup={SECURED_BY}", scenario]
        done = subprocess.run(
            command,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=_SECURING_TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0:
            raise NotSecured("\n".join(done.stdout.splitlines()[-12:]))

    def site(self, name: str, number: int) -> Path:
        """What `by_hand.sh` reads: the site's values, and the first nodes.

        Args:
            name: of the folder to make.
            number: how many nodes.
        """
        folder = self.folder / name
        folder.mkdir()
        lines = [
            f"{node['name']} {'conferencing' if node['location'] else 'management'} "
            f"{node['ipv4']} {node['ipv6'] or '-'} {node['fqdn']}\n"
            for node in self.nodes[:number]
        ]
        (folder / "nodes").write_text("".join(lines), encoding="utf-8")
        said = "".join(f"{key}={shlex.quote(value)}\n" for key, value in self._values().items())
        (folder / "site").write_text(said, encoding="utf-8")
        return folder

    def _values(self) -> dict[str, str]:
        services, credentials = self.document["services"], self.document["credentials"]
        trust, identities = self.document["trust"], self.document["identities"]
        snmp, ldap = credentials["snmp"], services["ldap"]
        few = (*UNUSED_TCP_PORTS, _SSH, _PLAIN, _WEB)
        refused = (
            f"{sort}:{_pair(identities[sort])}" for sort in ("unknown", "expired", "other_ca")
        )
        clocks = (f"{one['address']}:{one['key_id']}:{one['key']}" for one in services["ntp"])
        return {
            "management": self.nodes[0]["ipv4"],
            "web_login": f"{credentials['web']['username']}:{credentials['web']['password']}",
            "client_certificate": identities["administrator"]["certificate"],
            "client_key": identities["administrator"]["key"],
            "refused_certificates": " ".join(refused),
            "ca_file": trust["ca_file"],
            "intermediate_file": trust["intermediate_file"],
            "ocsp_url": services["ocsp"]["url"],
            "dns_servers": " ".join(server["address"] for server in services["dns"]),
            "ntp_servers": " ".join(clocks),
            "ldap_address": ldap["address"],
            "ldap_port": str(ldap["port"]),
            "ldap_bind": ldap["bind_username"],
            "ldap_password": ldap["bind_password"],
            "ldap_base": ldap["base_dn"],
            "snmp_user": snmp["username"],
            "snmp_authentication": snmp["authentication_password"],
            "snmp_privacy": snmp["privacy_password"],
            "snmp_community": snmp["community"],
            "tcp_ports": _listed({*PORTS, *UNUSED_TCP_PORTS}),
            "few_tcp_ports": _listed(few),
            "udp_ports": _listed((*UNUSED_UDP_PORTS, _SNMP, _SIP, _RAS)),
            "packets_a_second": str(_SCANNED_A_SECOND),
            "sslyze": _sslyze(),
            "testssl": shutil.which("testssl.sh") or shutil.which("testssl") or "",
        }


@contextmanager
def standing(conferencing_nodes: int, folder: Path) -> Iterator[StandingLab]:
    """A factory-fresh lab in namespaces of its own; it ends with the block.

    Raises:
        NotSecured: it does not come up.
    """
    command = [sys.executable, "-m", "securemode_lab", "up", f"--nodes={conferencing_nodes}"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise NotSecured("the lab does not come up; see what it says above")
        (folder / "lab.json").write_text(line, encoding="utf-8")
        try:
            yield StandingLab(json.loads(line), folder)
        finally:
            process.stdin.close()


def may_stand_inside() -> bool:
    """Whether this user can run tools with raw sockets in the lab's namespace."""
    return os.geteuid() == 0


def _listed(ports: set[int] | tuple[int, ...]) -> str:
    return ",".join(map(str, sorted(ports)))


def _pair(identity: dict[str, str]) -> str:
    return f"{identity['certificate']}:{identity['key']}"


def _sslyze() -> str:
    program = ROOT / ".venv-witness" / "bin" / "sslyze"
    return str(program) if program.exists() else ""
