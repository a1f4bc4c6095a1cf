"""A console with a security wizard behind it, in memory, with everything about it to be varied."""

from __future__ import annotations

import textwrap
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from securemode.records.security_questions import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from securemode.records.matching import Question

PASSWORD = "correct horse"
FACTORY = {
    "drop_not_reject": "YES",
    "icmpv6_echo_requests": "YES",
    "ipv6_dad_transmits": "YES",
    "sip_udp_port": "5060",
    "sip_tcp_port": "5060",
    "sip_tls_port": "5061",
    "web_global_session_limit": "0",
    "web_per_user_session_limit": "0",
    "cca_id": '""',
    "resource_priority_prefix": '""',
    "enable_sip_aes128_sha": "YES",
    "enable_referrer_policy": "YES",
    "enable_srtp_hmac_sha1": "YES",
    "enable_tls12_cbc": "YES",
}


def guide_style(question: Question, default: str) -> str:
    return f"{question.wording} ({default}): "


def square_style(question: Question, default: str) -> str:
    return f"{question.wording} [{default}]: "


def letters_style(question: Question, default: str) -> str:
    if default in ("YES", "NO"):
        return f"{question.wording}? [{'Y/n' if default == 'YES' else 'y/N'}] "
    return square_style(question, default)


def spoken_style(question: Question, default: str) -> str:
    return f"Please set: {question.wording.upper()} (default = {default})\r\n? "


def coloured_style(question: Question, default: str) -> str:
    return f"\x1b[1m{question.wording[:9]}x\b{question.wording[9:]}\x1b[0m\x07 ({default}): "


def wrapped_style(question: Question, default: str) -> str:
    return "\r\n".join(textwrap.wrap(guide_style(question, default).strip(), 24)) + " "


@dataclass
class FakeWizard:
    """What runs behind the console; `stored` is what a restart would take."""

    stored: dict[str, str] = field(default_factory=lambda: dict(FACTORY))
    questions: Sequence[Question | str] = QUESTIONS
    style: Callable[[Question, str], str] = guide_style
    banner: str = "\r\nPexip Infinity security wizard\r\nAnswer the following:\r\n\r\n"
    confirmation: str = ""
    refuses: str = ""
    farewell: str = "\r\nRebooting now\r\n"
    piece: int = 7
    hangs_up: bool = True
    interrupted: int = 0
    runs: int = 0
    typed: list[str] = field(default_factory=list)

    @contextmanager
    def __call__(self) -> Iterator[FakeConsole]:
        yield FakeConsole(self)


class FakeConsole:
    def __init__(self, wizard: FakeWizard) -> None:
        self.wizard = wizard
        self.out = "Last login: today\r\n\x1b]0;admin@mgmt\x07admin@mgmt:~$ "
        self.open = True
        self.line = ""
        self.steps = self.session()
        next(self.steps)

    def read(self, _: float) -> str | None:
        if not self.out:
            return "" if self.open else None
        piece, self.out = self.out[: self.wizard.piece], self.out[self.wizard.piece :]
        return piece

    def write(self, text: str) -> None:
        if text == "\x03":
            self.wizard.interrupted += 1
            self.out += "^C\r\n$ "
            self.steps = iter(())
            return
        assert text.endswith("\n")
        self.wizard.typed.append(text[:-1])
        self.line = text[:-1]
        next(self.steps, None)

    def session(self) -> Iterator[None]:
        yield
        self.out += f"{self.line}\r\n[sudo] password for admin: "
        yield
        while self.line != PASSWORD:
            self.out += "\r\nSorry, try again.\r\n[sudo] password for admin: "
            yield
        self.out += self.wizard.banner
        answers = dict(self.wizard.stored)
        for question in self.wizard.questions:
            yield from self.ask(question, answers)
        if self.wizard.confirmation:
            self.out += self.wizard.confirmation
            yield
            if self.line.upper() not in ("Y", "YES"):
                self.out += "Nothing changed.\r\n$ "
                return
        self.wizard.stored = answers
        self.wizard.runs += 1
        self.out += self.wizard.farewell
        self.open = not self.wizard.hangs_up
        if self.open:
            self.out += "$ "

    def ask(self, question: Question | str, answers: dict[str, str]) -> Iterator[None]:
        if isinstance(question, str):
            self.out += question
            yield
            return
        default = answers.get(question.key, "NO")
        while True:
            self.out += self.wizard.style(question, default)
            yield
            self.out += f"{self.line}\r\n"
            if self.line and question.key == self.wizard.refuses:
                self.out += "This value is not allowed here.\r\n"
                continue
            words = {"y": "YES", "n": "NO"}
            answers[question.key] = words.get(self.line, self.line) or default
            return
