"""A lab in a process of its own, and commands that run where its operator stands."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

INSIDE = Path(__file__).with_name("inside.py")
TIMEOUT_S = 30


@dataclass
class RunningLab:
    """A lab that is up.

    Attributes:
        document: what it printed.
        process: its process.
        as_user: words before a command that make it run as the lab's user.
    """

    document: dict[str, Any]
    process: subprocess.Popen[str]
    as_user: tuple[str, ...] = ()

    @property
    def management(self) -> dict[str, Any]:
        node: dict[str, Any] = self.document["management_node"]
        return node

    @property
    def conferencing(self) -> list[dict[str, Any]]:
        nodes: list[dict[str, Any]] = self.document["conferencing_nodes"]
        return nodes

    def port(self, number: int) -> int:
        return number + int(self.document["port_offset"])

    def control(self, do: str, **arguments: Any) -> dict[str, Any]:
        """The whole answer of one command."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(TIMEOUT_S)
            connection.connect(self.document["control"])
            connection.sendall((json.dumps({"do": do, **arguments}) + "\n").encode())
            with connection.makefile() as answers:
                answer: dict[str, Any] = json.loads(answers.readline())
        return answer

    def done(self, do: str, **arguments: Any) -> dict[str, Any]:
        """The answer of a command that has to succeed."""
        answer = self.control(do, **arguments)
        assert answer["ok"], answer
        return answer

    def fault(self, name: str, *nodes: str) -> None:
        self.done("fault", name=name, on=True, **({"nodes": list(nodes)} if nodes else {}))

    def run(
        self, *command: str, given: str = "", timeout_s: float = TIMEOUT_S
    ) -> subprocess.CompletedProcess[str]:
        """Run a command on the operator's machine."""
        return subprocess.run(
            [*self.as_user, *self._joining(), *command],
            input=given,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            errors="replace",
        )

    def python(self, code: str, *arguments: str, timeout_s: float = TIMEOUT_S) -> str:
        """What a piece of Python prints that runs on the operator's machine and has to succeed."""
        done = self.run(sys.executable, "-c", code, *arguments, timeout_s=timeout_s)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def stop(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()
            self.process.stdout.close()

    def _joining(self) -> Sequence[str]:
        namespaces = self.document["namespaces"]
        if namespaces is None:
            return ()
        user = namespaces["user"] or "-"
        return (sys.executable, str(INSIDE), user, namespaces["net"])


def up(*options: str, as_user: tuple[str, ...] = (), before: tuple[str, ...] = ()) -> RunningLab:
    """Start a lab; `before` is a program that starts its command in other circumstances."""
    process = subprocess.Popen(
        [*as_user, *before, sys.executable, "-m", "securemode_lab", "up", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.communicate(timeout=10)
        raise AssertionError(f"the lab ended with {process.returncode}")
    return RunningLab(json.loads(line), process, as_user)
