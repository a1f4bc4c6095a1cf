"""PKCS#12 in and out, on products that are in FIPS mode, that are not, and that are in trouble."""

from __future__ import annotations

import json
import ssl
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest
from pydantic import TypeAdapter

from infinity.server import Reply
from peers.access import ADMINISTRATOR, login
from peers.services import deployed
from peers.tls_certificates import API, PAGE, CertificatesPage
from securemode.errors import AuthenticationRejected, CannotLook, Interrupted
from securemode.judges.pkcs12 import bundle_is_refused, export_is_empty
from securemode.observations.pkcs12 import Pkcs12Seen
from securemode.observations.role_actions import Effect
from securemode.probes.made_identities import ThrowAway
from securemode.probes.pkcs12 import Pkcs12Exchange, exchange_of, is_pkcs12
from securemode.probes.probe import Withheld
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from pathlib import Path

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
BUILT_IN = b"certificate of the node"


def look(product: CertificatesPage, directory: Path) -> Pkcs12Seen:
    product.certificates[1] = (BUILT_IN, b"key")
    with deployed(directory, answer=product) as site:
        access = site.with_credentials(web=login(*ADMINISTRATOR))
        seen = Pkcs12Exchange(site.node).look(access)
    assert product.sessions == set()
    return seen


def verdicts(seen: Pkcs12Seen) -> tuple[Verdict, Verdict]:
    return bundle_is_refused(seen).verdict, export_is_empty(seen).verdict


@pytest.mark.parametrize("has_import_page", [False, True])
def test_in_fips_mode(tmp_path: Path, *, has_import_page: bool) -> None:
    product = CertificatesPage(has_import_page=has_import_page)
    seen = look(product, tmp_path)
    assert verdicts(seen) == (PASS, PASS)
    assert seen.bundle.detail == '200, "Not in FIPS mode"'
    assert (seen.export.length, seen.export.is_pkcs12) == (0, False)
    assert (seen.left_behind, seen.logged_out, seen.still_inside) == ((), True, True)
    assert seen.certificate_was_verified
    assert set(product.certificates) == {1}
    pem, bundle = product.uploads
    assert pem["_go"] == b"Go"
    assert pem["secret"] == b""
    assert bundle["secret"] != b""


def test_without_fips_mode_and_no_key_is_kept(tmp_path: Path) -> None:
    product = CertificatesPage(is_fips=False)
    seen = look(product, tmp_path)
    assert verdicts(seen) == (FAIL, FAIL)
    assert set(product.certificates) == {1}
    assert seen.export.length == len(product.exported[0]) > 500
    assert seen.export.is_pkcs12
    record = json.dumps(asdict(seen))
    assert "PRIVATE" not in record
    assert product.uploads[1]["secret"].decode() not in record
    assert max(len(text) for text in record.split('"')) < 200  # nothing as long as a key
    assert TypeAdapter(Pkcs12Seen).validate_json(record) == seen


def test_only_a_certificate_of_ours_is_exported(tmp_path: Path) -> None:
    product = CertificatesPage()
    look(product, tmp_path)
    exports = [line for line in product.asked if "pfx" in line]
    assert exports == [f"GET {PAGE}2/pfx/", f"POST {PAGE}2/pfx/"]


@pytest.mark.parametrize("menu", ["", '<a href="/admin/nowhere/">TLS certificates</a>'])
def test_without_a_way_nothing_is_sent(tmp_path: Path, menu: str) -> None:
    product = CertificatesPage(menu=menu)
    seen = look(product, tmp_path)
    assert verdicts(seen) == (INCONCLUSIVE, INCONCLUSIVE)
    assert seen.control.effect is seen.bundle.effect is seen.export.effect is Effect.NOT_FOUND
    assert product.uploads == []


def test_a_form_that_takes_nothing_proves_nothing(tmp_path: Path) -> None:
    seen = look(CertificatesPage(takes_pem=False), tmp_path)
    assert (seen.control.effect, seen.control.detail) == (Effect.REFUSED, '200, "no"')
    assert verdicts(seen) == (INCONCLUSIVE, INCONCLUSIVE)


@pytest.mark.parametrize("status", [500, 403, 404, 413])
def test_trouble_is_no_refusal(tmp_path: Path, status: int) -> None:
    seen = look(CertificatesPage(bundle_status=status), tmp_path)
    assert seen.bundle.effect is Effect.UNCLEAR
    assert verdicts(seen) == (INCONCLUSIVE, PASS)


def test_a_session_that_ends_is_no_refusal(tmp_path: Path) -> None:
    product = CertificatesPage(ends_sessions=True)
    seen = look(product, tmp_path)
    assert seen.bundle.effect is Effect.UNCLEAR
    assert not seen.still_inside
    assert bundle_is_refused(seen).verdict is INCONCLUSIVE
    assert set(product.certificates) == {1}


