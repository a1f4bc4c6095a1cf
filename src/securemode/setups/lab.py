"""Starts the embedded lab, stands where its operator stands, and stops it again.

The lab is a program of its own: this module knows its command line, the JSON document that it
prints (`docs/lab.md`) and its control socket, and nothing of its inside.
"""

from __future__ import annotations

import json
import select
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from securemode.errors import ConfigurationError, SetupFailed
from securemode.setups.namespaces import join

if TYPE_CHECKING:
    from collections.abc import Collection

START_TIMEOUT_S = 30.0
CONTROL_TIMEOUT_S = 60.0


@dataclass(slots=True)
class Lab:
    """A running lab.

    Attributes:
        document: what the lab says of itself.
        process: the lab's process where this run started it.
    """

    document: dict[str, Any]
    process: subprocess.Popen[str] | None = None

    @property
    def profile(self) -> str:
        """How the lab is on the network: "namespaces", "root-namespaces" or "loopback"."""
        return str(self.document["profile"])

    @property
    def profile_reason(self) -> str:
        """Why this profile, where it is not the first choice."""
        return str(self.document["profile_reason"])

    def stand_in(self) -> None:
        """Join the operator's network, where the lab has one of its own."""
        if namespaces := self.document["namespaces"]:
            join(namespaces["user"], namespaces["net"])

    def control(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Ask the lab's control socket, which is not on its network.

        Raises:
            SetupFailed: the lab refuses or does not answer.
        """
        request = json.dumps({"do": do, **arguments}) + "\n"
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(CONTROL_TIMEOUT_S)
                connection.connect(self.document["control"])
                connection.sendall(request.encode())
                answer: dict[str, Any] = json.loads(connection.makefile().readline())
        except (OSError, ValueError) as error:
            raise SetupFailed(f"the lab does not answer {do!r}: {error}.") from error
        if not answer.pop("ok"):
            raise SetupFailed(f"the lab refuses {do!r}: {answer['error']}.")
        return answer

    def stop(self) -> None:
        """End the lab if this run started it."""
        if self.process is None:
            return
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        self.process.stdout.close()


def stage_before(setups: Collection[str]) -> str:
    """How far a lab has to have come so that these set-ups find something to do.

    Returns:
        A stage of the lab: "empty" (no virtual machine yet), "uninstalled" or "installed".
    """
    if "deploy_management_node" in setups:
        return "empty"
    return "uninstalled" if "install_wizard" in setups else "installed"


def start(
    conferencing_nodes: int,
    *,
    profile: str = "auto",
    stage: str = "installed",
    state: Path | None = None,
) -> Lab:
    """Start a factory-fresh lab, or one as it was; it ends when this process does.

    Args:
        conferencing_nodes: how many there are, or will be.
        profile: of its network.
        stage: how far it has come.
        state: file that a lab has written, which says all this itself; None for a new lab.

    Raises:
        SetupFailed: it does not come up, with its own words.
    """
    command = [sys.executable, "-m", "securemode_lab", "up"]
    command += ["--nodes", str(conferencing_nodes), "--profile", profile, "--stage", stage]
    if state is not None:
        command += ["--state", str(state)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for us; we stop the lab when we are done
    )
    assert process.stdout is not None
    assert process.stderr is not None
    line = _first_line(process)
    if not line:
        with process:  # waits for its end and closes its pipes
            process.kill()
            said = process.stderr.read().strip().splitlines()
        raise SetupFailed(
            f"the lab did not come up: {said[-1] if said else 'it said nothing'}.",
            remedy="run `python -m securemode_lab up` by itself to see more.",
        )
    process.stderr.close()
    return Lab(json.loads(line), process)


def _first_line(process: subprocess.Popen[str]) -> str:
    """The document, or nothing where the lab ended or took too long."""
    assert process.stdout is not None
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        if select.select([process.stdout], [], [], 0.1)[0]:
            return process.stdout.readline()
    return ""


def attach(path: str) -> Lab:
    """Use a running lab by its document, saved to a file.

    Raises:
        ConfigurationError: there is no such document.
    """
    try:
        return Lab(json.loads(Path(path).read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"--lab={path}: is not the document of a running lab: {error}.",
            remedy="start one with `python -m securemode_lab up > lab.json`.",
        ) from error
