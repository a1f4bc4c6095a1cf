"""The log of the installation: an operator at the Management Node's screen answers the wizard."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from securemode_lab.appliance.answers import Answers
from securemode_lab.appliance.console import ADMIN, Console
from securemode_lab.appliance.install_wizard import CONTACT, NODE, REPORTS, STATISTICS
from securemode_lab.appliance.screen import BACKSPACE, CTRL_C, Screen
from securemode_lab.appliance.wizard_answers import DOMAIN
from securemode_lab.records.copied import copied

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from securemode_lab.appliance.install_wizard import InstallValue, InstallValues
    from securemode_lab.appliance.wizard_answers import Question

_TOOK = timedelta(minutes=4)
_WAY_TO_THE_SCREEN = (
    "\x1b]0;operator@desk: ~\x07operator@desk:~$ telnet console.lab.example 2001\r\n"
    "Connected to console.lab.example.\r\nEscape character is '^]'.\r\n\x1b[H\x1b[J"
)
"""A shell with its window's title, the serial port of the virtual machine, a clear screen."""


@dataclass(slots=True)
class Machine:
    """A Management Node that nobody has logged in to yet; see `appliance.console.ConsoleState`."""

    variants: Mapping[str, str]
    os_password: str | None = None
    answers: Answers = field(default_factory=Answers)
    installed: bool = False
    is_management: bool = True
    values: InstallValues = field(default_factory=dict)

    def install(self, values: InstallValues) -> None:
        """Take the values of the installation wizard."""
        self.values, self.installed = values, True

    async def restart(self) -> None:
        """Start again, which ends the session."""


async def transcript(
    values: InstallValues,
    os_password: str,
    variants: Mapping[str, str],
    started: datetime,
    *,
    aborted: bool = False,
) -> str:
    """What the operator's terminal logged while the Management Node was installed.

    Args:
        values: what the wizard was told.
        os_password: the first of the system administrator; the wizard has that of the web.
        variants: how the wizard speaks, and how the log was saved.
        started: when.
        aborted: whether the operator pressed Ctrl-C at the last question.
    """
    machine = Machine(variants)
    screen = Screen(_typed(values, os_password, aborted=aborted))
    await Console(machine).login(screen)
    assert machine.values == ({} if aborted else values), "the wizard understood something else"
    match variants["installation_log"]:
        case "copied":
            return copied(screen.log)
        case "script":
            return _as_script_writes(screen.log, started)
    return screen.log


def _typed(values: InstallValues, os_password: str, *, aborted: bool) -> Iterator[str]:
    """Lines in the order in which the console asks for them; passwords are typed unseen."""
    yield ADMIN
    yield from (os_password,) * 3
    for question, default in NODE:
        yield _answer(question, default, values[question.key])
    yield from (str(values["pass"]),) * 2
    yield _answer(REPORTS, False, values["error_reports"])  # noqa: FBT003 - a default like others
    if values["error_reports"]:
        yield _answer(CONTACT, "", values["contact_email_address"])
    yield CTRL_C if aborted else _answer(STATISTICS, False, values["enable_analytics"])  # noqa: FBT003


def _answer(question: Question, default: InstallValue, value: InstallValue) -> str:
    """Return where the brackets have it already; the domain is typed with a slip."""
    if value == default:
        return ""
    shown = question.kind.show(value)
    return f"{shown[:4]}#{BACKSPACE}{shown[4:]}" if question.kind is DOMAIN else shown


def _as_script_writes(log: str, started: datetime) -> str:
    """The log in the frame of the program `script`."""
    terminal = '[TERM="xterm-256color" TTY="/dev/pts/1" COLUMNS="80" LINES="24"]'
    return (
        f"Script started on {_said(started)} {terminal}\n"
        f"{_WAY_TO_THE_SCREEN}{log}"
        f'\nScript done on {_said(started + _TOOK)} [COMMAND_EXIT_CODE="0"]\n'
    )


def _said(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S+00:00}"
