"""govmomi's simulator of vCenter, with a certificate of a test authority."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from peers.access import LOOPBACK, login, program
from peers.pki import issued
from securemode.environment.models import Credentials, Environment, Identity, NodeSettings, Trust
from securemode.environment.vsphere import VSphere
from securemode.probes.probe import Access

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

    from securemode.environment.models import Login

ACCOUNT = ("reader@vsphere.local", "of the tests 1")


@dataclass(frozen=True)
class Simulated:
    """One vCenter on loopback.

    Attributes:
        port: where it listens.
        ca_file: the authority that signed its certificate.
    """

    port: int
    ca_file: Path

    def environment(
        self,
        *,
        account: Login | None = None,
        nodes: dict[str, str] | None = None,
        **vcenter: Any,
    ) -> Environment:
        """An environment of two nodes that names this vCenter.

        Args:
            account: the one above by default.
            nodes: virtual machine of each node, by its name.
            **vcenter: more of `vsphere:`.
        """
        given: dict[str, Any] = {"address": LOOPBACK, "port": self.port, "ca_file": self.ca_file}
        return Environment(
            name="test",
            identity=Identity(customer="A", site="B", contract="C", system="D"),
            management_node=NodeSettings(name="mgmt", ipv4="192.0.2.10"),
            conferencing_nodes=(NodeSettings(name="conf1", ipv4="192.0.2.21"),),
            credentials=Credentials(
                web=login("admin", "a password"), vsphere=account or login(*ACCOUNT)
            ),
            trust=Trust(),
            vsphere=VSphere(virtual_machines=nodes or {}, **(given | vcenter)),
        )

    def access(self, **given: Any) -> Access:
        """Access to such an environment; its session is the caller's to close."""
        environment = self.environment(**given)
        return Access(environment, environment.deployment(), 2.0, threading.Event())


@contextlib.contextmanager
def vcsim(directory: Path, *options: str) -> Iterator[Simulated]:
    """Start it on a free port.

    Args:
        directory: where its certificate goes.
        *options: as `tests/peers/simulator/main.go` has them: ("-host", "20", "-load", directory).
    """
    path = program("vcsim")
    authority = issued("CA of the vCenter", is_authority=True)
    files = issued("vcsim", authority, addresses=(LOOPBACK,)).pair(directory, "vcsim")
    ca_file = directory / "vcsim-ca.pem"
    ca_file.write_bytes(authority.pem)
    tls = ("-tlscert", str(files.certificate), "-tlskey", str(files.key))
    account = ("-username", ACCOUNT[0], "-password", ACCOUNT[1])
    version = ("-api-version", "8.0.3.0")
    with subprocess.Popen(
        [path, *tls, *account, *version, *options],
        cwd=directory,  # where datastores of a loaded inventory go
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            port = process.stdout.readline().strip()
            assert port.isdecimal(), "vcsim did not start"
            yield Simulated(int(port), ca_file)
        finally:
            process.terminate()
