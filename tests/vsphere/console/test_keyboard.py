from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

import pytest
from pyVmomi import vim, vmodl

from securemode.errors import AuthenticationRejected, ConfigurationError, UnexpectedAnswer
from securemode.vsphere.console.keyboard import MOST_TRIES, press
from securemode.vsphere.console.keys import US_LAYOUT, Key, Stroke, strokes_of
from securemode.vsphere.faults import told

if TYPE_CHECKING:
    from collections.abc import Callable

PRINTABLE = string.ascii_letters + string.digits + string.punctuation + " "


class Session:
    """Turns faults into our errors, as the real one does."""

    def ask(self, doing: str, work: Callable[[], Any]) -> Any:
        with told(doing):
            return work()


class Keyboard:
    """A machine that refuses some calls first."""

    def __init__(self, *refusals: Exception | int) -> None:
        self.refusals = list(refusals)
        self.events: list[tuple[int, bool, bool]] = []

    def PutUsbScanCodes(self, spec: Any) -> int:  # noqa: N802 - the name of the API
        if self.refusals:
            refusal = self.refusals.pop(0)
            if isinstance(refusal, Exception):
                raise refusal
            return refusal
        (event,) = spec.keyEvents
        self.events.append(
            (event.usbHidCode, event.modifiers.leftShift, event.modifiers.leftControl)
        )
        return 1


def typed(keyboard: Keyboard, text: str, pauses: list[float] | None = None) -> None:
    press(
        Session(),  # type: ignore[arg-type]
        keyboard,
        strokes_of(text),
        doing="typing at the console of mgmt",
        pause_s=0.5,
        pause=(pauses if pauses is not None else []).append,
    )


def test_every_printable_character_has_a_key_of_its_own() -> None:
    assert set(PRINTABLE) <= set(US_LAYOUT)
    assert len({US_LAYOUT[character] for character in PRINTABLE}) == len(PRINTABLE)


@pytest.mark.parametrize(
    ("stroke", "code"),
    [
        (Stroke(Key.ENTER.value), 2621447),
        (Stroke(Key.F10.value), 4390919),
        (Stroke(Key.UP.value), 5373959),
        (US_LAYOUT["\n"], 2621447),
        (US_LAYOUT["a"], 262151),
    ],
)
def test_codes_are_those_that_vcenter_documents(stroke: Stroke, code: int) -> None:
    assert stroke.code == code


def test_text_is_typed_key_by_key_with_a_pause() -> None:
    keyboard, pauses = Keyboard(), list[float]()
    typed(keyboard, "Aa+\x03", pauses)
    assert keyboard.events == [
        (0x04 << 16 | 7, True, False),
        (0x04 << 16 | 7, False, False),
        (0x2E << 16 | 7, True, False),
        (0x06 << 16 | 7, False, True),
    ]
    assert pauses == [0.5] * 4


@pytest.mark.parametrize("refusal", [vmodl.fault.SystemError(msg="Invalid fault"), 0])
def test_a_key_that_is_refused_for_no_reason_is_sent_again(refusal: Exception | int) -> None:
    keyboard = Keyboard(refusal, refusal)
    typed(keyboard, "ab")
    assert [code >> 16 for code, _, _ in keyboard.events] == [4, 5]


def test_a_key_is_not_sent_for_ever_and_nothing_typed_is_told() -> None:
    keyboard = Keyboard(*[vmodl.fault.SystemError(msg="Invalid fault")] * MOST_TRIES)
    with pytest.raises(UnexpectedAnswer, match="typing at the console of mgmt") as refused:
        typed(keyboard, "q")
    assert "q" not in refused.value.message.replace("mgmt", "").split()
    assert keyboard.events == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (vim.fault.NoPermission(privilegeId="PutUsbScanCodes"), AuthenticationRejected),
        (vim.fault.InvalidPowerState(), UnexpectedAnswer),
    ],
)
def test_a_refusal_with_a_reason_is_final(fault: Exception, error: type[Exception]) -> None:
    keyboard = Keyboard(fault)
    with pytest.raises(error):
        typed(keyboard, "ab")
    assert keyboard.events == []


def test_a_character_without_a_key_is_named_by_its_place_alone() -> None:
    with pytest.raises(ConfigurationError, match="character 3") as missing:
        strokes_of("abß")
    assert "ß" not in str(missing.value)
