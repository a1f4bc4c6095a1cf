"""Whether what the product logs arrives where the site collects it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlMessage:
    """A message of our own to one syslog server: the proof that the collector is at work.

    Attributes:
        server: address and port, with the transport.
        arrived: whether it was found in the collector's file.
        trouble: why it could not be sent.
    """

    server: str
    arrived: bool
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyslogArrivalSeen:
    """One login attempt, and what the collector's file holds of it.

    Attributes:
        attempt: how it was made: "login form", "Management API", "client certificate".
        sought: the name by which it was looked for.
        arrived: whether a line with it was appended to the file after the attempt.
        grew_bytes: what was appended meanwhile, by whomever.
        waited_s: how long was waited at most.
        controls: our own messages, one a syslog server that the environment states.
    """

    attempt: str
    sought: str
    arrived: bool
    grew_bytes: int
    waited_s: float
    controls: tuple[ControlMessage, ...]
