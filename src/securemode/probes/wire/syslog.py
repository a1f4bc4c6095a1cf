"""One syslog message to a collector over UDP, TCP or TLS.

The module stands alone (standard library only), so that it can be sent to another vantage.

Source: RFC 5424 (message), RFC 5426 (UDP), RFC 6587 3.4.2 (TCP), RFC 5425 4.3 (TLS).
"""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

_LOCAL0_NOTICE = 16 * 8 + 5


def message(application: str, text: str) -> bytes:
    """One line in the format of RFC 5424."""
    moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"<{_LOCAL0_NOTICE}>1 {moment} - {application} - - - {text}".encode()


def send(
    address: str,
    port: int,
    content: bytes,
    timeout_s: float,
    *,
    is_stream: bool,
    context: ssl.SSLContext | None = None,
    server_name: str = "",
) -> None:
    """Send one message; syslog has no answer, so nothing says whether it arrived.

    Args:
        address: address literal.
        port: UDP or TCP port.
        content: from `message`.
        timeout_s: how long connecting and sending may take.
        is_stream: TCP instead of UDP; a line feed ends the message, in TLS its length leads it.
        context: TLS on that stream.
        server_name: to be found in the collector's certificate.

    Raises:
        OSError: there is no connection, or TLS fails.
    """
    if not is_stream:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sending:
            sending.sendto(content, (address, port))
        return
    with socket.create_connection((address, port), timeout_s) as plain:
        if context is None:
            plain.sendall(content + b"\n")
            return
        with context.wrap_socket(plain, server_hostname=server_name or None) as secured:
            secured.sendall(b"%d " % len(content) + content)
