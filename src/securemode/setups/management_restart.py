"""Waits for the restart that ends the security wizard."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode.errors import SetupFailed

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the wizard's set-up waits.

    Attributes:
        login_s: for the SSH login.
        connect_s: for its connection; None: as long.
        answer_s: for the console to say something.
        restart_s: for the Management Node to come back.
        unnoticed_s: after which a Management Node that never went away is taken for restarted.
        look_s: for the Administrator interface to answer one look.
        poll_s: between two looks.
    """

    login_s: float = 15.0
    connect_s: float | None = None
    answer_s: float = 30.0
    restart_s: float = 900.0
    unnoticed_s: float = 20.0
    look_s: float = 2.0
    poll_s: float = 0.1


LAB_PATIENCE = Patience(connect_s=3.0, restart_s=60.0, unnoticed_s=1.0, look_s=0.3, poll_s=0.02)
"""A lab restarts at once and in a fraction of a second, which is easily missed."""


def await_restart(is_up: Callable[[], bool], patience: Patience) -> None:
    """Wait until the Administrator interface has gone and come back.

    Args:
        is_up: whether it answers now.
        patience: how long to wait.

    Raises:
        SetupFailed: it has not come back.
    """
    began = time.monotonic()
    went_away = False
    while (waited := time.monotonic() - began) < patience.restart_s:
        up = is_up()
        went_away = went_away or not up
        if up and (went_away or waited > patience.unnoticed_s):
            return
        time.sleep(patience.poll_s)
    raise SetupFailed(
        "The security wizard was answered, but the Management Node has not come back within "
        f"{patience.restart_s:g} s.",
        remedy="look at its console, then restart the Conferencing Nodes by hand.",
    )
