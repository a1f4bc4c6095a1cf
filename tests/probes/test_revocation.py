"""OCSP responders of every sort, and answers that openssl made."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from peers import services
from peers.access import LOOPBACK, program
from peers.pki import Holder, issued
from peers.services import Deployed, deployed, http_responder
from peers.tls import server_context
from securemode.errors import CannotLook, UnexpectedAnswer
from securemode.judges.ocsp import certificate_is_not_revoked, responder_answers
from securemode.observations.ocsp import Revocation
from securemode.probes.ocsp import CertificateRevocation
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cryptography import x509


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Deployed]:
    with deployed(tmp_path) as one:
        yield one


def revocation(site: Deployed) -> CertificateRevocation:
    url = f"http://{LOOPBACK}/"
    return CertificateRevocation(target=site.node, deployment=site.deployment, responder=url)


def responder(
    issuer_of: Callable[[], tuple[Holder, x509.Certificate]],
    *,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    signer: Holder | None = None,
    days_ago: float = 0,
) -> Callable[[bytes], tuple[int, bytes]]:
    """Answers for the one certificate, signed by its issuer or by somebody else."""

    def answer(_: bytes) -> tuple[int, bytes]:
        issuer, leaf = issuer_of()
        by = signer or issuer
        at = datetime.now(UTC) - timedelta(days=days_ago)
        revoked = status is ocsp.OCSPCertStatus.REVOKED
        builder = ocsp.OCSPResponseBuilder().add_response(
            leaf,
            issuer.certificate,
            hashes.SHA1(),
            status,
            at,
            at + timedelta(hours=1),
            at if revoked else None,
            None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
        if signer:
            builder = builder.certificates([signer.certificate])
        made = builder.sign(by.key, hashes.SHA256())
        return 200, made.public_bytes(serialization.Encoding.DER)

    return answer


@pytest.fixture
def certified(
    tmp_path: Path,
) -> Iterator[tuple[Deployed, Callable[[], tuple[Holder, x509.Certificate]]]]:
    """A node with a certificate of a CA whose key the test has."""
    root = issued("site CA", is_authority=True)
    leaf = issued("mgmt", root, dns_names=("mgmt.lab.test",))

    def context(directory: Path) -> tuple[ssl.SSLContext, Path]:
        made, ca_file = server_context(directory)
        pair = leaf.pair(directory, "served")
        made.load_cert_chain(pair.certificate, pair.key)
        ca_file.write_bytes(root.pem)
        return made, ca_file

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "server_context", context)
        with deployed(tmp_path) as site:
            yield site, lambda: (root, leaf.certificate)


Certified = tuple[Deployed, "Callable[[], tuple[Holder, x509.Certificate]]"]


@pytest.mark.parametrize(
    ("status", "days_ago", "certificate", "usable"),
    [
        (ocsp.OCSPCertStatus.GOOD, 0, Verdict.PASS, Verdict.PASS),
        (ocsp.OCSPCertStatus.REVOKED, 0, Verdict.FAIL, Verdict.PASS),
        (ocsp.OCSPCertStatus.UNKNOWN, 0, Verdict.FAIL, Verdict.PASS),
        (ocsp.OCSPCertStatus.GOOD, 2, Verdict.FAIL, Verdict.FAIL),
        (ocsp.OCSPCertStatus.GOOD, -2, Verdict.FAIL, Verdict.FAIL),
    ],
)
def test_revocation(
    certified: Certified,
    status: ocsp.OCSPCertStatus,
    days_ago: float,
    certificate: Verdict,
    usable: Verdict,
) -> None:
    site, pair = certified
    with http_responder(site.node.port(80), responder(pair, status=status, days_ago=days_ago)):
        seen = revocation(site).look(site.access)
    assert certificate_is_not_revoked(seen).verdict is certificate
    assert responder_answers(seen).verdict is usable


def test_an_answer_that_somebody_else_signed_is_worth_nothing(certified: Certified) -> None:
    site, pair = certified
    stranger = issued("stranger", is_authority=True)
    with http_responder(site.node.port(80), responder(pair, signer=stranger)):
        seen = revocation(site).look(site.access)
    assert (seen.status, seen.authentic) == (Revocation.GOOD, False)
    assert certificate_is_not_revoked(seen).verdict is Verdict.FAIL


def test_openssl_as_the_responder(certified: Certified, tmp_path: Path) -> None:
    """Openssl makes the answers; its own server would listen on every address."""
    site, pair = certified
    root, leaf = pair()
    files = root.pair(tmp_path, "root")
    serial = f"{leaf.serial_number:X}"
    serial = serial if len(serial) % 2 == 0 else f"0{serial}"
    (tmp_path / "index.txt").write_text(f"V\t351231235959Z\t\t{serial}\tunknown\t/CN=mgmt\n")

    def answer(asked: bytes) -> tuple[int, bytes]:
        (tmp_path / "asked.der").write_bytes(asked)
        command = [program("openssl"), "ocsp", "-index", "index.txt", "-CA", str(files.certificate)]
        command += ["-rsigner", str(files.certificate), "-rkey", str(files.key), "-ndays", "1"]
        command += ["-reqin", "asked.der", "-respout", "said.der"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=20)
        return 200, (tmp_path / "said.der").read_bytes()

    with http_responder(site.node.port(80), answer):
        seen = revocation(site).look(site.access)
    assert certificate_is_not_revoked(seen).verdict is Verdict.PASS


def test_a_responder_that_may_not_speak(certified: Certified) -> None:
    site, _ = certified
    said = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.UNAUTHORIZED)
    der = said.public_bytes(serialization.Encoding.DER)
    with http_responder(site.node.port(80), lambda _: (200, der)):
        seen = revocation(site).look(site.access)
    assert seen.answer == "unauthorized"
    assert responder_answers(seen).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "answer", [(500, b""), (429, b""), (401, b""), (200, b"garbage"), (200, b"")]
)
def test_a_responder_that_is_none(certified: Certified, answer: tuple[int, bytes]) -> None:
    site, _ = certified
    with (
        http_responder(site.node.port(80), lambda _: answer),
        pytest.raises(UnexpectedAnswer),
    ):
        revocation(site).look(site.access)


def test_a_responder_that_is_down(certified: Certified) -> None:
    site, _ = certified
    with pytest.raises(CannotLook, match="refused"):
        revocation(site).look(site.access)


def test_a_self_signed_certificate_has_no_state(site: Deployed, tmp_path: Path) -> None:
    access = replace(
        site.access,
        environment=site.access.environment.model_copy(
            update={"trust": site.access.environment.trust.model_copy(update={"ca_file": None})}
        ),
    )
    seen = revocation(site).look(access)
    assert seen.issuer == ""
    assert certificate_is_not_revoked(seen).verdict is Verdict.FAIL
