"""A machine of the site that offers services: ports on an attachment, servers behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode_lab.appliance.behaviour import ClosedPorts
from securemode_lab.network.attachment import Wire
from securemode_lab.network.rules import ClosedPort, Ruleset

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from securemode_lab.appliance.listeners import Server
    from securemode_lab.network.attachment import Attachment


@dataclass(frozen=True, slots=True)
class Offer:
    """One open port: transport, number, and what serves each of its sockets."""

    transport: str
    port: int
    server: Callable[[], Server]


class ServiceHost:
    """A machine with fixed services.

    Args:
        attachment: its place in the network.
    """

    def __init__(self, attachment: Attachment) -> None:
        self.attachment = attachment
        self._servers: list[Server] = []

    @property
    def addresses(self) -> list[str]:
        """IPv4, and IPv6 where the network has it."""
        found = (self.attachment.ipv4, self.attachment.ipv6)
        return [address for address in found if address]

    async def start(self, offers: Sequence[Offer]) -> None:
        """Switch the machine on."""
        rules = Ruleset(
            open_ports=tuple((offer.transport, offer.port) for offer in offers),
            closed_ports=(ClosedPort(ClosedPorts.DROP),),
        )
        self.attachment.power_on(Wire(rules=rules))
        for offer in offers:
            for sock in self.attachment.sockets(offer.transport, offer.port):
                server = offer.server()
                await server.start(sock)
                self._servers.append(server)

    async def stop(self) -> None:
        """Switch it off."""
        for server in self._servers:
            await server.stop()
        self._servers = []
        self.attachment.power_off()
