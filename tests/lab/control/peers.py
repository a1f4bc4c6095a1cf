"""Programs of others, each skipped by name where this machine does not have it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ORDINARY_USER = (
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    "--inh-caps=-all",
    "--ambient-caps=-all",
)


def needs(program: str) -> str:
    """The program, or a skip that names it."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    return program


def ordinary_user() -> tuple[str, ...]:
    """Words before a command that make an ordinary user run it; none where we are one."""
    if os.geteuid() != 0:
        return ()
    needs("setpriv")
    tried = subprocess.run([*ORDINARY_USER, sys.executable, "-c", ""], timeout=10, check=False)
    folders = (*Path(sys.executable).resolve().parents, *Path(__file__).resolve().parents)
    if tried.returncode != 0 or not all(folder.stat().st_mode & 0o001 for folder in folders):
        pytest.skip(f"an ordinary user may not run {sys.executable}")
    return ORDINARY_USER
