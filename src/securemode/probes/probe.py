"""What every probe is: a noun that says beforehand what it will connect to, and then looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from securemode.probes.wire.media_marks import MediaBoard
from securemode.probes.wire.switchboard import Switchboard
from securemode.stig.catalogue import Stigs
from securemode.verdicts import Verdict
from securemode.vsphere.access import VSphereAccess

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from securemode.environment.models import Environment
    from securemode.pictures import Pictures
    from securemode.probes.sslyze_process import SslyzeProcess
    from securemode.targets import Deployment, Node, Target


@dataclass(frozen=True, slots=True)
class Connection:
    """One line of `--plan`: at most `most` connections or datagrams to an address for a purpose.

    Attributes:
        transport: "tcp", "udp", "tls" (TLS on TCP) or "icmp6".
        address: the literal that is connected to.
        port: the port; a text such as "1-65535" where there are many; empty for icmp6.
        most: upper bound of connections (TCP) or datagrams (UDP) that the probe opens.
    """

    transport: str
    address: str
    port: str
    most: int


@dataclass(frozen=True, slots=True)
class Access:
    """What a probe may use beside its own parameters.

    Attributes:
        environment: the loaded environment: credentials, trust, site values.
        deployment: every node of the run.
        timeout_s: how long one answer may take.
        cancelled: set when the run is being stopped; long probes look at it between connections.
        vantage: name of the place from which the probe looks.
        witness: the process in which sslyze lives, or None where it is not installed.
        switchboard: the ports on which calls of the nodes are expected.
        media_board: those on which their media are.
        own_record: where a set-up keeps what the security wizard was told on this deployment.
        own_installation: where one keeps its terminal log of the installation wizard.
        stigs: the baselines of hosts and virtual machines, which say what is read of them.
        vsphere: the run's session with vCenter, opened by whoever asks for it first.
        pictures: where pictures of consoles are kept; None keeps none.
    """

    environment: Environment
    deployment: Deployment
    timeout_s: float
    cancelled: threading.Event
    vantage: str = "local"
    witness: SslyzeProcess | None = None
    switchboard: Switchboard = field(default_factory=Switchboard, repr=False, compare=False)
    media_board: MediaBoard = field(default_factory=MediaBoard, repr=False, compare=False)
    own_record: Path | None = None
    own_installation: Path | None = None
    stigs: Stigs = field(default_factory=Stigs, repr=False, compare=False)
    vsphere: VSphereAccess = field(init=False, repr=False, compare=False)
    pictures: Pictures | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "vsphere", VSphereAccess(self.environment))

    def keep_picture(self, target: Target, what: str, picture: bytes) -> str:
        """Keep a picture of a target's console as evidence; return the name of its file."""
        return self.pictures.keep(f"{target}-{what}", picture) if self.pictures else "not kept"


@runtime_checkable
class Probe(Protocol):
    """A frozen, slotted dataclass: its fields are its parameters and, with its name, its identity.

    Two equal probes are one observation. Parameters are plain JSON values, enums and targets;
    credentials are not parameters: they come with the access.

    Attributes:
        name: kebab-case noun, unique: "tls-endpoint".
        observes: the frozen dataclass that `look` returns.
        intrusive: the permission in `allow:` without which this probe may not run, or None.
        target: what is looked at.

    Three class variables may be left out: `simultaneous`, the connections that one look holds open
    at one time (2); `takes_s`, about how long it takes (0.1), so that long looks start first; and
    `restarts`, whether it restarts its node (False): it looks when everything else has been seen.
    """

    name: ClassVar[str]
    observes: ClassVar[type]
    intrusive: ClassVar[str | None]

    @property
    def target(self) -> Target:
        """What is looked at."""
        ...

    def connections(self) -> tuple[Connection, ...]:
        """Every connection that `look` can make; nothing is contacted to answer."""
        ...

    def look(self, access: Access) -> object:
        """Look once and return an instance of `observes`.

        Raises:
            CannotLook: the observation could not be made.
        """
        ...


@dataclass(frozen=True, slots=True)
class Withheld:
    """Said by a step instead of a probe: there is nothing to look at, and why.

    Attributes:
        verdict: *not applicable* (the environment states what makes it so) or *not reviewed*.
        reason: a sentence for the report.
        next_step: what would permit the look, where anything would.
    """

    verdict: Verdict
    reason: str
    next_step: str = ""


def not_applicable(reason: str) -> Withheld:
    """The environment states that there is nothing to verify."""
    return Withheld(Verdict.NOT_APPLICABLE, reason)


def not_reviewed(reason: str, *, next_step: str) -> Withheld:
    """This run lacks a permission, a vantage or a record; `next_step` says what would permit it."""
    return Withheld(Verdict.NOT_REVIEWED, reason, next_step)


def not_on_link(node: Node) -> Withheld | None:
    """Why IPv6 of the node's own link cannot be looked at, as far as is known beforehand."""
    if node.port_offset:
        reason = "The node is reached through port forwarding, not on its own link."
        return not_reviewed(reason, next_step="run from a vantage on the node's own link.")
    if node.ipv6 is None:
        return not_applicable("The node has no IPv6 address.")
    return None


def permitted(want: Probe | Withheld, environment: Environment) -> Probe | Withheld:
    """The probe itself, or, where the environment does not allow it, why it is withheld."""
    if isinstance(want, Withheld) or not want.intrusive or want.intrusive in environment.allow:
        return want
    return not_reviewed(
        f"the environment does not allow the intrusive probe {want.name}",
        next_step=f"add {want.intrusive} to allow: in the environment {environment.name}, after "
        "agreeing it with whoever runs the deployment.",
    )
