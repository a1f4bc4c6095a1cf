"""The security wizard at a scripted terminal: the guide's questions, and every way to answer."""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict, fields, replace

import pytest

from lab.ssh.doubles import PASSWORD, Key, NodeState, Script
from securemode_lab.appliance.answers import Answers
from securemode_lab.appliance.console import Console

GUIDE = """
Enable FIPS compliance mode (NO)
Disable system administrator account (NO)
Accept ICMPv6 redirects (NO)
Drop incoming packets to closed ports rather than reject (YES)
Accept multicast ICMPv6 echo requests (YES)
Enable IPv6 Duplicate Address Detection (YES)
SIP UDP listen port (5060)
SIP TCP listen port (5060)
SIP TLS listen port (5061)
Active management web sessions (0)
Active per-user management web sessions (0)
Enable TLS < 1.2 (NO)
Enable Anonymous DH for outbound SIP/TLS (NO)
Permit TLS <1.2 for inbound HTTPS (NO)
Configure CCA-ID ("")
Configure Resource-Priority prefix ("")
Enable FIR (NO)
Enable AES128-SHA ciphersuite (NO)
Enable AES128-SHA ciphersuite for outbound SIP/TLS (YES)
Tolerate iPAddress SubjectAlternativeNames in SIP/TLS certificates (NO)
Enable Referrer-Policy: same-origin on HTTP responses (YES)
Enable preload in HSTS header (NO)
Enable AES_CM_128_HMAC_SHA1_* SRTP ciphersuites (YES)
Enable TLSv1.2 CBC-mode ciphersuites (YES)
Enable 2048-bit DH groups for H323 (NO)
""".strip().splitlines()

SECURE = (
    *("YES", "YES", "NO", "YES", "NO", "NO", "5060", "5060", "5061", "100", "10"),
    *("NO", "NO", "NO", "cca-1", "uc", "YES", "NO", "NO", "NO"),
    *("YES", "NO", "YES", "YES", "NO"),
)
SECURED = Answers(
    fips_mode=True,
    disable_admin_account=True,
    icmpv6_echo_requests=False,
    ipv6_dad_transmits=False,
    web_global_session_limit=100,
    web_per_user_session_limit=10,
    cca_id="cca-1",
    resource_priority_prefix="uc",
    enable_fir=True,
    enable_sip_aes128_sha=False,
)
QUESTION = re.compile(r"(?m)^([^\n(\[]+(?:\[^ ]*)?) [(\[](.*)[)\]]: ")


def run(
    state: NodeState, *typed: str | Key, password: str = PASSWORD, exits: bool = False
) -> Script:
    """One session in which the wizard is called and then these lines are typed."""
    script = Script(["securitywizard", password, *typed, *(["exit"] if exits else [])])
    asyncio.run(Console(state).session(script))
    return script


def keep(number: int) -> list[str]:
    """Return, that many times."""
    return [""] * number


def asked(script: Script) -> list[str]:
    """The prompts with their brackets, in the order in which they were shown."""
    return [f"{text} ({value})" for text, value in QUESTION.findall(script.screen)]


def test_the_questions_of_the_guide_in_its_order() -> None:
    state = NodeState()
    script = run(state, *keep(25))
    assert asked(script) == GUIDE
    assert script.left_over == []
    assert state.answers == Answers()
    assert state.restarts == 1


def test_the_answers_of_the_guide() -> None:
    state = NodeState()
    run(state, *SECURE)
    assert state.answers == SECURED
    assert state.restarts == 1


def test_current_values_stand_in_the_brackets() -> None:
    current = replace(SECURED, sip_tls_port=5071)
    state = NodeState(answers=current)
    script = run(state, *keep(25))
    shown = {prompt.rpartition(" (")[0]: prompt.rpartition(" (")[2] for prompt in asked(script)}
    assert shown["SIP TLS listen port"] == "5071)"
    assert shown["Configure CCA-ID"] == "cca-1)"
    assert shown["Active management web sessions"] == "100)"
    assert state.answers == current


def test_settings_that_are_not_asked_are_kept() -> None:
    unasked = replace(Answers(), enable_frame_deny=False, require_encrypted_media=True)
    state = NodeState(answers=unasked)
    run(state, *SECURE)
    assert (state.answers.enable_frame_deny, state.answers.require_encrypted_media) == (False, True)


def test_the_password_is_asked_without_echo() -> None:
    script = run(NodeState(), *keep(25))
    assert script.hidden == [PASSWORD]
    assert PASSWORD not in script.screen
    assert "[sudo] password for admin: \n" in script.screen


def test_a_wrong_password_thrice_is_the_end() -> None:
    state = NodeState()
    script = run(state, "wrong", "wrong", exits=True, password="wrong")
    assert script.screen.count("Sorry, try again.") == 2
    assert "sudo: 3 incorrect password attempts" in script.screen
    assert asked(script) == []
    assert state.restarts == 0


