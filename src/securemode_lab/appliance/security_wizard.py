"""The security wizard: every setting with its current value, then the answers take effect."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from securemode_lab.appliance.security_questions import (
    ONLY_WITHOUT,
    SHARE_A_PROTOCOL,
    UNKNOWN,
    questions,
)
from securemode_lab.appliance.wizard_answers import YES_NO, Invalid, Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode_lab.appliance.answers import Answers
    from securemode_lab.appliance.wizard_dialogue import Dialogue


class SecurityWizard:
    """One run of `securitywizard`, from the first question to the answers."""

    def __init__(self, dialogue: Dialogue, current: Answers, variants: Mapping[str, str]) -> None:
        self._dialogue = dialogue
        self._current = current
        self._variants = variants
        self._given: dict[str, Any] = {}

    async def run(self) -> Answers | None:
        """The new answers, or None if they aren't confirmed.

        Raises:
            Interrupted: Ctrl-C.
            Ended: the terminal is gone.
        """
        self._dialogue.say(self._dialogue.wording.security_intro)
        current = asdict(self._current)
        for question in questions(self._variants):
            if self._is_asked(question.key):
                self._given[question.key] = await self._dialogue.ask(
                    question,
                    current.get(question.key, False),
                    partial(self._object_to, question.key),
                )
        self._given.pop(UNKNOWN.key, None)
        return replace(self._current, **self._given) if await self._confirmed() else None

    def _is_asked(self, key: str) -> bool:
        other = ONLY_WITHOUT.get(key)
        return other is None or not self._given[other]

    def _object_to(self, key: str, value: object) -> None:
        other = SHARE_A_PROTOCOL.get(key)
        if other in self._given and self._given[other] == value:
            raise Invalid(f"SIP TCP and SIP TLS can't both listen on port {value}.")

    async def _confirmed(self) -> bool:
        if self._variants.get("wizard_confirm", "no") == "no":
            return True
        wording = self._dialogue.wording
        self._dialogue.say(wording.security_summary)
        for question in questions({}):
            if question.key in self._given:
                shown = question.kind.show(self._given[question.key])
                self._dialogue.say(f"  {self._dialogue.words(question)}: {shown}")
        confirm = Question("confirmed", wording.security_confirm, YES_NO)
        return bool(await self._dialogue.ask(confirm, current=False))