@pytest.mark.parametrize(
    ("reply", "verdict", "length"),
    [
        (Reply(200, b"", {"Content-Disposition": 'attachment; filename="x.pfx"'}), PASS, 0),
        (Reply(200, b"abc", {"Content-Disposition": "attachment"}), FAIL, 3),
        (Reply(200, b"\x30\x82\x01\x01\x02\x01\x03", {"Content-Type": "text/html"}), FAIL, 7),
        (Reply(200, b"", {"Content-Type": "text/html"}), INCONCLUSIVE, None),
        (Reply(200, b"<p>Sorry", {"Content-Type": "text/html"}), INCONCLUSIVE, None),
        (Reply(500, b"", {"Content-Type": "application/x-pkcs12"}), INCONCLUSIVE, None),
    ],
)
def test_exports(tmp_path: Path, reply: Reply, verdict: Verdict, length: int | None) -> None:
    seen = look(CertificatesPage(export=reply), tmp_path)
    assert seen.export.length == length
    assert verdicts(seen) == (PASS, verdict)


def test_what_cannot_be_deleted_is_said(tmp_path: Path) -> None:
    product = CertificatesPage(keeps=True)
    seen = look(product, tmp_path)
    assert len(product.certificates) == 2
    assert len(seen.left_behind) == 1
    said = bundle_is_refused(seen)
    assert said.verdict is INCONCLUSIVE
    assert f"delete {seen.left_behind[0]}" in said.next_step


def test_an_upload_without_an_answer_is_cleared_up(tmp_path: Path) -> None:
    product = CertificatesPage()

    def answer(asked: object) -> Reply:
        reply = product(asked)  # type: ignore[arg-type]
        takes = product.asked[-1] == f"POST {PAGE}" and len(product.uploads) == 1
        return Reply(200, b"x", cut=1) if takes else reply

    with deployed(tmp_path, answer=answer) as site:
        access = site.with_credentials(web=login(*ADMINISTRATOR))
        seen = Pkcs12Exchange(site.node).look(access)
    assert seen.control.effect is Effect.DONE  # it is in the list, whatever was answered
    assert product.certificates == {}
    assert product.sessions == set()


def test_a_run_that_is_stopped_clears_up(tmp_path: Path) -> None:
    product = CertificatesPage()
    with deployed(tmp_path, answer=product) as site:
        access = site.with_credentials(web=login(*ADMINISTRATOR))
        product.export = _Stops(access.cancelled)  # type: ignore[assignment]
        with pytest.raises(Interrupted):
            Pkcs12Exchange(site.node).look(access)
    assert len(product.uploads) == 1
    assert product.certificates == {}
    assert product.sessions == set()


class _Stops:
    """An answer of the product in whose moment the run is stopped."""

    status, body, cut, hang, drip = 200, b"", 0, False, False
    headers = {"Content-Type": "application/x-pkcs12"}  # noqa: RUF012

    def __init__(self, cancelled: object) -> None:
        self._cancelled = cancelled

    def __bool__(self) -> bool:
        self._cancelled.set()  # type: ignore[attr-defined]
        return True


def test_who_is_not_let_in_uploads_nothing(tmp_path: Path) -> None:
    product = CertificatesPage()
    with deployed(tmp_path, answer=product) as site:
        access = site.with_credentials(web=login("admin", "wrong"))
        with pytest.raises(AuthenticationRejected, match="does not let admin in"):
            Pkcs12Exchange(site.node).look(access)
    assert product.uploads == []


def test_who_cannot_read_the_list_uploads_nothing(tmp_path: Path) -> None:
    product = CertificatesPage()

    def answer(asked: object) -> Reply:
        path = getattr(asked, "path", "")
        return Reply(500) if path.startswith(API) else product(asked)  # type: ignore[arg-type]

    with deployed(tmp_path, answer=answer) as site:
        access = site.with_credentials(web=login(*ADMINISTRATOR))
        access.cancelled.set()  # nobody waits between attempts
        with pytest.raises(CannotLook):
            Pkcs12Exchange(site.node).look(access)
    assert product.asked == []


def test_permission(tmp_path: Path) -> None:
    assert Pkcs12Exchange.intrusive == "pkcs12"
    with deployed(tmp_path) as site:
        environment = site.access.environment
        withheld = exchange_of(site.node, environment)
        allowed = environment.model_copy(update={"allow": frozenset({"pkcs12"})})
        assert exchange_of(site.node, allowed) == Pkcs12Exchange(site.node)
    assert isinstance(withheld, Withheld)
    assert withheld.verdict is Verdict.NOT_APPLICABLE


def test_what_begins_like_a_bundle() -> None:
    made = ThrowAway.named("a.invalid")
    assert is_pkcs12(made.as_pkcs12("secret"))
    assert not is_pkcs12(made.as_pem())
    assert not is_pkcs12(
        ssl.PEM_cert_to_DER_cert(made.as_pem().decode().partition("-----BEGIN P")[0])
    )
    assert not is_pkcs12(b"")
    assert not is_pkcs12(b"\x30")
    assert "PRIVATE" not in repr(made)
