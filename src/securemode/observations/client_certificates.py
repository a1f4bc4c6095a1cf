"""What client certificates open at the Administrator interface and the Management API."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from securemode.observations.web import Page  # noqa: TC001 (read at run time)


class Presented(StrEnum):
    """The client certificate that a visitor shows."""

    NONE = "no certificate"
    ADMINISTRATOR = "the administrator's certificate"
    LAST_RESORT = "the last-resort certificate"
    UNKNOWN = "a certificate of a user who is not in the directory"
    EXPIRED = "an expired certificate"
    UNTRUSTED = "a certificate of an untrusted CA"
    SELF_SIGNED = "a self-signed certificate"


class Door(StrEnum):
    """What a visitor asks for."""

    LOGIN_PAGE = "login page"
    START_PAGE = "start page"
    API = "API"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorAnswer:
    """What one request ends in.

    Attributes:
        door: what was asked for.
        page: what was shown.
        status: HTTP status at the end of the redirects that were followed, 0 without an answer.
        ended_by: the TLS alert that ended the handshake, "closed" for a connection that was closed
            without a word, empty where HTTP answered.
    """

    door: Door
    page: Page
    status: int = 0
    ended_by: str = ""

    def __str__(self) -> str:
        seen = f"TLS {self.ended_by}" if self.ended_by else f"{self.page.value} ({self.status})"
        return f"{self.door.value}: {seen}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visitor at every door.

    Attributes:
        presented: the certificate.
        doors: one answer each.
    """

    presented: Presented
    doors: tuple[DoorAnswer, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.doors))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCertificateAccessSeen:
    """What one client certificate opens.

    Attributes:
        visit: of whoever holds it.
        control: of the administrator with the good certificate, in the same look; None where the
            visitor is meant to get in.
        logged_out: whether every session that was opened is closed again.
        certificate_was_verified: whether the server was trusted because of `trust.ca_file`.
    """

    visit: Visit
    control: Visit | None
    logged_out: bool
    certificate_was_verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginPageSeen:
    """What somebody sees who has not logged in.

    Attributes:
        status: HTTP status of the login page, 0 where not even a handshake came about.
        has_form: whether it asks for a password.
        text: what a person reads on it, white space collapsed, at most 8192 characters.
    """

    status: int
    has_form: bool
    text: str
