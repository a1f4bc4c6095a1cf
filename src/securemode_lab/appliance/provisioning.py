"""The page of a Conferencing Node that does not know yet which one it is: it takes a configuration.

Source: the facts, sections 4.4 and 5.2: TCP 8443, and nothing else until then. Path and form are
not public, so these are the lab's own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import web

from securemode_lab.appliance.behaviour import ClosedPorts, Tls
from securemode_lab.appliance.listeners import StreamServer
from securemode_lab.appliance.provisioning_file import NotAConfiguration, bootstrap
from securemode_lab.appliance.tls import server_context
from securemode_lab.network.attachment import Wire
from securemode_lab.network.rules import ClosedPort, Ruleset

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode_lab.appliance.provisioning_file import Bootstrap
    from securemode_lab.network.attachment import Attachment
    from securemode_lab.services.pki import ServerCertificate

PORT = 8443
_MOST_BYTES = 1 << 20
_TLS = Tls(
    versions=frozenset({"TLSv1_2", "TLSv1_3"}),
    ciphers="ECDHE+AESGCM",
    ciphersuites="TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256",
    groups="P-256:P-384:P-521",
)
_TITLE = "Pexip Infinity Conferencing Node"
_FORM = (
    '<form method="post" enctype="multipart/form-data">\n'
    '<label for="id_file">Configuration file:</label>\n'
    '<input type="file" name="file" id="id_file" required>\n'
    '<input type="submit" value="Upload">\n</form>'
)
_ACCEPTED = "<p>The configuration has been accepted. The node restarts.</p>"


class ProvisioningPage:
    """Serves the page at a node's address until it is stopped.

    Args:
        attachment: the node's place in the network.
        certificate: of its own making.
        take: told of the configuration that came; raises `NotAConfiguration` where it can't be
            this machine's.

    Attributes:
        since: when it began to serve, None while it does not.
    """

    def __init__(
        self,
        attachment: Attachment,
        certificate: ServerCertificate,
        take: Callable[[Bootstrap], None],
    ) -> None:
        self.since: datetime | None = None
        self._attachment = attachment
        self._certificate = certificate
        self._take = take
        self._runner: web.AppRunner | None = None
        self._servers: list[StreamServer] = []

    async def start(self) -> None:
        """Switch the machine on."""
        application = web.Application(client_max_size=_MOST_BYTES)
        application.router.add_get("/", _show)
        application.router.add_post("/", self._receive)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        assert self._runner.server is not None
        rules = Ruleset(open_ports=(("tcp", PORT),), closed_ports=(ClosedPort(ClosedPorts.DROP),))
        self._attachment.power_on(Wire(rules=rules))
        serve = partial(StreamServer, self._runner.server)
        for sock in self._attachment.sockets("tcp", PORT):
            server = serve(server_context(_TLS, self._certificate))
            await server.start(sock)
            self._servers.append(server)
        self.since = datetime.now(UTC)

    async def stop(self) -> None:
        """Switch it off."""
        self.since = None
        for server in self._servers:
            await server.stop()
            server.disconnect()
        self._servers = []
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
            self._attachment.power_off()

    async def _receive(self, request: web.Request) -> web.Response:
        """Take the file of the form, or a body that is the file itself."""
        try:
            self._take(bootstrap(await _file(request)))
        except NotAConfiguration as refused:
            return _page(
                f'<ul class="errorlist"><li>{escape(str(refused))}</li></ul>\n{_FORM}',
                HTTPStatus.BAD_REQUEST,
            )
        return _page(_ACCEPTED)


async def _file(request: web.Request) -> bytes:
    """What was uploaded.

    Raises:
        NotAConfiguration: nothing was.
    """
    if request.content_type != "multipart/form-data":
        return await request.read()
    for field in (await request.post()).values():
        if isinstance(field, web.FileField):
            return field.file.read()
    raise NotAConfiguration("The form has no file.")


async def _show(request: web.Request) -> web.Response:
    del request
    return _page(_FORM)


def _page(body: str, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    text = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{_TITLE}</title></head>\n<body>\n<h1>{_TITLE}</h1>\n{body}\n</body></html>\n"
    )
    return web.Response(status=status, text=text, content_type="text/html")
