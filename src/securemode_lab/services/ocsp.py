"""An OCSP responder (RFC 6960) over HTTP, POST and GET, for what the site's authorities issued."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp

from securemode_lab.services.behaviour import Revocation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode_lab.services.authority import Authority, Issued

PORT = 80
_LIFETIME = timedelta(hours=1)
_TYPE = "application/ocsp-response"
_LARGEST_REQUEST = 10_000


class Responder:
    """Answers for several authorities, each answer signed by its delegate.

    Args:
        delegates: by authority.

    Attributes:
        revocation: what it says of `watched`.
        watched: serial numbers that `revocation` concerns.
        revoked: serial numbers of what was revoked for good.
        asked: serial numbers, oldest first.
        over_http: what TCP 80 serves.
    """

    def __init__(self, delegates: Iterable[tuple[Authority, Issued]]) -> None:
        self._delegates = tuple(delegates)
        self.revocation = Revocation.GOOD
        self.watched: set[int] = set()
        self.revoked: set[int] = set()
        self.asked: list[int] = []
        self.over_http = web.Server(self._serve)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        if self.revocation is Revocation.UNAVAILABLE:
            return web.Response(status=503)
        encoded = await _request_of(request)
        if encoded is None:
            return web.Response(status=405 if request.method not in ("GET", "POST") else 400)
        return web.Response(body=self.answer(encoded), content_type=_TYPE)

    def answer(self, encoded: bytes) -> bytes:
        """The DER of the response to the DER of a request."""
        try:
            request = ocsp.load_der_ocsp_request(encoded)
            algorithm = request.hash_algorithm
        except ValueError:
            return _failure(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
        for authority, delegate in self._delegates:
            if request.issuer_key_hash == _key_hash(authority, algorithm):
                self.asked.append(request.serial_number)
                return self._signed(request, authority, delegate)
        return _failure(ocsp.OCSPResponseStatus.UNAUTHORIZED)

    def _signed(self, request: ocsp.OCSPRequest, authority: Authority, delegate: Issued) -> bytes:
        now = datetime.now(UTC).replace(microsecond=0)
        status = self._status(request.serial_number, authority)
        is_revoked = status is ocsp.OCSPCertStatus.REVOKED
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            issuer_name_hash=request.issuer_name_hash,
            issuer_key_hash=request.issuer_key_hash,
            serial_number=request.serial_number,
            algorithm=request.hash_algorithm,
            cert_status=status,
            this_update=now - timedelta(minutes=1),
            next_update=now + _LIFETIME,
            revocation_time=now - timedelta(days=1) if is_revoked else None,
            revocation_reason=x509.ReasonFlags.key_compromise if is_revoked else None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, delegate.certificate)
        builder = builder.certificates([delegate.certificate])
        for extension in request.extensions:
            if isinstance(extension.value, x509.OCSPNonce):
                builder = builder.add_extension(extension.value, critical=False)
        return builder.sign(delegate.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def _status(self, serial: int, authority: Authority) -> ocsp.OCSPCertStatus:
        if serial in self.watched and self.revocation is not Revocation.GOOD:
            return ocsp.OCSPCertStatus[self.revocation.name]
        if serial in self.revoked:
            return ocsp.OCSPCertStatus.REVOKED
        known = serial in authority.serials
        return ocsp.OCSPCertStatus.GOOD if known else ocsp.OCSPCertStatus.UNKNOWN


async def _request_of(request: web.BaseRequest) -> bytes | None:
    """The DER in the body of a POST, or in the path of a GET."""
    if request.method == "POST":
        return await request.content.read(_LARGEST_REQUEST)
    if request.method != "GET":
        return None
    try:
        return base64.b64decode(unquote(request.rel_url.raw_path).lstrip("/"), validate=True)
    except binascii.Error:
        return None


def _key_hash(authority: Authority, algorithm: hashes.HashAlgorithm) -> bytes:
    key = authority.own.certificate.public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    digest = hashes.Hash(algorithm)
    digest.update(point)
    return digest.finalize()


def _failure(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)
