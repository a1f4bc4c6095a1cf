"""The ways to a shell of the Management Node: by SSH, and at its console where SSH is off."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING

from securemode.errors import CannotLook, Refused, TimedOut, UnexpectedAnswer, Unreachable
from securemode.infinity.ssh_console import ssh_console
from securemode.vsphere.console.login import log_in, log_out
from securemode.vsphere.console.terminal import ScreenTerminal
from securemode.vsphere.console.watching import Watch, patience_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from securemode.environment.models import Environment, Login
    from securemode.setups.wizard_dialogue import Console
    from securemode.targets import Node
    from securemode.vsphere.access import VSphereAccess
    from securemode.vsphere.console.desk import Desk

    Way = Callable[[], AbstractContextManager[Console]]
    KeepPicture = Callable[[str, bytes], str]

SSH_IS_OFF = (Refused, TimedOut, Unreachable)


@contextmanager
def by_either(first: Way, second: Way) -> Iterator[Console]:
    """A shell by the first way, and where nothing listens there, by the second.

    Raises:
        CannotLook: neither leads to a shell; the reason is that of the first.
    """
    with ExitStack() as open_ways:
        try:
            console = open_ways.enter_context(first())
        except SSH_IS_OFF as refusal:
            try:
                console = open_ways.enter_context(second())
            except CannotLook as other:
                raise type(refusal)(
                    f"{refusal.message} At the console: {other.message}", remedy=refusal.remedy
                ) from other
        yield console


def by_ssh(node: Node, login: Login, timeout_s: float, connect_s: float | None = None) -> Way:
    """The way by SSH."""
    return lambda: ssh_console(node, login, timeout_s, connect_s)


@contextmanager
def shell_at(
    desk: Desk, node: Node, environment: Environment, keep_picture: KeepPicture
) -> Iterator[Console]:
    """A shell at a console; logged out of in the end, so that nobody finds it open.

    Raises:
        AuthenticationRejected: the account is not let in.
        CannotLook: the console does not come to a login prompt.
    """
    login = environment.credentials.os_admin
    assert login is not None  # or there was no way by SSH either
    keep = partial(_keep, keep_picture, node)
    watch = Watch(desk, keep, patience_with(environment))
    log_in(watch, login)
    terminal = ScreenTerminal(watch)
    try:
        yield terminal
    finally:
        log_out(watch)


@contextmanager
def by_console(
    node: Node, environment: Environment, access: VSphereAccess, keep_picture: KeepPicture
) -> Iterator[Console]:
    """The way by the console of a node's virtual machine.

    Raises:
        CannotLook: there is no such machine, or no shell at its console.
    """
    from securemode.vsphere.console.machine import machine_console  # noqa: PLC0415 - heavy
    from securemode.vsphere.inventory import identities  # noqa: PLC0415 - as above
    from securemode.vsphere.matching import of_node  # noqa: PLC0415 - as above

    session = access.session()
    vcenter = environment.vsphere
    assert vcenter is not None  # or there was no session
    match = of_node(node, identities(session), vcenter)
    if match.machine is None:
        raise UnexpectedAnswer(f"the virtual machine of {node} is not known: {match.why}.")
    moid, name = match.machine.moid, match.machine.name
    with (
        machine_console(session, environment, moid, name) as desk,
        shell_at(desk, node, environment, keep_picture) as console,
    ):
        yield console


def _keep(keep_picture: KeepPicture, node: Node, what: str, picture: bytes) -> str:
    return keep_picture(f"{node.name}-{what}", picture)
