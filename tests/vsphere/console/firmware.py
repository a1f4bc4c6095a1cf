"""A machine with PhoenixBIOS, scripted: draws its set-up utility and obeys keys."""

from __future__ import annotations

from dataclasses import dataclass, field

from securemode.vsphere.console.desk import Look
from securemode.vsphere.console.glyphs import read
from securemode.vsphere.console.keys import Key
from securemode.vsphere.console.png import decoded
from vsphere.console.drawing import BLACK, BLUE, CYAN, GREY, WHITE, Screen, drawn, packed

DISK0, DISK1 = "VMware Virtual SCSI Hard Drive (0:0)", "VMware Virtual SCSI Hard Drive (0:1)"
CARDS = "Bootable Add-in Cards"
DEVICES = ("Removable Devices", "Hard Drive", "CD-ROM Drive", "Network boot from Intel E1000")
EXITS = (
    "Exit Saving Changes",
    "Exit Discarding Changes",
    "Load Setup Defaults",
    "Discard Changes",
    "Save Changes",
)


@dataclass
class Firmware:
    """What the set-up utility has, and where its cursor is."""

    devices: list[str] = field(default_factory=lambda: list(DEVICES))
    disks: list[str] = field(default_factory=lambda: [DISK0, DISK1, CARDS])
    password: str = ""
    pages: tuple[str, ...] = ("Main", "Advanced", "Security", "Boot", "Exit")
    page: int = 0
    line: int = 0
    is_open: bool = False
    asks: bool = False
    dialog: str = ""
    typed: str = ""
    first_typed: str = ""
    yes: bool = True
    running: bool = False
    saved: int = 0
    keys: list[object] = field(default_factory=list)
    width: int = 9
    highlights_value: bool = False
    deaf: bool = False
    smear: str = ""

    # the desk

    def press(self, key: Key) -> None:
        self.keys.append(key)
        if not self.deaf and not self.running:
            self.act(key)

    def type(self, text: str) -> None:
        for character in text:
            self.keys.append(character)
            if self.deaf or self.running:
                continue
            if character == "\n":
                self.act(Key.ENTER)
            elif self.asks or self.dialog in ("new", "confirm"):
                self.typed += character
            elif character in "+-" and self.name == "Boot":
                self.move(-1 if character == "+" else 1)

    def look(self) -> Look:
        picture = self.picture()
        return Look(picture, read(decoded(picture)))

    # what keys do

    @property
    def name(self) -> str:
        return self.pages[self.page]

    def act(self, key: Key) -> None:
        if self.asks:
            if key is Key.ENTER:
                self.asks = self.typed != self.password
                self.dialog = "incorrect" if self.asks else ""
                self.typed = ""
        elif self.dialog:
            self.act_in_dialog(key)
        elif key in (Key.LEFT, Key.RIGHT):
            self.page = (self.page + (1 if key is Key.RIGHT else -1)) % len(self.pages)
            self.line = 0
        elif key in (Key.UP, Key.DOWN):
            self.line = (self.line + (1 if key is Key.DOWN else -1)) % len(self.lines())
        elif key is Key.ENTER:
            self.enter()

    def act_in_dialog(self, key: Key) -> None:
        if self.dialog == "leave" and key in (Key.LEFT, Key.RIGHT):
            self.yes = not self.yes
        elif key is Key.ENTER and self.dialog == "leave":
            self.dialog, self.running = "", self.yes
            self.saved += self.yes
        elif key is Key.ENTER and self.dialog == "new":
            self.first_typed, self.typed, self.dialog = self.typed, "", "confirm"
        elif key is Key.ENTER and self.dialog == "confirm":
            same = self.typed == self.first_typed
            self.password = self.typed if same else self.password
            self.typed, self.dialog = "", "notice" if same else "warning"
        elif key is Key.ENTER:
            self.dialog = ""

    def enter(self) -> None:
        chosen = self.lines()[self.line][1].strip()
        if chosen == "Hard Drive":
            self.is_open = not self.is_open
        elif chosen == "Set Supervisor Password":
            self.dialog = "new"
        elif chosen == "Exit Saving Changes":
            self.dialog = "leave"

    def move(self, by: int) -> None:
        chosen = self.lines()[self.line][1].strip()
        level = self.disks if chosen in self.disks else self.devices
        at = level.index(chosen)
        if 0 <= at + by < len(level):
            level[at], level[at + by] = level[at + by], chosen
            rows = [text.strip() for _, text, _ in self.lines()]
            self.line = rows.index(chosen)

    def lines(self) -> list[tuple[str, str, str]]:
        """The selectable lines of the page: sign, label and value."""
        if self.name == "Boot":
            found = []
            for device in self.devices:
                has_more = device == "Hard Drive"
                sign = ("-" if self.is_open else "+") if has_more else " "
                found.append((sign, device, ""))
                if has_more and self.is_open:
                    found += [(" ", f"  {disk}", "") for disk in self.disks]
            return found
        if self.name == "Security":
            return [
                (" ", "Set User Password", "[Enter]"),
                (" ", "Set Supervisor Password", "[Enter]"),
            ]
        if self.name == "Exit":
            return [(" ", text, "") for text in EXITS]
        return [(" ", "System Time:", "[10:20:30]"), (" ", "System Date:", "[01/02/2026]")]

    # what is drawn

    def picture(self) -> bytes:
        pixels = drawn(self.screen(), width=self.width)
        if self.smear:
            self.smudge(pixels)
        return packed(pixels)

    def smudge(self, pixels: list[bytearray]) -> None:
        """Put a wrong pixel into the first letter of a text on the screen."""
        for number, cells in enumerate(self.screen().cells):
            line = "".join(character for character, _, _ in cells)
            if (at := line.find(self.smear)) >= 0:
                place = (at * self.width + 3) * 3
                pixels[number * 16 + 7][place : place + 3] = bytes((1, 2, 3))

    def screen(self) -> Screen:
        if self.running:
            screen = Screen(cursor=(3, 11))
            screen.put(1, 0, "Pexip Infinity")
            screen.put(3, 0, "mgmt login:")
            return screen
        screen = Screen(paper=GREY, ink=BLUE)
        if self.asks:
            self.box(screen, "Enter Password", f"[{'*' * len(self.typed):<20}]")
            if self.dialog == "incorrect":
                screen.put(15, 25, "Incorrect password", WHITE, BLACK)
            return screen
        self.draw_page(screen)
        self.draw_dialog(screen)
        return screen

    def draw_page(self, screen: Screen) -> None:
        screen.put(0, 0, "PhoenixBIOS Setup Utility".center(80), BLUE, CYAN)
        screen.put(1, 0, " " * 80, GREY, BLUE)
        for number, name in enumerate(self.pages):
            colours = (BLUE, GREY) if number == self.page else (GREY, BLUE)
            screen.put(1, 4 + 11 * number, f" {name} ", *colours)
        screen.put(2, 0, "┌" + "─" * 52 + "┬" + "─" * 25 + "┐")
        for row in range(3, 21):
            screen.put(row, 0, "│" + " " * 52 + "│" + " " * 25 + "│")
        screen.put(21, 0, "└" + "─" * 52 + "┴" + "─" * 25 + "┘")
        screen.put(3, 58, "Item Specific Help")
        screen.put(5, 55, "Keys used to view or", BLACK)
        row = 5
        if self.name == "Security":
            state = "Set" if self.password else "Clear"
            screen.put(5, 3, f"Supervisor Password Is:  {state}", BLACK)
            screen.put(6, 3, "User Password Is:        Clear", BLACK)
            row = 8
        for number, (sign, label, value) in enumerate(self.lines(), 0):
            chosen = number == self.line
            screen.put(row + number, 3, sign + label, WHITE if chosen else BLUE)
            if value:
                screen.put(row + number, 30, value, WHITE if chosen else BLUE)
            if chosen and self.highlights_value and value:
                screen.put(row + number, 3, sign + label, BLUE)
        screen.put(
            22,
            0,
            "F1  Help  ↑↓ Select Item   -/+    Change Values    F9  Setup Defaults",
            BLUE,
            CYAN,
        )
        screen.put(
            23,
            0,
            "Esc Exit  ←→ Select Menu   Enter  Select ► Sub-Menu F10 Save and Exit",
            BLUE,
            CYAN,
        )

    def draw_dialog(self, screen: Screen) -> None:
        if self.dialog in ("new", "confirm"):
            self.box(
                screen,
                "Set Supervisor Password",
                f"Enter New Password    [{' ' * 10}]",
                f"Confirm New Password  [{' ' * 10}]",
            )
        elif self.dialog == "notice":
            self.box(screen, "Setup Notice", "Changes have been saved.", "[Continue]")
        elif self.dialog == "warning":
            self.box(screen, "Setup Warning", "Passwords do not match.", "[Continue]")
        elif self.dialog == "leave":
            self.box(screen, "Setup Confirmation", "Save configuration changes and exit now?")
            screen.put(13, 28, "[Yes]", WHITE if self.yes else BLUE, GREY)
            screen.put(13, 45, "[No]", BLUE if self.yes else WHITE, GREY)

    @staticmethod
    def box(screen: Screen, *lines: str) -> None:
        for row in range(9, 16):
            screen.put(row, 18, " " * 46, BLACK, GREY)
        for number, line in enumerate(lines):
            screen.put(10 + number, 20, line, BLACK, GREY)
