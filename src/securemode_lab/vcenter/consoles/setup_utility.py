"""The set-up utility of the firmware: five pages, walked through and changed with keys.

Modelled on PhoenixBIOS as VMware's virtual machines show it, in the layout of 80 columns. It draws
and takes keys; whoever owns it decides when it is entered and what happens after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode_lab.vcenter.consoles import drawing
from securemode_lab.vcenter.consoles.boot_page import BootPage
from securemode_lab.vcenter.consoles.setup_dialogs import Notice, Question
from securemode_lab.vcenter.consoles.setup_pages import (
    ExitPage,
    Page,
    SecurityPage,
    advanced_page,
    main_page,
    paragraphs,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode_lab.vcenter.consoles.keys import Key
    from securemode_lab.vcenter.consoles.nvram import Hardware, Nvram
    from securemode_lab.vcenter.consoles.setup_dialogs import Dialog
    from securemode_lab.vcenter.consoles.setup_pages import Line
    from securemode_lab.vcenter.consoles.text_screen import TextScreen

_GENERAL_HELP = "Arrow keys select a menu and an item. <F10> saves and exits."
_EXIT_SAVING = "Exit Saving Changes"
_LEFT_WIDTH, _HELP_COLUMN = 53, 56
_FIRST_ROW, _LABEL_COLUMN, _VALUE_COLUMN = 4, 3, 33
_MENU_COLUMN, _MENU_GAP = 3, 4
_FOOTER = (
    (
        "F1 ",
        " Help   ",
        "↑↓",
        " Select Item   ",
        "-/+  ",
        " Change Values      ",
        "F9 ",
        " Setup Defaults",
    ),
    (
        "Esc",
        " Exit   ",
        "←→",
        " Select Menu   ",
        "Enter",
        " Select ► Sub-Menu  ",
        "F10",
        " Save and Exit",
    ),
)


class SetupUtility:
    """One visit to the set-up utility.

    Args:
        kept: the settings in force; changed only by saving.
        hardware: what is in the machine.
        save: called after `kept` has been changed.

    Attributes:
        is_over: whether it has been left.
    """

    def __init__(self, kept: Nvram, hardware: Hardware, save: Callable[[], None]) -> None:
        self.is_over = False
        self._kept, self._hardware, self._save_kept = kept, hardware, save
        self._dialog: Dialog | None = None
        self._open = 0
        self._selected = ""
        self._begin()

    def press(self, key: Key) -> None:
        """Obey a key."""
        if self._dialog is not None:
            self._dialog = self._dialog.press(key)
            return
        match key.name:
            case "Left" | "Right":
                self._turn(1 if key.name == "Right" else -1)
            case "Up" | "Down":
                self._go(1 if key.name == "Down" else -1)
            case "Esc":
                self._turn(len(self._pages) - 1 - self._open)
            case "F1":
                self._dialog = Notice("General Help", _GENERAL_HELP)
            case "F9":
                self._dialog = self._ask_for_defaults()
            case "F10":
                self._dialog = self._ask_to_save_and_exit()
            case "Enter" if key.control:
                self._boot.expand_all()
            case _ if self._selected:
                self._dialog = self._page.press(key.name, self._selected)

    def draw(self, screen: TextScreen) -> None:
        """Show everything."""
        screen.clear(drawing.PAGE)
        screen.shows_cursor = False
        drawing.fill(
            screen, 0, "PhoenixBIOS Setup Utility".center(screen.mode.columns), drawing.TITLE
        )
        self._draw_menu(screen)
        _draw_frame(screen)
        _draw_footer(screen)
        for row, line in enumerate(self._page.lines(), _FIRST_ROW):
            self._draw_line(screen, row, line)
        if self._dialog is not None:
            self._dialog.draw(screen)

    @property
    def _page(self) -> Page:
        return self._pages[self._open]

    def _begin(self) -> None:
        """Look at what is kept, on whatever page is open."""
        self._draft = self._kept.copy()
        self._boot = BootPage(self._draft, self._hardware)
        self._pages: tuple[Page, ...] = (
            main_page(self._draft, self._hardware),
            advanced_page(self._draft),
            SecurityPage(self._draft, self._keep_password),
            self._boot,
            self._exit_page(),
        )
        if not self._selected:
            self._turn(0)

    def _exit_page(self) -> ExitPage:
        saving = "Exit System Setup and save your changes to CMOS."
        discarding = "Exit utility without saving Setup data to CMOS."
        return ExitPage(
            {
                _EXIT_SAVING: (self._ask_to_save_and_exit, saving),
                "Exit Discarding Changes": (self._ask_to_exit, discarding),
                "Load Setup Defaults": (
                    self._ask_for_defaults,
                    "Load default values for all SETUP items.",
                ),
                "Discard Changes": (
                    self._ask_to_discard,
                    "Load previous values from CMOS for all SETUP items.",
                ),
                "Save Changes": (self._ask_to_save, "Save Setup Data to CMOS."),
            }
        )

    def _ask_to_save_and_exit(self) -> Dialog | None:
        return Question("Save configuration changes and exit now?", self._save_and_exit)

    def _ask_to_exit(self) -> Dialog | None:
        if self._draft == self._kept:
            self._exit()
            return None
        text = "Configuration has not been saved! Save before exiting?"
        return Question(text, self._save_and_exit, self._exit)

    def _ask_for_defaults(self) -> Dialog | None:
        def load() -> None:
            self._draft.load_defaults(self._hardware)

        return Question("Load default configuration now?", load)

    def _ask_to_discard(self) -> Dialog | None:
        return Question("Load previous configuration now?", self._begin)

    def _ask_to_save(self) -> Dialog | None:
        return Question("Save configuration changes now?", self._save)

    def _save(self) -> None:
        self._kept.adopt(self._draft)
        self._save_kept()

    def _save_and_exit(self) -> None:
        self._save()
        self._exit()

    def _exit(self) -> None:
        self.is_over = True

    def _keep_password(self, password: str) -> None:
        """Keep it at once; without one there is nothing to ask for at the start."""
        self._kept.set_supervisor(password)
        if not password:
            self._kept.password_on_boot = self._draft.password_on_boot = False
        self._draft.supervisor = self._kept.supervisor
        self._save_kept()

    def _turn(self, pages: int) -> None:
        """Go to another page, to the first line that can be selected there."""
        self._open = (self._open + pages) % len(self._pages)
        self._selected = next((line.name for line in self._page.lines() if line.name), "")

    def _go(self, lines: int) -> None:
        names = [line.name for line in self._page.lines() if line.name]
        if self._selected in names:
            self._selected = names[(names.index(self._selected) + lines) % len(names)]

    def _draw_menu(self, screen: TextScreen) -> None:
        drawing.fill(screen, 1, "", drawing.MENU)
        column = _MENU_COLUMN
        for page in self._pages:
            look = drawing.OPEN_MENU if page is self._page else drawing.MENU
            screen.put(1, column, f" {page.title} ", look)
            column += len(page.title) + _MENU_GAP + 2

    def _draw_line(self, screen: TextScreen, row: int, line: Line) -> None:
        look = drawing.ITEM if line.name else drawing.PAGE
        is_selected = bool(line.name) and line.name == self._selected
        if is_selected:
            _draw_help(screen, line.help)
        marked = drawing.SELECTED if is_selected else look
        screen.put(row, _LABEL_COLUMN, line.label, look if line.value else marked)
        screen.put(row, _VALUE_COLUMN, line.value, marked)


def _draw_frame(screen: TextScreen) -> None:
    right = screen.mode.columns - _LEFT_WIDTH - 3
    bottom = screen.mode.lines - len(_FOOTER) - 1
    screen.put(2, 0, f"┌{'─' * _LEFT_WIDTH}┬{'─' * right}┐", drawing.ITEM)
    for row in range(3, bottom):
        screen.put(row, 0, f"│{' ' * _LEFT_WIDTH}│{' ' * right}│", drawing.ITEM)
    screen.put(3, _HELP_COLUMN, "Item Specific Help".center(right - 2), drawing.ITEM)
    screen.put(4, _LEFT_WIDTH + 1, f"├{'─' * right}┤", drawing.ITEM)
    screen.put(bottom, 0, f"└{'─' * _LEFT_WIDTH}┴{'─' * right}┘", drawing.ITEM)


def _draw_help(screen: TextScreen, text: str) -> None:
    width = screen.mode.columns - _HELP_COLUMN - 1
    for row, line in enumerate(paragraphs(text, width), _FIRST_ROW + 2):
        screen.put(row, _HELP_COLUMN, line, drawing.ITEM)


def _draw_footer(screen: TextScreen) -> None:
    """Names of keys, each before what it does."""
    for row, texts in enumerate(_FOOTER, screen.mode.lines - len(_FOOTER)):
        drawing.fill(screen, row, "", drawing.TITLE)
        column = 2
        for number, text in enumerate(texts):
            look = drawing.TITLE if number % 2 else drawing.KEY_NAME
            screen.put(row, column, text, look)
            column += len(text)
