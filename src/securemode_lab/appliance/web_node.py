"""The web of a Conferencing Node: its page, the client API where it is on, HTTP to HTTPS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiohttp import web

from securemode_lab.appliance.web_dates import dated

if TYPE_CHECKING:
    from securemode_lab.appliance.derive import NodeBehaviour
    from securemode_lab.appliance.listeners import Acceptor
    from securemode_lab.appliance.web_dates import Values

_CLIENT_API = "/api/client/v2/"
_PAGE = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
    "<title>Pexip Infinity</title></head><body><h1>Pexip Infinity</h1></body></html>\n"
)
_NOT_FOUND = "<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>\n"
_ONLY_OVER_TLS = "Strict-Transport-Security"
_SERVER = "nginx"
_HOST_WITHOUT_PORT = re.compile(r"\[[^\]]*\]|[^:]*")


class NodeWeb:
    """Answers HTTP and HTTPS of one Conferencing Node.

    Args:
        version: as the client API states it.
    """

    def __init__(self, version: str) -> None:
        self._version = version
        self._behaviour: NodeBehaviour | None = None
        self._secure = web.Server(self._answer_secure)
        self._plain = web.Server(self._answer_plain)

    @property
    def over_tls(self) -> Acceptor:
        """What TCP 443 serves."""
        return self._secure

    @property
    def over_tcp(self) -> Acceptor:
        """What TCP 80 serves."""
        return self._plain

    def apply(self, behaviour: NodeBehaviour) -> None:
        """Behave like this from now on."""
        self._behaviour = behaviour

    async def _answer_secure(self, request: web.BaseRequest) -> web.StreamResponse:
        assert self._behaviour is not None
        response = self._content(request, client_api=self._behaviour.client_api)
        return _with(response, headers_of(self._behaviour))

    async def _answer_plain(self, request: web.BaseRequest) -> web.StreamResponse:
        assert self._behaviour is not None
        if self._behaviour.http == "content":
            return await self._answer_secure(request)
        return _with(redirect(request), headers_of(self._behaviour), secure=False)

    def _content(self, request: web.BaseRequest, *, client_api: bool) -> web.Response:
        if request.path.startswith(_CLIENT_API) and client_api:
            return self._client_api(request.path.removeprefix(_CLIENT_API))
        if request.path == "/":
            return web.Response(text=_PAGE, content_type="text/html")
        return web.Response(status=404, text=_NOT_FOUND, content_type="text/html")

    def _client_api(self, path: str) -> web.Response:
        if path.strip("/") == "status":
            version = {"version": self._version}
            return web.json_response({"status": "success", "result": version})
        problem = "Neither conference nor gateway found"
        return web.json_response({"status": "failed", "result": problem}, status=404)


def redirect(request: web.BaseRequest) -> web.Response:
    """To the same place over HTTPS."""
    host = _HOST_WITHOUT_PORT.match(request.host)
    location = f"https://{host[0] if host else ''}{request.path_qs}"
    return web.Response(status=301, headers={"Location": location})


def headers_of(behaviour: NodeBehaviour) -> Values:
    """Headers of an answer at the moment."""
    return dated(behaviour.headers.values, behaviour.clock_error_s)()


def _with(response: web.Response, headers: Values, *, secure: bool = True) -> web.Response:
    """The answer with the headers; HSTS means nothing without TLS (RFC 6797, section 7.2)."""
    response.headers["Server"] = _SERVER
    for name, value in headers:
        if secure or name != _ONLY_OVER_TLS:
            response.headers[name] = value
    return response


class Redirect:
    """TCP 80 of the Management Node, whose own web interface needs no plain HTTP."""

    def __init__(self) -> None:
        self._behaviour: NodeBehaviour | None = None
        self.over_tcp: Acceptor = web.Server(self._answer)

    def apply(self, behaviour: NodeBehaviour) -> None:
        """Send its headers from now on."""
        self._behaviour = behaviour

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        assert self._behaviour is not None
        return _with(redirect(request), headers_of(self._behaviour), secure=False)
