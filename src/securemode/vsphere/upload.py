"""Sends one disk to the place that vCenter named for it, and counts what was sent."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from http.client import HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from securemode.errors import UnexpectedAnswer
from securemode.vsphere.faults import told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

VMDK = "application/x-vnd.vmware-streamVmdk"
ANSWER_TIMEOUT_S = 120.0
_GOOD = frozenset({200, 201, 204})
_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who takes disks, and how it is known to be the right one.

    Attributes:
        vcenter: name or address of vCenter, which stands for "*" in an address that it gives.
        port: of vCenter, likewise.
        ca_file: CA certificates that vouch for vCenter; None: those of this machine.
    """

    vcenter: str
    port: int
    ca_file: Path | None

    def place(self, url: str) -> tuple[str, int, str]:
        """Host, port and path of an address."""
        parts = urlsplit(url.replace("://*", f"://{_bracketed(self.vcenter)}", 1))
        is_vcenter = "://*" in url
        port = parts.port or (self.port if is_vcenter else 443)
        query = f"?{parts.query}" if parts.query else ""
        if parts.scheme != "https" or not parts.hostname:
            raise UnexpectedAnswer(f"vCenter names {url!r} as the place of a disk.")
        return parts.hostname, port, parts.path + query

    def connection(self, host: str, port: int, thumbprint: str) -> HTTPSConnection:
        """A connection to an ESXi host by the fingerprint that vCenter gave, else by its CA.

        Raises:
            OSError: there is no connection.
            UnexpectedAnswer: somebody else answers.
        """
        if host == self.vcenter or not thumbprint:
            trusted = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
            return HTTPSConnection(host, port, timeout=ANSWER_TIMEOUT_S, context=trusted)
        pinned = ssl.create_default_context()
        pinned.check_hostname = False
        pinned.verify_mode = ssl.CERT_NONE
        connection = HTTPSConnection(host, port, timeout=ANSWER_TIMEOUT_S, context=pinned)
        connection.connect()
        if not _is_known(connection.sock, thumbprint):
            connection.close()
            raise UnexpectedAnswer(
                f"{host} does not show the certificate that vCenter knows it by.",
                remedy="see who answers there before anything is sent.",
            )
        return connection


def _is_known(tls: Any, thumbprint: str) -> bool:
    seen = hashlib.sha1(tls.getpeercert(binary_form=True), usedforsecurity=False)
    return seen.hexdigest() == thumbprint.replace(":", "").lower()


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@dataclass(slots=True)
class Sent:
    """What has been sent of one file.

    Attributes:
        size: bytes.
        sha1, sha256: their digests, as vCenter may state either.
    """

    size: int = 0
    sha1: Any = None
    sha256: Any = None

    def counted(self, pieces: Iterator[bytes], tell: Callable[[int], None]) -> Iterator[bytes]:
        """The same pieces, each counted when it is taken."""
        self.sha1 = hashlib.sha1(usedforsecurity=False)
        self.sha256 = hashlib.sha256()
        for piece in pieces:
            yield piece
            self.size += len(piece)
            self.sha1.update(piece)
            self.sha256.update(piece)
            tell(len(piece))


def send(
    receiver: Receiver,
    url: str,
    name: str,
    pieces: Iterator[bytes],
    size: int,
    *,
    thumbprint: str = "",
    creates: bool = False,
    tell: Callable[[int], None] = lambda _: None,
) -> Sent:
    """Send one file, as vCenter wants it: POST for disks, PUT for files that it does not know yet.

    Args:
        receiver: who takes it.
        url: where vCenter wants it.
        name: of the file, for messages.
        pieces: its bytes.
        size: how many.
        thumbprint: SHA-1 of the certificate of the host, where vCenter gave it.
        creates: whether the file is new.
        tell: takes how many bytes more have been sent.

    Raises:
        CannotLook: the connection fails, or the receiver refuses what it gets.

    Source: vSphere Web Services API, `HttpNfcLease`, `OvfFileItem.create`.
    """
    sent = Sent()
    doing = f"sending {name}"
    with told(doing):
        host, port, path = receiver.place(url)
        connection = receiver.connection(host, port, thumbprint)
        try:
            headers = {"Content-Length": str(size), "Content-Type": VMDK}
            method = "PUT" if creates else "POST"
            connection.request(method, path, body=sent.counted(pieces, tell), headers=headers)
            answer = connection.getresponse()
            said = " ".join(answer.read(_EXCERPT).decode("utf-8", "replace").split())
        finally:
            connection.close()
    if answer.status not in _GOOD:
        raise UnexpectedAnswer(f"{doing}: {host} answers {answer.status} ({said or 'no text'}).")
    return sent
