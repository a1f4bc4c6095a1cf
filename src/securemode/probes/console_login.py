"""Tries to log in at the console of a node, as whoever sits there could."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Unsupported
from securemode.observations.console_login import ConsoleLoginSeen
from securemode.probes.node_console import MOST_CALLS, PERMISSION, console_of, machine_of
from securemode.probes.probe import Connection
from securemode.vsphere.console.login import LoginRefused, log_in, log_out, wake
from securemode.vsphere.console.watching import Watch, patience_with

if TYPE_CHECKING:
    from securemode.environment.models import Login
    from securemode.probes.probe import Access
    from securemode.targets import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleLogin:
    """Whether the system administrator gets in at the console.

    One login is tried, with the name and password that worked before the security wizard.

    Attributes:
        address, port: of the vCenter.
    """

    name: ClassVar[str] = "console-login"
    observes: ClassVar[type] = ConsoleLoginSeen
    intrusive: ClassVar[str | None] = PERMISSION
    takes_s: ClassVar[float] = 10.0
    volatile: ClassVar[frozenset[str]] = frozenset({"picture"})

    target: Node
    address: str
    port: int = 443

    def connections(self) -> tuple[Connection, ...]:
        """The run's session with vCenter, and its pictures."""
        return (Connection("tls", self.address, str(self.port), MOST_CALLS),)

    def look(self, access: Access) -> ConsoleLoginSeen:
        """Log in once; whoever is let in is logged out again.

        Raises:
            CannotLook: the console does not come to a login prompt, or can't be read.
        """
        account = _account(access)
        machine = machine_of(self.target, access)
        with console_of(machine, access) as console:
            keep = partial(access.keep_picture, self.target)
            watch = Watch(console, keep, patience_with(access.environment), access.cancelled.wait)
            wake(watch)
            try:
                log_in(watch, account)
            except LoginRefused:
                is_let_in = False
            else:
                is_let_in = True
            picture = watch.keep("login")
            log_out(watch)
        return ConsoleLoginSeen(
            machine=str(machine),
            account=account.username,
            is_let_in=is_let_in,
            picture=picture,
        )


def _account(access: Access) -> Login:
    account = access.environment.credentials.os_admin
    if account is None:
        raise Unsupported(
            "the environment does not name the system administrator.",
            remedy="state credentials.os_admin in the environment.",
        )
    return account
