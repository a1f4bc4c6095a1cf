"""What is said to the installation wizard: a question is answered by what it asks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from securemode.errors import SetupFailed
from securemode.records.installation_questions import QUESTIONS
from securemode.records.matching import is_confirmation, meant
from securemode.setups.wizard_dialogue import Asked, Closed, Dialogue, PasswordWanted, tail

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.environment.secret import Secret
    from securemode.records.matching import Question
    from securemode.setups.setup import Progress
    from securemode.setups.wizard_dialogue import Event

MOST_PASSWORDS = 4
"""Asked for by the login, to be set, typed again, and to start the wizard."""

_WEB = re.compile(r"(?i)\b(?:web|interface|administration)\b")
_AGAIN = re.compile(r"(?i)\b(?:again|retype|re-enter|confirm|repeat)\b")


def install_answers(environment: Environment) -> dict[str, str]:
    """Every answer that the environment has for the installation wizard; others are left out.

    Args:
        environment: node, site and placement say it; guide values are those of the questions.
    """
    node = environment.management_node
    host, _, domain = node.fqdn.partition(".")
    placed = environment.vsphere.deploy if environment.vsphere else None
    network = placed.of(node.name) if placed else None
    known = {
        "hostname": host or node.name,
        "domain": domain,
        "ip": node.ipv4,
        "mask": network.netmask if network else None,
        "gw": network.gateway if network else None,
        "dns": " ".join(environment.site.dns_servers),
        "ntp": " ".join(server.address for server in environment.site.ntp_servers),
        "user": environment.credentials.web.username,
    }
    wanted = {entry.key: entry.wanted(environment.site) for entry in QUESTIONS}
    return {key: value for key, value in {**wanted, **known}.items() if value}


@dataclass(slots=True)
class InstallConversation:
    """One run of the installation wizard, from the login's end to the restart.

    Attributes:
        dialogue: with the console of the Management Node.
        os_password: of the operating system's account.
        web_password: of the web administrator.
        wanted: answers by key of the question.
        given: keys of the questions answered so far.
    """

    dialogue: Dialogue
    os_password: Secret
    web_password: Secret
    wanted: dict[str, str]
    given: list[str] = field(default_factory=list)
    _passwords: dict[str, int] = field(default_factory=dict)
    _last_password: str = ""

    def answer_all(self, progress: Progress) -> None:
        """Answer every question until the console closes for the restart.

        Raises:
            SetupFailed: it asks what we do not know or have no answer for, or refuses an answer.
                Nothing is typed then, so that the question still stands there.
        """
        while not isinstance(event := self._next(), Closed):
            if isinstance(event, PasswordWanted):
                self._type_password(event.text)
            elif not isinstance(event, Asked):
                raise self._stopped(f'a shell instead of a question: "{tail(event.text)}"')
            elif event.question is not None:
                self._answer(event, event.question, progress)
            elif self.given and is_confirmation(event.wording):
                self.dialogue.type("y" if event.takes_letters else "YES")
            else:
                raise self._stopped(f'a question that we do not know: "{tail(event.text)}"')
        if not self.given:
            raise self._stopped("its end without a question")

    def _answer(self, asked: Asked, question: Question, progress: Progress) -> None:
        """Answer a question once; Return alone where the shown default is wanted."""
        if question.key in self.given:
            raise self._stopped(f'"{question.title}" again after our answer: "{tail(asked.text)}"')
        wanted = self.wanted.get(question.key, "")
        if not wanted:
            raise self._stopped(f'"{question.title}", for which the environment states nothing')
        default = asked.default
        is_same = default is not None and meant(default, question.kind) == meant(
            wanted, question.kind
        )
        letter = question.kind == "yes/no" and asked.takes_letters
        self.dialogue.type("" if is_same else wanted[0].lower() if letter else wanted)
        self.given.append(question.key)
        progress(f"install_wizard: {question.title}: {wanted}")

    def _type_password(self, text: str) -> None:
        """The web administrator's where the prompt says so, else the system account's."""
        prompt = text.strip().rsplit("\n", 1)[-1]
        kind = "web" if _WEB.search(prompt) else "os"
        if kind == "os" and _AGAIN.search(prompt) and self._last_password:
            kind = self._last_password
        self._last_password = kind
        self._passwords[kind] = self._passwords.get(kind, 0) + 1
        if self._passwords[kind] > MOST_PASSWORDS:
            raise self._stopped(f'a password again and again: "{tail(text)}"')
        password = self.web_password if kind == "web" else self.os_password
        self.dialogue.type_secret(password.reveal())

    def _next(self) -> Event:
        try:
            return self.dialogue.next()
        except SetupFailed as error:
            raise SetupFailed(f"{error.message} {self._summary}", remedy=error.remedy) from error

    def _stopped(self, saw: str) -> SetupFailed:
        return SetupFailed(
            f"The installation wizard shows {saw}. Nothing was typed there. {self._summary}",
            remedy="answer it by hand at the console, leave the console as it is then, and run the "
            "set-up again with --resume.",
        )

    @property
    def _summary(self) -> str:
        return f"Answered so far: {', '.join(self.given) or 'nothing'}."
