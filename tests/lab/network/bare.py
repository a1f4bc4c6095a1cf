"""A network without appliances: one node whose wire is set as the arguments say.

    python bare.py RULES.json QUESTION ...

Each question is a function of heard.py with its arguments, separated by spaces.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from securemode_lab.appliance.behaviour import ClosedPorts
from securemode_lab.network.attachment import Wire
from securemode_lab.network.profile import choose
from securemode_lab.network.rules import ClosedPort, Ruleset

INSIDE = Path(__file__).parents[1] / "control" / "inside.py"
HEARD = Path(__file__).with_name("heard.py")


def _wire(said: dict[str, Any]) -> Wire:
    closed = tuple(
        ClosedPort(**(rule | {"answer": ClosedPorts(rule["answer"])}))
        for rule in said.pop("closed", [{"answer": "drop"}])
    )
    return Wire(rules=Ruleset(open_ports=(("tcp", 443),), closed_ports=closed), **said)


def _solicitations(heard: Any) -> int:
    """How many neighbour solicitations came from the unspecified address."""
    count = 0
    try:
        while True:
            frame = heard.recv(2000)
            count += frame[20] == 58 and frame[54] == 135 and frame[22:38] == bytes(16)
    except TimeoutError:
        return count


def main(wire: str, *questions: str) -> None:
    """Build, ask, print one line an answer."""
    import socket  # noqa: PLC0415

    network = choose("namespaces")
    node = network.attach(10)
    listening = node.sockets("tcp", 443)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x86DD)) as heard:
        heard.settimeout(0.4)
        node.power_on(_wire(json.loads(wire)))
        while not node.is_settled():
            time.sleep(0.01)
        print("solicitations", _solicitations(heard))  # noqa: T201 - its answer
    places = network.namespaces()
    assert places is not None
    for question in questions:
        command = [sys.executable, str(HEARD), *question.split()]
        done = subprocess.run(
            [sys.executable, str(INSIDE), "-", str(places["net"]), *command],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
        print(done.stdout.strip() or done.stderr.strip())  # noqa: T201
    for sock in listening:
        sock.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
