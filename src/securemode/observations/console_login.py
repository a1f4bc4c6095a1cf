"""What comes of a login at the console of a node's virtual machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleLoginSeen:
    """One login with the right name and password, if there were any.

    Attributes:
        machine: name and id of the virtual machine in vCenter.
        account: with whose name and password.
        is_let_in: whether the system let the account in, or somebody was in already.
        picture: file of the picture that shows it, with its SHA-256.
    """

    machine: str
    account: str
    is_let_in: bool
    picture: str
