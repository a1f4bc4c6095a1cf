"""Transcripts as people and the lab save them, and mangled in every way that hypothesis finds."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.recorded import Recorded, recorded
from securemode.errors import UnreadableRecord
from securemode.records import installation_questions, security_questions
from securemode.records.log_lines import LARGEST_LOG, MOST_LINES
from securemode.records.transcript import (
    Transcript,
    installation_transcript,
    security_transcript,
)

PEOPLE = recorded("people")
LAB = recorded("lab")
SECURITY = [one.path.read_bytes() for one in PEOPLE if one.wizard == "security"]
KEYS = {question.key: question for question in security_questions.QUESTIONS}
LONGEST_S = 10.0


def read(one: Recorded) -> Transcript:
    parse = security_transcript if one.wizard == "security" else installation_transcript
    return parse(one.path.read_bytes())


def test_there_are_enough_of_them() -> None:
    assert len(PEOPLE) >= 25
    assert len({one.path.name for one in PEOPLE}) == len(list(PEOPLE[0].path.parent.glob("*.log")))
    assert len({one.path.name for one in LAB}) == len(list(LAB[0].path.parent.glob("*.log")))


@pytest.mark.parametrize("one", [*PEOPLE, *LAB], ids=str)
def test_every_answer_is_read(one: Recorded) -> None:
    transcript = read(one)
    counted = transcript.last_completed
    assert (counted is not None) == one.completed
    if counted is not None:
        assert dict(counted.answers) == one.answers


@pytest.mark.parametrize("one", PEOPLE, ids=str)
def test_what_is_odd_is_said(one: Recorded) -> None:
    transcript = read(one)
    assert list(transcript.remarks) == one.more.get("remarks", [])
    assert len(transcript.runs) == one.more["runs"]
    if counted := transcript.last_completed:
        assert counted.ended == one.more.get("ended", "")
        assert counted.sets_password == one.more.get("sets_password", "both" in one.path.name)


def test_answers_by_default_are_told_apart() -> None:
    by_name = {one.path.stem: one for one in PEOPLE}
    defaults = read(by_name["all-defaults"]).last_completed
    assert defaults is not None
    assert set(defaults.by_default) == set(KEYS)
    typed = read(by_name["plain"]).last_completed
    assert typed is not None
    assert "fips_mode" not in typed.by_default
    assert "icmpv6_redirects" in typed.by_default


def test_no_password_is_read() -> None:
    for one in PEOPLE:
        assert "canary" not in repr(read(one))


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for parse in (security_transcript, installation_transcript):
        with suppress(UnreadableRecord):
            assert all(run.answers or not run.is_complete for run in parse(data).runs)


@settings(deadline=None)
@given(
    data=st.sampled_from(SECURITY),
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12)), max_size=6
    ),
)
def test_mangled_transcripts_hold_nothing_but_answers(
    data: bytes, cuts: list[tuple[float, int, bytes]]
) -> None:
    for where, gone, new in cuts:
        at = int(where * len(data))
        data = data[:at] + new + data[at + gone :]
    try:
        transcript = security_transcript(data)
    except UnreadableRecord:
        return
    for run in transcript.runs:
        assert len({key for key, _ in run.answers}) == len(run.answers)
        for key, answer in run.answers:
            kind = KEYS[key].kind
            assert kind != "yes/no" or answer in {"YES", "NO"}
            assert kind not in {"port", "number"} or answer.isdecimal()


@settings(deadline=None)
@given(st.data())
def test_lines_without_a_question_change_no_answer(data: st.DataObject) -> None:
    lines = SECURITY[0].decode().split("\n")
    before = security_transcript(SECURITY[0]).last_completed
    noise = st.text(alphabet="abcdefg hijk,.\x07", max_size=30)
    for at in sorted(data.draw(st.sets(st.integers(4, len(lines) - 1), max_size=5)), reverse=True):
        lines.insert(at, f"{data.draw(noise)}.")
    after = security_transcript("\n".join(lines).encode()).last_completed
    assert before is not None
    assert after is not None
    assert after.answers == before.answers


@pytest.mark.parametrize(
    "data",
    [
        b"enable fips mode:" * 10_000,
        b"enable\n" * (MOST_LINES - 1),
        b"enable tls (\n" * 15_000,
        "\n".join(f"Enable TLS < 1.{n} (no) [x] ? :" for n in range(15_000)).encode(),
        b"\x1b[9999C.\n" * 19_000,
        b"\x1b[9999@\x1b[9999C" * 20_000,
        b"((((((((((((((((" * 2**15,
        b"\b\r \t" * 2**18,
    ],
    ids=["one-line", "short-lines", "open-brackets", "questions", "far", "wide", "nested", "moves"],
)
def test_what_is_made_to_take_long_does_not(data: bytes) -> None:
    began = time.process_time()
    with suppress(UnreadableRecord):
        assert security_transcript(data).last_completed is None
    assert time.process_time() - began < LONGEST_S


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"x" * (LARGEST_LOG + 1), "more than 2 MB"),
        (b"\n" * (MOST_LINES + 1), "more than 20000 lines"),
        (b"\x1f\x8b\x08\0", "is no text"),
        (b"ELF\0\0\0\0\0\0", "is no text"),
    ],
)
def test_what_is_no_transcript_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableRecord, match=said) as refusal:
        security_transcript(data)
    assert refusal.value.remedy


def test_the_installer_is_asked_about_what_the_guide_decides() -> None:
    assert [one.requirement for one in installation_questions.WANTED] == ["DEPLOY-03", "DEPLOY-04"]
