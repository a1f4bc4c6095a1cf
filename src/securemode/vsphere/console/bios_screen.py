"""Understands a screen of PhoenixBIOS set-up: which page it is, what is on it, what is selected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from securemode.vsphere.console.screen_text import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode.vsphere.console.screen_text import ScreenText

    Colours = frozenset[tuple[bytes, bytes]]

PAGES = ("Main", "Advanced", "Security", "Power", "Boot", "Exit")
FEWEST_PAGES = 4
TITLE = "Setup"
HELP = "Item Specific Help"

_ASKS = re.compile(r"(?i)\benter (?:the )?(?:current |supervisor |bios |setup )?password\b")
_LINES = re.compile("[─-╿|]")
_ENTRY = re.compile(r"\s*(?P<marker>[-+!*►▶•]?)\s*(?P<label>\S.*?)(?:\s{2,}(?P<value>\S.*?))?\s*")


class Shows(StrEnum):
    """What a console shows while the firmware is at work."""

    SETUP = "the set-up utility"
    PASSWORD = "the question for the password of the set-up utility"
    OTHER = "something else"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a page.

    Attributes:
        label: its name, without the sign before it.
        value: what stands in its second column.
        marker: "+" where it can be opened, "-" where it is open, else empty or another sign.
        row: of the screen.
        indent: column in which the label begins.
        colours: ink and paper of what is written.
        is_certain: whether all of it was recognised.
    """

    label: str
    value: str
    marker: str
    row: int
    indent: int
    colours: Colours
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the set-up utility.

    Attributes:
        name: of the page; empty where the menu does not show which it is.
        names: of all pages, from the left.
        entries: from the top.
    """

    name: str
    names: tuple[str, ...]
    entries: tuple[Entry, ...]

    def entry(self, label: str) -> Entry | None:
        """The line with this label; None where there is none, or more than one."""
        found = [entry for entry in self.entries if entry.label.casefold() == label.casefold()]
        return found[0] if len(found) == 1 else None

    def selected(self, known: Colours) -> Entry | None:
        """The line that is selected: the only one in these colours, else in colours of its own."""
        for shown in (lambda entry: entry.colours & known, self.own_colours):
            found = [entry for entry in self.entries if shown(entry)]
            if len(found) == 1:
                return found[0]
        return None

    def own_colours(self, entry: Entry) -> Colours:
        """Colours in which nothing else on the page is written."""
        others = (other.colours for other in self.entries if other is not entry)
        return entry.colours.difference(*others)

    @property
    def devices(self) -> tuple[tuple[Entry, tuple[Entry, ...]], ...]:
        """The lines as a tree of two levels, by their indents: each with those below it."""
        top = min((entry.indent for entry in self.entries), default=0)
        tree: list[tuple[Entry, tuple[Entry, ...]]] = []
        for entry in self.entries:
            if entry.indent <= top or not tree:
                tree.append((entry, ()))
            else:
                device, below = tree[-1]
                tree[-1] = (device, (*below, entry))
        return tuple(tree)


def shows(text: ScreenText) -> Shows:
    """What the firmware shows; certain text alone is believed."""
    if asks_for_password(text):
        return Shows.PASSWORD
    return Shows.SETUP if text.says(TITLE) and _menu(text) else Shows.OTHER


def asks_for_password(text: ScreenText) -> bool:
    """Whether a box asks for a password that is set, not for a new one."""
    return any(text.says(match[0]) for line in text.lines for match in _ASKS.finditer(line))


def page_in(text: ScreenText) -> Page | None:
    """The page on a screen; None where it shows none."""
    places = _menu(text)
    if not places:
        return None
    colours = [text.colours_in(place) for place in places.values()]
    own = [name for name, place in places.items() if colours.count(text.colours_in(place)) == 1]
    row = next(iter(places.values())).row
    return Page(own[0] if len(own) == 1 else "", tuple(places), tuple(_entries(text, row + 1)))


def _menu(text: ScreenText) -> dict[str, Place]:
    """Where the names of the pages stand, in the first row that has most of them."""
    found: dict[int, dict[str, Place]] = {}
    for name in PAGES:
        for place in text.places_of(name):
            found.setdefault(place.row, {}).setdefault(name, place)
    row = min((row for row, names in found.items() if len(names) >= FEWEST_PAGES), default=None)
    if row is None:
        return {}
    return dict(sorted(found[row].items(), key=lambda item: item[1].first))


def _entries(text: ScreenText, first_row: int) -> Iterable[Entry]:
    """The lines between the menu and the keys below, left of the help."""
    help_at = next(text.places_of(HELP), None)
    width = len(text.cells[0])
    right = width if help_at is None else _border(text, help_at)
    last_row = _keys_row(text, first_row)
    for row in range(first_row, last_row):
        line = _LINES.sub(" ", "".join(cell.character for cell in text.cells[row][:right]))
        match = _ENTRY.fullmatch(line)
        if match is None:
            continue
        place = Place(row, match.start("marker"), match.end("value" if match["value"] else "label"))
        yield Entry(
            match["label"],
            match["value"] or "",
            match["marker"],
            row,
            match.start("label"),
            text.colours_in(place),
            all(cell.is_certain for cell in text.cells_in(place)),
        )


def _border(text: ScreenText, help_at: Place) -> int:
    """The line left of the help; where there is none, the help itself is the border."""
    before = "".join(cell.character for cell in text.cells[help_at.row][: help_at.first])
    lines = [match.start() for match in _LINES.finditer(before)]
    return lines[-1] if lines and lines[-1] > 0 else help_at.first


def _keys_row(text: ScreenText, first_row: int) -> int:
    """The row in which the keys are explained: F1 and what it does."""
    rows = [place.row for place in text.places_of("F1") if place.row >= first_row]
    return rows[-1] if rows else len(text.cells)
