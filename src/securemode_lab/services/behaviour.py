"""How the services of the site behave: well, until a fault changes something."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Lookups(StrEnum):
    """What a DNS server makes of questions."""

    RIGHT = "right"
    SILENT = "silent"
    FAILING = "failing"
    WRONG = "wrong"


class Revocation(StrEnum):
    """What the OCSP responder says of the nodes' certificates."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timekeeping:
    """What an NTP server does.

    Attributes:
        silent: answers nobody.
        signs: whether answers carry a digest.
        accepts_any_key: answers, and signs, requests whose digest is wrong.
        wrong_key: "crypto-nak" or "silence".
        error_s: how far its clock is off.
    """

    silent: bool = False
    signs: bool = True
    accepts_any_key: bool = False
    wrong_key: str = "crypto-nak"
    error_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteBehaviour:
    """All of the services.

    Attributes:
        dns, ntp: of each server, in the order of the document.
        ldap_down: the directory accepts connections and answers nothing.
        ldap_refuses_binds: it refuses binds from everywhere but the nodes.
        syslog_deaf: what arrives at the collector is not written down.
        revocation: of every certificate that a node may show.
    """

    dns: tuple[Lookups, Lookups] = (Lookups.RIGHT, Lookups.RIGHT)
    ntp: tuple[Timekeeping, Timekeeping] = field(default=(Timekeeping(), Timekeeping()))
    ldap_down: bool = False
    ldap_refuses_binds: bool = False
    syslog_deaf: bool = False
    revocation: Revocation = Revocation.GOOD


def site_behaviour(variants: Mapping[str, str]) -> SiteBehaviour:
    """How the services behave without a fault."""
    keeping = Timekeeping(wrong_key=variants["ntp_wrong_key"])
    return SiteBehaviour(ntp=(keeping, keeping))
