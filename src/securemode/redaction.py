"""Keeps secrets out of everything that is written."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

STARS = "****"
SHORTEST_SECRET = 4
"""Shorter values are not replaced: stars for every "1" would make evidence unreadable."""


def _forms(secret: str) -> set[str]:
    """Every way in which a secret is likely to appear: plain, JSON, URL and base64."""
    raw = secret.encode()
    encoded = {
        base64.b64encode(raw).decode(),
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
    }
    return {
        secret,
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret, safe=""),
        quote_plus(secret),
        *encoded,
    }


class Redactor:
    """Replaces known secrets, in every usual encoding, by stars."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._forms: list[str] = []
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """Make more values known; from now on no text that passes through shows them."""
        forms = set(self._forms)
        for secret in secrets:
            if len(secret) >= SHORTEST_SECRET:
                forms |= _forms(secret)
        self._forms = sorted(forms, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return the text with every known secret replaced."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, STARS)
        return text
