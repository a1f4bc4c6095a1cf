from __future__ import annotations

import pytest

from securemode_lab.vcenter.consoles.nvram import (
    CD_ROM,
    HARD_DRIVE,
    NETWORK,
    REMOVABLE,
    Damaged,
    Hardware,
    Nvram,
    secured,
)


def test_a_file_keeps_everything() -> None:
    nvram = Nvram(boot_order=[NETWORK, HARD_DRIVE], disabled=[CD_ROM], options={"a": "b"})
    nvram.set_supervisor("secret")
    nvram.password_on_boot = True
    assert Nvram.of(nvram.content) == nvram
    assert nvram.content[:4] == b"MRVN"
    assert len(nvram.content) == 8684


def test_a_new_machine_tries_the_hard_drive_second_and_has_no_password() -> None:
    new = Nvram.of(b"")
    assert new.boot_order == [REMOVABLE, HARD_DRIVE, CD_ROM, NETWORK]
    assert not new.supervisor
    assert new.lets_in("anything")


def test_the_password_is_in_no_file() -> None:
    content = secured("Secret12")
    assert b"ecret12" not in content
    assert b"SECRET12" not in content


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("Secret12", True),
        ("sECRET12", True),
        ("Secret12 and more", True),
        ("Secret1", False),
        ("", False),
    ],
)
def test_eight_letters_of_the_password_count_and_no_capitals(typed: str, *, right: bool) -> None:
    assert Nvram.of(secured("Secret12")).lets_in(typed) is right


def test_a_secured_machine_is_as_the_guide_wants_it() -> None:
    nvram = Nvram.of(secured("x"))
    assert nvram.boot_order[0] == HARD_DRIVE
    assert nvram.hard_drives[0] == "VMware Virtual SCSI Hard Drive (0:0)"


def test_defaults_keep_the_password() -> None:
    nvram = Nvram.of(secured("x"))
    nvram.password_on_boot = True
    nvram.load_defaults(Hardware())
    assert nvram.boot_order[0] == REMOVABLE
    assert not nvram.password_on_boot
    assert not nvram.lets_in("y")


def test_drives_come_and_go() -> None:
    nvram = Nvram(hard_drives=["gone", "VMware Virtual SCSI Hard Drive (0:1)"])
    nvram.fit(Hardware(("0:0", "0:1")))
    assert nvram.hard_drives == [
        "VMware Virtual SCSI Hard Drive (0:1)",
        "VMware Virtual SCSI Hard Drive (0:0)",
        "Bootable Add-in Cards",
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"MRVN",
        b"MRVN\1\0\0\0PBIO\2\0\0\0[]",
        b"\0" * 200,
        secured("x")[:90],
        b"XXXX" + secured("x")[4:],
        secured("x").replace(b"boot_order", b"boat_order"),
    ],
)
def test_a_damaged_file(content: bytes) -> None:
    with pytest.raises(Damaged):
        Nvram.of(content)
