"""Reading prompts: known forms by table, and anything at all by hypothesis."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securemode.records.matching import Question, is_confirmation, words_of
from securemode.records.security_questions import QUESTIONS, question_asked
from securemode.records.terminal import shown
from securemode.setups.wizard_dialogue import Asked, PasswordWanted, ShellReady, event_in

BY_ID = {question.requirement: question for question in QUESTIONS}
HINT = "(only applies when Enable AES128-SHA ciphersuite = No)"


@pytest.mark.parametrize(
    ("text", "requirement", "default"),
    [
        ("Enable FIPS compliance mode (NO): ", "WIZ-01", "NO"),
        ("Enable FIPS compliance mode [NO]: ", "WIZ-01", "NO"),
        ("Enable FIPS compliance mode (default = NO)", "WIZ-01", "NO"),
        ("Enable FIPS compliance mode (default: no)? ", "WIZ-01", "no"),
        ("Enable FIPS compliance mode? [y/N] ", "WIZ-01", "N"),
        ("Enable FIPS compliance mode? [yes/no] ", "WIZ-01", ""),
        ("Enable FIPS compliance mode (yes/no) [NO]: ", "WIZ-01", "NO"),
        ("Do you want to enable FIPS compliance mode? (NO): ", "WIZ-01", "NO"),
        ("Enable FIPS compliance mode: ", "WIZ-01", None),
        ("Welcome.\n\nIt is not over.\nEnable FIPS\ncompliance mode (NO): ", "WIZ-01", "NO"),
        ("Disable system administrator account (NO): ", "WIZ-02", "NO"),
        (
            "Disable system administrator account (NO)\n(this applies to SSH and console access): ",
            "WIZ-02",
            "NO",
        ),
        ("SIP UDP listen port (1-65535) [5060]: ", "WIZ-07", "5060"),
        ("Active\nper-user\nmanagement web sessions (0): ", "WIZ-11", "0"),
        ("Allow TLS versions below 1.2 for inbound HTTPS (NO): ", "WIZ-14", "NO"),
        ('Configure CCA-ID (""): ', "WIZ-15", ""),
        ("Configure CCA-ID (): ", "WIZ-15", ""),
        ("Configure Resource-Priority prefix ('uc'): ", "WIZ-16", "uc"),
        (f"Enable AES128-SHA ciphersuite for outbound SIP/TLS (YES)\n{HINT}: ", "WIZ-19", "YES"),
        (f"Enable AES128-SHA ciphersuite for outbound SIP/TLS {HINT} (YES): ", "WIZ-19", "YES"),
    ],
)
def test_questions_in_many_forms(text: str, requirement: str, default: str | None) -> None:
    event = event_in(text)
    assert isinstance(event, Asked)
    assert event.question is BY_ID[requirement]
    assert event.default == default


@pytest.mark.parametrize(
    "text",
    [
        "Disable FIPS compliance mode (NO): ",
        "Enable no FIPS compliance mode (NO): ",
        "Enable everything without\nFIPS compliance mode (NO): ",
        "Enable TLS > 1.2 (NO): ",
        "Enable TLS 1.2 or lower (NO): ",
        "Enable IPv6 (YES): ",
        "Active web logins (0): ",
        "SIP SCTP listen port (5060): ",
        "Reject incoming packets to closed ports rather than drop (YES): ",
    ],
)
def test_what_only_resembles_a_question_is_unknown(text: str) -> None:
    event = event_in(text)
    assert isinstance(event, Asked)
    assert event.question is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[sudo] password for admin: ", PasswordWanted),
        ("Enter the admin password\n(it is not shown)\nPassword:", PasswordWanted),
        ("$ ", ShellReady),
        ("Welcome\nadmin@mgmt:~$ ", ShellReady),
        ("[root@mgmt ~]# ", ShellReady),
        ("", type(None)),
        ("Applying the settings", type(None)),
        ("Enable FIPS compliance mode (NO", type(None)),
        ("Disable system administrator account (this applies to SSH", type(None)),
        ("Costs 5 $ or more\n", type(None)),
    ],
)
def test_what_is_not_a_question(text: str, kind: type) -> None:
    assert type(event_in(text)) is kind


@pytest.mark.parametrize(
    ("text", "confirms"),
    [
        ("Apply these settings?", True),
        ("Are you sure you want to continue", True),
        ("Save changes and reboot the system now?", True),
        ("Apply strict policy to calls?", False),
        ("Are you sure that you do not want to continue", False),
        ("Restart?", False),
        ("", False),
    ],
)
def test_confirmations(text: str, *, confirms: bool) -> None:
    assert is_confirmation(text) is confirms


def test_every_question_is_recognised_by_its_own_wording_alone() -> None:
    assert len(QUESTIONS) == 25
    assert sorted(BY_ID) == [f"WIZ-{number:02}" for number in range(1, 26)]
    assert [question_asked(question.wording) for question in QUESTIONS] == list(QUESTIONS)


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("ab\b\bxy", "xy"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("wrapped \rline", "wrapped \nline"),
        ("bell\x07\x00", "bell"),
        ("a\ttab", "a       tab"),
    ],
)
def test_what_is_shown(raw: str, seen: str) -> None:
    assert shown(raw) == seen


@given(st.text())
def test_what_is_shown_has_no_control_character(text: str) -> None:
    assert all(character in "\n\t" or character.isprintable() for character in shown(text))


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_anything_at_all_can_be_read(text: str) -> None:
    event = event_in(shown(text))
    if isinstance(event, Asked) and event.question:
        assert set(event.question.telling) <= set(words_of(event.text))


@given(
    question=st.sampled_from(QUESTIONS),
    brackets=st.sampled_from(["()", "[]"]),
    default=st.from_regex(r"[A-Za-z0-9._-]{1,12}", fullmatch=True),
    end=st.sampled_from([": ", ":", "? ", " : ", ":\n"]),
    banner=st.sampled_from(["", "Security wizard\n", "Note: this cannot be undone.\n\n"]),
    cuts=st.sets(st.integers(0, 12), max_size=4),
)
def test_any_question_in_any_dress(
    *, question: Question, brackets: str, default: str, end: str, banner: str, cuts: set[int]
) -> None:
    words = question.wording.split(" ")
    wrapped = "".join(f"{word}\n" if at in cuts else f"{word} " for at, word in enumerate(words))
    event = event_in(f"{banner}{wrapped}{brackets[0]}{default}{brackets[1]}{end}")
    assert isinstance(event, Asked)
    assert event.question is question
    assert event.default == default


@given(st.lists(st.sampled_from(sorted(set(words_of(" ".join(BY_ID[i].wording for i in BY_ID)))))))
def test_words_of_the_guide_thrown_together_ask_at_most_what_they_contain(words: list[str]) -> None:
    question = question_asked(" ".join(words))
    if question is not None:
        assert set(question.telling) <= set(words)
        assert set(words) <= set(words_of(question.wording)) | {
            "to",
            "for",
            "in",
            "on",
            "of",
            "and",
        }
