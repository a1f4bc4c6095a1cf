from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from securemode.environment.parts import Login
from securemode.environment.secret import Secret
from securemode.errors import AuthenticationRejected, SetupFailed
from securemode.vsphere.console.login import log_in, log_out
from securemode.vsphere.console.terminal import ScreenTerminal
from securemode.vsphere.console.watching import ConsolePatience, Watch
from vsphere.console.text_console import HIDDEN, TextConsole

if TYPE_CHECKING:
    from vsphere.console.text_console import Script

HASTE = ConsolePatience(change_s=0.05, rest_s=0, poll_s=0, start_s=0.3, answer_s=0.3)
ADMIN = Login(username="admin", password=Secret("open sesame"))
KEPT: list[str] = []


def watch_of(console: TextConsole) -> Watch:
    def keep(what: str, _: bytes) -> str:
        KEPT.append(what)
        return f"{what}.png"

    return Watch(console, keep, HASTE)


def heard(terminal: ScreenTerminal) -> str:
    said = ""
    while piece := terminal.read(0.01):
        said += piece
    return said


def saying(*texts: str) -> Script:
    for text in texts:  # noqa: UP028 - what is typed is sent in
        yield text
    while True:
        yield ""


def test_only_what_is_new_is_read() -> None:
    terminal = ScreenTerminal(watch_of(TextConsole(saying("One\nTwo: ", "Three: ", ""))))
    assert heard(terminal) == "One\nTwo:"
    assert heard(terminal) == ""
    terminal.write("yes\n")
    assert heard(terminal) == "yes\nThree:"
    terminal.write("\n")
    assert heard(terminal) == ""


def test_what_goes_over_the_edge_is_one_line() -> None:
    long = " ".join(f"word{number}" for number in range(30)) + ": "
    terminal = ScreenTerminal(watch_of(TextConsole(saying(long))))
    assert heard(terminal).replace("\n", " ").split() == long.split()


@settings(max_examples=15, deadline=None)
@given(counts=some.lists(some.integers(0, 24), min_size=1, max_size=5))
def test_a_screen_that_scrolls_loses_nothing(counts: list[int]) -> None:
    texts = [
        "".join(f"\nline {number} of {part}" for part in range(count)) + f"\nprompt {number}:"
        for number, count in enumerate(counts)
    ]
    terminal = ScreenTerminal(watch_of(TextConsole(saying(*texts))))
    said = heard(terminal)
    for _ in texts[1:]:
        terminal.write("x\n")
        said += heard(terminal)
    lines = [line for text in texts for line in text.split("\n") if line]
    assert [line for line in said.split("\n") if line not in ("", "x")] == [
        line if number == len(lines) - 1 or not line.startswith("prompt") else f"{line}x"
        for number, line in enumerate(lines)
    ] or all(line in said for line in lines)


def test_a_cleared_screen_is_all_new_and_a_login_prompt_is_the_end() -> None:
    console = TextConsole(saying("old$ ", "\x0cWizard\nHostname: ", "\x0cmgmt login: "))
    terminal = ScreenTerminal(watch_of(console))
    heard(terminal)
    terminal.write("start\n")
    assert heard(terminal) == "\nWizard\nHostname:"  # the line before has ended, unseen
    terminal.write("mgmt\n")
    assert terminal.read(0.01) is None


def test_what_is_not_certain_is_not_read() -> None:
    console = TextConsole(saying("Enable FIPS compliance mode (NO): "), smear="FIPS")
    with pytest.raises(SetupFailed, match=r"stopped\.png") as stopped:
        ScreenTerminal(watch_of(console)).read(0.01)
    assert "--resume" in stopped.value.remedy


def system(*, password: str = "open sesame", is_open: bool = True) -> Script:
    while True:
        name = yield "mgmt login: "
        given = yield f"Password: {HIDDEN}"
        if is_open and name == "admin" and given == password:
            while (yield "admin@mgmt:~$ ") != "exit":
                pass
            yield "\x0cmgmt login: "
        else:
            yield "Login incorrect\n\nmgmt login: "


def test_the_login_is_by_what_is_asked() -> None:
    console = TextConsole(system())
    log_in(watch_of(console), ADMIN)
    assert console.typed == ["admin", "open sesame"]
    log_in(watch_of(console), ADMIN)
    assert console.typed == ["admin", "open sesame"]
    log_out(watch_of(console))
    assert console.lines[-1] == "mgmt login: "


def test_a_refused_login_is_told_from_a_broken_console() -> None:
    console = TextConsole(system(is_open=False))
    with pytest.raises(AuthenticationRejected, match=r"refused\.png"):
        log_in(watch_of(console), ADMIN)
    assert console.typed == ["admin", "open sesame"]
