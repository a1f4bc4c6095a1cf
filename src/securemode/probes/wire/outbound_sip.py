"""The called side of one SIP/TLS connection: what the caller sent, and how far it went.

The bytes of the ClientHello are kept as they came, before the TLS library looks at them. The TLS
side takes whatever is offered but suites without a certificate: what may be offered is judged
elsewhere. No client certificate is asked for.

Standard library only but for its neighbour: both can be sent to another vantage.
Source: RFC 3261 sections 8.2.6 and 13.3.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import ssl
from typing import TYPE_CHECKING, Final, NamedTuple

from securemode.probes.wire.tls_stream import END_OF_HEADERS, TlsStream

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    Converse = Callable[[TlsStream, bytes], None]

INVITED: Final = "invited"
ALERT: Final = "alert"
CLOSED: Final = "closed"
MUTE: Final = "mute"
NO_TLS: Final = "no TLS"

MOST_REQUESTS = 4
ACK_S = 0.5
"""How long the ACK of a declined call may take; nothing depends on it."""
_REPEATED = re.compile(r"(?:via|v|from|f|to|t|call-id|i|cseq)[ \t]*:", re.IGNORECASE)


class Taken(NamedTuple):
    """What came of one connection.

    Attributes:
        ended: "invited" (an INVITE came), "alert" (the peer refused in so many words), "closed"
            (it hung up), "mute" (nothing more came), "no TLS" (our side could not agree).
        caller: address and port of the peer.
        called: our own.
        hello: what the peer sent before we answered: its ClientHello, as records.
        certificate_shown: whether our certificate was sent.
        established: whether the handshake was completed.
        version: that was agreed, as the TLS library calls it.
        suite: likewise.
        alert: that the peer sent, in lower case.
        request: the INVITE.
        detail: words of the TLS library or the operating system.
    """

    ended: str
    caller: tuple[str, int]
    called: tuple[str, int]
    hello: bytes = b""
    certificate_shown: bool = False
    established: bool = False
    version: str = ""
    suite: str = ""
    alert: str = ""
    request: bytes = b""
    detail: str = ""


def server_context(certificate: str, key: str) -> ssl.SSLContext:
    """The TLS side of a peer that shows this certificate; every version that can be had.

    Raises:
        OSError: the files cannot be read, or do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:!ADH:!AECDH:!PSK:!SRP:@SECLEVEL=0")
    context.load_cert_chain(certificate, key)
    return context


def decline(stream: TlsStream, invite: bytes) -> None:
    """Say that we are busy, and take the ACK."""
    stream.send(response(invite, "100 Trying"))
    stream.send(response(invite, "486 Busy Here", tag=secrets.token_hex(4)))
    with contextlib.suppress(OSError):
        stream.message(ACK_S)


def response(
    request: bytes, status: str, *, tag: str = "", headers: Sequence[str] = (), body: bytes = b""
) -> bytes:
    """A response that repeats what RFC 3261 section 8.2.6.2 wants repeated.

    Args:
        request: that is answered.
        status: "486 Busy Here".
        tag: our tag of the dialogue, for To; empty for 100.
        headers: more of them, as whole lines.
        body: goes with a Content-Type among the headers.
    """
    head = request.partition(END_OF_HEADERS)[0].decode("utf-8", "replace")
    lines = re.sub(r"\r\n[ \t]+", " ", head).split("\r\n")
    repeated = [line for line in lines if _REPEATED.match(line)]
    if tag:
        repeated = [f"{line};tag={tag}" if _needs_tag(line) else line for line in repeated]
    length = f"Content-Length: {len(body)}"
    said = [f"SIP/2.0 {status}", *repeated, *headers, length, "", ""]
    return "\r\n".join(said).encode() + body


def _needs_tag(line: str) -> bool:
    name = line.partition(":")[0].strip().lower()
    return name in {"to", "t"} and ";tag=" not in line.lower()


def take(
    connection: socket.socket, context: ssl.SSLContext, until: float, converse: Converse = decline
) -> Taken:
    """Be the peer of one connection until the INVITE is answered, and hang up.

    Args:
        connection: as it was accepted; it is closed.
        context: our side of TLS.
        until: moment of `time.monotonic()` at which patience ends.
        converse: answers the INVITE.
    """
    caller, called = connection.getpeername()[:2], connection.getsockname()[:2]
    stream = TlsStream(connection, context, until)
    ended, alert, detail, request = INVITED, "", "", b""
    try:
        stream.handshake()
        request = _invite(stream)
        with contextlib.suppress(OSError):
            converse(stream, request)
    except TimeoutError:
        ended = MUTE
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError) as error:
        ended, detail = CLOSED, _words(error)
    except ssl.SSLError as error:
        _, separator, alert = (error.reason or "").lower().partition("_alert_")
        ended, detail = ALERT if separator else NO_TLS, _words(error)
    finally:
        agreed = stream.agreed
        stream.close()
    return Taken(
        ended, caller, called, stream.hello, stream.certificate_shown, stream.established,
        *agreed, alert, request, detail,
    )  # fmt: skip


def _invite(stream: TlsStream) -> bytes:
    """The first INVITE; what comes before it, an OPTIONS perhaps, is answered."""
    for _ in range(MOST_REQUESTS):
        request = stream.message()
        if request.startswith(b"INVITE "):
            return request
        stream.send(response(request, "200 OK", tag=secrets.token_hex(4)))
    raise TimeoutError("many requests, and no INVITE")


def _words(error: OSError) -> str:
    return str(getattr(error, "reason", None) or error.strerror or error)
