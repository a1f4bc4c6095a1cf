"""The recorded transcripts are what the wizards show now, and a narrow terminal is a terminal."""

from __future__ import annotations

import functools

import pytest
from ruamel.yaml import YAML

from lab.ssh.doubles import PASSWORD
from lab.ssh.recordings import Recording, recordings
from lab.ssh.served import ServedNode, logged_in, serving
from lab.ssh.transcripts import FOLDER, entry, recorded, typed
from lab.ssh.typing_plan import INSTALLATION, WEB_PASSWORD, Plan, Typist
from securemode_lab.records.copied import copied

RECORDINGS = {recording.name: recording for recording in recordings()}


@functools.cache
def _index() -> str:
    return (FOLDER / "index.yaml").read_text()


@pytest.mark.parametrize("recording", RECORDINGS.values(), ids=RECORDINGS)
def test_a_transcript_is_what_the_wizard_shows(recording: Recording) -> None:
    done = recorded(recording)
    assert (FOLDER / f"{recording.name}.log").read_bytes().decode() == done.shown
    assert entry(recording, done) in _index()


def test_the_index_names_every_file_and_no_other() -> None:
    listed = YAML(typ="safe").load(_index())
    assert {path.stem for path in FOLDER.glob("*.log")} == set(RECORDINGS)
    assert [entry["file"] for entry in listed] == [f"{name}.log" for name in RECORDINGS]
    assert {entry["completed"] for entry in listed} == {True, False}
    assert all(entry["answers"] for entry in listed)


def test_no_password_is_in_them() -> None:
    for path in FOLDER.iterdir():
        text = path.read_text()
        assert not [word for word in (PASSWORD, WEB_PASSWORD, "mistyped-password") if word in text]


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize(
    "typed_names",
    [
        "ntp1.lab.example ntp2.lab.example ntp3.lab.example ntp4.lab.example",
        "ntp1.lab.example ntp2.lab.exqmple ntp3.lab.example" + 22 * "\x7f" + "ample ntp3",
        "ntp1.lab.example ntp2.lab.example ntp3.lab.example\x15ntp1.lab.example",
        "x" * 27,
        "x" * 33 + "." + "x" * 33,
    ],
)
def test_a_line_wraps_at_the_edge_of_the_terminal(columns: int, typed_names: str) -> None:
    typist = Typist(Plan(INSTALLATION | {"ntp": typed_names}, interrupted_at="user"))
    node = ServedNode(PASSWORD, installed=False)
    with serving(node), logged_in(node.port, PASSWORD) as client:
        shown = typed(client, list(typist.installation()), columns, ends=False)
    line = f"NTP servers: {typist.answers['ntp']}"
    rows = [line[at : at + columns].rstrip() for at in range(0, len(line), columns)]
    seen = copied(shown, columns).splitlines()
    first = seen.index(rows[0])
    assert seen[first : first + len(rows)] == rows
    blanks = [row for row in seen[first + len(rows) :] if row]
    assert blanks[0] == "Web administration username (admin): ^C"
