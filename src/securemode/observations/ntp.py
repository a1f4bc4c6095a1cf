"""What NTP servers say with the right key, a wrong one and none; what a node's clock shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NtpAnswer(StrEnum):
    """What comes back for one NTP request."""

    AUTHENTICATED = "authenticated"
    UNAUTHENTICATED = "not authenticated"
    WRONG_MAC = "wrong MAC"
    CRYPTO_NAK = "crypto-NAK"
    KISS = "kiss of death"
    SILENT = "silent"
    REFUSED = "refused"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True, kw_only=True)
class NtpExchange:
    """One request and its answer.

    Attributes:
        answer: what came back.
        offset_s: the server's clock minus ours; None without a time.
        error_s: by how much that may be wrong.
        stratum: distance of the server from a reference clock.
        synchronised: whether the server says that its clock is set.
        detail: kiss code, or what is wrong with the answer.
    """

    answer: NtpAnswer
    offset_s: float | None = None
    error_s: float = 0.0
    stratum: int = 0
    synchronised: bool = False
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.answer.value} ({self.detail})" if self.detail else self.answer.value


@dataclass(frozen=True, slots=True, kw_only=True)
class NtpServerSeen:
    """One server.

    Attributes:
        server: address or FQDN, as stated or configured.
        key_id: id of its key, None where none is stated or configured.
        unkeyed: the answer to a request without MAC, which shows whether there is a way there; None
            where the right key was answered.
        right_before: the answer to the right key; None where the environment does not give it.
        wrong: the answer to another key under the same id.
        right_after: the right key again, once the wrong one has been tried.
        trouble: why the server could not be asked at all.
    """

    server: str
    key_id: int | None = None
    unkeyed: NtpExchange | None = None
    right_before: NtpExchange | None = None
    wrong: NtpExchange | None = None
    right_after: NtpExchange | None = None
    trouble: str = ""

    @property
    def time(self) -> NtpExchange | None:
        """The best exchange that tells the time: an authenticated one first."""
        told = [
            one
            for one in (self.right_before, self.right_after, self.unkeyed)
            if one is not None and one.offset_s is not None and one.synchronised
        ]
        authenticated = [one for one in told if one.answer is NtpAnswer.AUTHENTICATED]
        return min(authenticated or told, key=lambda one: one.error_s, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NtpServersSeen:
    """Every NTP server, those of the environment and those that the product has configured."""

    servers: tuple[NtpServerSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeClockSeen:
    """A node's clock against ours, from the Date header of its HTTPS answers.

    The header has whole seconds. Requests around the moment at which it changes narrow it down.

    Attributes:
        least_s: the node's clock minus ours is at least this.
        most_s: and at most this.
        requests: how many answers this rests on.
    """

    least_s: float
    most_s: float
    requests: int
