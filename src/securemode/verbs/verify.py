"""`securemode verify PACK`: whether a run's files are what was written and signed."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from securemode.documents import shown
from securemode.report import wording
from securemode.report.decision import count
from securemode.signing import completeness, contents
from securemode.signing.signed_data import NotASignature, read
from securemode.signing.signer import certificates_of
from securemode.signing.trace import untraced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography import x509

    from securemode.signing.completeness import Checked
    from securemode.signing.signed_data import Signature
    from securemode.verbs import Verbs

WHOLE_AND_SIGNED = 0
NOT_WHOLE = 1
NOT_TRACED = 3

_DESCRIPTION = """\
Checks a pack against its manifest and every signature over the manifest: nothing missing, nothing
added, no byte changed, and who signed exactly this. Touches no network and writes nothing."""
_EXIT_CODES = f"""\
exit code:
  {WHOLE_AND_SIGNED}  whole, and every signature holds and is traced to an authority of --ca
  {NOT_WHOLE}  a file is changed, missing or added, or a signature does not hold
  {NOT_TRACED}  whole, but nobody has signed it, or no --ca says whose the signatures are
  4  not a pack, or --ca cannot be read"""


class Word(NamedTuple):
    """What is said of a signature, and the exit code that it leads to."""

    code: int
    text: str


def add_to(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    verb = verbs.add_parser(
        "verify",
        help="whether a run is what was written and signed",
        description=_DESCRIPTION,
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("pack", metavar="PACK", type=Path, help="directory of a run, or a .zip of it")
    verb.add_argument(
        "--ca", metavar="FILE", type=Path, help="the authorities of the signers that you trust"
    )
    verb.set_defaults(act=act)


def act(arguments: argparse.Namespace) -> int:
    """Say what is whole and who signed; name everything that is not as it should be."""
    pack = contents.contents_of(arguments.pack)
    authorities = certificates_of(arguments.ca) if arguments.ca else ()
    checked = completeness.check(pack)
    words = [
        word
        for name, data in checked.signatures.items()
        for word in _signatures(name, data, checked, authorities, arguments.ca)
    ]
    lines = [*_about(pack.name, checked), *(word.text for word in words)]
    if not words:
        lines.append("Nobody has signed it: anyone may have written it, manifest and all.")
    sys.stdout.write("".join(f"{wording.printable(line)}\n" for line in lines))
    codes = {word.code for word in words} or {NOT_TRACED}
    if checked.problems or NOT_WHOLE in codes:
        return NOT_WHOLE
    return max(codes)


def _about(name: str, checked: Checked) -> Iterator[str]:
    """Which run it is, and every file that is not as the manifest says."""
    if not checked.problems:
        yield f"{name}: {count(checked.files, 'file')}, all as manifest.json says."
    else:
        yield f"{name}: {count(len(checked.problems), 'file')} not as manifest.json says:"
        for problem in checked.problems:
            yield f"  {problem.file}: {problem.what}"
    decision = checked.result.get("decision")
    if isinstance(decision, dict):
        end = str(decision.get("valid_until") or "")[:16].replace("T", " ")
        until = f", valid until {end} UTC" if end else ""
        yield f"Run {checked.run}: {decision.get('verdict')}{until}."


def _signatures(
    name: str,
    data: bytes,
    checked: Checked,
    authorities: tuple[x509.Certificate, ...],
    ca_file: Path | None,
) -> Iterator[Word]:
    """What is to be said of each signature of a file."""
    try:
        found = read(data, checked.manifest)
    except NotASignature as error:
        yield Word(NOT_WHOLE, f"{name}: does not hold: {error}.")
        return
    for signature in found:
        if signature.broken:
            said = f"{name}: does not hold: {signature.broken} (signer: {signature.signer})."
            yield Word(NOT_WHOLE, said)
        else:
            yield _holds(name, signature, authorities, ca_file)


def _holds(
    name: str,
    signature: Signature,
    authorities: tuple[x509.Certificate, ...],
    ca_file: Path | None,
) -> Word:
    """A signature that holds over this manifest: whose it is, and who vouches for that."""
    at, certificate = signature.signed_at, signature.certificate
    assert certificate is not None
    when = f"on {at:%Y-%m-%d %H:%M} UTC by the signer's own clock" if at else "it says not when"
    said = f"{name}: {signature.signer} signed exactly this manifest, {when}"
    if ca_file is None:
        return Word(
            NOT_TRACED,
            f"{said}; not traced to an authority, so anyone may have made this certificate: "
            "state --ca FILE.",
        )
    why = untraced(certificate, signature.others, authorities, at or datetime.now(UTC))
    if why:
        return Word(NOT_WHOLE, f"{said}; not traced to an authority of {shown(ca_file)}: {why}.")
    ends = certificate.not_valid_after_utc
    over = f"; the certificate has ended since, on {ends:%Y-%m-%d}" if _is_past(ends) else ""
    return Word(WHOLE_AND_SIGNED, f"{said}; traced to an authority of {shown(ca_file)}{over}.")


def _is_past(moment: datetime) -> bool:
    return moment < datetime.now(UTC)
