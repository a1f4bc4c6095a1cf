"""Logs in at a console, and out again."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from securemode.errors import AuthenticationRejected
from securemode.vsphere.console.terminal import LOGIN_PROMPT, written_lines

if TYPE_CHECKING:
    from securemode.environment.parts import Login
    from securemode.vsphere.console.screen_text import ScreenText
    from securemode.vsphere.console.watching import Watch

INTERRUPT = "\x03"
_PASSWORD = re.compile(r"(?i)\bpassword:\s*\Z")
_REFUSAL = re.compile(r"(?i)\b(?:login incorrect|authentication failure|access denied)\b")
_SHELL = re.compile(r"[$#]\s*\Z")


class LoginRefused(AuthenticationRejected):
    """The system at the console answered, and did not let the account in."""


def shows_login(text: ScreenText) -> bool:
    """Whether the console waits for a user name, with certainty."""
    return _ends(text, LOGIN_PROMPT)


def log_in(watch: Watch, login: Login) -> None:
    """Log in where the console waits for a user name; where somebody is logged in, nothing.

    A system on which the account has no password yet asks for none.

    Raises:
        LoginRefused: the console answers, and does not let this account in.
        CannotLook: it does not come to a login prompt.
    """
    if shows_shell(watch.look().text):
        return
    _wait_for_login(watch)
    refusals = _refusals(watch.text)
    watch.type(f"{login.username}\n")
    watch.until("an answer to the user name", _has_answered, timeout_s=watch.patience.answer_s)
    if _ends(watch.text, _PASSWORD) and not asks_for_new_password(watch.text):
        watch.type(f"{login.password.reveal()}\n")
        watch.until(
            "an answer to the password",
            lambda text: _refusals(text) > refusals or _has_moved_on(text),
            timeout_s=watch.patience.answer_s,
        )
    if _refusals(watch.text) > refusals or shows_login(watch.text):
        file = watch.keep("refused")
        raise LoginRefused(
            f"the console does not let {login.username} in ({file}).",
            remedy="check credentials.os_admin; what the wizard disabled stays disabled.",
        )


def wake(watch: Watch) -> None:
    """Press Enter at a console that stays dark: nobody has touched it for long.

    Elsewhere Enter would answer something.
    """
    deadline = time.monotonic() + watch.patience.change_s
    while not watch.look().text.text:
        if time.monotonic() > deadline:
            watch.type("\n")
            return
        watch.wait()


def log_out(watch: Watch) -> None:
    """Leave no shell open at the console, also where it comes back only now."""
    deadline = time.monotonic() + watch.patience.change_s
    while not shows_login(watch.look().text):
        if shows_shell(watch.text):
            watch.type("exit\n")
            return
        if time.monotonic() > deadline:
            return
        watch.wait()


def leave(watch: Watch) -> None:
    """Leave whatever a run that was killed has left half-typed: Ctrl-C, until a login prompt.

    Raises:
        TimedOut: none comes.
    """
    if shows_login(watch.look().text) or shows_shell(watch.text):
        return
    watch.type(INTERRUPT)
    watch.until(
        "a login prompt",
        lambda text: shows_login(text) or shows_shell(text),
        timeout_s=watch.patience.start_s,
    )


def shows_shell(text: ScreenText) -> bool:
    """Whether the console waits for a command, with certainty."""
    return _ends(text, _SHELL)


def asks_for_new_password(text: ScreenText) -> bool:
    """Whether the last line asks for a password that is to be set."""
    lines = written_lines(text)
    return bool(lines and re.search(r"(?i)\b(?:new|set|choose|retype)\b.*password", lines[-1]))


def _wait_for_login(watch: Watch) -> None:
    """Come to a login prompt.

    An Enter that was pressed while the console was still dark is taken for an empty user name; the
    question for its password is answered with nothing as well.
    """
    start_s = watch.patience.start_s
    watch.until("a login prompt", _is_before_login, timeout_s=start_s)
    if not shows_login(watch.text):
        watch.type("\n")
        watch.until("a login prompt", shows_login, timeout_s=start_s)


def _is_before_login(text: ScreenText) -> bool:
    lines = written_lines(text)
    return shows_login(text) or (bool(lines) and lines[-1].strip().casefold() == "password:")


def _has_answered(text: ScreenText) -> bool:
    lines = written_lines(text)
    return bool(lines) and not re.search(r"(?i)\blogin: \S+\Z", lines[-1])


def _has_moved_on(text: ScreenText) -> bool:
    """Whether something other than the password's own prompt is the last line."""
    lines = written_lines(text)
    return bool(lines) and lines[-1].strip().casefold() != "password:"


def _refusals(text: ScreenText) -> int:
    return len(_REFUSAL.findall(text.text))


def _ends(text: ScreenText, pattern: re.Pattern[str]) -> bool:
    """Whether the last line matches, and is certain."""
    lines = written_lines(text)
    if not lines or not pattern.search(lines[-1]):
        return False
    return text.is_certain_in(len(lines) - 1, len(lines))
