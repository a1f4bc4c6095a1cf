"""A call over SIP from its first packet to its last: TLS or TCP, INVITE, ACK, CANCEL and BYE.

Source: RFC 3261, sections 9 (CANCEL), 12 (dialogs), 13 (INVITE), 15 (BYE) and 17.1 (transactions).
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager, suppress
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from securemode_lab.appliance import sdp_offer
from securemode_lab.appliance.calls import CallFailed
from securemode_lab.appliance.sip import Malformed
from securemode_lab.appliance.sip_dialog import Dialog
from securemode_lab.appliance.sip_messages import Message, receive
from securemode_lab.appliance.sip_peer import PeerCheck
from securemode_lab.clients.dns import lookup
from securemode_lab.clients.outgoing import NoAnswer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from securemode_lab.appliance.calls import OutboundCall

_CONNECT_S = 3.0
_FIRST_ANSWER_S = 8.0
_RINGING_S = 60.0
_LAST_ANSWER_S = 1.0
_LONGEST_HEADER = 1 << 16


class _Event(Enum):
    """What can come instead of a message."""

    RELEASED = "the call is to end"
    CLOSED = "the peer closed the connection"


Next: TypeAlias = Message | _Event


async def place(call: OutboundCall) -> None:
    """Call, and stay until the call is over.

    Raises:
        CallFailed: the node refuses its peer, or the peer refuses the call.
    """
    if not call.settings["enable_sip"]:
        raise CallFailed("SIP is switched off")
    address = await _address(call)
    async with _connected(call, address) as (reader, writer):
        conversation = _Conversation(call, reader, writer)
        try:
            await conversation.hold()
        finally:
            await conversation.stop()


async def _address(call: OutboundCall) -> str:
    """Where the peer is: an address of the destination's host, IPv4 before IPv6."""
    if ":" in call.host or call.host.replace(".", "").isdecimal():
        return call.host
    for kind in ("A", "AAAA") if call.node.attachment.ipv6 else ("A",):
        for server in call.given.dns:
            with suppress(NoAnswer):
                found = await lookup(call.node.attachment, server, call.host, kind)
                if found:
                    return str(found[0])
    raise CallFailed(f"no DNS server knows the address of {call.host}")


