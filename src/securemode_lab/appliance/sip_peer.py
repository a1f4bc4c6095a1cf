"""Whether a node accepts the SIP/TLS peer that it calls.

OpenSSL verifies chain, validity and purpose in the handshake. The name follows RFC 5922, section 7,
which knows no wildcards and no addresses; the OCSP responder is asked when the handshake is over.
"""

from __future__ import annotations

import ctypes
import ssl
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.oid import NameOID

from securemode_lab.appliance.calls import CallFailed
from securemode_lab.appliance.tls import OpenSsl, client_context
from securemode_lab.clients import ocsp, trust
from securemode_lab.clients.outgoing import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode_lab.appliance.calls import OutboundCall

_NOT_YET_VALID, _HAS_EXPIRED, _HOSTNAME_MISMATCH = 9, 10, 62
_UNTRUSTED = frozenset({2, 18, 19, 20, 21, 27})
"""Errors of OpenSSL that say no more than that no trusted authority stands behind a certificate."""
_ERRORS = {"untrusted": _UNTRUSTED, "expired": frozenset({_NOT_YET_VALID, _HAS_EXPIRED})}

_Verification = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)


class PeerCheck:
    """What one call demands of the peer at one address.

    Attributes:
        context: for the connection; it verifies as long as this object lives.
    """

    def __init__(self, call: OutboundCall, address: str) -> None:
        assert call.behaviour.outbound is not None
        self._call = call
        self._address = address
        self._outbound = call.behaviour.outbound
        tolerates = self._outbound.tolerates
        self._tolerated = frozenset().union(*(_ERRORS.get(sort, ()) for sort in tolerates))
        self.context = client_context(
            self._outbound.tls,
            call.given.trusted,
            call.certificate,
            verifies=self._outbound.verifies_peers,
        )
        if self._outbound.verifies_peers:
            self._library = OpenSsl(self.context)
            self._callback = _Verification(self._verified)
            function = self._library.function("SSL_CTX_set_verify", ctypes.c_int, _Verification)
            function(OpenSsl.pointer(self.context), int(ssl.CERT_REQUIRED), self._callback)

    async def complete(self, connection: ssl.SSLObject) -> None:
        """Check what the handshake has left open.

        Raises:
            CallFailed: the peer is refused.
        """
        if not self._outbound.verifies_peers:
            return
        encoded = connection.getpeercert(binary_form=True)
        if not encoded:
            raise CallFailed("the peer shows no certificate")
        certificate = x509.load_der_x509_certificate(encoded)
        if problem := self._misnamed(certificate):
            raise CallFailed(problem)
        if not await self._is_unrevoked(certificate):
            raise CallFailed("the responder does not say that the peer's certificate is good")

    def _misnamed(self, certificate: x509.Certificate) -> str:
        """What is wrong with the peer's name, empty if it is right."""
        tolerates = self._outbound.tolerates
        known = list(domains(certificate))
        if self._call.host.casefold() in (name.casefold() for name in known):
            return ""
        if "address" in tolerates and self._address in _addresses(certificate):
            return ""
        if "other-name" in tolerates and known and not _addresses(certificate):
            return ""
        return f"the certificate names {', '.join(known) or 'nobody'}, not {self._call.host}"

    async def _is_unrevoked(self, certificate: x509.Certificate) -> bool:
        """As for client certificates, a responder out of reach says nothing against one."""
        call = self._call
        url = ocsp.responder_of(call.settings, certificate)
        issuer = trust.issuer(call.given.trusted, certificate) if url else None
        if issuer is None:
            return True
        origin, servers = call.node.attachment, call.given.dns
        try:
            return await ocsp.status(origin, servers, url, certificate, issuer) == "good"
        except NoAnswer:
            return True

    def _verified(self, is_right: int, store: int) -> int:
        """OpenSSL's callback, once for each certificate and for each error, the leaf last."""
        function = self._library.function
        if not is_right:
            return int(function("X509_STORE_CTX_get_error")(store) in self._tolerated)
        if self._call.variants["sip_peer_misnamed"] == "alert":
            depth = function("X509_STORE_CTX_get_error_depth")(store)
            if depth == 0 and self._misnamed(_current(self._library, store)):
                set_error = function("X509_STORE_CTX_set_error", ctypes.c_int)
                set_error(store, _HOSTNAME_MISMATCH)
                return 0
        return 1


def domains(certificate: x509.Certificate) -> Iterator[str]:
    """The SIP domains that a certificate names.

    Source: RFC 5922, section 7.1: SIP URIs without a user; DNS names where there is no such URI;
    the common name only where there is no subjectAltName.
    """
    names = _alternatives(certificate)
    if names is None:
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        yield from (str(attribute.value) for attribute in common)
        return
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    sip = [uri[4:].partition(";")[0] for uri in uris if uri[:4].lower() == "sip:"]
    without_user = [name for name in sip if "@" not in name]
    yield from without_user or names.get_values_for_type(x509.DNSName)


def _addresses(certificate: x509.Certificate) -> list[str]:
    names = _alternatives(certificate)
    return [str(a) for a in names.get_values_for_type(x509.IPAddress)] if names else []


def _alternatives(certificate: x509.Certificate) -> x509.SubjectAlternativeName | None:
    try:
        kind = x509.SubjectAlternativeName
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _current(library: OpenSsl, store: int) -> x509.Certificate:
    """The certificate that OpenSSL is looking at."""
    get = library.function("X509_STORE_CTX_get_current_cert")
    get.restype = ctypes.c_void_p
    certificate = get(store)
    encode = library.function("i2d_X509", ctypes.c_void_p)
    length = encode(certificate, None)
    buffer = ctypes.create_string_buffer(length)
    encode(certificate, ctypes.byref(ctypes.c_char_p(ctypes.addressof(buffer))))
    return x509.load_der_x509_certificate(buffer.raw)
