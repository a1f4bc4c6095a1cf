"""Uploads throw-away certificates as PEM and as PKCS#12, and exports one, as FIPS mode forbids."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from securemode.errors import CannotLook, Interrupted, SecureModeError
from securemode.infinity.access import management_api
from securemode.infinity.client import ManagementWriter
from securemode.observations.pkcs12 import ExportSeen, FileSort, Pkcs12Seen, UploadSeen
from securemode.observations.role_actions import Effect
from securemode.probes.made_identities import ThrowAway
from securemode.probes.probe import Connection, Withheld, not_applicable
from securemode.probes.uploaded_certificates import UploadedCertificates
from securemode.probes.web_client import WEB_PORT, Upload, Website
from securemode.probes.web_forms import OK, FormBrowser, Shown, complaint, is_page, media_type

if TYPE_CHECKING:
    import requests

    from securemode.environment.models import Environment
    from securemode.probes.probe import Access
    from securemode.probes.web_forms import Form
    from securemode.targets import Node

PERMISSION = "pkcs12"
MENU_ENTRY = "tls certificates"
EXPORTS = "pfx"
UPLOADS = ("import", "upload")
"""Words by which a link of the page leads to its form, where the form is not on the page itself."""
MOST_CONNECTIONS = 80
_MOST_PAGES = 3
_ANSWERED = frozenset({200, 302, 303, 400, 415, 422})
"""What an upload that is looked at is answered with; anything else is trouble of its own."""


@dataclass(frozen=True, slots=True)
class Pkcs12Exchange:
    """What becomes of a PKCS#12 bundle that is uploaded, and of a certificate exported as PFX.

    Only certificates that are made for this look, of servers that do not exist, are uploaded and
    exported: no key of the product comes out. They are assigned to nothing, and deleted again.

    Attributes:
        target: the Management Node.

    Source: guide, section "Running the security wizard" (FIPS mode); RFC 7292.
    """

    name: ClassVar[str] = "pkcs12-exchange"
    observes: ClassVar[type] = Pkcs12Seen
    intrusive: ClassVar[str | None] = PERMISSION
    simultaneous: ClassVar[int] = 2
    takes_s: ClassVar[float] = 2.0
    volatile: ClassVar[frozenset[str]] = frozenset({"export.request", "export.length"})

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """The web port; a server that keeps no connections costs one for each request."""
        port = str(self.target.port(WEB_PORT))
        return (Connection("tls", self.target.address, port, MOST_CONNECTIONS),)

    def look(self, access: Access) -> Pkcs12Seen:
        """Log in, upload, export, delete, log out.

        Raises:
            AuthenticationRejected: the account is not let in.
            Interrupted: the run was stopped; what was uploaded is deleted.
            CannotLook: the Management Node does not answer.
        """
        credentials = access.environment.credentials
        api = management_api(ManagementWriter, access.environment, pause=access.cancelled.wait)
        uploaded = UploadedCertificates(api, access)
        uploaded.listed()  # who cannot read the list could not clear up either
        with Website(self.target, access, identity=credentials.client_certificate) as site:
            browser = FormBrowser(site)
            logged_out = False
            try:
                start = browser.begins(credentials)
                seen = _exchanged(browser, start, uploaded)
            finally:
                logged_out = browser.signs_off()
            return replace(
                seen, logged_out=logged_out, certificate_was_verified=site.certificate_is_verified
            )


def exchange_of(node: Node, environment: Environment) -> Pkcs12Exchange | Withheld:
    """The exchange, for a requirement that is seen to by other means as well.

    Where it is not allowed, the requirement rests on those, and lacks nothing.
    """
    if PERMISSION not in environment.allow:
        return not_applicable(
            f"no certificate is uploaded (allow: [{PERMISSION}]), which would show more."
        )
    return Pkcs12Exchange(node)


def _exchanged(browser: FormBrowser, start: str, uploaded: UploadedCertificates) -> Pkcs12Seen:
    """Everything between login and logout; what was uploaded is deleted, whatever happens."""
    try:
        seen = _Exchange(browser, start, uploaded).seen()
    except BaseException as error:
        _, left = uploaded.cleared()
        if left and isinstance(error, SecureModeError):
            error.message += f" Certificates may be left behind: {', '.join(left)}."
        raise
    found, left = uploaded.cleared()
    came_late = uploaded.names[1:] and uploaded.names[1] in found
    bundle = replace(seen.bundle, effect=Effect.DONE) if came_late else seen.bundle
    return replace(seen, bundle=bundle, left_behind=left)


@dataclass(slots=True)
class _Exchange:
    """One look: the browser, where it begins, and what it sends."""

    browser: FormBrowser
    start: str
    uploaded: UploadedCertificates

    def seen(self) -> Pkcs12Seen:
        """Upload as PEM, export what came in, upload as PKCS#12."""
        page = self._certificates_page()
        way = self._upload_form(page) if page else None
        before = self._exports_on(page) if page else frozenset()
        control = self._uploads(FileSort.PEM, way)
        is_there = page and control.effect is Effect.DONE
        export = self._exports(page.path, before) if page and is_there else _NOTHING_TO_EXPORT
        bundle = self._uploads(FileSort.PKCS12, way)
        return Pkcs12Seen(
            control=control,
            bundle=bundle,
            export=export,
            still_inside=self._is_inside(),
            left_behind=(),
            logged_out=False,
            certificate_was_verified=False,
        )

    def _certificates_page(self) -> Shown | None:
        start = self.browser.opens(self.start)
        for link in self.browser.links(start):
            if MENU_ENTRY in link.text:
                page = self.browser.opens(link.path)
                return page if page.answer.status_code == OK else None
        return None

    def _upload_form(self, page: Shown) -> tuple[Shown, Form] | None:
        """The form with a file in it, on this page or on one that a link of it leads to."""
        more = [link.path for link in self.browser.links(page) if _leads_to_upload(link.text)]
        for number, path in enumerate(["", *more[:_MOST_PAGES]]):
            shown = self.browser.opens(path) if number else page
            if form := shown.form_with("file"):
                return shown, form
        return None

    def _uploads(self, sort: FileSort, way: tuple[Shown, Form] | None) -> UploadSeen:
        if way is None:
            detail = f'no form for files behind a link "{MENU_ENTRY}"'
            return UploadSeen(sort=sort, effect=Effect.NOT_FOUND, detail=detail)
        self._require_time()
        page, form = way
        name = f"acceptance-{sort.name.lower()}-{secrets.token_hex(8)}.invalid"
        passphrase = secrets.token_urlsafe(18) if sort is FileSort.PKCS12 else ""
        values = dict.fromkeys(form.asks.get("password", ()), passphrase)
        file = _file(sort, name, passphrase, form.asks["file"][0])
        request = f"POST {self.browser.place_of(page, form)}"
        self.uploaded.names.append(name)
        try:
            page = self.browser.opens(page.path)  # as it is now, with a token for this upload
            form = page.form_with("file") or form
            answer = self.browser.sends(page, form, values, file)
        except CannotLook as error:
            self.uploaded.is_unsure = True
            effect, detail = Effect.UNCLEAR, error.message
        else:
            effect, detail = self._said(answer)
        if name in self.uploaded.listed():
            effect = Effect.DONE
        return UploadSeen(sort=sort, effect=effect, request=request, detail=detail)

    def _said(self, answer: requests.Response) -> tuple[Effect, str]:
        """What an answer means where nothing came of the upload."""
        said = f"{answer.status_code}"
        if self.browser.is_sent_away(answer):
            return Effect.UNCLEAR, f"{said}, to the login"
        words = complaint(answer)
        effect = Effect.REFUSED if answer.status_code in _ANSWERED else Effect.UNCLEAR
        return effect, f'{said}, "{words}"' if words else said

    def _exports_on(self, page: Shown) -> frozenset[str]:
        return frozenset(link.path for link in self.browser.links(page) if EXPORTS in link.text)

    def _exports(self, path: str, before: frozenset[str]) -> ExportSeen:
        """Export what came in as PEM: the export that was not on the page before."""
        self._require_time()
        request = f"GET {path}"
        try:
            new = self._exports_on(self.browser.opens(path)) - before
            if len(new) != 1:
                detail = f'{len(new)} links "{EXPORTS}" came with the certificate'
                return ExportSeen(effect=Effect.NOT_FOUND, request=request, detail=detail)
            request = f"GET {min(new)}"
            page = self.browser.opens(min(new))
            form = page.form_with("password")
            if form is None or not page.is_page:
                return self._exported(request, page.answer)
            request = f"POST {self.browser.place_of(page, form)}"
            values = dict.fromkeys(form.asks["password"], secrets.token_urlsafe(18))
            return self._exported(request, self.browser.sends(page, form, values))
        except CannotLook as error:
            return ExportSeen(effect=Effect.UNCLEAR, request=request, detail=error.message)

    def _exported(self, request: str, answer: requests.Response) -> ExportSeen:
        """Of a file its length and sort; of a page what it complains of."""
        content, sort = answer.content, media_type(answer) or "no media type"
        is_bundle = is_pkcs12(content)
        if answer.status_code == OK and (is_bundle or not is_page(answer)):
            return ExportSeen(
                effect=Effect.DONE,
                request=request,
                detail=f"{answer.status_code}, {sort}",
                length=len(content),
                is_pkcs12=is_bundle,
            )
        detail = ", ".join(filter(None, (f"{answer.status_code}", sort, complaint(answer))))
        return ExportSeen(effect=Effect.UNCLEAR, request=request, detail=detail)

    def _is_inside(self) -> bool:
        try:
            answer = self.browser.opens(self.start).answer
        except CannotLook:
            return False
        return answer.status_code == OK and not self.browser.is_sent_away(answer)

    def _require_time(self) -> None:
        if self.uploaded.access.cancelled.is_set():
            raise Interrupted("the run was stopped while certificates were uploaded.")


_NOTHING_TO_EXPORT = ExportSeen(
    effect=Effect.NOT_FOUND, detail="no certificate of this run is there to be exported"
)


def _leads_to_upload(text: str) -> bool:
    return any(word in text for word in UPLOADS)


def _file(sort: FileSort, name: str, passphrase: str, into: str) -> Upload:
    made = ThrowAway.named(name)
    if sort is FileSort.PEM:
        return Upload(into, "acceptance.pem", made.as_pem(), "application/x-pem-file")
    return Upload(into, "acceptance.pfx", made.as_pkcs12(passphrase), "application/x-pkcs12")


def is_pkcs12(content: bytes) -> bool:
    """Whether it begins like a PFX of RFC 7292: a DER sequence whose first element is version 3."""
    if len(content) < 2 or content[0] != 0x30:  # noqa: PLR2004 - SEQUENCE
        return False
    begins = 2 + (content[1] & 0x7F if content[1] & 0x80 else 0)
    return content[begins : begins + 3] == b"\x02\x01\x03"
