"""Calls over H.323, as far as the SETUP and the answer to it: no media follow.

Source: ITU-T H.225.0, clauses 7 and 8; ITU-T Q.931.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from securemode_lab.appliance import h225, q931
from securemode_lab.appliance.calls import CallFailed
from securemode_lab.clients import dns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from securemode_lab.appliance.calls import OutboundCall

_CONNECT_TIMEOUT_S = 2.0
_ANSWER_TIMEOUT_S = 10.0
_FAREWELL_TIMEOUT_S = 1.0
_LARGEST_REFERENCE = 0x7FFF
_READ_OCTETS = 1 << 16
_DECISIVE = (q931.CONNECT, q931.RELEASE_COMPLETE)


async def place(call: OutboundCall) -> None:
    """Call, and return once the call is over.

    Raises:
        CallFailed: H.323 is off [I]; or the other side refused, or talks something else.
        NoAnswer: no server knows its name.
        OSError, TimeoutError: it can't be reached.
    """
    if not call.settings["enable_h323"]:
        raise CallFailed("H.323 is off")
    origin = call.node.attachment
    address = (await dns.addresses(origin, call.given.dns, call.host))[0]
    call.remote = address, call.port
    reader, writer = await asyncio.wait_for(_connected(call, address), _CONNECT_TIMEOUT_S)
    try:
        await _Signalling(call, reader, writer).run()
    except q931.NoFrame as failed:
        raise CallFailed(f"{address} does not answer in H.225.0: {failed}") from failed
    finally:
        writer.close()
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(writer.wait_closed(), _FAREWELL_TIMEOUT_S)


async def _connected(
    call: OutboundCall, address: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    assert call.remote is not None
    sock = call.client("tcp", address)
    try:
        await asyncio.get_running_loop().sock_connect(sock, call.remote)
        return await asyncio.open_connection(sock=sock)
    except BaseException:
        sock.close()
        raise


def _groups(call: OutboundCall) -> frozenset[int]:
    """What is offered, if the service's own encryption mode or else the global one wants any."""
    mode = call.service["crypto_mode"] or call.settings["crypto_mode"]
    return frozenset() if mode == "off" else call.behaviour.h323_groups


class _Signalling:
    """The call signalling channel of one call."""

    def __init__(
        self, call: OutboundCall, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        assert call.remote is not None
        self._call = call
        self._reader = reader
        self._writer = writer
        self._reference = 1 + secrets.randbelow(_LARGEST_REFERENCE)
        self._described = h225.Call(
            caller=call.alias,
            called=call.user or call.host,
            source=writer.get_extra_info("sockname")[:2],
            destination=call.remote,
            product=f"Pexip Infinity Conferencing Platform/{call.version}",
            groups=_groups(call),
        )

    async def run(self) -> None:
        """SETUP, then whatever comes; RELEASE COMPLETE unless the other side has ended the call."""
        setup = h225.setup(self._described)
        self._writer.write(q931.setup(self._reference, self._call.alias, setup))
        released = asyncio.ensure_future(self._call.released.wait())
        listening = asyncio.ensure_future(self._listen())
        ended_there = False
        try:
            await asyncio.wait((released, listening), return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                ended_there = not isinstance(listening.exception(), TimeoutError)
                listening.result()
        finally:
            released.cancel()
            listening.cancel()
            if not ended_there:
                self._release()

    def _release(self) -> None:
        message = h225.release_complete(self._described)
        self._writer.write(q931.release_complete(self._reference, message))

    async def _listen(self) -> None:
        """Return when the other side ends a call that it had taken.

        Raises:
            CallFailed: it does not take the call.
            TimeoutError: it does neither in time.
        """
        heard = self._heard()
        if await asyncio.wait_for(anext(heard, None), _ANSWER_TIMEOUT_S) != q931.CONNECT:
            raise CallFailed("the other side refused the call")
        self._call.connected()
        async for kind in heard:
            if kind == q931.RELEASE_COMPLETE:
                return

    async def _heard(self) -> AsyncIterator[int]:
        """What decides about the call, until the connection ends."""
        received = b""
        while data := await self._reader.read(_READ_OCTETS):
            messages, received = q931.split(received + data)
            for message in messages:
                if message.reference == self._reference and message.kind in _DECISIVE:
                    yield message.kind
