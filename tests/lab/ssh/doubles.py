"""A node's state without a node, and a terminal at which a script types."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from securemode_lab.appliance.answers import Answers
from securemode_lab.appliance.wizard_terminal import Ended, Interrupted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from securemode_lab.appliance.install_wizard import InstallValues

PASSWORD = "os-admin-password"


class Key(Enum):
    """What is typed besides lines."""

    CTRL_C = "^C"


@dataclass
class NodeState:
    """Everything that a console may ask for; restarts are counted, and do nothing."""

    os_password: str | None = PASSWORD
    answers: Answers = field(default_factory=Answers)
    installed: bool = True
    is_management: bool = True
    variants: Mapping[str, str] = field(default_factory=dict)
    values: InstallValues = field(default_factory=dict)
    restarts: int = 0

    def install(self, values: InstallValues) -> None:
        self.values, self.installed = values, True

    async def restart(self) -> None:
        self.restarts += 1


class Script:
    """A terminal at which these lines are typed, whatever is asked."""

    def __init__(self, lines: Iterable[str | Key]) -> None:
        self._lines = iter(lines)
        self.screen = ""
        self.hidden: list[str] = []

    def write(self, text: str) -> None:
        self.screen += text

    async def read_line(self, *, echo: bool = True) -> str:
        line = next(self._lines, None)
        if line is None:
            raise Ended
        if isinstance(line, Key):
            self.screen += f"{line.value}\n"
            raise Interrupted
        self.screen += f"{line}\n" if echo else "\n"
        if not echo:
            self.hidden.append(line)
        return line

    @property
    def left_over(self) -> list[str | Key]:
        return list(self._lines)
