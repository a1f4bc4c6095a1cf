"""Every word of the console and of the wizards, in the wordings that the lab can speak.

The product's own words are unknown except for the security wizard's settings, which the vendor's
guide names (facts, section 13, item 17). So a suite must not depend on the rest, and not even on
the capitals of what the guide does name: the variant `wizard_wording` chooses among these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One way of saying everything; `setting` makes a prompt's words of those of the guide."""

    setting: Callable[[str, bool], str]
    welcome: str
    sudo_password: str = "[sudo] password for admin: "
    sudo_again: str = "Sorry, try again."
    sudo_failed: str = "sudo: 3 incorrect password attempts"
    first_login: str
    new_password: str
    retype_password: str
    passwords_differ: str
    password_too_short: str
    install_intro: str
    web_password: str
    retype_web_password: str
    install_done: str
    install_aborted: str
    security_intro: str
    security_summary: str
    security_confirm: str
    security_done: str
    security_aborted: str
    rebooting: str


def _as_in_the_guide(setting: str, yes_or_no: bool) -> str:  # noqa: FBT001 - a table's function
    del yes_or_no
    return setting


def _as_a_question(setting: str, yes_or_no: bool) -> str:  # noqa: FBT001 - a table's function
    return setting.capitalize() + ("?" if yes_or_no else "")


WORDINGS = {
    "guide": Wording(
        setting=_as_in_the_guide,
        welcome="Pexip Infinity",
        first_login="You are required to change your password immediately.",
        new_password="New password: ",
        retype_password="Retype new password: ",
        passwords_differ="Sorry, passwords do not match.",
        password_too_short="BAD PASSWORD: The password is shorter than 8 characters",
        install_intro="Running Pexip installation wizard",
        web_password="Web administration password: ",
        retype_web_password="Retype web administration password: ",
        install_done="Configuration complete. The system will now reboot.",
        install_aborted="Installation aborted.",
        security_intro="Running Pexip security wizard",
        security_summary="The following settings will be applied:",
        security_confirm="Apply these settings and reboot",
        security_done="Security settings saved. The system will now reboot.",
        security_aborted="Security wizard aborted: no settings have been changed.",
        rebooting="The system will reboot now.",
    ),
    "reworded": Wording(
        setting=_as_a_question,
        welcome="Welcome to Pexip Infinity.",
        first_login="A password has to be set for this account.",
        new_password="Enter new password: ",
        retype_password="Enter new password again: ",
        passwords_differ="The passwords differ.",
        password_too_short="A password has at least 8 characters.",
        install_intro="This is the installation wizard. Press Ctrl-C to leave it.",
        web_password="Password for the web administrator: ",
        retype_web_password="Password for the web administrator again: ",
        install_done="Installed. Rebooting...",
        install_aborted="Nothing has been installed.",
        security_intro="This is the security wizard. Press Ctrl-C to leave it.",
        security_summary="Your answers:",
        security_confirm="Do you want to apply them",
        security_done="Saved. Rebooting...",
        security_aborted="Nothing has been changed.",
        rebooting="Rebooting...",
    ),
}
