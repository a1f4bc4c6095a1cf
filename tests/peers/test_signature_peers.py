"""OpenSSL takes our signatures, and we take those of OpenSSL; both refuse the same."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from peers.access import program
from peers.pki import Holder, issued
from securemode.errors import ConfigurationError
from securemode.signing.signed_data import OTHER_CONTENT, read
from securemode.signing.signer import signer
from securemode.signing.trace import untraced

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = b'{"files": []}\n'


def openssl(directory: Path, *arguments: str) -> int:
    done = subprocess.run(
        [program("openssl"), *arguments],
        cwd=directory,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.returncode


@pytest.fixture
def authority() -> Holder:
    return issued("Root of Tests", is_authority=True)


@pytest.fixture(params=["EC", "RSA"])
def place(request: pytest.FixtureRequest, tmp_path: Path, authority: Holder) -> Path:
    """A directory with a manifest, an authority, and a signer whom an intermediate vouches for."""
    key = rsa.generate_private_key(65537, 2048) if request.param == "RSA" else None
    between = issued("Intermediate of Tests", authority, is_authority=True)
    issued("Ada Example", between, key=key).pair(tmp_path, "signer")
    (tmp_path / "chain.pem").write_bytes(between.pem)
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    (tmp_path / "other.pem").write_bytes(issued("Another Root", is_authority=True).pem)
    (tmp_path / "manifest.json").write_bytes(CONTENT)
    return tmp_path


def verified(place: Path, ca: str = "ca.pem") -> bool:
    """Whether plain `openssl cms -verify` takes the signature."""
    options = ("-binary", "-inform", "DER", "-in", "m.p7s", "-content", "manifest.json")
    return openssl(place, "cms", "-verify", *options, "-CAfile", ca, "-out", "out") == 0


def test_openssl_takes_our_signature(place: Path) -> None:
    who = signer(place / "signer.pem", place / "signer.key", place / "chain.pem", bytes)
    (place / "m.p7s").write_bytes(who.sign(CONTENT))
    assert verified(place)
    assert not verified(place, ca="other.pem")
    (place / "manifest.json").write_bytes(CONTENT + b" ")
    assert not verified(place)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-outform", "PEM"),
        ("-stream",),
        ("-md", "sha512"),
        ("-noattr",),
        ("-nodetach",),
    ],
    ids=" ".join,
)
def test_we_take_the_signature_of_openssl(
    place: Path, authority: Holder, options: tuple[str, ...]
) -> None:
    made = openssl(
        place,
        *("cms", "-sign", "-binary", "-in", "manifest.json", "-signer", "signer.pem"),
        *("-inkey", "signer.key", "-certfile", "chain.pem", "-outform", "DER", *options),
        *("-out", "m.p7s"),
    )
    assert made == 0
    [one] = read((place / "m.p7s").read_bytes(), CONTENT)
    assert one.broken == ""
    assert one.signer == "CN=Ada Example"
    assert one.certificate is not None
    at = one.signed_at or datetime.now(UTC)
    assert untraced(one.certificate, one.others, (authority.certificate,), at) == ""
    stranger = issued("Another Root", is_authority=True).certificate
    assert untraced(one.certificate, one.others, (stranger,), at) != ""
    assert [two.broken for two in read((place / "m.p7s").read_bytes(), b"")] == [OTHER_CONTENT]


def test_both_refuse_an_authority_that_may_not_have_another_below_it(
    tmp_path: Path, authority: Holder
) -> None:
    """A certificate that is no authority signs another: names and signatures are all right."""
    leaf = issued("Mallory Example", authority)
    below = issued("Ada Example", leaf)
    below.pair(tmp_path, "signer")
    (tmp_path / "chain.pem").write_bytes(leaf.pem)
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    (tmp_path / "manifest.json").write_bytes(CONTENT)
    who = signer(tmp_path / "signer.pem", tmp_path / "signer.key", tmp_path / "chain.pem", bytes)
    (tmp_path / "m.p7s").write_bytes(who.sign(CONTENT))
    assert not verified(tmp_path)
    [one] = read((tmp_path / "m.p7s").read_bytes(), CONTENT)
    assert one.certificate is not None
    assert one.signed_at is not None
    why = untraced(one.certificate, one.others, (authority.certificate,), one.signed_at)
    assert why == "CN=Mallory Example is no certification authority"


def test_a_certificate_of_version_1_is_not_signed_with(tmp_path: Path) -> None:
    """OpenSSL makes such where it is told no extensions, and takes their signatures."""
    authority = issued("Root of Tests", is_authority=True).pair(tmp_path, "ca")
    issued("Ada Example").pair(tmp_path, "signer")
    (tmp_path / "manifest.json").write_bytes(CONTENT)
    made = [
        arguments.split()
        for arguments in (
            "req -new -key signer.key -subj /CN=Ada -out signer.csr",
            "x509 -req -in signer.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out v1",
            "cms -sign -binary -in manifest.json -outform DER -signer v1 -inkey signer.key -out m",
        )
    ]
    assert [openssl(tmp_path, *arguments) for arguments in made] == [0, 0, 0]
    [one] = read((tmp_path / "m").read_bytes(), CONTENT)
    assert one.certificate is not None
    if one.certificate.version is not x509.Version.v1:
        pytest.skip("this OpenSSL makes no such certificates any more")
    assert one.broken == ""
    anchors = tuple(x509.load_pem_x509_certificates(authority.certificate.read_bytes()))
    why = untraced(one.certificate, one.others, anchors, datetime.now(UTC))
    assert why.startswith("it is of X.509 version 1")
    with pytest.raises(ConfigurationError, match=r"of X\.509 version 1"):
        signer(tmp_path / "v1", tmp_path / "signer.key", None, bytes)


def test_we_take_a_signature_with_rsassa_pss(tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048)
    issued("Ada Example", key=key).pair(tmp_path, "signer")
    (tmp_path / "manifest.json").write_bytes(CONTENT)
    made = openssl(
        tmp_path,
        *("cms", "-sign", "-binary", "-in", "manifest.json", "-signer", "signer.pem"),
        *("-inkey", "signer.key", "-keyopt", "rsa_padding_mode:pss", "-outform", "DER"),
        *("-out", "m.p7s"),
    )
    assert made == 0
    data = (tmp_path / "m.p7s").read_bytes()
    assert [one.broken for one in read(data, CONTENT)] == [""]
    assert [one.broken for one in read(data, b"")] == [OTHER_CONTENT]


def test_a_digest_of_yesterday_is_refused(place: Path) -> None:
    made = openssl(
        place,
        *("cms", "-sign", "-binary", "-md", "sha1", "-in", "manifest.json", "-outform", "DER"),
        *("-signer", "signer.pem", "-inkey", "signer.key", "-out", "m.p7s"),
    )
    assert made == 0
    [one] = read((place / "m.p7s").read_bytes(), CONTENT)
    assert one.broken == "its digest is neither SHA-256 nor SHA-384 nor SHA-512"
