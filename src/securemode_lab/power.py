"""The power button of a node for whoever knows only the lab's document: a command."""

from __future__ import annotations

import json
import socket
import sys

_TIMEOUT_S = 30.0
_LONGEST_ANSWER = 1 << 20


class NotRestarted(Exception):
    """The lab is gone, or has no such node, or the node does not come back."""


def button(control: str) -> list[str]:
    """Program and arguments that restart a node, with its name where "{node}" stands.

    Args:
        control: path of the lab's control socket.
    """
    return [sys.executable, "-m", "securemode_lab", "restart", "--control", control, "{node}"]


def restart(control: str, node: str) -> None:
    """Restart a node, and return when it answers again.

    Args:
        control: path of the lab's control socket.
        node: name of the node.

    Raises:
        NotRestarted: says why.
    """
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_TIMEOUT_S)
            connection.connect(control)
            connection.sendall(json.dumps({"do": "restart", "node": node}).encode() + b"\n")
            with connection.makefile("rb") as answers:
                line = answers.readline(_LONGEST_ANSWER)
        answer = json.loads(line)
    except (OSError, ValueError) as failed:
        raise NotRestarted(f"the lab at {control} gives no answer: {failed}") from failed
    if not answer["ok"]:
        raise NotRestarted(answer["error"])
