"""Web sessions of administrators who come by certificate."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from lab.services.by_certificate import PAGE, SETTINGS, answers_to, role

if TYPE_CHECKING:
    from lab.services.conftest import Site

LIMITS = """
import paramiko, socket, sys
address, port, password = sys.argv[1:]
client = paramiko.Transport(socket.create_connection((address, int(port)), 5))
client.start_client(timeout=30)
client.auth_password("admin", password)
channel = client.open_session(timeout=30)
channel.settimeout(5)
channel.get_pty("xterm", 80, 24)
channel.invoke_shell()
lines = ["securitywizard", password, *9 * [""], "3", "2", *15 * [""]]
channel.sendall("".join(line + "\\r" for line in lines).encode())
while channel.recv(4096):
    pass
"""
"""The wizard is told: three web sessions of all users, two of each."""
RESTART_S = 30


@pytest.fixture
def limited(secured: Site) -> Site:
    lab = secured.lab
    if "limited" in lab.done("state")["saved"]:
        lab.done("restore", name="limited")
        return secured
    password = lab.document["credentials"]["os_admin"]["password"]
    lab.python(LIMITS, lab.management["ipv4"], str(lab.port(22)), password)
    deadline = time.monotonic() + RESTART_S
    while _limits(secured) != [3, 2]:
        assert time.monotonic() < deadline, lab.done("state")["nodes"][0]
        time.sleep(0.05)
    lab.done("save", name="limited")
    return secured


def _limits(site: Site) -> list[int | None]:
    behaviour = site.lab.done("state")["nodes"][0]["behaviour"] or {}
    return [behaviour.get("sessions_total"), behaviour.get("sessions_per_user")]


def _cookies(answers: list[tuple[int, str, dict[str, str]]]) -> list[str]:
    return [said["Set-Cookie"].partition(";")[0] for _, _, said in answers if "Set-Cookie" in said]


@pytest.mark.parametrize("variant", ["refuse", "evict"])
def test_sessions_by_certificate_are_counted(limited: Site, variant: str) -> None:
    """A session is a cookie: the third of one user is refused, or ends the first."""
    limited.lab.done("variant", name="session_limit", value=variant)
    people = limited.lab.document["credentials"]["more_web"]

    answers = answers_to(limited, [("GET", PAGE, None, people[0])] * 3)

    first, *others = _cookies(answers)
    assert [status for status, _, _ in answers] == [200, 200, 403 if variant == "refuse" else 200]
    assert len(others) == (1 if variant == "refuse" else 2)
    assert answers_to(limited, [("GET", SETTINGS, None, role(limited, "read_write"))])[0][0] == 200
    again = answers_to(limited, [("GET", PAGE, None, people[0])], {"Cookie": first})
    assert again[0][0] == 200
    assert bool(_cookies(again)) == (variant == "evict")  # the first has ended; this is a new one


@pytest.mark.parametrize("variant", ["refuse", "evict"])
def test_sessions_of_everybody_are_counted(limited: Site, variant: str) -> None:
    limited.lab.done("variant", name="session_limit", value=variant)
    people = limited.lab.document["credentials"]["more_web"]
    answers = answers_to(limited, [("GET", PAGE, None, person) for person in people[:4]])
    last = 403 if variant == "refuse" else 200
    assert [status for status, _, _ in answers] == [200, 200, 200, last]


@pytest.mark.parametrize(
    ("fault", "of_one", "of_all"),
    [("session-limit-of-one-user-ignored", 200, 403), ("session-limit-ignored", 403, 200)],
)
def test_session_limits_are_ignored(limited: Site, fault: str, of_one: int, of_all: int) -> None:
    limited.lab.fault(fault)
    first, *others = limited.lab.document["credentials"]["more_web"][:4]
    answers = answers_to(limited, [("GET", PAGE, None, first)] * 3)
    assert answers[2][0] == of_one
    answers = answers_to(limited, [("GET", PAGE, None, person) for person in others])
    assert answers[-1][0] == of_all
