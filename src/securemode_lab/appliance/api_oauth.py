"""OAuth2 client credentials: a signed assertion (ES256) becomes a bearer token.

Source: RFC 6749 section 4.4, RFC 7523; the field names are those of the product's own client.
"""

from __future__ import annotations

import base64
import json
import secrets
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from .requestlog import USER
from .resources.x509 import private_key

if TYPE_CHECKING:
    from datetime import datetime

    from .accounts import Account, Accounts
    from .resources.fields import Row
    from .sessions import Clock
    from .store import Store

PATH = "/oauth/token/"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
HALF_SIGNATURE = 32


class InvalidClient(Exception):
    """The assertion proves nothing; the text says which part."""


class Tokens:
    """Bearer tokens that are valid, and the endpoint that gives them out."""

    def __init__(self, store: Store, accounts: Accounts, clock: Clock) -> None:
        self._store = store
        self._accounts = accounts
        self._clock = clock
        self._tokens: dict[str, tuple[int, datetime]] = {}

    def clear(self) -> None:
        """Withdraw every token."""
        self._tokens.clear()

    def account(self, token: str) -> Account | None:
        """The client that the token was given to, with what its role permits at this moment."""
        key, expires = self._tokens.get(token, (0, self._clock()))
        if expires <= self._clock():
            return None
        for client in self._store.rows("oauth2_client"):
            if client["id"] == key:
                return self._accounts.with_role(client["client_id"], client["role"])
        return None

    async def answer(self, request: web.Request) -> web.Response:
        """POST /oauth/token/."""
        form = await request.post()
        if form.get("grant_type") != "client_credentials":
            return _error("unsupported_grant_type")
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            return _error("invalid_request")
        try:
            client = self._client(str(form.get("client_assertion", "")), request.url.host or "")
        except InvalidClient as error:
            return _error("invalid_client", str(error), HTTPStatus.UNAUTHORIZED)
        request[USER] = client["client_id"]
        lifetime = self._store.get("authentication", 1)["api_oauth2_expiration"]
        token = secrets.token_urlsafe(32)
        self._tokens[token] = (client["id"], self._clock() + timedelta(seconds=lifetime))
        answer = {"access_token": token, "expires_in": lifetime, "token_type": "Bearer"}
        return web.json_response(answer, headers={"Cache-Control": "no-store"})

    def _client(self, assertion: str, host: str) -> Row:
        """The client that signed the assertion."""
        parts = assertion.split(".")
        try:
            header, claims = (json.loads(_decoded(part)) for part in parts[:2])
            signature = _decoded(parts[2])
            issuer = claims["iss"]
        except (ValueError, IndexError, KeyError, TypeError):
            raise InvalidClient("invalid_assertion") from None
        clients = [row for row in self._store.rows("oauth2_client") if row["client_id"] == issuer]
        if not clients or header.get("alg") != "ES256":
            raise InvalidClient("unknown_client")
        _verify(clients[0]["private_key_jwt"], ".".join(parts[:2]), signature)
        if not self._claims_hold(claims, host):
            raise InvalidClient("invalid_claim")
        return clients[0]

    def _claims_hold(self, claims: dict[str, Any], host: str) -> bool:
        """Subject, audience (this endpoint, under any name of the node) and expiry."""
        node = self._store.get("management_vm", 1)
        names = {host, node["address"], f"{node['hostname']}.{node['domain']}"}
        audience = urlsplit(str(claims.get("aud", "")))
        expires = claims.get("exp", 0)
        return (
            claims.get("sub") == claims["iss"]
            and audience.path == PATH
            and audience.hostname in names
            and isinstance(expires, int)
            and expires > self._clock().timestamp()
        )


def _verify(key_pem: str, signed: str, signature: bytes) -> None:
    key = private_key(key_pem)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    if len(signature) != 2 * HALF_SIGNATURE:
        raise InvalidClient("invalid_signature")
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    try:
        key.public_key().verify(
            encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256())
        )
    except InvalidSignature:
        raise InvalidClient("invalid_signature") from None


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _error(error: str, description: str = "", status: int = HTTPStatus.BAD_REQUEST) -> web.Response:
    body = {"error": error} | ({"error_description": description} if description else {})
    return web.json_response(body, status=status)
