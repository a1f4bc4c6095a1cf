"""What a link says while a node of it restarts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartSeen:
    """The neighbour discovery of a node while it restarts and takes its addresses.

    Attributes:
        address: the node's IPv6 address.
        gateway: the router on the way to it; empty where the node is on our own link. Then it was
            not restarted.
        refusal: why this process could not watch; empty where it could. Then it was not restarted.
        boot_before: when the node had started, as the Management Node has it; empty where it could
            not be asked.
        boot_after: likewise, after the restart.
        was_away: whether the node was seen not to answer meanwhile.
        came_back_s: seconds from the order to restart until the node answered again.
        probes: for which of its addresses the node asked from the unspecified address.
        heard_after: frames of the node that were seen after it had been restarted.
        missed: frames that came too fast for this machine.
    """

    address: str
    gateway: str = ""
    refusal: str = ""
    boot_before: str = ""
    boot_after: str = ""
    was_away: bool = False
    came_back_s: float = 0.0
    probes: tuple[str, ...] = ()
    heard_after: int = 0
    missed: int = 0

    @property
    def has_restarted(self) -> bool:
        """Whether two looks, or its absence, show that the node went down and came back."""
        return self.was_away or bool(self.boot_after and self.boot_before != self.boot_after)
