"""`python -m securemode_lab up`: a deployment in a process of its own; `restart` for one node."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import resource
import signal
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from securemode_lab import power
from securemode_lab.network.attachment import PROFILES
from securemode_lab.refusals import StateRefused

if TYPE_CHECKING:
    from securemode_lab.kept_state import Kept
    from securemode_lab.network.attachment import Network

_MOST_NODES = 200
_SELDOM = (20_000, 20, 50)
"""How seldom garbage is looked for: nearly all that a deployment is made of stays."""
_PARENT_INTERVAL_S = 0.5
_REFUSED = 3
_NOT_RESTARTED = 4
_NO_STATE = 5


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says."""
    options = _parser().parse_args(arguments)
    return _restart(options) if options.command == "restart" else _start(options)


def _restart(options: argparse.Namespace) -> int:
    """Restart a node of a lab that is up, and return when it answers again."""
    try:
        power.restart(options.control, options.node)
    except power.NotRestarted as failed:
        sys.stderr.write(f"securemode_lab: {failed}\n")
        return _NOT_RESTARTED
    return 0


def _start(options: argparse.Namespace) -> int:
    """Start the lab, print its document, and serve until it is told to stop."""
    from securemode_lab.network import profile  # noqa: PLC0415 - takes longer than a restart

    try:
        network = profile.choose(options.profile)
    except profile.NamespacesRefused as refused:
        sys.stderr.write(f"securemode_lab: {refused}\n")
        return _REFUSED
    _raise_descriptor_limit()
    gc.set_threshold(*_SELDOM)
    try:
        kept = _kept(options.state, network) if options.state else None
    except (StateRefused, OSError) as refused:
        sys.stderr.write(f"securemode_lab: {refused}\n")
        return _NO_STATE
    asyncio.run(_up(network, options, kept))
    return 0


def _kept(path: Path, network: Network) -> Kept:
    """The deployment that a file holds.

    Raises:
        StateRefused: it holds none that can be here; says why.
    """
    from securemode_lab import state_file  # noqa: PLC0415 - as above

    return state_file.read(path, network.profile)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="securemode_lab", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command", metavar="command")
    restart = commands.add_parser("restart", help="restart a node of a deployment that is up")
    restart.add_argument("--control", required=True, help="the lab's control socket")
    restart.add_argument("node", help="its name")
    up = commands.add_parser("up", help="start a deployment and serve until stopped")
    up.add_argument("--nodes", type=_number_of_nodes, default=2, help="Conferencing Nodes")
    up.add_argument(
        "--stage",
        choices=("installed", "uninstalled", "empty"),
        default="installed",
        help="whether the installation wizard has been completed, or no machine is there yet",
    )
    up.add_argument(
        "--certificates",
        choices=("by-name", "by-address"),
        default="by-name",
        help="what the site's CA writes into the nodes' certificates",
    )
    up.add_argument("--profile", choices=PROFILES, default="auto", help="kind of network to use")
    up.add_argument(
        "--state",
        type=Path,
        metavar="FILE",
        help="be the deployment that `keep` wrote there; its nodes, stage and certificates hold",
    )
    return parser


def _number_of_nodes(text: str) -> int:
    number = int(text)
    if not 0 <= number <= _MOST_NODES:
        raise argparse.ArgumentTypeError(f"expected 0 to {_MOST_NODES}")
    return number


def _raise_descriptor_limit() -> None:
    """Every node needs some twenty descriptors."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _up(network: Network, options: argparse.Namespace, kept: Kept | None) -> None:
    """Everything from the first socket to the last."""
    from securemode_lab import kept_state  # noqa: PLC0415
    from securemode_lab.appliance.tls import send_alerts_of_failed_handshakes  # noqa: PLC0415
    from securemode_lab.control import Control  # noqa: PLC0415
    from securemode_lab.deployment import Deployment  # noqa: PLC0415
    from securemode_lab.document import document  # noqa: PLC0415
    from securemode_lab.vcenter import ova  # noqa: PLC0415

    send_alerts_of_failed_handshakes()
    with tempfile.TemporaryDirectory(prefix="securemode-lab-") as directory:
        if kept is not None:
            deployment = await kept_state.brought_back(kept, network, Path(directory))
        else:
            deployment = Deployment(
                network,
                options.nodes,
                installed=options.stage == "installed",
                folder=Path(directory),
                bare=options.stage == "empty",
                by_address=options.certificates == "by-address",
            )
            await deployment.start()
        control = Control(deployment)
        path = Path(directory) / "control"
        server = await control.listen(path)
        _stop_with_what_started_us(control.stopped)
        conferencing = [member.node for member in deployment.conferencing]
        site = deployment.site.document()
        site["vsphere"] = deployment.vsphere.document(
            site["trust"]["ca_file"], ova.write(Path(directory) / "ova")
        )
        line = document(
            network,
            str(path),
            deployment.management.node,
            conferencing,
            credentials=deployment.credentials,
            cards=deployment.site.cards(),
            site=site | {"records": deployment.records.paths},
        )
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        await control.stopped.wait()
        server.close()
        await deployment.stop()


def _stop_with_what_started_us(stopped: asyncio.Event) -> None:
    """Stop on SIGTERM and SIGINT, when standard input is closed and when our parent is gone."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    _watch_standard_input(loop, stopped)
    parent = os.getppid()

    def look_for_parent() -> None:
        if os.getppid() != parent:
            stopped.set()
        loop.call_later(_PARENT_INTERVAL_S, look_for_parent)

    look_for_parent()


def _watch_standard_input(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    """Only a pipe or a socket says something by being closed; a terminal or /dev/null does not."""
    with suppress(OSError, ValueError, AttributeError):
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
        if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
            return

        def read() -> None:
            if not os.read(descriptor, 4096):
                loop.remove_reader(descriptor)
                stopped.set()

        loop.add_reader(descriptor, read)


if __name__ == "__main__":
    sys.exit(main())
