"""Whether a node asks its link for duplicates of its addresses when it starts."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Unreachable, Unsupported
from securemode.infinity.transport import ATTEMPTS
from securemode.observations.restarts import RestartSeen
from securemode.probes import node_restart
from securemode.probes.multicast_echo import is_neighbour
from securemode.probes.probe import Connection
from securemode.probes.wire import link_frames, on_link

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.probes.wire.link_frames import Tap
    from securemode.targets import Node

GLANCE_S = 0.05
SETTLED_S = 0.2
"""How long the link is watched on after the node answers again."""
MOST_KNOCKS = 4000
MOST_REQUESTS = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressDetection:
    """The neighbour solicitations from :: that a node sends while it restarts.

    The watch begins before the restart and ends after the node answers again; as solicitations are
    multicast, this machine joins the groups to which they would go. That the node did restart, and
    was heard afterwards, is seen along with it.

    Source: guide, section "Running the security wizard"; RFC 4862 section 5.4.2.
    """

    name: ClassVar[str] = "duplicate-address-detection"
    observes: ClassVar[type] = RestartSeen
    intrusive: ClassVar[str | None] = node_restart.PERMISSION
    restarts: ClassVar[bool] = True
    simultaneous: ClassVar[int] = 1
    takes_s: ClassVar[float] = 3.0
    volatile: ClassVar[frozenset[str]] = frozenset(
        {"boot_before", "boot_after", "came_back_s", "heard_after"}
    )

    target: Node
    management: Node

    def connections(self) -> tuple[Connection, ...]:
        """The web port until it answers again, and the Management Node for the start times."""
        knocks = [
            Connection("tcp", address, str(self.target.port(node_restart.WEB_PORT)), MOST_KNOCKS)
            for address in self.target.addresses
        ]
        web = str(self.management.port(443))
        asked = Connection("tls", self.management.address, web, MOST_REQUESTS * ATTEMPTS)
        return (*knocks, asked)

    def look(self, access: Access) -> RestartSeen:
        """Restart and watch, where the node is on our own link and this process may.

        Raises:
            Unsupported: the node has no IPv6 address of its own, or nothing restarts it.
            Unreachable: this machine has no way to it.
            TimedOut: it does not come back.
        """
        address = self.target.ipv6
        if not address or self.target.port_offset:
            raise Unsupported(f"{self.target} has no IPv6 address of its own")
        command = node_restart.restart_command(access, self.target)
        try:
            way = on_link.way_to(address)
            if way.gateway:
                return RestartSeen(address=address, gateway=way.gateway)
            if not is_neighbour(address, access.timeout_s):
                raise Unreachable(f"{address} does not answer on port {node_restart.WEB_PORT}")
            link = on_link.link_addresses()[address]
            ears = tuple(map(link_frames.solicited_node, (address, link_frames.link_local(link))))
            with (
                link_frames.joined(ears, way.interface),
                link_frames.Tap(way.interface, multicast=True) as tap,
            ):
                addresses = node_restart.answering(self.target, self.target.addresses)
                watch = _Watch(access, self.target, _Ear(tap, address, {link}), addresses)
                return watch.restarted(command)
        except PermissionError as error:
            return RestartSeen(address=address, refusal=error.strerror or str(error))
        except OSError as error:
            raise Unreachable(f"{address}: {error.strerror or error}") from error


@dataclass(slots=True)
class _Ear:
    """What was heard on the link of one node, by whom."""

    tap: Tap
    address: str
    links: set[str]
    asked: dict[tuple[str, str], None] = field(default_factory=dict)
    frames: int = 0

    def listen(self, for_s: float) -> None:
        """Listen on; a node that was made anew may have another link-layer address."""
        for frame in self.tap.frames(for_s):
            if frame.source == self.address:
                self.links.add(frame.by)
            self.frames += frame.by in self.links
            if target := link_frames.asked_by_nobody(frame):
                self.asked[frame.by, target] = None

    def probes(self) -> tuple[str, ...]:
        """For which of its addresses the node asked."""
        of_node = (
            target for by, target in self.asked if target == self.address or by in self.links
        )
        return tuple(dict.fromkeys(of_node))


@dataclass(slots=True)
class _Watch:
    """One restart; the node is back when it answers at all addresses at which it did before."""

    access: Access
    node: Node
    ear: _Ear
    addresses: tuple[str, ...]
    was_away: bool = False

    def restarted(self, command: tuple[str, ...]) -> RestartSeen:
        """Restart the node, listening all the while, and wait until it is in order again."""
        before = node_restart.start_time(self.access, self.node)
        began = time.monotonic()
        with node_restart.RunningCommand(command) as running:
            while not running.is_done():
                self._answers_since(began)
        after, came_back_s = self._back(before, began)
        self.ear.frames = 0
        node_restart.answering(self.node, (self.ear.address,))  # even a refusal is a frame of it
        self.ear.listen(SETTLED_S)
        return RestartSeen(
            address=self.ear.address,
            boot_before=before,
            boot_after=after,
            was_away=self.was_away,
            came_back_s=round(came_back_s, 3),
            probes=self.ear.probes(),
            heard_after=self.ear.frames,
            missed=self.ear.tap.missed(),
        )

    def _back(self, before: str, began: float) -> tuple[str, float]:
        """The new start time, and after how long the node answered; waits for both.

        A command may return before the node has even gone, and the Management Node may hear of a
        start late: either is given some time.
        """
        after, came_back_s, patient_until = "", 0.0, 0.0
        while True:
            if self._answers_since(began):
                came_back_s = came_back_s or time.monotonic() - began
                patient_until = patient_until or time.monotonic() + node_restart.START_TIME_S
                after = node_restart.start_time(self.access, self.node)
                is_new = bool(after) and after != before
                is_known = is_new or (self.was_away and not before)
                if is_known or time.monotonic() > patient_until or self.access.cancelled.is_set():
                    return after, came_back_s
            else:
                came_back_s = patient_until = 0.0

    def _answers_since(self, began: float) -> bool:
        """Listen for a moment, and see whether the node answers."""
        if time.monotonic() - began > node_restart.LONGEST_S:
            raise node_restart.too_late(self.node)
        self.ear.listen(GLANCE_S)
        answers = node_restart.answering(self.node, self.addresses) == self.addresses
        self.was_away = self.was_away or not answers
        return answers
