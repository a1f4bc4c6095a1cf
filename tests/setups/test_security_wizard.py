from __future__ import annotations

import random
import stat
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from securemode.environment.site import SipPorts, Site
from securemode.errors import AuthenticationRejected, Refused, SetupFailed, UnreadableRecord
from securemode.records.own_record import WizardRecord
from securemode.records.security_questions import QUESTIONS
from securemode.setups.configured_already import Beforehand
from securemode.setups.kept_record import KeptRecord
from securemode.setups.management_restart import Patience
from securemode.setups.security_wizard import SecurityWizard
from securemode.setups.wizard_conversation import answers_wanted
from setups.fake_console import (
    FACTORY,
    PASSWORD,
    FakeWizard,
    coloured_style,
    guide_style,
    letters_style,
    spoken_style,
    square_style,
    wrapped_style,
)
from setups.surroundings import DEPLOYMENT, environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from securemode.errors import CannotLook
    from securemode.records.matching import Question

SITE = Site(cca_id="CCA-7", resource_priority_prefix="uc")
QUICK = Patience(answer_s=1.0, restart_s=0.5, unnoticed_s=0.05, poll_s=0.01)


class Looks:
    """A Management Node as it is found, look by look; the last look lasts."""

    def __init__(self, *found: str) -> None:
        self.found = list(found)

    def __call__(self) -> bool:
        return (self.found.pop(0) if len(self.found) > 1 else self.found[0]) == "up"


def wizard_of(
    fake: Any, site: Site = SITE, *, restarted: list[str] | None = None, **more: Any
) -> SecurityWizard:
    names = restarted if restarted is not None else []
    return SecurityWizard(
        environment(site),
        DEPLOYMENT,
        **{
            "restart_node": names.append,
            "console": fake,
            "is_up": Looks("up", "away", "away", "up"),
            "nodes": lambda: {"conf1", "conf2"},
            "patience": QUICK,
            **more,
        },
    )


@pytest.mark.parametrize(
    "style",
    [guide_style, square_style, letters_style, spoken_style, coloured_style, wrapped_style],
)
@pytest.mark.parametrize("piece", [1, 4096])
def test_every_answer_is_given_whatever_the_console_looks_like(
    style: Callable[..., str], piece: int
) -> None:
    fake = FakeWizard(style=style, piece=piece)
    restarted: list[str] = []
    said: list[str] = []
    changes = wizard_of(fake, restarted=restarted).run(said.append)
    assert fake.stored == answers_wanted(SITE)
    assert fake.runs == 1
    assert restarted == ["conf1", "conf2"]
    assert len(changes) == len(QUESTIONS)
    assert "security_wizard: Enable FIR: YES" in said


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_questions_does_not_matter(seed: int) -> None:
    fake = FakeWizard(questions=random.Random(seed).sample(QUESTIONS, len(QUESTIONS)))
    wizard_of(fake).run(lambda _: None)
    assert fake.stored == answers_wanted(SITE)


def test_the_sites_own_values_are_typed() -> None:
    site = Site(cca_id="X", resource_priority_prefix="dsn", sip_ports=SipPorts(udp=6060, tcp=6060))
    fake = FakeWizard()
    wizard_of(fake, site).run(lambda _: None)
    assert fake.stored["sip_udp_port"] == fake.stored["sip_tcp_port"] == "6060"
    assert fake.stored["resource_priority_prefix"] == "dsn"


def test_return_accepts_what_is_right_already() -> None:
    fake = FakeWizard()
    wizard_of(fake).apply(lambda _: None)
    command, password, fips, _, redirects = fake.typed[:5]
    assert (command, password, fips, redirects) == ("securitywizard", PASSWORD, "YES", "")


def test_a_second_run_looks_and_changes_nothing() -> None:
    fake = FakeWizard()
    wizard_of(fake).run(lambda _: None)
    restarted: list[str] = []
    said: list[str] = []
    assert wizard_of(fake, restarted=restarted).run(said.append) == []
    assert (fake.runs, fake.interrupted, restarted) == (1, 2, [])
    assert said == ["security_wizard: nothing to change"]


def test_planning_stops_at_the_first_difference_and_changes_nothing() -> None:
    fake = FakeWizard()
    changes = wizard_of(fake).plan()
    assert fake.typed == ["securitywizard", PASSWORD]
    assert (fake.interrupted, fake.stored) == (1, FACTORY)
    assert str(changes[0]) == ("Management Node: Enable FIPS compliance mode: NO → YES (WIZ-01)")
    assert changes[1].now == "not looked at"


