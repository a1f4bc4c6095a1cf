"""What a node offers to strangers: ports of protocols, open ports, web answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from securemode.observations.ports import Family, PortState  # noqa: TC001 (read from evidence)
from securemode.observations.traffic import Service  # noqa: TC001 (likewise)

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePort:
    """One port of a protocol.

    Attributes:
        service: that is expected there, or expected not to be.
        port: the port.
        state: what it said to a connection or a first datagram.
        answer: what came in the protocol's own words; empty where nothing did.
        speaks: whether that was the protocol.
        sender: who sent an ICMP error, where it was not the node itself.
    """

    service: Service
    port: int
    state: PortState
    answer: str = ""
    speaks: bool = False
    sender: str = ""

    def __str__(self) -> str:
        said = f"{self.state.value} ({self.answer})" if self.answer else self.state.value
        return f"{self.service.transport.upper()} {self.port} {said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePortsSeen:
    """The ports of one protocol, between two looks at the web port.

    Attributes:
        ports: each of them.
        control_port: the web port.
        alive_before: whether it accepted right before.
        alive_after: whether it accepted right after.
    """

    ports: tuple[ServicePort, ...]
    control_port: int
    alive_before: bool
    alive_after: bool

    @property
    def is_controlled(self) -> bool:
        """Whether the node was there all the time, so that silence is the port's own."""
        return self.alive_before and self.alive_after


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPortsSeen:
    """Which TCP ports of a stated set accepted a connection, one attempt each.

    One lost packet looks like a closed port. So the web port is asked again and again in between.

    Attributes:
        family: of the questions.
        address: that was asked.
        described: the set, in words.
        asked: how many ports it has.
        open: those that accepted.
        control_port: the web port.
        controls_asked: how often it was asked in between.
        controls_answered: how often it answered; where it refuses, the node is there all the same.
    """

    family: Family
    address: str
    described: str
    asked: int
    open: tuple[int, ...]
    control_port: int
    controls_asked: int
    controls_answered: int


class WebState(StrEnum):
    """What came of a web request."""

    ANSWERED = "answered"
    SILENT = "silent"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    MUTE = "mute"
    CLOSED = "closed"
    NO_TLS = "no TLS"
    NOT_HTTP = "not HTTP"
    WANTS_CERTIFICATE = "wants a certificate"


class Content(StrEnum):
    """What the body of an answer is, as far as it matters."""

    NOTHING = "nothing"
    LOGIN_FORM = "login form"
    CLIENT_API = "answer of the client API"
    CERTIFICATE_DEMAND = "demand for a certificate"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAnswer:
    """The answer to one web request.

    Attributes:
        request: method and path, behind the scheme where that is not HTTPS: "GET /".
        address: that was asked.
        state: what came.
        status: of an HTTP answer, else 0.
        location: where a redirect leads.
        content: what the body is.
        detail: words of the operating system or the TLS library.
    """

    request: str
    address: str
    state: WebState
    status: int = 0
    location: str = ""
    content: Content = Content.NOTHING
    detail: str = ""

    @property
    def is_alive(self) -> bool:
        """Whether a web server said something, whatever it was."""
        return self.state in {WebState.ANSWERED, WebState.WANTS_CERTIFICATE}

    def __str__(self) -> str:
        if self.state is not WebState.ANSWERED:
            said = f"{self.state.value} ({self.detail})" if self.detail else self.state.value
        elif self.location:
            said = f"{self.status} to {self.location}"
        elif self.content in {Content.NOTHING, Content.OTHER}:
            said = str(self.status)
        else:
            said = f"{self.status}, {self.content.value}"
        return f"{self.request}: {said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAnswersSeen:
    """What a node's web server answers to some requests, and to the one that is the control.

    Attributes:
        answers: one a request.
        control: the request that anybody's node answers.
    """

    answers: tuple[WebAnswer, ...]
    control: WebAnswer


def shown(items: Sequence[object], most: int = 4) -> str:
    """The first of several, and how many more there are."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(map(str, items[:most])) + more
