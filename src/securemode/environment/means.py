"""What a run may use beside the product's own interfaces: records, a trap, a power switch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import model_validator

from securemode.environment.files import KeyPair, Readable
from securemode.environment.parts import Ipv4, Ipv6
from securemode.environment.secrets import SecretField
from securemode.environment.site import Host
from securemode.environment.values import PRODUCT, SUITE, Between, Part, Port, Text, problem

RecordFile = Annotated[Path, Readable("the record", is_secret=True)]
WaiverFile = Annotated[Path, Readable("the waivers")]

SORTS_OF_PEER = 5
"""Ports that the trap uses from its first on: one for each certificate that a peer may show."""


class Records(Part):
    """What was written down of the deployment, and who stated what no probe can see."""

    installation_transcript: RecordFile | None = None
    """Terminal log of the installation wizard on the Management Node."""
    security_transcript: RecordFile | None = None
    """Terminal log of the security wizard on the Management Node."""
    snapshot: RecordFile | None = None
    """Diagnostic snapshot of the Management Node, plain or encrypted."""
    snapshot_password: SecretField | None = None
    """Its password, where it is encrypted."""
    attestations: RecordFile | None = None
    """The dated statements of named persons."""
    waivers: WaiverFile | None = None
    """The deviations that named persons accept, each until a date."""


class PeerCertificates(Part):
    """Certificates that the trap shows to a node that calls it."""

    proper: KeyPair
    """Of a CA that the product trusts, valid, naming the trap by its FQDN."""
    address_only: KeyPair | None = None
    """The same, but naming the trap by an iPAddress alone."""
    expired: KeyPair | None = None
    """The same as the proper one, but expired."""
    other_name: KeyPair | None = None
    """The same as the proper one, but naming another host."""


class Trap(Part):
    """Where the nodes can call this run, so that it sees how they call."""

    name: Host
    """FQDN of this machine that the nodes can resolve."""
    ipv4: Ipv4 | None = None
    """Address of this machine that the nodes can reach."""
    ipv6: Ipv6 | None = None
    """IPv6 address of this machine that the nodes can reach."""
    service_alias: Text
    """Alias of a service of the product, from which the calls are placed."""
    first_port: Port = 15061
    """First of five TCP ports on which SIP/TLS peers wait, while a call is under way."""
    h323_port: Port = 11720
    """TCP port on which an H.323 peer waits."""
    media_port: Annotated[int, Between(1024, 65534, floor=PRODUCT, ceiling=PRODUCT)] = 15070
    """UDP port to which media are asked to flow."""
    certificates: PeerCertificates
    """What the peers show."""

    @model_validator(mode="after")
    def _has_an_address(self) -> Trap:
        if self.ipv4 is None and self.ipv6 is None:
            raise problem("has no address", "state ipv4 or ipv6, as the nodes reach this machine")
        return self


class Power(Part):
    """How a node is restarted, where the environment allows it."""

    restart: tuple[Text, ...]
    """Program and arguments; "{node}" stands for the node's name. It returns when it is done."""
    at_once: Annotated[int, Between(1, 64, floor=SUITE, ceiling=SUITE)] = 1
    """How many nodes may be down at one time; the Management Node restarts after all others."""