def test_planning_leaves_out_what_was_seen_to_be_right() -> None:
    fake = FakeWizard(stored={**FACTORY, "fips_mode": "YES"})
    changes = wizard_of(fake).plan()
    assert changes[0].requirement == "WIZ-02"
    assert "WIZ-01" not in {change.requirement for change in changes}


@pytest.mark.parametrize(
    "confirmation",
    ["Apply these settings? [y/N] ", "Are you sure you want to continue (NO): ", "Reboot now? "],
)
def test_a_confirmation_is_given(confirmation: str) -> None:
    fake = FakeWizard(confirmation=confirmation)
    wizard_of(fake).run(lambda _: None)
    assert fake.runs == 1


@pytest.mark.parametrize(
    "unknown",
    [
        "Colour of the console (BLUE): ",
        "Enable FIPS 140-3 level 4 mode (NO): ",
        "Do not\r\nEnable FIPS compliance mode (NO): ",
        "Reject incoming packets to closed ports rather than drop (YES): ",
        "Enable system administrator account (YES): ",
        "Apply strict policy to outbound calls? [y/N] ",
    ],
)
@pytest.mark.parametrize("place", [0, 3])
def test_an_unknown_question_is_not_answered(unknown: str, place: int) -> None:
    questions: list[Question | str] = [*QUESTIONS[:place], unknown, *QUESTIONS[place:]]
    fake = FakeWizard(questions=questions)
    with pytest.raises(SetupFailed, match="asks what we do not know") as caught:
        wizard_of(fake).apply(lambda _: None)
    assert " ".join(unknown.split())[-20:] in caught.value.message
    assert (fake.runs, fake.interrupted) == (0, 1)
    assert len(fake.typed) == 2 + place


def test_a_refused_answer_is_told_in_the_appliances_words() -> None:
    fake = FakeWizard(refuses="web_global_session_limit")
    with pytest.raises(SetupFailed) as caught:
        wizard_of(fake).apply(lambda _: None)
    assert 'asks "Active management web sessions" again after our answer "100"' in str(caught.value)
    assert "This value is not allowed here." in caught.value.message
    assert (fake.runs, fake.interrupted) == (0, 1)


def test_a_wrong_password() -> None:
    wrong = SecurityWizard(
        environment(SITE, os_password="wrong"),
        DEPLOYMENT,
        console=(fake := FakeWizard()),
        patience=QUICK,
    )
    with pytest.raises(SetupFailed, match="asks for the password again"):
        wrong.apply(lambda _: None)
    assert "wrong" not in wrong.transcript
    assert fake.runs == 0


def test_a_value_that_the_site_does_not_state_is_not_left_standing() -> None:
    fake = FakeWizard(stored={**FACTORY, "cca_id": "OLD"})
    with pytest.raises(SetupFailed, match='shows "OLD" for "Configure CCA-ID"'):
        wizard_of(fake, Site()).apply(lambda _: None)
    assert (fake.runs, fake.interrupted) == (0, 1)


def test_a_console_that_falls_silent() -> None:
    fake = FakeWizard(questions=["Thinking"])
    with pytest.raises(SetupFailed, match=r"nothing that we know after 1 s.*Thinking"):
        wizard_of(fake).apply(lambda _: None)


class Chatterbox:
    def read(self, _: float) -> str:
        return "bla "

    def write(self, text: str) -> None:
        """Take no notice."""


def test_a_console_that_never_stops_talking() -> None:
    with pytest.raises(SetupFailed, match="nothing that we know"):
        wizard_of(lambda: nullcontext(Chatterbox())).apply(lambda _: None)


def test_a_console_that_closes_in_the_middle() -> None:
    fake = FakeWizard(questions=QUESTIONS[:4], farewell="\r\nbye\r\n")
    with pytest.raises(SetupFailed) as caught:
        wizard_of(fake).apply(lambda _: None)
    assert caught.value.message.startswith("The console closed after 4 answers; the wizard did not")


def test_an_older_wizard_with_fewer_questions_is_done_when_it_restarts() -> None:
    fake = FakeWizard(questions=QUESTIONS[:22])
    wizard_of(fake).apply(lambda _: None)
    assert fake.runs == 1


def test_a_wizard_that_ends_without_a_restart() -> None:
    fake = FakeWizard(hangs_up=False, farewell="\r\nCould not write the settings.\r\n")
    with pytest.raises(SetupFailed, match=r"does not restart.*Could not write the settings"):
        wizard_of(fake).apply(lambda _: None)


