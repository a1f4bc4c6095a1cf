from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from securemode.environment.secret import Secret
from securemode.errors import TimedOut, UnexpectedAnswer
from securemode.vsphere.console.bios import SetupUtility
from securemode.vsphere.console.bios_screen import Shows, page_in, shows
from securemode.vsphere.console.keys import Key
from securemode.vsphere.console.watching import ConsolePatience, Watch
from vsphere.console.firmware import CARDS, DEVICES, DISK0, DISK1, Firmware

if TYPE_CHECKING:
    from collections.abc import Callable

HASTE = ConsolePatience(change_s=0.05, rest_s=0, poll_s=0, start_s=0.2)
PASSWORD = Secret("Bios-Pass9")


class Album:
    """Keeps pictures as a run keeps them."""

    def __init__(self) -> None:
        self.pictures: dict[str, bytes] = {}

    def __call__(self, what: str, picture: bytes) -> str:
        self.pictures[what] = picture
        return f"{what}.png"


def at_work(firmware: Firmware) -> tuple[SetupUtility, Album]:
    album = Album()
    return SetupUtility(Watch(firmware, album, HASTE)), album


def whole_page(utility: SetupUtility) -> None:
    utility.open(PASSWORD)
    utility.hard_drive_first()
    utility.set_supervisor_password(PASSWORD)
    utility.leave_saving()


@pytest.mark.timeout(600)  # it reads some hundred pictures
@settings(max_examples=10, deadline=None)
@given(
    devices=some.permutations(DEVICES),
    disks=some.permutations((DISK0, DISK1, CARDS)),
    page=some.integers(0, 4),
    line=some.integers(0, 1),
    width=some.sampled_from((8, 9)),
    highlights_value=some.booleans(),
    is_open=some.booleans(),
    yes=some.booleans(),
)
def test_the_guide_is_followed_wherever_it_begins(
    devices: list[str],
    disks: list[str],
    page: int,
    line: int,
    width: int,
    highlights_value: bool,  # noqa: FBT001
    is_open: bool,  # noqa: FBT001
    yes: bool,  # noqa: FBT001
) -> None:
    firmware = Firmware(
        devices=devices,
        disks=disks,
        page=page,
        line=line,
        width=width,
        highlights_value=highlights_value,
        is_open=is_open,
        yes=yes,
    )
    utility, album = at_work(firmware)
    whole_page(utility)
    assert firmware.devices[0] == "Hard Drive"
    assert firmware.disks[0] == DISK0
    assert [one for one in firmware.devices if one != "Hard Drive"] == [
        one for one in devices if one != "Hard Drive"
    ]
    assert firmware.password == PASSWORD.reveal()
    assert firmware.saved == 1
    assert firmware.running
    assert set(album.pictures) == {"boot", "security", "exit"}


def test_what_is_set_already_is_left_alone() -> None:
    firmware = Firmware(
        devices=["Hard Drive", *(one for one in DEVICES if one != "Hard Drive")],
        password=PASSWORD.reveal(),
        asks=True,
    )
    utility, album = at_work(firmware)
    assert utility.open(PASSWORD)
    assert not utility.hard_drive_first()
    utility.set_supervisor_password(PASSWORD)
    assert "+" not in firmware.keys
    assert "password" in album.pictures
    typed = [key for key in firmware.keys if isinstance(key, str)]
    assert "".join(typed) == f"{PASSWORD.reveal()}\n"


@pytest.mark.parametrize(("given", "told"), [(None, "does not state"), ("wrong", "not accept")])
def test_a_password_is_tried_once(given: str | None, told: str) -> None:
    firmware = Firmware(password="another", asks=True)
    utility, album = at_work(firmware)
    with pytest.raises(UnexpectedAnswer, match=told):
        utility.open(Secret(given) if given else None)
    assert firmware.keys.count("\n") <= 1
    assert "stopped" in album.pictures


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda one: setattr(one, "smear", "Hard Drive"), "not certain"),
        (lambda one: setattr(one, "smear", "Security"), "menu"),
        (lambda one: setattr(one, "disks", [DISK1, CARDS]), r"\(0:0\)"),
        (lambda one: setattr(one, "devices", ["CD-ROM Drive", "Network boot"]), "Hard Drive"),
        (lambda one: setattr(one, "deaf", True), "not reached|cannot be selected|menu"),
    ],
)
def test_where_it_is_not_certain_it_stops_and_keeps_the_picture(
    spoil: Callable[[Firmware], None], told: str
) -> None:
    firmware = Firmware()
    spoil(firmware)
    utility, album = at_work(firmware)
    with pytest.raises(UnexpectedAnswer, match=told) as stopped:
        whole_page(utility)
    assert "stopped.png" in str(stopped.value)
    assert "--resume" in stopped.value.remedy
    assert "stopped" in album.pictures
    assert not firmware.running


def test_a_machine_that_shows_no_set_up_is_no_riddle() -> None:
    utility, album = at_work(Firmware(running=True))
    with pytest.raises(TimedOut, match=r"timed-out\.png"):
        utility.open(PASSWORD)
    assert "timed-out" in album.pictures


def test_two_passwords_that_differ_are_not_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    firmware = Firmware()
    utility, _ = at_work(firmware)
    utility.open(PASSWORD)
    utility.hard_drive_first()
    plain = Firmware.type
    monkeypatch.setattr(
        Firmware,
        "type",
        lambda self, text: plain(self, text[1:] if self.dialog == "confirm" else text),
    )
    with pytest.raises(UnexpectedAnswer, match="refuses the password"):
        utility.set_supervisor_password(PASSWORD)
    assert not firmware.password


def test_a_screen_is_told_apart() -> None:
    assert shows(Firmware().look().text) is Shows.SETUP
    assert shows(Firmware(asks=True, password="x").look().text) is Shows.PASSWORD
    assert shows(Firmware(running=True).look().text) is Shows.OTHER
    assert shows(Firmware(dialog="new").look().text) is Shows.SETUP


@pytest.mark.parametrize("number", range(5))
def test_a_page_is_told_by_its_menu(number: int) -> None:
    firmware = Firmware(page=number)
    page = page_in(firmware.look().text)
    assert page is not None
    assert page.name == firmware.name
    assert page.names == firmware.pages


def test_devices_are_a_tree() -> None:
    page = page_in(Firmware(page=3, is_open=True).look().text)
    assert page is not None
    tree = {device.label: [below.label for below in level] for device, level in page.devices}
    assert tree == {
        "Removable Devices": [],
        "Hard Drive": [DISK0, DISK1, CARDS],
        "CD-ROM Drive": [],
        "Network boot from Intel E1000": [],
    }
    assert next(device.marker for device, _ in page.devices if device.label == "Hard Drive") == "-"


def test_keys_are_pressed_one_at_a_time_and_looked_at() -> None:
    firmware = Firmware(page=4)
    utility, _ = at_work(firmware)
    utility.go_to("Security")
    assert firmware.keys == [Key.LEFT, Key.LEFT]
