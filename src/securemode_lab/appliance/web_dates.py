"""The Date of HTTP answers, by a clock that may be wrong."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Values: TypeAlias = tuple[tuple[str, str], ...]


def dated(values: Values, clock_error_s: float) -> Callable[[], Values]:
    """Headers for an answer at the moment; a clock that is right needs none of its own."""

    def at_the_moment() -> Values:
        if not clock_error_s:
            return values
        return (*values, ("Date", formatdate(time.time() + clock_error_s, usegmt=True)))

    return at_the_moment
