from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from securemode_lab.appliance.sip_peer import domains

KEY = ec.generate_private_key(ec.SECP256R1())
DNS, URI = x509.DNSName, x509.UniformResourceIdentifier


def certificate(common_name: str, *names: x509.GeneralName) -> x509.Certificate:
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(KEY, hashes.SHA256())


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), ["common.example"]),
        ((DNS("a.example"), DNS("b.example")), ["a.example", "b.example"]),
        ((URI("sip:uri.example"), DNS("dns.example")), ["uri.example"]),
        ((URI("SIP:uri.example;transport=tls"),), ["uri.example"]),
        ((URI("sip:alice@uri.example"), DNS("dns.example")), ["dns.example"]),
        ((URI("https://web.example"), DNS("dns.example")), ["dns.example"]),
        ((x509.RFC822Name("a@mail.example"),), []),
    ],
    ids=str,
)
def test_domains_are_those_of_rfc_5922(
    names: tuple[x509.GeneralName, ...], expected: list[str]
) -> None:
    assert list(domains(certificate("common.example", *names))) == expected
