"""Whether certificates and their keys come in, and go out, as PKCS#12 bundles."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from securemode.observations.role_actions import Effect  # noqa: TC001 - pydantic reads it


class FileSort(StrEnum):
    """How a certificate and its key are put into one file."""

    PEM = "PEM"
    PKCS12 = "PKCS#12"


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadSeen:
    """A file that was uploaded by the form of the page of TLS certificates.

    Attributes:
        sort: of the file.
        effect: "done" where its certificate was listed afterwards.
        request: how it was tried: method and path.
        detail: status, and what the page said; or why it could not be tried.
    """

    sort: FileSort
    effect: Effect
    request: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSeen:
    """A certificate of ours that was exported as PFX; its content is a key, and is not kept.

    Attributes:
        effect: "done" where a file came.
        request: how it was tried: method and path.
        detail: status and media type; or why it could not be tried.
        length: of the file, in bytes; None where none came.
        is_pkcs12: whether it begins like a PKCS#12 bundle.
    """

    effect: Effect
    request: str = ""
    detail: str = ""
    length: int | None = None
    is_pkcs12: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs12Seen:
    """Throw-away certificates on their way in and out.

    Attributes:
        control: the PEM file by the same form: the positive control of the upload.
        bundle: the PKCS#12 bundle.
        export: of the certificate that came in as PEM.
        still_inside: whether the session was alive after all of it: who is logged out is refused
            for that.
        left_behind: names of certificates that could not be deleted again.
        logged_out: whether nothing is left of the session.
        certificate_was_verified: whether the server's chain led to `trust.ca_file`.
    """

    control: UploadSeen
    bundle: UploadSeen
    export: ExportSeen
    still_inside: bool
    left_behind: tuple[str, ...]
    logged_out: bool
    certificate_was_verified: bool
