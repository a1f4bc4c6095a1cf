"""Works in PhoenixBIOS set-up as the guide says, and looks after every key where it is.

Nothing is taken for granted: not on which page it begins, nor which line is selected, nor what is
set already. Where the screen does not say what is expected, it stops without another key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.errors import CannotLook, UnexpectedAnswer
from securemode.vsphere.console.bios_screen import Page, Shows, asks_for_password, page_in, shows
from securemode.vsphere.console.keys import Key
from securemode.vsphere.console.watching import UNSURE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode.environment.secret import Secret
    from securemode.vsphere.console.bios_screen import Colours, Entry
    from securemode.vsphere.console.screen_text import ScreenText
    from securemode.vsphere.console.watching import Watch

HARD_DRIVE = "Hard Drive"
SYSTEM_DISK = "VMware Virtual SCSI Hard Drive (0:0)"
SUPERVISOR = "Supervisor Password Is:"
SET_SUPERVISOR = "Set Supervisor Password"
EXIT_SAVING = "Exit Saving Changes"

_MOST_KEYS = 40
_MOST_ANSWERS = 2
_REFUSED = ("Incorrect", "Invalid", "Disabled")


class SetupUtility:
    """The set-up utility of one machine's firmware.

    Args:
        watch: its console.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._selected_in: Colours = frozenset()

    def open(self, password: Secret | None) -> bool:
        """Wait until it is there, and give the password where it asks for one.

        Returns:
            Whether it asked.

        Raises:
            CannotLook: it does not appear, or does not accept the password.
        """
        text = self._watch.until(
            str(Shows.SETUP.value),
            lambda seen: shows(seen) is not Shows.OTHER,
            timeout_s=self._watch.patience.start_s,
        )
        if shows(text) is Shows.SETUP:
            return False
        if password is None:
            raise self._stopped(
                "the set-up utility asks for a password that the environment does not state"
            )
        self._watch.keep("password")
        text = self._watch.type(f"{password.reveal()}\n")
        if shows(text) is not Shows.SETUP:
            text = self._settled()
        if shows(text) is not Shows.SETUP:
            raise self._stopped(
                "the set-up utility does not accept the password",
                remedy="correct credentials.bios_supervisor_password in the environment.",
            )
        return True

    def _settled(self) -> ScreenText:
        """The screen after a password: the set-up utility, a refusal, or whatever it stays."""
        try:
            return self._watch.until(
                "an answer to the password",
                lambda seen: shows(seen) is Shows.SETUP or any(map(seen.says, _REFUSED)),
                timeout_s=self._watch.patience.change_s,
            )
        except CannotLook:
            return self._watch.text

    def go_to(self, name: str) -> Page:
        """Go to a page.

        Raises:
            UnexpectedAnswer: the screen does not say how.
        """
        for _ in range(_MOST_KEYS):
            page = self._page()
            if page.name == name:
                return page
            if name not in page.names or not page.name:
                raise self._stopped(f'the menu does not show whether the page is "{name}"')
            ahead = page.names.index(name) > page.names.index(page.name)
            self._watch.press(Key.RIGHT if ahead else Key.LEFT)
        raise self._stopped(f'the page "{name}" is not reached')

    def hard_drive_first(self) -> bool:
        """Have Hard Drive lead the Boot page, and below it the disk SCSI (0:0).

        Returns:
            Whether anything was changed.
        """
        self.go_to("Boot")
        self._learn()
        changed = self._put_first(HARD_DRIVE, under="")
        self._open_tree()
        changed = self._put_first(SYSTEM_DISK, under=HARD_DRIVE) or changed
        self._watch.keep("boot")
        return changed

    def has_supervisor_password(self) -> bool:
        """What the Security page says of it."""
        page = self.go_to("Security")
        self._certain(page)
        return self._supervisor(page)

    def set_supervisor_password(self, password: Secret) -> None:
        """Set the supervisor password where there is none.

        Raises:
            UnexpectedAnswer: the Security page does not say afterwards that it is set.
        """
        if not self.has_supervisor_password():
            self._select(SET_SUPERVISOR)
            self._watch.press(Key.ENTER)
            for asked in ("Enter New Password", "Confirm New Password"):
                if not _says(self._watch.text, asked):
                    raise self._stopped(f'the set-up utility does not ask "{asked}"')
                self._watch.type(f"{password.reveal()}\n")
            self._confirm_notice()
            if not self.has_supervisor_password():
                raise self._stopped(
                    "the supervisor password is not set after it has been typed twice"
                )
        self._watch.keep("security")

    def leave_saving(self) -> None:
        """Leave by Exit Saving Changes, and see that it is left.

        Raises:
            UnexpectedAnswer: it is still there.
        """
        self.go_to("Exit")
        self._select(EXIT_SAVING)
        self._watch.keep("exit")
        for attempt in range(_MOST_ANSWERS):
            text = self._watch.press(Key.ENTER)
            if shows(text) is Shows.SETUP and _says(text, "Yes"):
                if attempt or self._no_is_selected(text):
                    self._watch.press(Key.LEFT)
                text = self._watch.press(Key.ENTER)
            if shows(text) is not Shows.SETUP or self._is_gone():
                return
        raise self._stopped("the set-up utility is not left by Exit Saving Changes")

    def _no_is_selected(self, text: ScreenText) -> bool:
        """Whether it is seen that No, and not Yes, is selected."""
        shown = [
            {colours for place in text.places_of(word) for colours in text.colours_in(place)}
            for word in ("Yes", "No")
        ]
        yes, no = (bool(colours & self._selected_in) for colours in shown)
        return no and not yes

    def _is_gone(self) -> bool:
        """Whether the set-up utility goes away by itself by now."""
        try:
            self._watch.until(
                "the machine starting",
                lambda seen: shows(seen) is not Shows.SETUP,
                timeout_s=self._watch.patience.change_s,
            )
        except CannotLook:
            return False
        return True

    def _confirm_notice(self) -> None:
        """Acknowledge that the changes are saved; anything else that was said is no success."""
        text = self._watch.text
        if any(_says(text, refusal) for refusal in ("do not match", "not match", "too short")):
            raise self._stopped("the set-up utility refuses the password that was typed")
        if _says(text, "[Continue]") or _says(text, "Setup Notice"):
            self._watch.press(Key.ENTER)

    def _supervisor(self, page: Page) -> bool:
        line = next((each for each in page.entries if each.label.startswith(SUPERVISOR)), None)
        words = f"{line.label} {line.value}".split() if line else []
        state = words[-1].strip("[]").casefold() if words else ""
        if state not in ("set", "clear"):
            raise self._stopped(
                "the Security page does not say whether the supervisor password is set"
            )
        return state == "set"

    def _put_first(self, label: str, *, under: str) -> bool:
        """Move a device to the top of its level; return whether it was not there."""
        changed = False
        for _ in range(_MOST_KEYS):
            place = self._place_of(label, under)
            if place == 0:
                return changed
            self._select(label)
            self._watch.type("+")
            if self._place_of(label, under) >= place:
                raise self._stopped(f'"{label}" is not moved up by "+"')
            changed = True
        raise self._stopped(f'"{label}" is not moved to the top')

    def _place_of(self, label: str, under: str) -> int:
        """Which of its level a device is, from 0."""
        page = self._page()
        self._certain(page)
        devices = page.devices
        level: Iterable[Entry] = (device for device, _ in devices)
        if under:
            level = next((below for device, below in devices if device.label == under), ())
        labels = [entry.label for entry in level]
        if labels.count(label) != 1:
            raise self._stopped(f'the Boot page does not show "{label}" once')
        return labels.index(label)

    def _open_tree(self) -> None:
        """Show what is below Hard Drive."""
        for device, below in self._page().devices:
            if device.label == HARD_DRIVE and not below:
                self._select(HARD_DRIVE)
                self._watch.press(Key.ENTER)

    def _select(self, label: str) -> None:
        """Select a line of the page, key by key."""
        before: Entry | None = None
        for _ in range(_MOST_KEYS):
            page = self._page()
            self._certain(page)
            wanted, selected = page.entry(label), page.selected(self._selected_in)
            if wanted is None:
                raise self._stopped(f'the page does not show "{label}" once')
            if selected is None:
                raise self._stopped("it is not seen which line is selected")
            if selected == wanted:
                return
            if selected == before:
                break
            before = selected
            self._watch.press(Key.DOWN if wanted.row > selected.row else Key.UP)
        raise self._stopped(f'"{label}" cannot be selected')

    def _learn(self) -> None:
        """Learn in which colours the selected line is, where enough lines are there to tell."""
        page = self._page()
        found = [entry for entry in page.entries if page.own_colours(entry)]
        if len(found) == 1 and len(page.entries) > 2:  # noqa: PLR2004 - of two, either is odd
            self._selected_in = page.own_colours(found[0])

    def _page(self) -> Page:
        """The page as it was last read.

        Raises:
            UnexpectedAnswer: it is none, or not certain.
        """
        text = self._watch.text
        page = page_in(text)
        if page is None or asks_for_password(text):
            raise self._stopped("the console does not show a page of the set-up utility")
        return page

    def _certain(self, page: Page) -> None:
        unsure = [entry for entry in page.entries if not entry.is_certain]
        if unsure:
            raise self._stopped(f'it is not certain that a line reads "{unsure[0].label}"')

    def _stopped(self, why: str, *, remedy: str = UNSURE) -> UnexpectedAnswer:
        """The error with which it stops, without another key, the picture kept."""
        file = self._watch.keep("stopped")
        return UnexpectedAnswer(f"{why} (picture: {file}).", remedy=remedy)


def _says(text: ScreenText, words: str) -> bool:
    """Whether a text stands there with certainty, in capitals or not."""
    return any(
        text.says(line[at : at + len(words)])
        for line in text.lines
        if (at := line.casefold().find(words.casefold())) >= 0
    )
