"""Pictures of consoles that the site's people keep with what they state."""

from __future__ import annotations

from securemode_lab.vcenter.consoles.picture import png
from securemode_lab.vcenter.consoles.setup_dialogs import PasswordPrompt
from securemode_lab.vcenter.consoles.text_screen import TextScreen


def picture_of_log(log: str) -> bytes:
    """The screen after everything in a terminal's log has been shown there."""
    screen = TextScreen()
    screen.write(log)
    return png(screen, with_cursor=False)


def picture_of_password_prompt() -> bytes:
    """A firmware that asks whoever wants to enter its set-up utility for the password."""
    screen = TextScreen()
    PasswordPrompt(lambda _: False).draw(screen)
    return png(screen, with_cursor=False)
