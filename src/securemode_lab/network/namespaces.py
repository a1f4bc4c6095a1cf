"""User and network namespaces by system call: what lets an ordinary user have networks of its own.

A network namespace is a file descriptor here, not a process: `inside(fd)` moves the calling thread
there for a moment, and a socket stays in the namespace in which it was made. So one process with
one event loop serves every node.
"""

from __future__ import annotations

import ctypes
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
_PR_SET_DUMPABLE = 4

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def unshare(flags: int) -> None:
    """`os.unshare` of Python 3.12, for 3.11 as well."""
    _checked(_libc.unshare(flags))


def setns(descriptor: int, kind: int) -> None:
    """`os.setns` of Python 3.12, for 3.11 as well."""
    _checked(_libc.setns(descriptor, kind))


def enter() -> None:
    """Move this process into a user namespace and a network namespace of its own.

    The user keeps its own id inside (an identity map), so that daemons started there behave as they
    do outside. The process must have one thread only.

    Raises:
        OSError: the kernel, a container or a security module refuses user namespaces.
    """
    user, group = os.geteuid(), os.getegid()
    unshare(CLONE_NEWUSER | CLONE_NEWNET)
    process = Path("/proc/self")
    with suppress(FileNotFoundError):
        (process / "setgroups").write_text("deny")
    (process / "uid_map").write_text(f"{user} {user} 1")
    (process / "gid_map").write_text(f"{group} {group} 1")
    stay_visible()


def stay_visible() -> None:
    """Let processes of the same user open our `/proc/PID/ns` and `/proc/PID/fd`.

    The kernel closes them to others when a process changes its privileges, which `unshare` does.
    """
    _checked(_libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0))


def current() -> int:
    """A descriptor of the network namespace that the calling thread is in."""
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


def new_network() -> int:
    """A descriptor of a new, empty network namespace; the calling thread stays where it is."""
    home = current()
    try:
        unshare(CLONE_NEWNET)
        return current()
    finally:
        setns(home, CLONE_NEWNET)
        os.close(home)


@contextmanager
def inside(descriptor: int) -> Iterator[None]:
    """Run the block in another network namespace; never wait for the event loop within it."""
    home = current()
    setns(descriptor, CLONE_NEWNET)
    try:
        yield
    finally:
        setns(home, CLONE_NEWNET)
        os.close(home)


def sysctl(key: str, value: int | str) -> None:
    """Set one kernel parameter of the network namespace that the calling thread is in."""
    (Path("/proc/sys") / key.replace(".", "/")).write_text(str(value))
