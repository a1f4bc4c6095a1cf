"""Joins the lab's user and network namespace: this process then stands where its operator does."""

from __future__ import annotations

import ctypes
import os
import threading
from pathlib import Path

from securemode.errors import SetupFailed

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000


def _setns(path: Path, kind: int) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if hasattr(os, "setns"):
            os.setns(descriptor, kind)
            return
        libc = ctypes.CDLL(None, use_errno=True)  # Python 3.11 has no os.setns
        if libc.setns(descriptor, kind) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(descriptor)


def join(user: str | None, net: str) -> None:
    """Move this process into the two namespaces.

    Args:
        user: path of the user namespace, or None where the lab made none.
        net: path of the operator's network namespace.

    Raises:
        SetupFailed: the process has threads already, or the kernel refuses.
    """
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads > 1:
        names = ", ".join(thread.name for thread in threading.enumerate())
        raise SetupFailed(
            f"the lab's namespace can only be joined by a process without threads; here are "
            f"{threads} ({names}).",
            remedy="turn off the pytest plug-in that starts them: -p no:<name>.",
        )
    try:
        descriptor = os.open(net, os.O_RDONLY | os.O_CLOEXEC)
        if user is not None:
            _setns(Path(user), CLONE_NEWUSER)
        _setns(Path(f"/proc/self/fd/{descriptor}"), CLONE_NEWNET)
        os.close(descriptor)
    except OSError as error:
        raise SetupFailed(
            f"the lab's namespace cannot be joined: {error.strerror}.",
            remedy="start the lab with --profile loopback, or as the user who runs pytest.",
        ) from error
