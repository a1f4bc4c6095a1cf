"""OAuth2 clients: the id and the signing key that the product generates."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec

from .x509 import clear_pem

if TYPE_CHECKING:
    from .fields import Row


def make_client(row: Row) -> Row:
    """The row with its id and its ES256 key, once."""
    if row["client_id"]:
        return row
    key = clear_pem(ec.generate_private_key(ec.SECP256R1()))
    return row | {"client_id": str(uuid.uuid4()), "private_key_jwt": key}