@asynccontextmanager
async def _connected(
    call: OutboundCall, address: str
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to the peer, who has proven over TLS to be the right one."""
    check = PeerCheck(call, address) if call.transport == "tls" else None
    sock = call.client("tcp", address)
    try:
        loop = asyncio.get_running_loop()
        await asyncio.wait_for(loop.sock_connect(sock, (address, call.port)), _CONNECT_S)
        call.remote = (address, call.port)
        reader, writer = await asyncio.open_connection(
            sock=sock,
            limit=_LONGEST_HEADER,
            ssl=check.context if check else None,
            server_hostname=call.host if check else None,
            ssl_handshake_timeout=_CONNECT_S if check else None,
        )
    except BaseException as failed:
        sock.close()
        if isinstance(failed, OSError | TimeoutError):
            raise CallFailed(f"{address} port {call.port}: {_told(failed)}") from failed
        raise
    try:
        if check is not None:
            await check.complete(writer.get_extra_info("ssl_object"))
        yield reader, writer
    finally:
        writer.close()


def _told(failed: Exception) -> str:
    if isinstance(failed, ssl.SSLCertVerificationError):
        return f"its certificate is refused: {failed.verify_message}"
    return str(failed) or type(failed).__name__


class _Conversation:
    """One call on one connection."""

    def __init__(
        self, call: OutboundCall, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._call = call
        self._reader = reader
        self._writer = writer
        own = writer.get_extra_info("sockname")
        self._dialog = Dialog(call, (own[0], own[1]))
        self._own_address: str = own[0]
        self._queue: asyncio.Queue[Next] = asyncio.Queue()
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._watch())]

    async def hold(self) -> None:
        """Invite, talk, and take leave."""
        self._writer.write(self._dialog.invite(sdp_offer.offer(self._call, self._own_address)))
        answer = await self._answered()
        if answer is None:
            return
        self._writer.write(self._dialog.acknowledge(answer))
        try:
            sdp_offer.accept(self._call, answer.body)
        except CallFailed:
            await self._say_bye()
            raise
        self._call.connected()
        if self._call.send_media is not None:
            self._tasks.append(asyncio.create_task(_media(self._call)))
        if await self._until_over():
            await self._say_bye()

    async def stop(self) -> None:
        """Stop reading, watching and sending."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _answered(self) -> Message | None:
        """The answer that accepts the call, None where it was released before.

        Raises:
            CallFailed: the peer refuses, hangs up, or does not answer.
        """
        patience_s, is_ringing = _FIRST_ANSWER_S, False
        while True:
            try:
                said = await asyncio.wait_for(self._queue.get(), patience_s)
            except TimeoutError:
                await self._cancel(is_ringing=is_ringing)
                raise CallFailed("the peer does not answer the INVITE") from None
            if said is _Event.RELEASED:
                await self._cancel(is_ringing=is_ringing)
                return None
            if isinstance(said, _Event):
                raise CallFailed(said.value)
            if not self._dialog.is_answer(said, "INVITE"):
                self._serve(said)
            elif said.status < 200:  # noqa: PLR2004 - provisional
                patience_s, is_ringing = _RINGING_S, True
            elif said.status < 300:  # noqa: PLR2004 - accepted
                return said
            else:
                self._writer.write(self._dialog.acknowledge_refusal(said))
                raise CallFailed(f"the peer answers {said.status} {said.reason}")

    async def _cancel(self, *, is_ringing: bool) -> None:
        """Withdraw the INVITE, which may be done once there is a provisional answer."""
        if not is_ringing:
            return
        self._writer.write(self._dialog.cancel())
        while (said := await self._last_words()) is not None:
            if self._dialog.is_answer(said, "INVITE") and said.status >= 300:  # noqa: PLR2004 - refused
                self._writer.write(self._dialog.acknowledge_refusal(said))
                return
            if self._dialog.is_answer(said, "INVITE") and said.status >= 200:  # noqa: PLR2004 - accepted
                self._writer.write(self._dialog.acknowledge(said))
                await self._say_bye()
                return

    async def _until_over(self) -> bool:
        """Serve the peer until it hangs up (False) or the call is to end (True)."""
        while True:
            said = await self._queue.get()
            if isinstance(said, _Event):
                return said is _Event.RELEASED
            if self._serve(said) == "BYE":
                return False

    def _serve(self, said: Message) -> str:
        """Answer a request of the peer, and return its method; a repeated 200 is acknowledged."""
        if said.method:
            answer = self._dialog.answer(said)
            if answer is not None:
                self._writer.write(answer)
        elif self._dialog.is_answer(said, "INVITE") and 200 <= said.status < 300:  # noqa: PLR2004
            self._writer.write(self._dialog.acknowledge(said))
        return said.method

    async def _say_bye(self) -> None:
        self._writer.write(self._dialog.bye())
        while (said := await self._last_words()) is not None:
            if self._dialog.is_answer(said, "BYE"):
                return

    async def _last_words(self) -> Message | None:
        """The next message of a call that ends, None where there is none to come."""
        try:
            said = await asyncio.wait_for(self._queue.get(), _LAST_ANSWER_S)
            while said is _Event.RELEASED:
                said = await asyncio.wait_for(self._queue.get(), _LAST_ANSWER_S)
        except TimeoutError:
            return None
        return None if isinstance(said, _Event) else said

    async def _read(self) -> None:
        with suppress(Malformed, OSError):
            while (message := await receive(self._reader)) is not None:
                await self._queue.put(message)
        await self._queue.put(_Event.CLOSED)

    async def _watch(self) -> None:
        await self._call.released.wait()
        await self._queue.put(_Event.RELEASED)


async def _media(call: OutboundCall) -> None:
    """A peer that takes no media is nothing that a call stops for."""
    assert call.send_media is not None
    with suppress(OSError):
        await call.send_media(call)
