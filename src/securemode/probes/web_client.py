"""A web client that tolerates every TLS, trusts explicitly, and speaks our errors."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, NamedTuple, Self
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from securemode.errors import Refused, TimedOut, UnexpectedAnswer, Unreachable, Unsupported

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Any

    from urllib3.connection import HTTPConnection

    from securemode.environment.models import KeyPair
    from securemode.errors import CannotLook
    from securemode.probes.probe import Access
    from securemode.targets import Node

WEB_PORT = 443
PLAIN_PORT = 80
LEGACY_SERVER_CONNECT = 0x4
"""`ssl.OP_LEGACY_SERVER_CONNECT`, which Python names from 3.12 on."""
HUNG_UP = ("Connection refused", "RemoteDisconnected", "Connection reset", "Broken pipe")
CLIENT_CERTIFICATE = (
    "in client-certificate mode nobody logs in by password: state credentials.client_certificate."
)
OTHER_CERTIFICATE = "see whether the product trusts who issued it, and whether it has expired."
ABOUT_CERTIFICATES = (
    *("certificate", "unknown ca", "access denied", "handshake failure"),
    "decrypt error",  # the signature of a forged certificate
)


class HandshakeRefused(Unsupported):
    """The server ended the handshake because of our client certificate, or for want of one.

    Attributes:
        alert: what it said, in OpenSSL's words.
    """

    def __init__(self, message: str, *, alert: str, remedy: str) -> None:
        super().__init__(message, remedy=remedy)
        self.alert = alert


def tolerant_context(ca_file: Path | None) -> ssl.SSLContext:
    """A TLS client that takes every version and suite: those have requirements of their own.

    Args:
        ca_file: CA certificates by which the server's chain is verified; None verifies nothing.
            Names are not compared: nodes are reached by address, and CERT-02 is about names.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= LEGACY_SERVER_CONNECT
    if ca_file is None:
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(cafile=ca_file)
    return context


def present(context: ssl.SSLContext, identity: KeyPair) -> None:
    """Have a client certificate shown to servers that ask for one.

    Raises:
        Unsupported: it cannot be used.
    """
    try:
        context.load_cert_chain(identity.certificate, identity.key)
    except (OSError, ValueError) as error:
        raise Unsupported(
            f"the client certificate {identity.certificate} cannot be used: {error}",
            remedy="state PEM files of a certificate and its key, without a passphrase.",
        ) from error


class _Pool(HTTPSConnectionPool):
    """Does not warn of unverified certificates: the observation records that fact."""

    def _validate_conn(self, conn: HTTPConnection) -> None:  # type: ignore[override]
        if conn.is_closed:
            conn.connect()


class _Adapter(HTTPAdapter):
    """Connections of one TLS context; nothing of requests' own idea of trust reaches it."""

    def __init__(self, context: ssl.SSLContext, connections: int) -> None:
        self._context = context
        super().__init__(pool_connections=2, pool_maxsize=connections, pool_block=True)

    def init_poolmanager(
        self,
        connections: int,
        maxsize: int,
        block: bool = False,  # noqa: FBT001, FBT002 - requests calls it like this
        **kwargs: Any,
    ) -> None:
        super().init_poolmanager(
            connections, maxsize, block, ssl_context=self._context, assert_hostname=False, **kwargs
        )
        self.poolmanager.pool_classes_by_scheme = {"http": HTTPConnectionPool, "https": _Pool}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the context as it is."""

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        """Key pools by host only."""
        return super().build_connection_pool_key_attributes(request, verify, cert)[0], {}


def _origin(scheme: str, host: str, port: int) -> str:
    """As a browser writes it: a Referer with the scheme's own port in it is refused by Django."""
    is_usual = (scheme, port) in {("https", WEB_PORT), ("http", PLAIN_PORT)}
    return f"{scheme}://{host}" if is_usual else f"{scheme}://{host}:{port}"


class Upload(NamedTuple):
    """A file as a form sends it: the form's field, the file's name, its content, its MIME type."""

    field: str
    name: str
    content: bytes
    kind: str


PAGE_PATIENCE = 5
"""A page rests on a database, a login on the directory: it may take this many times as long."""


