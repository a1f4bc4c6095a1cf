"""Who asks the API, and whether that is permitted."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from .api_errors import ApiError, unauthenticated
from .permissions import Permission
from .requestlog import USER
from .web_certificates import NoAccess, certificate_account, mode, refusal_status, shows_one

if TYPE_CHECKING:
    from aiohttp import web

    from .accounts import Account, Accounts
    from .api_oauth import Tokens
    from .store import Store
    from .web_variants import Variants


class Access:
    """Authentication and permissions of one API request."""

    def __init__(
        self, store: Store, accounts: Accounts, tokens: Tokens, variants: Variants
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._tokens = tokens
        self._variants = variants

    @property
    def lets_everybody_read(self) -> bool:
        """Whether nobody needs a permission to read but what is the auditor's."""
        return self._variants["role_reading"] == "every administrator"

    async def account(self, request: web.Request) -> Account:
        """Whom the request comes from.

        Raises:
            ApiError: 401, or what the variant says where client certificates are required.
        """
        account = await self._identified(request)
        request[USER] = account.username
        return account

    def require(self, account: Account, *permissions: str) -> None:
        """Refuse unless the account may use the API and holds one of the permissions.

        Raises:
            ApiError: 403 or 401, as the variant says.
        """
        allowed = account.may(Permission.IS_ADMINISTRATOR) and account.may(Permission.API)
        if allowed and account.may(*permissions):
            return
        if self._variants["role_refusal"] == "401":
            raise unauthenticated()
        raise ApiError(403)

    async def _identified(self, request: web.Request) -> Account:
        lets_passwords_in = "api_without_certificate" in self._accounts.defects
        if mode(self._store) != "NO" and not (lets_passwords_in and not shows_one(request)):
            try:
                return await certificate_account(request, self._store, self._accounts)
            except NoAccess as error:
                status = refusal_status(self._variants)
                raise ApiError(status, {"error": str(error)}) from None
        scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
        account = None
        if scheme.lower() == "bearer":
            account = self._tokens.account(rest.strip())
        elif scheme.lower() == "basic" and self._basic_is_on():
            username, password = _basic(rest)
            account = await self._accounts.authenticate(username, password)
        if account is None:
            raise unauthenticated()
        return account

    def _basic_is_on(self) -> bool:
        return not self._store.get("authentication", 1)["api_oauth2_disable_basic"]


def _basic(encoded: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise unauthenticated() from None
    username, _, password = text.partition(":")
    return username, password
