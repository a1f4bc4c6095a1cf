"""Restarts a node by the environment's own command, and tells when it is back."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from securemode.errors import CannotLook, TimedOut, UnexpectedAnswer, Unsupported
from securemode.infinity.access import management_api
from securemode.infinity.client import ManagementApi
from securemode.targets import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from securemode.probes.probe import Access
    from securemode.targets import Node

PERMISSION = "restart"
LONGEST_S = 900.0
"""How long one node may take until it answers again."""
START_TIME_S = 60.0
"""How long a node may take to go, or the Management Node to tell when the node has started."""
WEB_PORT = 443
KNOCK_S = 0.25


def restart_command(access: Access, node: Node) -> tuple[str, ...]:
    """Program and arguments that restart this node.

    Raises:
        Unsupported: the environment states none.
    """
    power = access.environment.power
    if power is None:
        raise Unsupported(
            "the environment does not say how a node is restarted.", remedy="state power: in it."
        )
    return tuple(part.replace("{node}", node.name) for part in power.restart)


def start_time(access: Access, node: Node) -> str:
    """When the node has started, as the Management Node has it; empty where it cannot be asked."""
    resource = "management_vm" if node.role is Role.MANAGEMENT else "worker_vm"
    try:
        api = management_api(ManagementApi, access.environment, pause=access.cancelled.wait)
        rows = api.status_list(resource)
    except CannotLook:
        return ""
    named = [row for row in rows if node.role is Role.MANAGEMENT or row.get("name") == node.name]
    return str(named[0].get("boot_time") or "") if len(named) == 1 else ""


def answering(node: Node, addresses: Iterable[str]) -> tuple[str, ...]:
    """At which of these addresses the node's web port accepts a connection."""
    accepting = []
    for address in addresses:
        with contextlib.suppress(OSError):
            socket.create_connection((address, node.port(WEB_PORT)), timeout=KNOCK_S).close()
            accepting.append(address)
    return tuple(accepting)


@dataclass(slots=True)
class RunningCommand:
    """The command at work, its words kept for the case that it fails.

    Raises:
        Unsupported: there is no such program.
    """

    command: Sequence[str]
    _words: Any = field(default_factory=tempfile.TemporaryFile)
    _process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=self._words,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise Unsupported(
                f"power.restart cannot be run: {self.command[0]}: {error.strerror or error}"
            ) from error
        return self

    def __exit__(self, *_what: object) -> None:
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._words.close()

    def is_done(self) -> bool:
        """Whether it ended, and well.

        Raises:
            UnexpectedAnswer: it failed; the message has its last line.
        """
        assert self._process is not None
        code = self._process.poll()
        if code:
            self._words.seek(0)
            lines = self._words.read().decode("utf-8", "replace").strip().splitlines() or [""]
            raise UnexpectedAnswer(
                f"power.restart ends with code {code}: {lines[-1][:200]}",
                remedy="run the command by hand, and look whether the node is up.",
            )
        return code == 0


def too_late(node: Node) -> TimedOut:
    """The node has not come back."""
    return TimedOut(
        f"{node} does not answer again, {LONGEST_S:g} s after it was told to restart.",
        remedy="look at its console, and start it by hand.",
    )
