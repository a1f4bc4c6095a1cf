"""Certificates that a node should not have, each wrong in one way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import dh, rsa
from cryptography.hazmat.primitives.serialization import Encoding, ParameterFormat

from securemode_lab.services import authority
from securemode_lab.services.certificates import shown
from securemode_lab.services.pki import ServerCertificate

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode_lab.appliance.node import Node
    from securemode_lab.services.authority import Issued, Order
    from securemode_lab.services.certificates import SiteCertificates
    from securemode_lab.services.pki import Pki

_OAKLEY_GROUP_2 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E34"
    "04DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6"
    "F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
    16,
)
"""RFC 2409, section 6.2: a prime of 1024 bits."""
_WEAK_BITS = 1024
_WEAK_EXPONENT = 3
_BITS = 2048


class WrongCertificates:
    """Makes them when they are asked for.

    Args:
        pki: whose key servers share.
        certificates: of the site.
        revoked: takes the serial numbers of what is revoked.
    """

    def __init__(self, pki: Pki, certificates: SiteCertificates, revoked: set[int]) -> None:
        self._pki = pki
        self._site = certificates
        self._revoked = revoked
        self._made: dict[tuple[str, str], ServerCertificate] = {}
        self._makers: dict[str, Callable[[Order], ServerCertificate]] = {
            "self-signed": lambda order: shown(authority.self_signed(order, pki.key)),
            "other-ca": self._of_a_stranger,
            "no-chain": lambda order: replace(self._issued(order), chain=self._issue(order).pem),
            "other-name": lambda order: self._issued(authority.server(f"other-{order.names[0]}")),
            "expired": lambda order: self._lasting(order, -60, -1),
            "expiring": lambda order: self._lasting(order, -60, 5),
            "not-yet-valid": lambda order: self._lasting(order, 30, 365),
            "short-key": lambda order: shown(self._site.intermediate.issue(order, self._short)),
            "small-exponent": lambda order: shown(self._site.intermediate.issue(order, self._odd)),
            "weak-dh": lambda order: replace(self._issued(order), parameters=weak_parameters()),
            "revoked": self._withdrawn,
        }

    def certificate(self, sort: str, node: Node) -> ServerCertificate:
        """The one of that sort for a node, the same each time."""
        known = self._made.get((sort, node.nameplate.name))
        if known is None:
            order = authority.server(node.nameplate.fqdn)
            known = self._made[sort, node.nameplate.name] = self._makers[sort](order)
        return known

    @cached_property
    def _short(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=_WEAK_BITS)

    @cached_property
    def _odd(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=_WEAK_EXPONENT, key_size=_BITS)

    def _issue(self, order: Order) -> Issued:
        return self._site.intermediate.issue(order, self._pki.key)

    def _issued(self, order: Order) -> ServerCertificate:
        return shown(self._issue(order))

    def _lasting(self, order: Order, begins_days: int, ends_days: int) -> ServerCertificate:
        begins, ends = timedelta(days=begins_days), timedelta(days=ends_days)
        return self._issued(replace(order, begins=begins, ends=ends))

    def _of_a_stranger(self, order: Order) -> ServerCertificate:
        """The whole chain, so that nothing but trust is missing."""
        issued = self._site.stranger.issue(order, self._pki.key)
        return ServerCertificate(issued.pem + self._site.stranger.own.pem, issued.key_pem)

    def _withdrawn(self, order: Order) -> ServerCertificate:
        issued = self._issue(order)
        self._revoked.add(issued.certificate.serial_number)
        return shown(issued)


def weak_parameters() -> str:
    """Diffie-Hellman parameters of 1024 bits."""
    parameters = dh.DHParameterNumbers(_OAKLEY_GROUP_2, 2).parameters()
    return parameters.parameter_bytes(Encoding.PEM, ParameterFormat.PKCS3).decode()
