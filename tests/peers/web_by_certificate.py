"""An Administrator interface in client-certificate mode: a certificate logs its holder in."""

from __future__ import annotations

import contextlib
import ssl
import threading
from typing import TYPE_CHECKING, Any

from peers.access import LOOPBACK
from peers.web import FORM, Behaviour, _Handler, _Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from securemode.environment.models import KeyPair

START = "/admin/conferencingstatus/deploymentgraph/deployment_graph/"


class _ByCertificate(_Handler):
    """Sessions by the CN of the certificate; `known` are the users of the directory."""

    known: tuple[str, ...]

    @property
    def user(self) -> str:
        certificate: Any = self.connection.getpeercert() or {}
        return str(dict(one[0] for one in certificate.get("subject", ())).get("commonName", ""))

    def _get(self) -> None:
        behaviour = self.behaviour
        if behaviour.is_open or (self.path == "/admin/login/" and behaviour.has_form):
            self._say(200, FORM.format("x") if behaviour.has_form else "<p>conferences</p>")
        elif self.user not in self.known:
            self._say(403, "who are you")
        elif self.path == "/admin/logout/":
            behaviour.sessions.pop(self.cookies.get("sessionid", ""), None)
            self._say(302, cookie="sessionid=; Max-Age=0; Path=/", location="/admin/")
        elif self.path.startswith("/api/"):
            self._say(200, "{}")
        elif self.path != START:
            early = behaviour.open_session(self.user) if behaviour.opens_early else ""
            self._say(302, cookie=f"sessionid={early}; Path=/" if early else "", location=START)
        elif self.cookies.get("sessionid") in behaviour.sessions:
            self._say(200, "<p>conferences</p>")
        elif cookie := behaviour.open_session(self.user):
            self._say(200, "<p>conferences</p>", f"sessionid={cookie}; Path=/")
        else:
            self._say(403, "too many sessions")


@contextlib.contextmanager
def interface_by_certificate(
    port: int,
    server: KeyPair,
    authorities: Path,
    behaviour: Behaviour,
    known: tuple[str, ...],
    *,
    demands: bool = True,
) -> Iterator[None]:
    """Serve it; `demands` ends handshakes without a certificate, else the application decides."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.certificate, server.key)
    context.load_verify_locations(authorities)
    context.verify_mode = ssl.CERT_REQUIRED if demands else ssl.CERT_OPTIONAL
    handler = type("Handler", (_ByCertificate,), {"behaviour": behaviour, "known": known})
    with _Server((LOOPBACK, port), handler) as listening:
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield
        finally:
            listening.shutdown()
            thread.join(3)
