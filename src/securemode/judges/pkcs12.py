"""WIZ-01, as FIPS mode shows on the Management Node: no PKCS#12 comes in or goes out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode.observations.role_actions import Effect
from securemode.verdicts import Verdict, deviates, holds, unclear

if TYPE_CHECKING:
    from securemode.observations.pkcs12 import ExportSeen, Pkcs12Seen, UploadSeen
    from securemode.verdicts import Judgement

UPLOAD_BY_HAND = (
    "upload a throw-away certificate by hand, as PEM and as PKCS#12, on the page of TLS "
    "certificates, and delete it again."
)
EXPORT_BY_HAND = (
    "export a throw-away certificate as PFX by hand, on the page of TLS certificates, and look at "
    "the size of the file."
)


def bundle_is_refused(seen: Pkcs12Seen) -> Judgement:
    """The bundle did not come in, where the same certificate in PEM would have."""
    return _with_what_is_left(_bundle_judged(seen), seen)


def _bundle_judged(seen: Pkcs12Seen) -> Judgement:
    expected = "a PKCS#12 bundle refused by the form that takes a PEM file"
    saw = f"{_upload(seen.control)}; {_upload(seen.bundle)}"
    if seen.bundle.effect is Effect.DONE:
        return deviates("accepts a PKCS#12 bundle", expected=expected, saw=saw)
    refused = seen.bundle.effect is Effect.REFUSED
    if refused and seen.control.effect is Effect.DONE and seen.still_inside:
        return holds("refuses a PKCS#12 bundle", expected=expected, saw=saw)
    lost = "" if seen.still_inside else "; the session ended meanwhile"
    return unclear(
        "does not show whether it refuses PKCS#12 bundles",
        expected=expected,
        saw=saw + lost,
        next_step=UPLOAD_BY_HAND,
    )


def _with_what_is_left(said: Judgement, seen: Pkcs12Seen) -> Judgement:
    """Nobody overlooks a certificate that this run could not take away again."""
    left = ", ".join(seen.left_behind)
    if not left:
        return said
    saw = f"{said.saw}; left behind: {left}"
    by_hand = f"delete {left} from the TLS certificates. {said.next_step}".strip()
    if said.verdict is Verdict.PASS:
        what = f"{said.what}, and keeps what this run uploaded"
        return unclear(what, expected=said.expected, saw=saw, next_step=by_hand)
    return replace(said, saw=saw, next_step=by_hand)


def export_is_empty(seen: Pkcs12Seen) -> Judgement:
    """A file comes, and there is nothing in it."""
    expected = "an empty file"
    export = seen.export
    if export.effect is Effect.DONE and export.length == 0:
        return holds(
            "exports an empty file as PFX", expected=expected, saw=f"0 bytes ({_where(export)})"
        )
    if export.effect is Effect.DONE and export.length:
        sort = "a PKCS#12 bundle" if export.is_pkcs12 else "no PKCS#12 bundle"
        return deviates(
            "exports a certificate with its key as PFX"
            if export.is_pkcs12
            else "exports a certificate as PFX, and the file is not empty",
            expected=expected,
            saw=f"{export.length} bytes, {sort} ({_where(export)})",
        )
    return unclear(
        "does not show what it exports as PFX",
        expected=expected,
        saw=f"{export.effect.value} ({_where(export)})",
        next_step=EXPORT_BY_HAND,
    )


def _upload(upload: UploadSeen) -> str:
    where = _where(upload)
    return f"{upload.sort}: {upload.effect.value}" + (f" ({where})" if where else "")


def _where(seen: UploadSeen | ExportSeen) -> str:
    return ": ".join(filter(None, (seen.request, seen.detail)))