def test_a_management_node_that_does_not_come_back() -> None:
    with pytest.raises(SetupFailed, match=r"has not come back within 0\.5 s"):
        wizard_of(FakeWizard(), is_up=Looks("away")).apply(lambda _: None)


def test_a_restart_without_any_sign_is_believed_after_a_while() -> None:
    wizard_of(FakeWizard(), is_up=Looks("up")).apply(lambda _: None)


def test_conferencing_nodes_that_nobody_can_restart_are_listed() -> None:
    with pytest.raises(SetupFailed, match="without its answers: conf1, conf2") as caught:
        wizard_of(FakeWizard(), restart_node=None).apply(lambda _: None)
    assert caught.value.remedy == "restart conf1, conf2."


def test_the_transcript_shows_the_dialogue_and_no_password() -> None:
    wizard = wizard_of(FakeWizard(style=coloured_style))
    wizard.run(lambda _: None)
    assert "Enable FIPS compliance mode (NO): YES" in wizard.transcript
    assert "conf2 has been restarted." in wizard.transcript
    assert PASSWORD not in wizard.transcript
    assert "\x1b" not in wizard.transcript
    assert wizard.secrets() == (PASSWORD,)


def closed(error: CannotLook) -> Callable[[], Any]:
    def refuse() -> Any:
        raise error

    return refuse


def test_without_ssh_there_is_nothing_to_do_and_it_is_said_so() -> None:
    wizard = wizard_of(closed(Refused("the connection is refused.")), is_up=Looks("up"))
    said: list[str] = []
    assert wizard.run(said.append) == []
    assert "what it was answered is not known from here: the verification shows." in said[0]


def test_a_record_says_what_was_answered(tmp_path: Path) -> None:
    kept = KeptRecord(tmp_path / "record.json")
    kept.write(WizardRecord(tuple(answers_wanted(SITE).items()), "2026-11-23T00:00:00Z"), None)
    rejected = closed(AuthenticationRejected("the account is not let in."))
    said: list[str] = []
    assert wizard_of(rejected, kept=kept).run(said.append) == []
    assert "recorded 2026-11-23T00:00:00Z" in said[0]


def test_a_run_leaves_its_record_for_its_owner_alone(tmp_path: Path) -> None:
    kept = KeptRecord(
        tmp_path / "records" / "record.json", lambda text: text.replace("CCA-7", "**")
    )
    wizard_of(FakeWizard(), kept=kept, configured=lambda: Beforehand("a", ("2 services",))).run(
        lambda _: None
    )
    record = kept.read()
    assert record is not None
    assert dict(record.answers) == answers_wanted(SITE) | {"cca_id": "**"}
    assert record.configured_before == ("2 services",)
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    assert [path.name for path in kept.path.parent.iterdir()] == ["record.json"]


@pytest.mark.parametrize(
    ("first", "second", "counted"),
    [("a", "a", ()), ("a", "b", ("2 services",)), ("", "", ("2 services",))],
    ids=["the-same-installation", "a-new-one", "unknown"],
)
def test_what_was_configured_before_the_first_run_counts(
    first: str, second: str, counted: tuple[str, ...], tmp_path: Path
) -> None:
    kept = KeptRecord(tmp_path / "record.json")
    for found in (Beforehand(first, ()), Beforehand(second, ("2 services",))):
        wizard = wizard_of(FakeWizard(), kept=kept, configured=lambda said=found: said)
        wizard.run(lambda _: None)
    record = kept.read()
    assert record is not None
    assert record.configured_before == counted


def test_a_product_that_does_not_say_what_is_configured_leaves_it_open(tmp_path: Path) -> None:
    def unknown() -> Beforehand:
        raise Refused("the Management Node refuses the connection.")

    kept = KeptRecord(tmp_path / "record.json")
    wizard = wizard_of(FakeWizard(), kept=kept, configured=unknown)
    wizard.run(lambda _: None)
    record = kept.read()
    assert record is not None
    assert record.configured_before is None
    assert "what is configured already is not known" in wizard.notes[0]


def test_a_record_that_was_changed_is_refused(tmp_path: Path) -> None:
    kept = KeptRecord(tmp_path / "record.json")
    kept.path.write_text('{"answers": 3}', encoding="utf-8")
    with pytest.raises(UnreadableRecord, match="not as it was written"):
        wizard_of(FakeWizard(), kept=kept).run(lambda _: None)


