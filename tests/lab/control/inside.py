"""Run a command where the lab's operator stands: python inside.py USER|- NET COMMAND ..."""

from __future__ import annotations

import ctypes
import os
import sys

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)


def _join(descriptor: int, kind: int) -> None:
    if _LIBC.setns(descriptor, kind):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def main(user: str, net: str, *command: str) -> None:
    """Join the namespaces, by the paths of the lab's document, and become the command."""
    net_descriptor = os.open(net, os.O_RDONLY)
    if user != "-":
        _join(os.open(user, os.O_RDONLY), _NEW_USER)
    _join(net_descriptor, _NEW_NET)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
