"""A node's operating system console over SSH."""

from __future__ import annotations

import codecs
import contextlib
import errno
import logging
from typing import TYPE_CHECKING

import paramiko

from securemode.errors import (
    AuthenticationRejected,
    CannotLook,
    Refused,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.environment.models import Login
    from securemode.targets import Node

_COLUMNS = 500
_LINES = 200
_PIECE = 4096
_LOG = "securemode.ssh_console"
logging.getLogger(_LOG).addHandler(logging.NullHandler())
logging.getLogger(
    _LOG
).propagate = False  # what goes wrong is raised; paramiko would print tracebacks


class SshConsole:
    """An interactive shell, as `wizard_dialogue.Console` wants one."""

    def __init__(self, channel: paramiko.Channel) -> None:
        self._channel = channel
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self, timeout_s: float) -> str | None:
        """What has come; empty after silence, None once the node hung up."""
        self._channel.settimeout(timeout_s)
        try:
            piece = self._channel.recv(_PIECE)
        except TimeoutError:
            return ""
        except (OSError, EOFError, paramiko.SSHException):
            return None
        return self._decoder.decode(piece) if piece else None

    def write(self, text: str) -> None:
        """Type; to a node that hung up, nothing happens: `read` tells."""
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            self._channel.sendall(text.encode())


@contextlib.contextmanager
def ssh_console(
    node: Node, login: Login, timeout_s: float, connect_s: float | None = None
) -> Iterator[SshConsole]:
    """Log in to a node by password and open a shell, wide enough that nothing wraps.

    The host key is taken as it comes: the node has just been installed and nobody knows it yet.

    Args:
        node: where.
        login: of the operating system's account.
        timeout_s: for each step of the login.
        connect_s: for the connection alone; as `timeout_s` where it is left out.

    Raises:
        Refused, TimedOut, Unreachable: nothing answers SSH there.
        AuthenticationRejected: SSH answers, and does not let this account in.
        UnexpectedAnswer: what answers does not speak SSH.
    """
    with paramiko.SSHClient() as client:
        client.set_log_channel(_LOG)
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        where = f"SSH to {node.name} as {login.username}"
        try:
            client.connect(
                node.address,
                node.port(22),
                username=login.username,
                password=login.password.reveal(),
                timeout=connect_s or timeout_s,
                banner_timeout=timeout_s,
                auth_timeout=timeout_s,
                channel_timeout=timeout_s,
                allow_agent=False,
                look_for_keys=False,
            )
            channel = client.invoke_shell(term="dumb", width=_COLUMNS, height=_LINES)
        except (OSError, EOFError, paramiko.SSHException) as error:
            raise _could_not(where, error) from error
        yield SshConsole(channel)


def _could_not(where: str, error: Exception) -> CannotLook:
    if isinstance(error, paramiko.AuthenticationException):
        return AuthenticationRejected(
            f"{where}: the account is not let in.",
            remedy="check credentials.os_admin; what the wizard disabled stays disabled.",
        )
    inner = error
    if isinstance(error, paramiko.ssh_exception.NoValidConnectionsError):
        inner = next(iter(error.errors.values()))
    if isinstance(inner, TimeoutError):
        return TimedOut(f"{where}: nothing answers.")
    if isinstance(inner, ConnectionError):
        return Refused(f"{where}: the connection is refused.")
    if isinstance(inner, OSError) and inner.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
        return Unreachable(f"{where}: the network does not reach it.")
    return UnexpectedAnswer(f"{where}: what answers does not complete an SSH login.")
