"""What the firmware of a virtual machine shows to who enters its set-up utility."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwarePasswordSeen:
    """The first thing that the set-up utility shows.

    Attributes:
        machine: name and id of the virtual machine in vCenter.
        asks_for_password: whether it asks for one; else it showed its pages to anybody.
        picture: file of the picture, with its SHA-256.
        came_back_s: seconds from the last restart until the node answered again.
    """

    machine: str
    asks_for_password: bool
    picture: str
    came_back_s: float = 0.0