def test_nonsense_is_asked_again() -> None:
    state = NodeState()
    script = run(state, "maybe", "yes", *keep(5), "0", "65536", "port", "5070", *keep(18))
    assert state.answers == replace(Answers(), fips_mode=True, sip_udp_port=5070)
    assert script.screen.count("Please answer YES or NO.") == 1
    assert script.screen.count("Please enter a number from 1 to 65535.") == 3
    assert len(asked(script)) == 25 + 4


def test_sip_over_tcp_and_tls_need_two_ports() -> None:
    state = NodeState()
    script = run(state, *keep(7), "5061", "", "5062", *keep(16))
    assert "SIP TCP and SIP TLS can't both listen on port 5061." in script.screen
    assert (state.answers.sip_tcp_port, state.answers.sip_tls_port) == (5061, 5062)


def test_udp_may_share_a_port() -> None:
    state = NodeState()
    run(state, *keep(6), "5061", *keep(18))
    assert (state.answers.sip_udp_port, state.answers.sip_tls_port) == (5061, 5061)


def test_zero_sessions_are_no_limit() -> None:
    state = NodeState(answers=SECURED)
    run(state, *keep(9), "0", "0", *keep(14))
    assert state.answers.web_global_session_limit is None
    assert state.answers.web_per_user_session_limit is None


def test_question_19_depends_on_question_18() -> None:
    state = NodeState()
    script = run(state, *keep(17), "YES", *keep(6))
    assert script.left_over == []
    assert [prompt for prompt in asked(script) if "outbound SIP/TLS" in prompt] == [GUIDE[12]]
    assert state.answers == replace(Answers(), enable_aes128_sha=True)


@pytest.mark.parametrize("answered", range(0, 25, 6))
def test_ctrl_c_changes_nothing(answered: int) -> None:
    state = NodeState()
    script = run(state, *SECURE[:answered], Key.CTRL_C, exits=True)
    assert "no settings have been changed" in script.screen
    assert script.left_over == []
    assert (state.answers, state.restarts) == (Answers(), 0)


def test_a_broken_line_changes_nothing() -> None:
    state = NodeState()
    run(state, *SECURE[:24])
    assert (state.answers, state.restarts) == (Answers(), 0)


def test_another_node_has_no_wizard() -> None:
    state = NodeState(is_management=False)
    script = run(state)
    assert "securitywizard: command not found" in script.screen


def test_square_brackets() -> None:
    script = run(NodeState(variants={"wizard_brackets": "square"}), *keep(25))
    assert "Enable FIPS compliance mode [NO]: " in script.screen
    assert asked(script) == GUIDE


def test_another_order() -> None:
    state = NodeState(variants={"wizard_order": "shuffled"})
    script = run(state, *keep(25))
    assert sorted(asked(script)) == sorted(GUIDE)
    assert asked(script)[:3] != GUIDE[:3]
    assert asked(script).index(GUIDE[17]) < asked(script).index(GUIDE[18])
    assert state.restarts == 1


def test_another_wording() -> None:
    script = run(NodeState(variants={"wizard_wording": "reworded"}), *keep(25))
    assert asked(script)[0] == "Enable fips compliance mode? (NO)"
    assert asked(script)[6] == "Sip udp listen port (5060)"
    assert not set(asked(script)) & {line for line in GUIDE if "(NO)" in line or "(YES)" in line}
    plain = [prompt.replace("?", "").lower() for prompt in asked(script)]
    assert plain == [prompt.lower() for prompt in GUIDE]


@pytest.mark.parametrize(
    ("confirmed", "expected"), [("yes", SECURED), ("no", Answers()), ("", Answers())]
)
def test_a_confirmation(confirmed: str, expected: Answers) -> None:
    state = NodeState(variants={"wizard_confirm": "yes"})
    script = run(state, *SECURE, confirmed, exits=True)
    assert "  Enable FIPS compliance mode: YES\n" in script.screen
    assert "  Active management web sessions: 100\n" in script.screen
    assert "Apply these settings and reboot (NO): " in script.screen
    assert state.answers == expected
    assert state.restarts == (expected == SECURED)


@pytest.mark.parametrize("answer", ["", "YES"])
def test_a_question_that_nobody_knows(answer: str) -> None:
    state = NodeState(variants={"wizard_unknown_question": "yes"})
    script = run(state, *SECURE[:12], answer, *SECURE[12:])
    assert len(asked(script)) == 26
    assert set(asked(script)) > set(GUIDE)
    assert state.answers == SECURED


def test_every_answer_is_a_field() -> None:
    assert asdict(SECURED).keys() == {field.name for field in fields(Answers)}
