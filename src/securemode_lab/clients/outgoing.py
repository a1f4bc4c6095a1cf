"""Conversations that a node begins: its own socket, its own address, a bounded time."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import AsyncIterator

TIMEOUT_S = 1.0


class NoAnswer(Exception):
    """A service could not be reached, said nothing in time, or nothing that makes sense."""


class Origin(Protocol):
    """Where a node begins conversations: an `attachment.Attachment`."""

    def client(self, transport: str, address: str) -> socket.socket:
        """A socket of the node that may speak to the address, and to nothing outside the lab."""

    def destination(self, address: str, port: int) -> tuple[str, int]:
        """Where the port of another machine of the lab is found."""


async def ask(origin: Origin, address: str, port: int, message: bytes) -> bytes:
    """One datagram out, one in.

    Raises:
        NoAnswer: nothing came back.
    """
    loop = asyncio.get_running_loop()
    try:
        with origin.client("udp", address) as sock:
            sock.connect(origin.destination(address, port))
            sock.send(message)
            return await asyncio.wait_for(loop.sock_recv(sock, 65_535), TIMEOUT_S)
    except (TimeoutError, OSError) as failed:
        raise NoAnswer(f"{address} port {port} gave no answer over UDP: {failed!r}") from failed


def tell(origin: Origin, address: str, port: int, message: bytes) -> None:
    """One datagram out, whatever comes of it.

    Raises:
        NoAnswer: the network refuses it.
    """
    try:
        with origin.client("udp", address) as sock:
            sock.sendto(message, origin.destination(address, port))
    except OSError as failed:
        raise NoAnswer(f"{address} port {port} can't be reached: {failed}") from failed


@asynccontextmanager
async def connected(
    origin: Origin,
    address: str,
    port: int,
    context: ssl.SSLContext | None = None,
    server_name: str | None = None,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection, over TLS where there is a context; closed afterwards.

    Raises:
        NoAnswer: it was refused, or TLS failed, or nothing happened in time.
    """
    try:
        reader, writer = await asyncio.wait_for(
            _connect(origin, address, port, context, server_name), TIMEOUT_S
        )
    except (TimeoutError, OSError) as failed:
        raise NoAnswer(f"{address} port {port} can't be reached over TCP: {failed}") from failed
    try:
        yield reader, writer
    except (OSError, asyncio.IncompleteReadError) as failed:
        raise NoAnswer(f"{address} port {port} broke off: {failed}") from failed
    finally:
        writer.close()


async def _connect(
    origin: Origin,
    address: str,
    port: int,
    context: ssl.SSLContext | None,
    server_name: str | None,
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    sock = origin.client("tcp", address)
    try:
        destination = origin.destination(address, port)
        await asyncio.get_running_loop().sock_connect(sock, destination)
        options: dict[str, Any] = {"ssl": context, "server_hostname": server_name or address}
        return await asyncio.open_connection(sock=sock, **(options if context else {}))
    except BaseException:
        sock.close()
        raise
