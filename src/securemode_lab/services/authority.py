"""Certification authorities of the lab's site, and everything that they issue.

Their keys are elliptic, which takes no time to make. Servers share the RSA key of the lab's `Pki`,
because making one for each of a hundred nodes would take longer than the whole lab may.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes

USER_PRINCIPAL_NAME = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
ORGANIZATION = "Lab Example"
_UTF8_STRING = 0x0C
_AUTHORITY_LIFETIME = timedelta(days=3650)
_BACKDATED = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a certificate shall say.

    Attributes:
        common_name: of the subject.
        names: DNS names among the subject's alternative names.
        addresses: IP addresses there.
        principal: userPrincipalName there, or empty.
        purposes: extended key usage.
        begins, ends: validity, counted from now.
        authority: whether the certificate may issue others.
        path_length: how many authorities may follow one.
        ocsp: whether it names the responder; one that signs for it must not.
        self_check: id-pkix-ocsp-nocheck, for the responder's signer.
    """

    common_name: str
    names: Sequence[str] = ()
    addresses: Sequence[str] = ()
    principal: str = ""
    purposes: Sequence[x509.ObjectIdentifier] = ()
    begins: timedelta = -_BACKDATED
    ends: timedelta = timedelta(days=365)
    authority: bool = False
    path_length: int | None = None
    ocsp: bool = True
    self_check: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate, its key, and the certificates between it and the root."""

    certificate: x509.Certificate
    key: CertificateIssuerPrivateKeyTypes
    intermediates: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> str:
        """The certificate alone."""
        return pem_of([self.certificate])

    @property
    def chain(self) -> str:
        """The certificate and those between it and the root, as a server shows them."""
        return pem_of([self.certificate, *self.intermediates])

    @property
    def key_pem(self) -> str:
        """The key without a passphrase."""
        form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return self.key.private_bytes(*form).decode()


class Authority:
    """One certification authority.

    Args:
        own: its certificate and key.
        responder: address of the OCSP responder that knows about what it issues, or empty.
        is_root: whether `own` stays out of the chains that servers show.

    Attributes:
        serials: of everything issued.
        issued: each order and what came of it, the oldest first.
    """

    def __init__(self, own: Issued, responder: str = "", *, is_root: bool = True) -> None:
        self.own = own
        self.serials: set[int] = set()
        self.issued: list[tuple[Order, Issued]] = []
        self._again: list[tuple[Order, Issued]] = []
        self._responder = responder
        self._above = () if is_root else (own.certificate, *own.intermediates)

    def issue(self, order: Order, key: CertificateIssuerPrivateKeyTypes | None = None) -> Issued:
        """Issue a certificate, for a new elliptic key where none is given."""
        issued = self._earlier(order, key) or self._new(order, key or new_key())
        self.issued.append((order, issued))
        self.serials.add(issued.certificate.serial_number)
        return issued

    def issue_again(self) -> None:
        """Hand out what was issued until now once more, to whoever orders the same.

        A deployment that comes back orders as it did when it was made.
        """
        self._again, self.issued = [*self.issued, *self._again], []

    def _earlier(self, order: Order, key: CertificateIssuerPrivateKeyTypes | None) -> Issued | None:
        """What the first such order yielded that was not handed out again yet."""
        for number, (ordered, issued) in enumerate(self._again):
            if ordered == order and key in (None, issued.key):
                del self._again[number]
                return issued
        return None

    def _new(self, order: Order, key: CertificateIssuerPrivateKeyTypes) -> Issued:
        builder = _subject(order, key).issuer_name(self.own.certificate.subject)
        own_key = x509.SubjectKeyIdentifier.from_public_key(self.own.certificate.public_key())
        identifier = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own_key)
        builder = builder.add_extension(identifier, critical=False)
        if self._responder and order.ocsp:
            builder = builder.add_extension(_information_access(self._responder), critical=False)
        return Issued(builder.sign(self.own.key, hashes.SHA256()), key, self._above)


def root(common_name: str, responder: str = "") -> Authority:
    """A root authority of that name."""
    order = Order(common_name=common_name, authority=True, ends=_AUTHORITY_LIFETIME)
    return Authority(self_signed(order), responder)


def below(parent: Authority, common_name: str, responder: str = "") -> Authority:
    """An authority that another one has issued."""
    order = Order(common_name=common_name, authority=True, path_length=0, ends=_AUTHORITY_LIFETIME)
    return Authority(parent.issue(order), responder, is_root=False)


def self_signed(order: Order, key: CertificateIssuerPrivateKeyTypes | None = None) -> Issued:
    """A certificate that its own key has signed."""
    key = key or new_key()
    builder = _subject(order, key)
    builder = builder.issuer_name(_name(order.common_name))
    return Issued(builder.sign(key, hashes.SHA256()), key)


def server(fqdn: str, addresses: Iterable[str] = ()) -> Order:
    """A TLS server certificate for one name, and addresses where clients come by them."""
    return Order(
        common_name=fqdn,
        names=(fqdn,),
        addresses=tuple(addresses),
        purposes=(ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH),
    )


def person(username: str) -> Order:
    """An administrator's certificate: common name and userPrincipalName are the login name."""
    return Order(
        common_name=username, principal=username, purposes=(ExtendedKeyUsageOID.CLIENT_AUTH,)
    )


def new_key() -> ec.EllipticCurvePrivateKey:
    """An elliptic key."""
    return ec.generate_private_key(ec.SECP256R1())


def pem_of(certificates: Iterable[x509.Certificate]) -> str:
    """Certificates one after the other."""
    return "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in certificates)


def _name(common_name: str) -> x509.Name:
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION)
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _subject(order: Order, key: CertificateIssuerPrivateKeyTypes) -> x509.CertificateBuilder:
    """Everything that does not depend on the issuer."""
    now = datetime.now(UTC).replace(microsecond=0)
    constraints = x509.BasicConstraints(ca=order.authority, path_length=order.path_length)
    key_id = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(order.common_name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + order.begins)
        .not_valid_after(now + order.ends)
        .add_extension(constraints, critical=True)
        .add_extension(key_id, critical=False)
        .add_extension(_key_usage(authority=order.authority), critical=True)
    )
    if order.purposes:
        usage = x509.ExtendedKeyUsage(order.purposes)
        builder = builder.add_extension(usage, critical=False)
    if order.self_check:
        builder = builder.add_extension(x509.OCSPNoCheck(), critical=False)
    if alternatives := _alternatives(order):
        names = x509.SubjectAlternativeName(alternatives)
        builder = builder.add_extension(names, critical=False)
    return builder


def _alternatives(order: Order) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in order.names]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in order.addresses]
    if order.principal:
        text = order.principal.encode()
        value = bytes((_UTF8_STRING, len(text))) + text
        names.append(x509.OtherName(USER_PRINCIPAL_NAME, value))
    return names


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not authority,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _information_access(responder: str) -> x509.AuthorityInformationAccess:
    location = x509.UniformResourceIdentifier(responder)
    description = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, location)
    return x509.AuthorityInformationAccess([description])