class Website:
    """One node's web interface: the connections that all of its browsers share.

    Args:
        node: whose interface.
        access: time-outs, and the trust where `verify` is set.
        connections: most connections at a time.
        verify: whether the chain must lead to `trust.ca_file`, where the environment states one.
        identity: client certificate to present where the server asks for one.
    """

    def __init__(
        self,
        node: Node,
        access: Access,
        *,
        connections: int = 1,
        verify: bool = True,
        identity: KeyPair | None = None,
    ) -> None:
        ca_file = access.environment.web_ca_file if verify else None
        host = f"[{node.address}]" if ":" in node.address else node.address
        self.node = node
        self.certificate_is_verified = ca_file is not None
        self.timeout_s = access.timeout_s
        self.origin = _origin("https", host, node.port(WEB_PORT))
        self.plain_origin = _origin("http", host, node.port(PLAIN_PORT))
        self._context = tolerant_context(ca_file)
        self._presents = identity is not None
        if identity is not None:
            present(self._context, identity)
        self._adapter = _Adapter(self._context, connections)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._adapter.close()

    def session(self) -> requests.Session:
        """A session with cookies of its own; proxies and netrc of this machine do not reach it."""
        session = requests.Session()
        session.trust_env = False
        for scheme in ("https://", "http://"):
            session.mount(scheme, self._adapter)
        return session

    def request(
        self,
        session: requests.Session,
        method: str,
        path: str,
        *,
        form: dict[str, str] | None = None,
        file: Upload | None = None,
        referer: str = "",
        plain: bool = False,
    ) -> requests.Response:
        """Send one request, follow nothing, read the whole answer.

        Raises:
            HandshakeRefused: the server demands a client certificate, or another one.
            UnexpectedAnswer: the certificate is not trusted, or TLS or HTTP is broken.
            Unreachable, Refused, TimedOut: as they say.
        """
        origin = self.plain_origin if plain else self.origin
        try:
            return session.request(
                method,
                origin + path,
                data=form,
                files={file.field: (file.name, file.content, file.kind)} if file else None,
                headers={"Referer": origin + referer} if referer else None,
                timeout=(self.timeout_s, PAGE_PATIENCE * self.timeout_s),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            what = f"{method} {path} of {self.node.name}"
            lost = isinstance(error, requests.ConnectionError)
            alert = "" if not lost or isinstance(error, requests.Timeout) else self._alert()
            if any(sign in alert for sign in ABOUT_CERTIFICATES):
                raise self._refused(what, alert) from error
            raise _ours(error, what) from error

    def _alert(self) -> str:
        """Ask what went wrong: a server's alert gets lost where the client is still writing."""
        where = (self.node.address, self.node.port(WEB_PORT))
        try:
            with (
                socket.create_connection(where, self.timeout_s) as connection,
                self._context.wrap_socket(connection) as secured,
            ):
                secured.recv(1)
        except ssl.SSLError as error:
            return (error.reason or "").partition("ALERT_")[2].replace("_", " ").lower()
        except OSError:
            return ""
        return ""

    def _refused(self, what: str, alert: str) -> HandshakeRefused:
        if self._presents:
            message = f"{what}: the server refuses our client certificate (alert {alert})."
            return HandshakeRefused(message, alert=alert, remedy=OTHER_CERTIFICATE)
        message = f"{what}: the server demands a client certificate (alert {alert})."
        return HandshakeRefused(message, alert=alert, remedy=CLIENT_CERTIFICATE)

    def path_of(self, location: str) -> str:
        """The path of a Location header that stays on this node, else nothing."""
        parts = urlsplit(location)
        if parts.netloc and parts.netloc != urlsplit(self.origin).netloc:
            return ""
        return parts.path + (f"?{parts.query}" if parts.query else "")


def _ours(error: requests.RequestException, what: str) -> CannotLook:
    """The error of ours that says what happened."""
    if isinstance(error, requests.exceptions.SSLError):
        return _of_tls(str(error), what)
    if isinstance(error, requests.Timeout):
        return TimedOut(f"{what}: no answer in time.")
    if any(sign in str(error) for sign in HUNG_UP):
        return Refused(f"{what}: the connection was refused or closed.")
    if isinstance(error, requests.ConnectionError):
        return Unreachable(f"{what}: {error}.")
    return UnexpectedAnswer(f"{what}: {error}.")


def _of_tls(text: str, what: str) -> CannotLook:
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return UnexpectedAnswer(
            f"{what}: the certificate is not signed by a CA of trust.ca_file.",
            remedy="see CERT-01; credentials are not sent to a server that is not trusted.",
        )
    return UnexpectedAnswer(f"{what}: TLS failed ({text}).")
