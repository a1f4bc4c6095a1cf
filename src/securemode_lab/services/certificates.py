"""Every certificate of the site: authorities, servers, administrators and those to be refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography.x509.oid import ExtendedKeyUsageOID

from securemode_lab.services import authority
from securemode_lab.services.authority import Issued, Order
from securemode_lab.services.pki import ServerCertificate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securemode_lab.document import Roles
    from securemode_lab.services.pki import Pki

_EXPIRED_BEGINS, _EXPIRED_ENDS = timedelta(days=-60), timedelta(days=-30)
_UNKNOWN_PERSON = "stranger"


@dataclass(frozen=True, slots=True)
class Identity:
    """A client certificate and the login name in it."""

    username: str
    issued: Issued


class SiteCertificates:
    """What the site's authorities have issued.

    Args:
        pki: whose key servers share.
        responder: address of the OCSP responder.

    Attributes:
        root, intermediate: the site's authorities.
        stranger: a root that nobody trusts.
    """

    def __init__(self, pki: Pki, responder: str) -> None:
        self._pki = pki
        self.root = authority.root("Lab Root CA", responder)
        self.intermediate = authority.below(self.root, "Lab Issuing CA", responder)
        self.stranger = authority.root("Some Other CA")

    def server(self, order: Order) -> Issued:
        """A TLS server certificate with the key that servers share."""
        return self.intermediate.issue(order, self._pki.key)

    def issue_again(self) -> None:
        """Hand out again what was issued, to a site that orders as it did when it was made."""
        for issuer in (self.root, self.intermediate, self.stranger):
            issuer.issue_again()

    def delegates(self) -> Iterable[tuple[authority.Authority, Issued]]:
        """Each authority with the signer of the OCSP responses about what it issued."""
        order = Order(
            common_name="Lab OCSP Responder",
            purposes=(ExtendedKeyUsageOID.OCSP_SIGNING,),
            ocsp=False,
            self_check=True,
        )
        return [(issuer, issuer.issue(order)) for issuer in (self.root, self.intermediate)]

    def identities(self, roles: Roles) -> dict[str, Identity]:
        """Client certificates by what they are good for; the revoked one is not revoked here."""
        issue, trusted = self.intermediate.issue, authority.person
        administrator = roles.read_write.username
        orders = {
            "administrator": trusted(administrator),
            "auditor": trusted(roles.auditor.username),
            "read_only": trusted(roles.read_only.username),
            "unknown": trusted(_UNKNOWN_PERSON),
            "expired": replace(trusted(administrator), begins=_EXPIRED_BEGINS, ends=_EXPIRED_ENDS),
            "revoked": trusted(administrator),
        }
        found = {name: Identity(order.common_name, issue(order)) for name, order in orders.items()}
        other = self.stranger.issue(trusted(administrator))
        return found | {"other_ca": Identity(administrator, other)}


def shown(issued: Issued) -> ServerCertificate:
    """A certificate as a TLS server shows it."""
    return ServerCertificate(issued.chain, issued.key_pem)
