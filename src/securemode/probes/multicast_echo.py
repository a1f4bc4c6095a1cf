"""Whether a node answers an ICMPv6 echo request to every node of its link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Unreachable, Unsupported
from securemode.observations.multicast import MulticastEchoSeen
from securemode.probes.probe import Connection
from securemode.probes.wire import icmp6_echo, on_link, ssh_banner

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.probes.wire.on_link import Way
    from securemode.targets import Node

WEB_PORT = 443
LONGEST_S = 1.0
UNICAST_S = 0.3
REQUESTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MulticastEcho:
    """Who answers an echo request to ff02::1 while the node's neighbour discovery answers.

    The request has our global address as its source: answers come from a global address then, by
    which the node is known; one that comes from another address is known by its link address.

    Source: guide, section "Running the security wizard"; RFC 4443 section 4.2.
    """

    name: ClassVar[str] = "multicast-echo"
    observes: ClassVar[type] = MulticastEchoSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1
    takes_s: ClassVar[float] = 1.5
    volatile: ClassVar[frozenset[str]] = frozenset({"others_answered"})

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """Echo requests to every node and to this one, and the web port twice."""
        address = self.target.ipv6 or ""
        return (
            Connection("icmp6", icmp6_echo.ALL_NODES, "", REQUESTS),
            Connection("icmp6", address, "", 1),
            Connection("tcp", address, str(self.target.port(WEB_PORT)), 2),
        )

    def look(self, access: Access) -> MulticastEchoSeen:
        """Ask, where the node is on our own link and this process may.

        Raises:
            Unsupported: the node has no IPv6 address, or is reached through port forwarding.
            Unreachable: this machine has no way to the address.
        """
        address = self.target.ipv6
        if not address or self.target.port_offset:
            raise Unsupported(f"{self.target} has no IPv6 address of its own")
        try:
            way = on_link.way_to(address)
            if way.gateway:
                return MulticastEchoSeen(address=address, gateway=way.gateway)
            return self._look(address, way, min(access.timeout_s, LONGEST_S))
        except PermissionError as error:
            refusal = error.strerror or str(error)
            return MulticastEchoSeen(address=address, refusal=refusal)
        except OSError as error:
            raise Unreachable(f"{address}: {error.strerror or error}") from error

    def _look(self, address: str, way: Way, patience_s: float) -> MulticastEchoSeen:
        source = way.source or "::"
        before = is_neighbour(address, patience_s)
        unicast = icmp6_echo.answers(
            address, way.interface, source, patience_s=UNICAST_S, requests=1
        )
        answered = icmp6_echo.answers(
            icmp6_echo.ALL_NODES, way.interface, source, patience_s=patience_s, requests=REQUESTS
        )
        known = on_link.link_addresses()
        of_node = {
            one for one in answered if one == address or known.get(one, one) == known.get(address)
        }
        return MulticastEchoSeen(
            address=address,
            neighbour_before=before,
            neighbour_after=is_neighbour(address, patience_s),
            unicast_answered=bool(unicast),
            multicast_answered=bool(of_node),
            others_answered=len(answered) - len(of_node),
        )


def is_neighbour(address: str, timeout_s: float) -> bool:
    """Whether the node answers now, be it by refusing, and the kernel has found it on the link."""
    said, _ = ssh_banner.hear(address, WEB_PORT, connect_s=timeout_s, listen_s=0)
    answers = said in {ssh_banner.OPEN, ssh_banner.REFUSED}
    return answers and address in on_link.link_addresses()
