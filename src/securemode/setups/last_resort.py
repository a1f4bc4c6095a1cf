"""The last-resort certificate of the local administrator, as the guide's script makes it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from securemode.certificates import USER_PRINCIPAL_NAME, as_utf8_string, days_left
from securemode.errors import SetupFailed
from securemode.evidence import now
from securemode.setups.certificates import facts_of_file, uploaded_in
from securemode.setups.edits import Plan
from securemode.setups.setup import Change

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.environment.models import Environment, KeyPair
    from securemode.infinity.client import ManagementApi, ManagementWriter, Rows

KEY_BITS = 4096
PUBLIC_EXPONENT = 65537
VALID_DAYS = 3650
NOT_STATED = "credentials.last_resort is not stated: no last-resort certificate is made."


def last_resort(environment: Environment, api: ManagementApi) -> Plan:
    """The certificate that opens the door when the directory is gone.

    Source: guide, "Configure last resort contingency local account access".
    """
    edits = planned_last_resort(api.list("ca_certificate"), environment)
    is_stated = environment.credentials.last_resort is not None
    return Plan(edits=edits, notes=() if is_stated else (NOT_STATED,))


@dataclass(frozen=True, slots=True)
class LastResort:
    """The certificate, to be made where there is none, and to be trusted.

    Attributes:
        account: the local administrator.
        pair: where certificate and key are; the bundle (PKCS #12) lies beside them.
        exists: whether they have been made already.
    """

    account: str
    pair: KeyPair
    exists: bool

    @property
    def what(self) -> str:
        """What is written, for the transcript."""
        return f"last-resort certificate of {self.account}"

    @property
    def bundle(self) -> Path:
        """The file for the safe."""
        return self.pair.certificate.with_suffix(".p12")

    def changes(self) -> list[Change]:
        """What is made, and what is trusted."""
        made = f"made, RSA {KEY_BITS}, {VALID_DAYS} days; for the safe: {self.bundle}"
        where, setting = f"local administrator {self.account}", "last-resort certificate"
        return [
            *([] if self.exists else [Change(where, setting, "missing", made, "LAST-01")]),
            Change("trusted CA certificates", setting, "missing", "trusted", "LAST-01"),
        ]

    def write(self, api: ManagementWriter) -> None:
        """Make it where it is missing, and import it.

        Raises:
            SetupFailed: the files cannot be written.
        """
        if not self.exists:
            make(self.account, self.pair, self.bundle)
        text = "".join(facts.pem for facts in facts_of_file(self.pair.certificate))
        api.post("ca_certificate", {"certificate": text})


def planned_last_resort(authorities: Rows, environment: Environment) -> tuple[LastResort, ...]:
    """The last-resort certificate, where the product does not trust it yet.

    Args:
        authorities: rows of `ca_certificate`.
        environment: its `credentials.last_resort`, and who the local administrator is.

    Raises:
        SetupFailed: there is one that is of another account, or about to expire.
    """
    credentials, margin = environment.credentials, environment.site.last_resort_margin_days
    if credentials.last_resort is None:
        return ()
    account, pair = credentials.web.username, credentials.last_resort
    if not pair.certificate.exists():
        return (LastResort(account, pair, exists=False),)
    facts = facts_of_file(pair.certificate)[0]
    fault = "" if days_left(facts, now()) > margin else f"ends at {facts.not_after}"
    if account not in facts.common_names or account not in facts.user_principal_names:
        fault = f"names {facts.subject}, not {account}"
    if fault:
        raise SetupFailed(
            f"the last-resort certificate {pair.certificate} {fault}.",
            remedy="put certificate, key and bundle away and run again: new ones will be made.",
        )
    is_trusted = facts.fingerprint in {one.fingerprint for one in uploaded_in(authorities)}
    return () if is_trusted else (LastResort(account, pair, exists=True),)


def make(account: str, pair: KeyPair, bundle: Path) -> None:
    """Write certificate, key and bundle, each readable to this user only.

    Raises:
        SetupFailed: a file exists already, or cannot be written.
    """
    key = rsa.generate_private_key(PUBLIC_EXPONENT, KEY_BITS)
    certificate = _self_signed(account, key)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    whole = pkcs12.serialize_key_and_certificates(
        account.encode(), key, certificate, None, NoEncryption()
    )
    public = certificate.public_bytes(Encoding.PEM)
    if pair.key == pair.certificate:
        files = {pair.certificate: public + private, bundle: whole}
    else:
        files = {pair.key: private, bundle: whole, pair.certificate: public}
    try:
        for path, content in files.items():
            _write_privately(path, content)
    except OSError as error:
        raise SetupFailed(
            f"the last-resort certificate cannot be written: {error}.",
            remedy="state writable paths under credentials.last_resort.",
        ) from error


def _write_privately(path: Path, content: bytes) -> None:
    """A new file that nobody else can read, not even while it is written."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _self_signed(account: str, key: rsa.RSAPrivateKey) -> x509.Certificate:
    """Subject, extensions, serial number and validity as in the guide's script."""
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Users"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, account),
        ]
    )
    begins = datetime.now(UTC) - timedelta(minutes=1)
    user = x509.OtherName(USER_PRINCIPAL_NAME, as_utf8_string(account))
    extensions: tuple[x509.ExtensionType, ...] = (
        x509.BasicConstraints(ca=True, path_length=None),
        _key_usage(),
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()),
        x509.SubjectAlternativeName([user]),
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=VALID_DAYS))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, hashes.SHA256())


def _key_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_encipherment=True,
        key_cert_sign=True,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
