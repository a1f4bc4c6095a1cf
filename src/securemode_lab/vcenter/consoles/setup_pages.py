"""The pages of the set-up utility and what their lines do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from securemode_lab.vcenter.consoles.setup_dialogs import NewPassword

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from securemode_lab.vcenter.consoles.nvram import Hardware, Nvram
    from securemode_lab.vcenter.consoles.setup_dialogs import Dialog

ENTER = "[Enter]"
_CHANGES = {"+": 1, "F6": 1, "-": -1, "F5": -1}
_PASSWORD = "Set Supervisor Password"
_ON_BOOT = "Password on boot:"
_SWITCHED = ("Disabled", "Enabled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a page.

    Attributes:
        label: what it is about, indented where it is below another.
        value: what is set, empty for a command or a device.
        name: by which the page knows it; a line without one cannot be selected.
        help: what the right half of the screen says while it is selected.
    """

    label: str = ""
    value: str = ""
    name: str = ""
    help: str = ""


class Page(Protocol):
    """One page."""

    title: str

    def lines(self) -> list[Line]:
        """From the top."""

    def press(self, key: str, name: str) -> Dialog | None:
        """Do what a key does to the line of that name; a box may come of it."""


class OptionsPage:
    """Settings that are kept and have no effect in the lab.

    Args:
        title: of the page.
        facts: lines at its top that say what is so; they are asked for at each look.
        choices: values of each setting by its label, the default first.
        draft: of the settings.
    """

    def __init__(
        self,
        title: str,
        facts: Callable[[], Mapping[str, str]],
        choices: Mapping[str, tuple[str, ...]],
        draft: Nvram,
    ) -> None:
        self.title = title
        self._facts, self._choices, self._draft = facts, choices, draft

    def lines(self) -> list[Line]:
        """Facts above settings."""
        facts = [Line(label=label, value=value) for label, value in self._facts().items()]
        settings = [
            Line(label=label, value=f"[{self._value(label)}]", name=label, help=_CHANGE_HELP)
            for label in self._choices
        ]
        return [*facts, Line(), *settings] if facts else settings

    def press(self, key: str, name: str) -> Dialog | None:
        """Take the next value or the one before."""
        values = self._choices[name]
        step = 1 if key == "Enter" else _CHANGES.get(key, 0)
        place = (values.index(self._value(name)) + step) % len(values)
        self._draft.options[name] = values[place]
        return None

    def _value(self, label: str) -> str:
        return self._draft.options.get(label, self._choices[label][0])


class SecurityPage:
    """Whether there is a supervisor password, and the way to set one.

    A password is kept at once, whatever becomes of the rest. There is no user password in the lab.

    Args:
        draft: of the settings.
        keep: keeps a new password.
    """

    title = "Security"

    def __init__(self, draft: Nvram, keep: Callable[[str], None]) -> None:
        self._draft, self._keep = draft, keep

    def lines(self) -> list[Line]:
        """State above settings."""
        supervised = bool(self._draft.supervisor)
        on_boot = _SWITCHED[self._draft.password_on_boot]
        return [
            Line(label="Supervisor Password Is:", value="Set" if supervised else "Clear"),
            Line(label="User Password Is:", value="Clear"),
            Line(),
            Line(label="Set User Password", value=ENTER),
            Line(label=_PASSWORD, value=ENTER, name=_PASSWORD, help=_PASSWORD_HELP),
            Line(),
            Line(
                label=_ON_BOOT,
                value=f"[{on_boot}]",
                name=_ON_BOOT if supervised else "",
                help="Enables password entry on boot.",
            ),
        ]

    def press(self, key: str, name: str) -> Dialog | None:
        """Ask for a password, or switch."""
        if name == _ON_BOOT and (key == "Enter" or key in _CHANGES):
            self._draft.password_on_boot = not self._draft.password_on_boot
        if name == _PASSWORD and key == "Enter":
            check = self._draft.lets_in if self._draft.supervisor else None
            return NewPassword(check, self._keep)
        return None


class ExitPage:
    """Ways out.

    Args:
        commands: what each line does, with the help about it, by its label.
    """

    title = "Exit"

    def __init__(self, commands: Mapping[str, tuple[Callable[[], Dialog | None], str]]) -> None:
        self._commands = commands

    def lines(self) -> list[Line]:
        """One a command."""
        return [
            Line(label=label, name=label, help=text) for label, (_, text) in self._commands.items()
        ]

    def press(self, key: str, name: str) -> Dialog | None:
        """Do it."""
        return self._commands[name][0]() if key == "Enter" else None


def main_page(draft: Nvram, hardware: Hardware) -> OptionsPage:
    """The clock and the memory."""

    def facts() -> dict[str, str]:
        now = datetime.now(UTC)
        return {
            "System Time:": f"[{now:%H:%M:%S}]",
            "System Date:": f"[{now:%m/%d/%Y}]",
            "System Memory:": "640 KB",
            "Extended Memory:": f"{(hardware.memory_mb - 1) * 1024} KB",
        }

    choices = {
        "Legacy Diskette A:": ('1.44/1.25 MB  3½"', "Disabled"),
        "Legacy Diskette B:": ("Disabled", '1.44/1.25 MB  3½"'),
        "Boot-time Diagnostic Screen:": _SWITCHED,
    }
    return OptionsPage("Main", facts, choices, draft)


def advanced_page(draft: Nvram) -> OptionsPage:
    """What nobody needs to change."""
    choices = {
        "Multiprocessor Specification:": ("1.4", "1.1"),
        "Installed O/S:": ("Other", "Win95", "Win98"),
        "Reset Configuration Data:": ("No", "Yes"),
        "Large Disk Access Mode:": ("DOS", "Other"),
        "Local Bus IDE adapter:": ("Both", "Primary", "Secondary", "Disabled"),
    }
    return OptionsPage("Advanced", dict, choices, draft)


def paragraphs(text: str, width: int) -> Iterator[str]:
    """Lines of a help text, each paragraph wrapped on its own."""
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            if line and len(line) + len(word) >= width:
                yield line
                line = word
            else:
                line = f"{line} {word}".strip()
        yield line


_CHANGE_HELP = "<+> and <-> change the value."
_PASSWORD_HELP = "Supervisor Password controls access to the setup utility."
