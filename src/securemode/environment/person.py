"""Who answers for something, and texts that a person has to fill in."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from securemode.environment.values import Part, Text, problem

PLACEHOLDER = ("<", ">")
"""What a draft has around everything that is left to a person."""


def filled_in(text: str) -> str:
    """The text, unless it is still the placeholder of a draft.

    Raises:
        PydanticCustomError: it is.
    """
    first, last = PLACEHOLDER
    if text.startswith(first) and text.endswith(last):
        raise problem(f"is still the placeholder {text}", "state it")
    return text


Stated = Annotated[Text, AfterValidator(filled_in)]


class Person(Part):
    """Who states or accepts something."""

    name: Stated
    """Name."""
    role: Stated
    """In which capacity."""

    def in_words(self) -> str:
        """As reports have it: "Ada Example, officer"."""
        return f"{self.name}, {self.role}"
