"""Run a command in a user namespace that allows no others: python refused.py COMMAND ..."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_NEW_USER = 0x10000000
_LIBC = ctypes.CDLL(None, use_errno=True)


def main(*command: str) -> None:
    """Enter, forbid and become the command."""
    uid, gid = os.geteuid(), os.getegid()
    if _LIBC.unshare(_NEW_USER):
        raise OSError(ctypes.get_errno(), "user namespaces are refused already")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        Path("/proc/self", name).write_text(text)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
