"""The Management Node's question whether a client certificate still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from securemode_lab.clients.dns import addresses
from securemode_lab.clients.outgoing import NoAnswer, connected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from securemode_lab.clients.outgoing import Origin

_HTTP = 80
_LARGEST_ANSWER = 100_000


def responder_of(settings: Mapping[str, Any], certificate: x509.Certificate) -> str:
    """Which responder the row of `global` says to ask, empty for none."""
    if settings["ocsp_state"] == "OVERRIDE":
        return str(settings["ocsp_responder_url"])
    if settings["ocsp_state"] != "ON":
        return ""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return ""
    found = [d for d in access.value if d.access_method == AuthorityInformationAccessOID.OCSP]
    return str(found[0].access_location.value) if found else ""


async def status(
    origin: Origin,
    dns: Sequence[str],
    url: str,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
) -> str:
    """What the responder says: "good", "revoked" or "unknown".

    Raises:
        NoAnswer: it says nothing that could be used.
    """
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303 - as every client does
    body = builder.build().public_bytes(Encoding.DER)
    parts = urlsplit(url)
    host = parts.hostname or ""
    address = (await addresses(origin, dns, host))[0]
    async with connected(origin, address, parts.port or _HTTP) as (reader, writer):
        writer.write(_request(parts.path or "/", host, body))
        await writer.drain()
        answer = await reader.read(_LARGEST_ANSWER)
    head, _, content = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head.partition(b"\r\n")[0]:
        raise NoAnswer(f"{url} answers {head[:40]!r}")
    return _status(content, url)


def _request(path: str, host: str, body: bytes) -> bytes:
    lines = (
        f"POST {path} HTTP/1.0",
        f"Host: {host}",
        "Content-Type: application/ocsp-request",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join((*lines, "", "")).encode() + body


def _status(content: bytes, url: str) -> str:
    try:
        response = ocsp.load_der_ocsp_response(content)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise NoAnswer(f"{url} answers {response.response_status.name}")
        return response.certificate_status.name.lower()
    except ValueError as failed:
        raise NoAnswer(f"{url} answers what is no OCSP response") from failed
