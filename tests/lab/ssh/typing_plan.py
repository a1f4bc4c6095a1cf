"""What somebody types at a wizard, question by question, and what is therefore the answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from lab.ssh.doubles import PASSWORD
from securemode_lab.appliance.install_wizard import CONTACT, NODE, REPORTS, STATISTICS
from securemode_lab.appliance.screen import CTRL_C
from securemode_lab.appliance.security_questions import ONLY_WITHOUT, UNKNOWN, questions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from securemode_lab.appliance.answers import Answers
    from securemode_lab.appliance.wizard_answers import Question

WEB_PASSWORD = "web-admin-password"
INSTALLATION = {
    "hostname": "mgmt",
    "domain": "lab.example",
    "ip": "198.51.100.10",
    "mask": "255.255.254.0",
    "gw": "198.51.100.1",
    "dns": "198.51.100.3 198.51.100.4",
    "ntp": "ntp1.lab.example ntp2.lab.example",
}
SECURITY = {
    "fips_mode": "YES",
    "disable_admin_account": "YES",
    "icmpv6_echo_requests": "NO",
    "ipv6_dad_transmits": "NO",
    "web_global_session_limit": "100",
    "web_per_user_session_limit": "10",
    "cca_id": "site-cca-7",
    "resource_priority_prefix": "uc",
    "enable_fir": "YES",
    "enable_sip_aes128_sha": "NO",
}
"""The guide's answers where they are not the defaults; Return does for the rest."""


@dataclass(frozen=True)
class Plan:
    """One run of a wizard.

    Attributes:
        typed: keys of questions to what is typed there, or to several attempts; Return elsewhere.
        interrupted_at: key of the question at which Ctrl-C is pressed.
        passwords: attempts at the password that starts the wizard.
        confirmed: what is typed at the confirmation.
    """

    typed: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    interrupted_at: str | None = None
    passwords: tuple[str, ...] = (PASSWORD,)
    confirmed: str = "YES"

    def attempts(self, key: str) -> tuple[str, ...]:
        typed = self.typed.get(key, "")
        return (typed,) if isinstance(typed, str) else typed


class Typist:
    """Types by a plan, and remembers what the answers are.

    Attributes:
        answers: by key, of those questions that were answered.
        completed: whether nothing was left out.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.answers: dict[str, Any] = {}
        self.completed = False

    def installation(self) -> Iterator[str]:
        """Lines from the password that starts the wizard to the last answer."""
        yield from self._plan.passwords
        for question, default in NODE:
            yield from self._answer(question, default)
            if self._stopped(question.key):
                return
        yield from self._plan.attempts("pass") if "pass" in self._plan.typed else (WEB_PASSWORD,)
        yield WEB_PASSWORD
        last: tuple[tuple[Question, Any], ...] = (
            (REPORTS, False),
            (CONTACT, ""),
            (STATISTICS, False),
        )
        for question, default in last:
            if question is not CONTACT or self.answers[REPORTS.key]:
                yield from self._answer(question, default)
                if self._stopped(question.key):
                    return
        self.completed = True

    def security(self, variants: Mapping[str, str], current: Answers) -> Iterator[str]:
        """Lines from the command to the last answer."""
        yield "securitywizard"
        yield from self._plan.passwords
        before = asdict(current)
        for question in questions(variants):
            other = ONLY_WITHOUT.get(question.key)
            if other is None or not self.answers[other]:
                yield from self._answer(question, before.get(question.key, False))
                if self._stopped(question.key):
                    return
        self.answers.pop(UNKNOWN.key, None)
        if variants.get("wizard_confirm") == "yes":
            yield self._plan.confirmed
            self.completed = self._plan.confirmed == "YES"
        else:
            self.completed = True

    def _answer(self, question: Question, current: object) -> Iterator[str]:
        if self._stopped(question.key):
            yield CTRL_C
            return
        attempts = self._plan.attempts(question.key)
        yield from attempts
        last = _without_corrections(attempts[-1])
        self.answers[question.key] = question.kind.parse(last) if last else current

    def _stopped(self, key: str) -> bool:
        return key == self._plan.interrupted_at


def _without_corrections(keys: str) -> str:
    line = ""
    for key in keys:
        line = line[:-1] if key == "\x7f" else "" if key == "\x15" else line + key
    return line
