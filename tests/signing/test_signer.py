from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from peers.pki import PEM, issued
from peers.tls import SIGNS_CERTIFICATES
from securemode.errors import ConfigurationError
from securemode.signing.signer import signer
from signing.a_run import People

if TYPE_CHECKING:
    from pathlib import Path

PKCS8 = serialization.PrivateFormat.PKCS8
SECRET = b"open sesame"


@pytest.fixture
def people(tmp_path: Path) -> People:
    return People(tmp_path)


def nobody_is_asked() -> bytes:
    pytest.fail("the key has no passphrase")


def lock(people: People) -> None:
    encryption = serialization.BestAvailableEncryption(SECRET)
    people.key.write_bytes(people.signer.key.private_bytes(PEM, PKCS8, encryption))


def test_files_of_pem_and_der_do(people: People) -> None:
    first = signer(people.cert, people.key, people.ca, nobody_is_asked)
    assert first.common_name == "Ada Example"
    assert first.chain == (people.authority.certificate,)
    der = serialization.Encoding.DER
    people.cert.write_bytes(people.signer.certificate.public_bytes(der))
    plain = serialization.NoEncryption()
    people.key.write_bytes(people.signer.key.private_bytes(der, PKCS8, plain))
    assert signer(people.cert, people.key, None, nobody_is_asked).common_name == "Ada Example"


def test_a_key_with_a_passphrase_is_opened_with_it(people: People) -> None:
    lock(people)
    assert signer(people.cert, people.key, None, lambda: SECRET).chain == ()


def test_a_wrong_passphrase_is_told_and_not_shown(people: People) -> None:
    lock(people)
    with pytest.raises(ConfigurationError, match="check its passphrase") as refused:
        signer(people.cert, people.key, None, lambda: b"wrong one")
    assert "wrong one" not in str(refused.value)


@pytest.mark.parametrize("days", [(-20, -1), (1, 20)])
def test_a_certificate_that_is_not_in_force_is_refused(
    people: People, days: tuple[float, float]
) -> None:
    people.cert.write_bytes(issued("Ada Example", people.authority, days=days).pem)
    with pytest.raises(ConfigurationError, match=r"signer\.pem: the certificate is not in force"):
        signer(people.cert, people.key, None, nobody_is_asked)


def test_the_key_of_another_is_refused(people: People, tmp_path: Path) -> None:
    other = issued("Eve Example").pair(tmp_path, "other")
    with pytest.raises(ConfigurationError, match=r"other\.key: is not the key of .*signer\.pem"):
        signer(people.cert, other.key, None, nobody_is_asked)


def test_a_certificate_that_may_not_sign_is_refused(people: People) -> None:
    nothing = dict.fromkeys(SIGNS_CERTIFICATES, False) | {"key_encipherment": True}
    key = people.signer.key
    name = people.signer.certificate.subject
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(people.signer.certificate.not_valid_before_utc)
        .not_valid_after(people.signer.certificate.not_valid_after_utc)
        .add_extension(x509.KeyUsage(**nothing), critical=True)
        .sign(key, hashes.SHA256())
    )
    people.cert.write_bytes(certificate.public_bytes(PEM))
    with pytest.raises(ConfigurationError, match="key usage allows no signatures"):
        signer(people.cert, people.key, None, nobody_is_asked)


def test_a_key_of_another_sort_is_refused(people: People) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    people.key.write_bytes(key.private_bytes(PEM, PKCS8, serialization.NoEncryption()))
    with pytest.raises(ConfigurationError, match="neither RSA nor EC"):
        signer(people.cert, people.key, None, nobody_is_asked)


@pytest.mark.parametrize("which", ["cert", "key", "ca"])
def test_a_file_that_cannot_be_read_is_named(people: People, which: str) -> None:
    path: Path = getattr(people, which)
    path.write_text("nothing of the sort")
    with pytest.raises(ConfigurationError, match=path.name):
        signer(people.cert, people.key, people.ca, nobody_is_asked)
    path.unlink()
    with pytest.raises(ConfigurationError, match="No such file"):
        signer(people.cert, people.key, people.ca, nobody_is_asked)
