"""A node's clock, as far as the Date header of its HTTPS answers shows it."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import Interrupted, UnexpectedAnswer
from securemode.observations.ntp import NodeClockSeen
from securemode.probes.probe import Connection
from securemode.probes.services import no_connection
from securemode.probes.web_client import WEB_PORT, present, tolerant_context
from securemode.probes.wire.http import BrokenHttp, HttpConnection

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.probes.wire.http import HttpAnswer
    from securemode.targets import Node

MOST_REQUESTS = 8
SLACK_S = 0.1
"""By how much two headers may contradict each other: servers renew the text a little late."""


PATH = "/favicon.ico"
"""Any answer has a Date, and asking for this one opens no session by certificate."""


@dataclass(frozen=True, slots=True)
class NodeClock:
    """How a node's clock differs from ours.

    A header of second S, asked for at our time A and answered at B, says that the node's clock is
    at least S - B and less than S + 1 - A ahead of ours. Every further request is sent when the
    header is about to change if the middle of what is left is true, which halves it.

    No password is sent, so the certificate is not verified; our own is shown to a server that asks
    for one. TLS tells no time: the random of a ServerHello is random.

    Attributes:
        target: the node.
        precision_s: how narrow the difference has to become; 8 requests are the most.

    Source: RFC 9110 6.6.1.
    """

    name: ClassVar[str] = "node-clock"
    observes: ClassVar[type] = NodeClockSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1
    takes_s: ClassVar[float] = 2.0
    volatile: ClassVar[frozenset[str]] = frozenset({"least_s", "most_s", "requests"})

    target: Node
    precision_s: float = 0.25

    def connections(self) -> tuple[Connection, ...]:
        """The web port; one connection that is kept, or one a request, twice where it breaks."""
        port = str(self.target.port(WEB_PORT))
        return (Connection("tls", self.target.address, port, 2 * MOST_REQUESTS),)

    def look(self, access: Access) -> NodeClockSeen:
        """Ask until it is precise enough.

        Raises:
            UnexpectedAnswer: an answer has no usable Date, or the headers contradict each other.
        """
        clock = _Clock(self.target, access)
        try:
            least, most = clock.bounds()
            requests = 1
            while most - least > self.precision_s and requests < MOST_REQUESTS:
                clock.wait_for_the_edge((least + most) / 2)
                lower, upper = clock.bounds()
                least, most = max(least, lower), min(most, upper)
                requests += 1
        finally:
            clock.close()
        if least - most > SLACK_S:
            raise UnexpectedAnswer(
                f"{self.target.name}: the Date headers of its answers contradict each other by "
                f"{least - most:.2f} s.",
                remedy="its clock or ours was set meanwhile, or something caches: run again.",
            )
        return NodeClockSeen(
            least_s=round(min(least, most), 4), most_s=round(max(least, most), 4), requests=requests
        )


class _Clock:
    """Asks one node for the time, over one connection as long as it is kept."""

    def __init__(self, node: Node, access: Access) -> None:
        self._node = node
        self._access = access
        self._context = tolerant_context(None)
        if identity := access.environment.credentials.client_certificate:
            present(self._context, identity)
        self._connection: HttpConnection | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def wait_for_the_edge(self, offset_s: float) -> None:
        """Wait until the node's second would change if its clock were `offset_s` ahead of ours."""
        if self._access.cancelled.wait(-(time.time() + offset_s) % 1.0):
            raise Interrupted(f"the run was stopped while the clock of {self._node.name} was read")

    def bounds(self) -> tuple[float, float]:
        """The least and the most by which the node's clock is ahead of ours, by one answer."""
        answer = self._answer()
        text = answer.headers.get("date", "")
        try:
            shown = parsedate_to_datetime(text).timestamp()
        except ValueError:
            raise UnexpectedAnswer(
                f"{self._node.name} answers HTTPS without a usable Date header "
                f"({f'it is {text[:60]!r}' if text else 'there is none'}).",
                remedy="compare the node's clock by other means.",
            ) from None
        return shown - answer.answered_at, shown + 1 - answer.sent_at

    def _answer(self) -> HttpAnswer:
        what = f"{self._node.name}: GET {PATH} for its Date header"
        try:
            if self._connection is not None and self._connection.is_open:
                try:
                    return self._connection.request("GET", PATH)
                except ConnectionError:
                    self.close()  # the server kept it no longer
            self._connection = HttpConnection(
                self._node.address,
                self._node.port(WEB_PORT),
                self._access.timeout_s,
                context=self._context,
            )
            return self._connection.request("GET", PATH)
        except BrokenHttp as error:
            raise UnexpectedAnswer(f"{what}: {error}.") from error
        except ssl.SSLError as error:
            raise UnexpectedAnswer(f"{what}: TLS fails ({error.reason or error}).") from error
        except OSError as error:
            raise no_connection(what, error) from error
