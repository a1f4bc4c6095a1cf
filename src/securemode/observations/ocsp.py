"""What an OCSP responder says of a certificate that a node serves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Revocation(StrEnum):
    """What an answer says of the certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    NO_ANSWER = "no status"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationSeen:
    """One request to the responder.

    Attributes:
        responder: its URL.
        subject: of the certificate that the node serves.
        serial: its serial number, hexadecimal.
        issuer: of the certificate that signed it; empty where it is neither served nor trusted, and
            then nothing could be asked.
        answer: response status of the protocol: "successful", "unauthorized".
        status: what it says of the certificate.
        authentic: whether the issuer, or a responder that it authorised, signed the answer.
        current: whether the answer is in force, by our clock.
        trouble: why it is not authentic or not current.
    """

    responder: str
    subject: str
    serial: str
    issuer: str
    answer: str = ""
    status: Revocation = Revocation.NO_ANSWER
    authentic: bool = False
    current: bool = False
    trouble: str = ""
