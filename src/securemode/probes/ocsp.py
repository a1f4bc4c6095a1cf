"""Asks the site's OCSP responder for the certificate that a node serves."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from securemode.errors import UnexpectedAnswer
from securemode.observations.ocsp import Revocation, RevocationSeen
from securemode.probes.probe import Connection
from securemode.probes.services import address_of, api_connection, configured, no_connection
from securemode.probes.web_client import WEB_PORT, tolerant_context
from securemode.probes.wire.http import BrokenHttp, HttpConnection

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.probes.probe import Access
    from securemode.targets import Deployment, Node

OK = 200
CLOCK_SLACK = timedelta(minutes=5)
"""By how much the responder's clock and ours may differ."""
_HEADERS = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
_STATUS = {
    ocsp.OCSPCertStatus.GOOD: Revocation.GOOD,
    ocsp.OCSPCertStatus.REVOKED: Revocation.REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN: Revocation.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRevocation:
    """What the responder says of the certificate on a node's web port.

    Attributes:
        target: the node.
        deployment: its deployment, whose Management Node knows the responder.
        responder: URL that the environment states; empty for the one that is configured.

    Source: guide, section "Configure global settings" (OCSP); RFC 6960.
    """

    name: ClassVar[str] = "certificate-revocation"
    observes: ClassVar[type] = RevocationSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1
    volatile: ClassVar[frozenset[str]] = frozenset({"serial"})

    target: Node
    deployment: Deployment
    responder: str = ""

    def connections(self) -> tuple[Connection, ...]:
        """A handshake with the node and a request to the responder."""
        web = Connection("tls", self.target.address, str(self.target.port(WEB_PORT)), 1)
        if not self.responder:
            http = Connection("tcp", "the one configured", "", 1)
            return (web, http, api_connection(self.deployment))
        host, port, _ = _parts(self.responder, self.target)
        return (web, Connection("tcp", host, str(port), 1))

    def look(self, access: Access) -> RevocationSeen:
        """Take the certificate, find its issuer, ask, and verify the answer.

        Raises:
            Refused, TimedOut, Unreachable: the node or the responder does not answer.
            UnexpectedAnswer: the responder answers something that is no OCSP.
        """
        url = self.responder or _configured(access)
        leaf, served = _chain(self.target, access)
        issuer = _issuer(leaf, [*served, *_trusted(access)])
        seen = RevocationSeen(
            responder=url,
            subject=_name(leaf),
            serial=f"{leaf.serial_number:x}",
            issuer=_name(issuer) if issuer else "",
        )
        if issuer is None:
            return seen
        request = ocsp.OCSPRequestBuilder().add_certificate(leaf, issuer, hashes.SHA1()).build()  # noqa: S303 - RFC 6960's own, known to every responder
        body = _asked(url, request.public_bytes(Encoding.DER), self.target, access)
        try:
            return _read(ocsp.load_der_ocsp_response(body), seen, leaf, issuer)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise UnexpectedAnswer(f"{url} answers what is no OCSP ({error}).") from error


def _configured(access: Access) -> str:
    rows = configured(access, "global")
    url = str(rows[0].get("ocsp_responder_url") or "") if rows else ""
    if not url:
        raise UnexpectedAnswer("no OCSP responder is configured.", remedy="see GLOBAL-11.")
    return url


def _chain(node: Node, access: Access) -> tuple[x509.Certificate, list[x509.Certificate]]:
    """The certificate that the node serves, and what it sends with it."""
    what = f"{node.name}: TLS on {node.port(WEB_PORT)}"
    context = tolerant_context(None)
    where = (node.address, node.port(WEB_PORT))
    try:
        with (
            socket.create_connection(where, access.timeout_s) as connection,
            context.wrap_socket(
                connection,
                server_hostname=node.fqdn.rstrip(".") or None,
                do_handshake_on_connect=False,
            ) as secured,
        ):
            try:
                secured.do_handshake()
            except ssl.SSLError:
                if not _sent(secured):  # a server that wants our certificate has sent its own
                    raise
            chain = [x509.load_der_x509_certificate(one) for one in _sent(secured)]
    except ssl.SSLError as error:
        raise UnexpectedAnswer(f"{what} fails ({error.reason or error}).") from error
    except OSError as error:
        raise no_connection(what, error) from error
    except ValueError as error:
        raise UnexpectedAnswer(f"{what} serves what is no certificate ({error}).") from error
    if not chain:
        raise UnexpectedAnswer(f"{what} serves no certificate.")
    return chain[0], chain[1:]


def _name(certificate: x509.Certificate) -> str:
    try:
        return certificate.subject.rfc4514_string()
    except (ValueError, TypeError) as error:
        raise UnexpectedAnswer(f"a certificate's name cannot be read ({error}).") from error


def _sent(secured: ssl.SSLSocket) -> list[bytes]:
    """The chain as it was sent; Python has a public name for it from 3.13 on."""
    connection: Any = secured
    if hasattr(connection, "get_unverified_chain"):
        return list(connection.get_unverified_chain() or ())
    sent = connection._sslobj.get_unverified_chain()  # noqa: SLF001 - its name before 3.13
    return [ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in sent or ()]


def _trusted(access: Access) -> list[x509.Certificate]:
    trust = access.environment.trust
    return [*_of_file(trust.ca_file), *_of_file(trust.intermediate_file)]


def _of_file(path: Path | None) -> list[x509.Certificate]:
    if path is None:
        return []
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UnexpectedAnswer(
            f"{path} cannot be read as certificates ({error}).",
            remedy="state another file under trust:.",
        ) from error


def _issuer(leaf: x509.Certificate, among: list[x509.Certificate]) -> x509.Certificate | None:
    return next((one for one in among if one != leaf and _is_signed_by(leaf, one)), None)


def _is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True


def _parts(url: str, node: Node) -> tuple[str, int, str]:
    """Host, port and path; a port that the URL does not state is shifted as the nodes' are."""
    parts = urlsplit(url)
    port = parts.port or node.port(443 if parts.scheme == "https" else 80)
    path = parts.path or "/"
    return parts.hostname or "", port, f"{path}?{parts.query}" if parts.query else path


def _asked(url: str, request: bytes, node: Node, access: Access) -> bytes:
    host, port, path = _parts(url, node)
    context = tolerant_context(None) if url.startswith("https:") else None
    try:
        with HttpConnection(
            address_of(host, access), port, access.timeout_s, host=host, context=context
        ) as connection:
            answer = connection.request("POST", path, headers=_HEADERS, body=request)
    except BrokenHttp as error:
        raise UnexpectedAnswer(f"{url}: {error}.") from error
    except OSError as error:
        raise no_connection(url, error) from error
    if answer.status != OK:
        raise UnexpectedAnswer(f"{url} answers {answer.status}, expected {OK}.")
    return answer.body


def _read(
    answer: ocsp.OCSPResponse,
    seen: RevocationSeen,
    leaf: x509.Certificate,
    issuer: x509.Certificate,
) -> RevocationSeen:
    """What the answer says; the signature and the dates of it are verified here."""
    seen = replace(seen, answer=answer.response_status.name.lower())
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return seen
    single = next(
        (one for one in answer.responses if one.serial_number == leaf.serial_number), None
    )
    if single is None:
        return replace(seen, trouble="it speaks of another certificate")
    status = _STATUS[single.certificate_status]
    now = datetime.now(UTC)
    ends = single.next_update_utc
    current = single.this_update_utc <= now + CLOCK_SLACK and (
        ends is None or ends > now - CLOCK_SLACK
    )
    authentic = _is_authentic(answer, issuer, now)
    trouble = "" if current else f"its answer is of {single.this_update_utc}, until {ends}"
    if not authentic:
        trouble = "its answer is not signed by the issuer or a responder that it authorised"
    return replace(seen, status=status, authentic=authentic, current=current, trouble=trouble)


def _is_authentic(answer: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime) -> bool:
    """RFC 6960 4.2.2.2: the issuer itself, or a certificate of it for signing OCSP."""
    delegates = [
        one
        for one in answer.certificates
        if _is_signed_by(one, issuer)
        and _may_sign_ocsp(one)
        and one.not_valid_before_utc <= now <= one.not_valid_after_utc
    ]
    return any(_signed(answer, signer) for signer in (issuer, *delegates))


def _may_sign_ocsp(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage


def _signed(answer: ocsp.OCSPResponse, signer: x509.Certificate) -> bool:
    key, algorithm = signer.public_key(), answer.signature_hash_algorithm
    if algorithm is None:
        return False
    signature, content = answer.signature, answer.tbs_response_bytes
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, content, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, content, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True
