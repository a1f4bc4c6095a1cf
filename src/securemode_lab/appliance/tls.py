"""TLS that accepts or offers exactly what a `Tls` says, where Python's `ssl` cannot express it."""

from __future__ import annotations

import _ssl
import asyncio.sslproto
import ctypes
import os
import ssl
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode_lab.appliance.behaviour import Tls
    from securemode_lab.services.pki import ServerCertificate

_VERSIONS = ("TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3")
_LEVEL_FOR_OLD_VERSIONS = "@SECLEVEL=0"
_LEVEL = "@SECLEVEL=1"
_SSL_CTRL_SET_GROUPS_LIST = 92
_SSL_CTRL_SET_SIGALGS_LIST = 98
_SSL_CTRL_SET_DH_AUTO = 118
_ANONYMOUS = "ADH"
_DH_PARAMETERS = "-----BEGIN DH PARAMETERS-----"


class OpenSslHidden(Exception):
    """The interpreter hides OpenSSL, so that TLS 1.3 can't be restricted as FIPS mode asks."""


def server_context(
    tls: Tls,
    certificate: ServerCertificate,
    client_authorities: str = "",
    client_verification: ssl.VerifyMode = ssl.CERT_OPTIONAL,
) -> ssl.SSLContext:
    """A context that accepts the versions, suites and groups of `tls`, and nothing else.

    Args:
        tls: its versions must follow one another without a gap.
        certificate: what the server shows.
        client_authorities: PEM of those whose certificates clients may show; a client is asked for
            one where there are any.
        client_verification: whether the handshake fails without one, or the application decides.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(f"ALL:{_LEVEL}")  # or a short key, which an operator may upload, is refused
    _load(context, certificate)
    library = _restricted(context, tls)
    if _DH_PARAMETERS in certificate.parameters + certificate.chain:
        with _in_memory(certificate.parameters + "\n" + certificate.chain) as path:
            context.load_dh_params(str(path))
    else:
        library.control(_SSL_CTRL_SET_DH_AUTO, 1, None)
    if client_authorities:
        context.verify_mode = client_verification
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata=client_authorities)
    return context


def client_context(
    tls: Tls, authorities: str, certificate: ServerCertificate | None, *, verifies: bool
) -> ssl.SSLContext:
    """A context that offers the versions, suites, groups and signatures of `tls`, and no others.

    Args:
        tls: its versions must follow one another without a gap.
        authorities: PEM of those whose certificates are trusted.
        certificate: what is shown to a server that asks for one.
        verifies: whether a handshake fails with a server whose certificate is wrong; its name is
            left to the application.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED if verifies else ssl.CERT_NONE
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.set_ciphers(f"ALL:{_LEVEL}")
    if certificate is not None:
        _load(context, certificate)
    if authorities:
        context.load_verify_locations(cadata=authorities)
    _restricted(context, tls)
    return context


def _restricted(context: ssl.SSLContext, tls: Tls) -> OpenSsl:
    """Limit a context, whatever this machine's configuration of OpenSSL says."""
    _limit_versions(context, tls.versions)
    is_new = tls.versions <= {"TLSv1_2", "TLSv1_3"} and _ANONYMOUS not in tls.ciphers
    context.set_ciphers(f"{tls.ciphers}:{_LEVEL if is_new else _LEVEL_FOR_OLD_VERSIONS}")
    library = OpenSsl(context)
    library.set_ciphersuites(tls.ciphersuites)
    library.control(_SSL_CTRL_SET_GROUPS_LIST, 0, tls.groups.encode())
    if tls.signatures:
        library.control(_SSL_CTRL_SET_SIGALGS_LIST, 0, tls.signatures.encode())
    return library


def _load(context: ssl.SSLContext, certificate: ServerCertificate) -> None:
    """Hand over chain and key in memory: `ssl` takes only paths, and keys stay off the disk."""
    with _in_memory(certificate.private_key + "\n" + certificate.chain) as path:
        context.load_cert_chain(path, password=lambda: certificate.passphrase)


