"""Records what is in tests/data/transcripts/lab: python -m lab.ssh.transcripts, from tests/.

Each is a conversation of paramiko with the lab's SSH server on a pty of its width, or one at the
screen of the virtual machine. Then it is saved as people do.
"""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.ssh.doubles import PASSWORD, NodeState
from lab.ssh.recordings import Recording, recordings
from lab.ssh.served import LIMIT_S, ServedNode, logged_in, serving
from lab.ssh.typing_plan import Typist
from securemode_lab.appliance.console import Console
from securemode_lab.appliance.screen import CTRL_C, Screen
from securemode_lab.records.copied import copied

if TYPE_CHECKING:
    from collections.abc import Iterable

    import paramiko

FOLDER = Path(__file__).parents[2] / "data" / "transcripts" / "lab"
_SHELL = "\x1b[?2004h\x1b]0;operator@desk: ~\x07operator@desk:~$ "
_PROMPT = re.compile(r"(?:: |\$ )(?: \x08)?\Z")
_HEAD = """\
# What each transcript holds. The files are written by tests/lab/ssh/transcripts.py.
#
# wizard: installation or security. completed: whether a run of it was, in this file. answers: of
# the last run that was completed, or else of the one that was not, as far as it got; by the names
# under which the product keeps them, with null for a limit of 0. What was not asked is not here.
"""


class Conversation:
    """What the terminal showed, and what therefore is true."""

    def __init__(self) -> None:
        self.shown = ""
        self.completed = False
        self.answers: dict[str, Any] = {}

    def take(self, typist: Typist) -> None:
        """A run of the wizard has ended."""
        if typist.completed or not self.completed:
            self.answers = typist.answers
        self.completed |= typist.completed


def recorded(recording: Recording) -> Conversation:
    """Have the conversation."""
    done = Conversation()
    if recording.over == "screen":
        _at_the_screen(recording, done)
    else:
        _over_ssh(recording, done)
    done.shown = _as_saved(recording, done.shown)
    assert PASSWORD not in done.shown
    return done


def _at_the_screen(recording: Recording, done: Conversation) -> None:
    state = NodeState(None, installed=False, variants=recording.variants)
    for plan in recording.runs:
        typist = Typist(plan)
        first = [PASSWORD, PASSWORD] if state.os_password is None else [PASSWORD]
        screen = Screen(["admin", *first, *typist.installation()])
        asyncio.run(Console(state).login(screen))
        done.shown += screen.log
        done.take(typist)
        assert state.installed == typist.completed


def _over_ssh(recording: Recording, done: Conversation) -> None:
    installs = recording.wizard == "installation"
    password = None if installs else PASSWORD
    node = ServedNode(password, installed=not installs, variants=recording.variants)
    with serving(node):
        for plan in recording.runs:
            typist = Typist(plan)
            if installs:
                first = [PASSWORD, PASSWORD] if node.os_password is None else []
                lines = [*first, *typist.installation()]
            else:
                lines = list(typist.security(recording.variants, node.answers))
            with logged_in(node.port, node.os_password) as client:
                done.shown += typed(client, lines, recording.columns, ends=typist.completed)
            if typist.completed:
                node.wait_for_restart()
            done.take(typist)
        kept = node.values if installs else node.answers
        assert {**_plain(kept), **done.answers} == _plain(kept) or not done.completed


def _plain(kept: Any) -> dict[str, Any]:
    return dict(kept) if isinstance(kept, dict) else {k: getattr(kept, k) for k in kept.__slots__}


def typed(client: paramiko.Transport, lines: Iterable[str], columns: int, *, ends: bool) -> str:
    """One session; a wizard that was left leads back to a prompt, where `exit` is typed."""
    channel = client.open_session(timeout=LIMIT_S)
    channel.settimeout(LIMIT_S)
    channel.get_pty("xterm", columns, 24)
    channel.invoke_shell()
    shown = ""
    for line in lines:
        shown += _until(channel, _PROMPT)
        channel.sendall(line.encode() if line == CTRL_C else f"{line}\r".encode())
    if not ends:
        shown += _until(channel, re.compile(r"\$ \Z|(?:aborted|installed)\.\r\n\Z"))
        if shown.endswith("$ "):
            channel.sendall(b"exit\r")
    return shown + _until(channel, None)


def _until(channel: paramiko.Channel, end: re.Pattern[str] | None) -> str:
    """What is shown up to a prompt, or to the end of the session."""
    text = ""
    while end is None or not end.search(text):
        received = channel.recv(4096).decode()
        if not received:
            assert end is None, f"the session ended after {text!r}"
            break
        text += received
    return text


def _as_saved(recording: Recording, shown: str) -> str:
    columns = recording.columns
    match recording.saved:
        case "copied":
            return copied(shown, columns)
        case "putty":
            line = "=~" * 11 + "="
            return f"{line} PuTTY log 2026.11.20 09:12:44 {line}\r\nlogin as: admin\r\n{shown}"
        case "script":
            size = f'COLUMNS="{columns}" LINES="24"'
            return (
                "Script started on 2026-11-20 09:12:44+01:00 "
                f'[TERM="xterm" TTY="/dev/pts/3" {size}]\n'
                f"{_SHELL}ssh admin@198.51.100.10\r\n"
                f"\x1b[?2004l\r{shown}Connection to 198.51.100.10 closed.\r\n"
                f"{_SHELL}exit\r\n\x1b[?2004l\rexit\r\n"
                '\nScript done on 2026-11-20 09:18:02+01:00 [COMMAND_EXIT_CODE="0"]\n'
            )
    return shown


def entry(recording: Recording, done: Conversation) -> str:
    """The recording's part of the index, in YAML."""
    lines = [
        f"- file: {recording.name}.log",
        f"  wizard: {recording.wizard}",
        f"  how: {json.dumps(recording.how)}",
        f"  saved_as: {recording.saved}",
        f"  columns: {recording.columns}",
        f"  completed: {json.dumps(done.completed)}",
        "  answers:" if done.answers else "  answers: {}",
        *(f"    {key}: {json.dumps(value)}" for key, value in done.answers.items()),
    ]
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    """Write every file anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.log"):
        old.unlink()
    index = _HEAD
    for recording in recordings():
        done = recorded(recording)
        (FOLDER / f"{recording.name}.log").write_bytes(done.shown.encode())
        index += entry(recording, done)
    (FOLDER / "index.yaml").write_text(index)


if __name__ == "__main__":
    main()