def test_an_account_that_is_not_let_in_is_no_success() -> None:
    rejected = closed(AuthenticationRejected("the account is not let in."))
    with pytest.raises(SetupFailed, match="cannot be started: the account is not let in"):
        wizard_of(rejected, is_up=Looks("up")).run(lambda _: None)


def test_a_node_that_does_not_answer_at_all_is_no_success() -> None:
    with pytest.raises(SetupFailed, match="cannot be started"):
        wizard_of(closed(Refused("refused.")), is_up=Looks("away")).run(lambda _: None)


def test_nodes_that_are_not_deployed_yet_are_not_restarted(tmp_path: Path) -> None:
    kept = KeptRecord(tmp_path / "record.json")
    restarted: list[str] = []
    said: list[str] = []
    wizard = wizard_of(FakeWizard(), restarted=restarted, kept=kept, nodes=lambda: {"conf2"})
    wizard.run(said.append)
    assert restarted == ["conf2"]
    assert not any("conf1" in line for line in said)


def test_where_the_product_does_not_say_which_nodes_there_are_all_are_restarted() -> None:
    restarted: list[str] = []
    wizard_of(FakeWizard(), restarted=restarted, nodes=closed(Refused("refused."))).run(
        lambda _: None
    )
    assert restarted == ["conf1", "conf2"]


class Killed(BaseException):
    """Stands in for a signal: nothing catches it."""


def killed(*_: object) -> Any:
    raise Killed


REJECTED = closed(AuthenticationRejected("the account is not let in."))


def test_a_run_killed_after_the_last_answer_is_taken_up_by_the_next(tmp_path: Path) -> None:
    kept = KeptRecord(tmp_path / "record.json")
    before = lambda: Beforehand("a", ("2 services",))  # noqa: E731 - said once
    with pytest.raises(Killed):
        wizard_of(FakeWizard(), kept=kept, configured=before, is_up=killed).apply(lambda _: None)
    kept.path.rename(kept.path.with_suffix(".begun.json"))  # killed a moment earlier
    restarted: list[str] = []
    said: list[str] = []
    changes = wizard_of(REJECTED, kept=kept, restarted=restarted, is_up=Looks("up")).run(
        said.append
    )
    assert [change.where for change in changes] == restarted == ["conf1", "conf2"]
    assert "an earlier run was cut off when every question had been answered." in said[0]
    record = kept.read()
    assert record is not None
    assert dict(record.answers) == answers_wanted(SITE)
    assert (record.waiting, record.configured_before) == ((), ("2 services",))
    assert wizard_of(REJECTED, kept=kept, is_up=Looks("up")).run(said.append) == []


def test_a_run_killed_between_two_restarts_goes_on_with_the_second(tmp_path: Path) -> None:
    kept = KeptRecord(tmp_path / "record.json")
    restarted: list[str] = []

    def restart(name: str) -> None:
        if name == "conf2" and not restarted[1:]:
            restarted.append("killed")
            raise Killed
        restarted.append(name)

    fake = FakeWizard()
    already: dict[str, Any] = {
        "kept": kept,
        "configured": lambda: Beforehand("a", ()),
        "restart_node": restart,
    }
    with pytest.raises(Killed):
        wizard_of(fake, **already).run(lambda _: None)
    changes = wizard_of(fake, **already).run(lambda _: None)
    assert [change.where for change in changes] == ["conf2"]
    assert restarted == ["conf1", "killed", "conf2"]
    assert fake.runs == 1


def test_nobody_is_asked_twice_to_restart_nodes_by_hand(tmp_path: Path) -> None:
    kept, fake, said = KeptRecord(tmp_path / "record.json"), FakeWizard(), list[str]()
    by_hand: dict[str, Any] = {
        "kept": kept,
        "configured": lambda: Beforehand("a", ()),
        "restart_node": None,
    }
    with pytest.raises(SetupFailed, match="conf1, conf2"):
        wizard_of(fake, **by_hand).run(lambda _: None)
    assert wizard_of(fake, **by_hand).run(said.append) == []
    assert "restart conf1, conf2, unless you have since the wizard ran." in said[0]


def test_where_the_record_is_enough_nobody_logs_in_at_the_console(tmp_path: Path) -> None:
    kept = KeptRecord(tmp_path / "record.json")
    kept.write(WizardRecord(tuple(answers_wanted(SITE).items()), "2026-11-23T00:00:00Z"), None)
    wizard = wizard_of(None, kept=kept, console=None, beside_ssh=killed)
    wizard._by_ssh = closed(Refused("nothing listens."))  # type: ignore[method-assign]
    assert wizard.plan() == []
