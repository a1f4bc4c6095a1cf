"""Where the disks of imported machines come in: `/nfc/<ticket>/<file>` of the vCenter's port.

The ticket in the address is what opens the door, as with vSphere; there is no other login.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import ClientPayloadError, web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from securemode_lab.vcenter.lease import Lease
    from securemode_lab.vcenter.vcenter import VCenter

_CHUNK_BYTES = 1 << 18


class Uploads:
    """The address at which uploads come in.

    Args:
        vcenter: which keeps a log of them.
        leases: knows the lease to which a ticket belongs.
    """

    def __init__(self, vcenter: VCenter, leases: Callable[[str], Lease | None]) -> None:
        self._vcenter = vcenter
        self._leases = leases

    @property
    def routes(self) -> list[web.RouteDef]:
        """POST for disks and PUT for everything else, as clients do; each is taken both ways."""
        path = "/nfc/{ticket}/{name}"
        return [web.post(path, self._receive), web.put(path, self._receive)]

    async def _receive(self, request: web.Request) -> web.Response:
        lease = self._leases(request.match_info["ticket"])
        upload = lease.upload(request.match_info["name"]) if lease else None
        if lease is None or upload is None:
            return web.Response(status=404, text="There is no such lease, or it is not ready.\n")
        if upload.is_coming:
            return web.Response(status=409, text="This file is being uploaded already.\n")
        self._vcenter.log.add(lease.user, request.method, "nfc", upload.import_key, wrote=True)
        is_lost = self._vcenter.trouble.loses_upload()
        if not await lease.receive(upload, _chunks(request, is_lost=is_lost)):
            said = lease.read("error")
            return web.Response(status=500, text=f"{said.msg if said else lease.state}\n")
        return web.Response(status=201 if request.method == "PUT" else 200)


async def _chunks(request: web.Request, *, is_lost: bool) -> AsyncIterator[bytes]:
    """The body, as it comes.

    Args:
        request: with the body.
        is_lost: whether the connection breaks after the first piece.

    Raises:
        ConnectionError: the client went away before its end.
    """
    try:
        async for chunk in request.content.iter_chunked(_CHUNK_BYTES):
            yield chunk
            if is_lost and request.transport is not None:
                request.transport.abort()
    except (ClientPayloadError, web.RequestPayloadError) as cut:
        raise ConnectionError(str(cut)) from cut
