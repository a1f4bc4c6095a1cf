from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from securemode.environment.site import Site
from securemode.errors import AuthenticationRejected, Refused, SetupFailed, UnexpectedAnswer
from securemode.records.security_questions import QUESTIONS
from securemode.setups import console_way
from securemode.setups.console_way import by_either, shell_at
from securemode.setups.management_restart import Patience
from securemode.setups.security_wizard import SecurityWizard
from securemode.setups.wizard_conversation import answers_wanted
from securemode.vsphere.console.watching import ConsolePatience
from setups.fake_console import FACTORY, PASSWORD
from setups.surroundings import DEPLOYMENT, environment
from vsphere.console.text_console import HIDDEN, TextConsole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vsphere.console.text_console import Script

HASTE = ConsolePatience(change_s=0.05, rest_s=0, poll_s=0, start_s=0.3, answer_s=0.3)
QUICK = Patience(answer_s=1.0, restart_s=0.5, unnoticed_s=0.05, poll_s=0.01)
SITE = Site(cca_id="CCA-7", resource_priority_prefix="uc")


class Product:
    """A Management Node without SSH, with the security wizard behind its console."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.is_open = is_open
        self.stored = dict(FACTORY)
        self.runs = 0
        self.console = TextConsole(self.script())

    def script(self) -> Script:
        while True:
            yield "mgmt login: "
            given = yield f"Password: {HIDDEN}"
            if not self.is_open or given != PASSWORD:
                yield from self.refused()
            yield from self.shell()

    def refused(self) -> Script:
        while True:
            yield "Login incorrect\n\nmgmt login: "
            yield f"Password: {HIDDEN}"

    def shell(self) -> Script:
        while (command := (yield "admin@mgmt:~$ ")) != "exit":
            assert command == "securitywizard"
            assert (yield f"[sudo] password for admin: {HIDDEN}") == PASSWORD
            answers = dict(self.stored)
            for question in QUESTIONS:
                default = answers.get(question.key, "NO")
                typed = yield f"{question.wording} ({default}): "
                answers[question.key] = typed or default
            self.stored, self.runs, self.is_open = answers, self.runs + 1, False
            yield "Rebooting now\n\x0cmgmt login: "
            yield from self.refused()

    @contextmanager
    def at_console(self) -> Iterator[Any]:
        keep = lambda what, _: f"{what}.png"  # noqa: E731
        with shell_at(self.console, DEPLOYMENT.management, environment(), keep) as console:
            yield console


@pytest.fixture(autouse=True)
def haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console_way, "patience_with", lambda _: HASTE)


@contextmanager
def closed() -> Iterator[Any]:
    raise Refused("SSH to mgmt as admin: the connection is refused.")
    yield


def test_the_wizard_is_answered_at_the_console_where_ssh_is_off() -> None:
    product = Product()
    setup = SecurityWizard(
        environment(SITE),
        DEPLOYMENT,
        restart_node=lambda _: None,
        console=lambda: by_either(closed, product.at_console),
        is_up=lambda: True,
        patience=QUICK,
    )
    setup.apply(lambda _: None)
    assert product.stored == answers_wanted(SITE)
    assert product.runs == 1
    assert PASSWORD not in setup.transcript
    assert "Enable FIPS compliance mode" in setup.transcript


def test_nobody_finds_the_shell_open() -> None:
    product = Product()
    with product.at_console() as console:
        assert (console.read(0.1) or "").rstrip().endswith("$")
    assert product.console.lines[-1] == "mgmt login: "


def test_ssh_is_used_where_it_is_there() -> None:
    @contextmanager
    def ssh() -> Iterator[Any]:
        yield "by SSH"

    product = Product()
    with by_either(ssh, product.at_console) as console:
        assert str(console) == "by SSH"
    assert product.console.typed == []


def test_where_neither_lets_anybody_in_the_reason_is_that_of_ssh() -> None:
    product = Product(is_open=False)
    with pytest.raises(Refused, match="refused") as both, by_either(closed, product.at_console):
        pass
    assert "At the console: the console does not let admin in" in both.value.message
    assert len(product.console.typed) == 2


def test_a_password_that_ssh_rejects_is_not_tried_at_the_console() -> None:
    @contextmanager
    def ssh() -> Iterator[Any]:
        raise AuthenticationRejected("no")
        yield

    product = Product()
    with pytest.raises(AuthenticationRejected), by_either(ssh, product.at_console):
        pass
    assert product.console.typed == []


@pytest.mark.parametrize("error", [SetupFailed("inside"), UnexpectedAnswer("inside")])
def test_what_fails_inside_is_not_taken_for_a_closed_way(error: Exception) -> None:
    product = Product()
    with pytest.raises(type(error), match="inside"), by_either(closed, product.at_console):
        raise error
    assert product.console.lines[-1] == "mgmt login: "
