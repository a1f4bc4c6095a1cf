"""What chance has a part in when a site is made, so that the same site can be made again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode_lab.services.certificates import SiteCertificates
from securemode_lab.services.people import People

if TYPE_CHECKING:
    from securemode_lab.document import Credentials
    from securemode_lab.services.pki import Pki

_NTP_KEYS = (11, 12)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Keys, passwords and identifiers of a site.

    Attributes:
        certificates: authorities, and what they have issued.
        people: the directory.
        ntp_keys: identifier and key, one for each NTP server.
    """

    certificates: SiteCertificates
    people: People
    ntp_keys: list[tuple[int, str]]


def draw(pki: Pki, responder: str, domain: str, credentials: Credentials) -> Drawn:
    """Those of a new site.

    Args:
        pki: whose key its servers share.
        responder: address of its OCSP responder.
        domain: of every name.
        credentials: of the people in its directory.
    """
    keys = [(number, secrets.token_urlsafe(12)) for number in _NTP_KEYS]
    return Drawn(SiteCertificates(pki, responder), People(domain, credentials), keys)
