"""The certificate with which an ESXi host proves itself, and what its manager says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyVmomi import VmomiSupport, vim

from securemode_lab.vcenter.host_parts import manager

if TYPE_CHECKING:
    from securemode_lab.vcenter.host_parts import Placed
    from securemode_lab.vcenter.objects import Managed


_INSTALLER: Final = "VMware Installer"
_LIFETIME: Final = timedelta(days=3650)


def installers_certificate(fqdn: str) -> str:
    """The certificate, PEM, that a host makes for itself when it is installed."""
    key = ec.generate_private_key(ec.SECP256R1())
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, _INSTALLER)
    name = x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, fqdn)])
    now = datetime.now(UTC).replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + _LIFETIME)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM).decode()


def as_bytes(pem: str) -> Any:
    """A certificate as the API shows it: one number for each byte of its PEM."""
    numbers = VmomiSupport.GetVmodlType("byte[]")
    return numbers([VmomiSupport.byte(number) for number in pem.encode()])


def certificate_manager(host: Managed) -> Placed:
    """What tells issuer, subject and validity of the host's certificate."""

    def info() -> Any:
        shown = x509.load_pem_x509_certificate(bytes(host.properties["config"].certificate))
        return vim.host.CertificateManager.CertificateInfo(
            issuer=_written(shown.issuer),
            subject=_written(shown.subject),
            notBefore=shown.not_valid_before_utc,
            notAfter=shown.not_valid_after_utc,
            status="good",
        )

    properties = {"certificateInfo": info}
    return manager(host, "certificateManager", vim.host.CertificateManager, properties)


def _written(name: x509.Name) -> str:
    """A distinguished name as vCenter writes it, the most general part last."""
    return ",".join(attribute.rfc4514_string() for attribute in reversed(list(name)))
