"""Where chance has a part in a deployment, so that the same deployment can be made again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from securemode_lab.appliance.software import HostKeys
from securemode_lab.document import Credentials
from securemode_lab.services.pki import Pki

if TYPE_CHECKING:
    from securemode_lab.services.drawn import Drawn

_TOKEN_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Origin:
    """Everything that was drawn when a deployment was made.

    Attributes:
        pki: with the key of its servers, and the certificates that nodes made for themselves.
        host_keys: of SSH.
        credentials: everything secret that the lab's document tells.
        token_key: by which the product makes tokens of secrets.
        began: when it was made, which its operator's records tell.
        site: of the site around it; None while that has not been made.
    """

    pki: Pki
    host_keys: HostKeys
    credentials: Credentials = field(default_factory=Credentials)
    token_key: bytes = field(default_factory=lambda: secrets.token_bytes(_TOKEN_KEY_BYTES))
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    site: Drawn | None = None

    @classmethod
    def new(cls) -> Origin:
        """That of a deployment which never was before."""
        pki = Pki()
        return cls(pki, HostKeys(pki.key_pem))
