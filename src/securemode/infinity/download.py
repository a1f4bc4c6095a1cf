"""The body of an answer that is too large to be kept."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from securemode.errors import TimedOut

if TYPE_CHECKING:
    import requests


class Download:
    """The body of an answer as a source of bytes.

    Args:
        response: whose body was not read yet.
        request: for messages.
        timeout_s: how long all of it may take.
    """

    def __init__(self, response: requests.Response, request: str, timeout_s: float) -> None:
        self._raw = response.raw
        self._request = request
        self._deadline = time.monotonic() + timeout_s

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end.

        Raises:
            CannotLook: the body breaks off, or takes too long.
        """
        if time.monotonic() > self._deadline:
            raise TimedOut(f"{self._request} does not come to the end of its answer in time.")
        return bytes(self._raw.read1(size, decode_content=True))