@contextmanager
def _in_memory(text: str) -> Iterator[Path]:
    """A path at which a text can be read."""
    descriptor = os.memfd_create("certificate")
    try:
        os.write(descriptor, text.encode())
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _limit_versions(context: ssl.SSLContext, versions: frozenset[str]) -> None:
    ordered = sorted(versions, key=_VERSIONS.index)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # for TLS 1.0 and 1.1: on purpose
        context.maximum_version = ssl.TLSVersion[ordered[-1]]
        context.minimum_version = ssl.TLSVersion[ordered[0]]


def leave_verification_to_application(context: ssl.SSLContext) -> None:
    """Complete the handshake whatever certificate a client shows, as nginx does.

    What is wrong with it, `verification_error` says afterwards.
    """
    function = OpenSsl(context).function("SSL_CTX_set_verify", ctypes.c_int, _Verification)
    function(OpenSsl.pointer(context), int(ssl.CERT_OPTIONAL), _accept)


def verification_error(connection: ssl.SSLObject) -> int:
    """OpenSSL's number for what is wrong with the certificate that a client has shown, or 0.

    Behind the connection is a structure: the object's header, a reference, and the pointer.
    """
    inner = connection._sslobj  # type: ignore[attr-defined]  # noqa: SLF001 - no public way
    after_header = object.__basicsize__ + ctypes.sizeof(ctypes.c_void_p)
    pointer = ctypes.c_void_p.from_address(id(inner) + after_header)
    function = ctypes.CDLL(getattr(_ssl, "__file__", None)).SSL_get_verify_result
    function.argtypes, function.restype = [ctypes.c_void_p], ctypes.c_long
    return int(function(pointer))


_Verification = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)


_accept = _Verification(lambda _is_right, _store: 1)
"""OpenSSL's verification callback: go on in every case."""


class OpenSsl:
    """The `SSL_CTX` behind a context, for what Python before 3.15 offers no method for.

    The structure behind `ssl.SSLContext` is the object's header followed by the pointer.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._library = ctypes.CDLL(getattr(_ssl, "__file__", None))
        self._context = self.pointer(context)

    @staticmethod
    def pointer(context: ssl.SSLContext) -> ctypes.c_void_p:
        """The `SSL_CTX` itself."""
        return ctypes.c_void_p.from_address(id(context) + object.__basicsize__)

    def set_ciphersuites(self, suites: str) -> None:
        """Set the TLS 1.3 suites."""
        function = self.function("SSL_CTX_set_ciphersuites", ctypes.c_char_p)
        _succeeded(function(self._context, suites.encode()), suites)

    def control(self, command: int, number: int, text: bytes | None) -> None:
        """Call `SSL_CTX_ctrl`, behind which OpenSSL keeps groups and Diffie-Hellman parameters."""
        function = self.function("SSL_CTX_ctrl", ctypes.c_int, ctypes.c_long, ctypes.c_char_p)
        _succeeded(function(self._context, command, number, text), str(text))

    def function(self, name: str, *arguments: Any) -> Any:
        """A function of OpenSSL whose first argument is the context."""
        try:
            function = getattr(self._library, name)
        except AttributeError as hidden:
            raise OpenSslHidden(f"this Python has OpenSSL built in without {name}") from hidden
        function.argtypes = [ctypes.c_void_p, *arguments]
        return function


def _succeeded(result: int, what: str) -> None:
    if result != 1:
        raise ssl.SSLError(f"OpenSSL does not take {what}")


def send_alerts_of_failed_handshakes() -> None:
    """Make asyncio tell the client why a handshake failed, as every other TLS server does.

    asyncio (3.11 to 3.13) sends what OpenSSL wrote for the client only on success; on failure it
    closes the connection, and a client sees an end of file where TLS says `protocol_version` or
    `handshake_failure`. The method that ends a handshake is therefore wrapped, once for the
    process: on failure, what OpenSSL has ready is sent first.
    """
    protocol: Any = asyncio.sslproto.SSLProtocol
    ending = protocol._on_handshake_complete  # noqa: SLF001 - there is no public way
    if getattr(ending, "sends_alerts", False):
        return

    def on_handshake_complete(self: Any, failure: BaseException | None) -> None:
        if failure is not None and self._transport is not None:
            with suppress(Exception):  # the client may be gone: the failure itself matters more
                self._process_outgoing()
        ending(self, failure)

    on_handshake_complete.sends_alerts = True  # type: ignore[attr-defined]
    protocol._on_handshake_complete = on_handshake_complete  # noqa: SLF001
