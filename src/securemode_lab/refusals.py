"""Why a deployment is neither written to a file nor made of one."""

from __future__ import annotations


class CannotBeWritten(Exception):
    """Something of the present deployment cannot be brought back by another process."""


class StateRefused(Exception):
    """A file holds no deployment that this lab can be here; the text says why."""
