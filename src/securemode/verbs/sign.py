"""`securemode sign RUN`: a person signs what a run left, down to the last byte."""

from __future__ import annotations

import argparse
import getpass
import os
import re
import shlex
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from securemode.documents import shown
from securemode.errors import ConfigurationError
from securemode.report import wording
from securemode.report.manifest import MANIFEST
from securemode.report.reading import read_result
from securemode.signing import completeness, contents
from securemode.signing.signer import is_for_mail, signer

if TYPE_CHECKING:
    from securemode.signing.signer import Signer
    from securemode.verbs import Verbs

_LONGEST_NAME = 60
_DESCRIPTION = """\
Makes a detached CMS signature over manifest.json, which has the SHA-256 of every file of the run.
Each signer has a file of their own, manifest.<signer>.p7s, beside it. Nothing is signed that
is not as its manifest says."""
_EXIT_CODES = """\
exit code:
  0  signed
  4  not signed: a file cannot be read or was changed, or the certificate does not do"""


def add_to(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    verb = verbs.add_parser(
        "sign",
        help="sign a run with your certificate",
        description=_DESCRIPTION,
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("run", metavar="RUN", type=Path, help="directory of the run")
    verb.add_argument("--key", required=True, type=Path, help="private key, RSA or EC, PEM or DER")
    verb.add_argument("--cert", required=True, type=Path, help="its certificate, PEM or DER")
    verb.add_argument(
        "--chain",
        metavar="FILE",
        type=Path,
        help="certificates between yours and the authority, to be put into the signature",
    )
    verb.add_argument(
        "--signer", metavar="NAME", help="who signs, for the name of the file (default: the CN)"
    )
    verb.add_argument(
        "--key-passphrase-env",
        metavar="NAME",
        help="environment variable with the passphrase of the key (default: it is asked for)",
    )
    verb.add_argument("--force", action="store_true", help="replace the signature of this signer")
    verb.set_defaults(act=act)


def act(arguments: argparse.Namespace) -> int:
    """Check the run, sign its manifest, and say how anyone can check the signature."""
    run: Path = arguments.run
    result = read_result(run)
    checked = completeness.check(contents.contents_of(run))
    if checked.problems:
        first = checked.problems[0]
        raise ConfigurationError(
            f"{shown(run / first.file)}: {first.what}.",
            remedy=f"see all of it with: securemode verify {shlex.quote(shown(run))}",
        )

    def ask() -> bytes:
        return _passphrase(arguments.key, arguments.key_passphrase_env)

    who = signer(arguments.cert, arguments.key, arguments.chain, ask)
    name = arguments.signer or who.common_name
    path = run / f"manifest.{file_name(name)}.p7s"
    _write(path, who.sign(checked.manifest), name, force=arguments.force)
    decided = wording.DECIDED[result.decision.verdict].lower()
    sys.stdout.write(
        f"{wording.printable(name)} signed run {result.run.id} ({decided}): {shown(path)}\n"
        f"Anyone can check it:\n  {openssl_command(path, who)}\n"
        f"  securemode verify {shlex.quote(shown(run))} --ca ca.pem\n"
    )
    return 0


def file_name(signer_name: str) -> str:
    """The signer's name as part of a file's name: "Ada Example" is "ada-example".

    Raises:
        ConfigurationError: nothing of it is left.
    """
    plain = unicodedata.normalize("NFKD", signer_name).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_NAME]
    if not name:
        raise ConfigurationError(
            f"--signer: no file can be named after {wording.printable(signer_name)!r}.",
            remedy="state --signer NAME with letters from a to z or digits.",
        )
    return name


def openssl_command(path: Path, who: Signer) -> str:
    """What to type to check the signature without this program."""
    purpose = "" if is_for_mail(who.certificate) else " -purpose any"
    return (
        f"openssl cms -verify -binary -inform DER -in {shlex.quote(shown(path))} "
        f"-content {shlex.quote(shown(path.parent / MANIFEST))} -CAfile ca.pem{purpose} "
        "-out /dev/null"
    )


def _passphrase(key: Path, variable: str | None) -> bytes:
    """The passphrase of the key, from the environment or the person at the keyboard."""
    if variable is not None:
        if variable not in os.environ:
            raise ConfigurationError(
                f"--key-passphrase-env: there is no environment variable {variable}.",
                remedy="set it, or leave the option out to be asked.",
            )
        return os.environ[variable].encode()
    if not sys.stdin.isatty():
        raise ConfigurationError(
            f"{shown(key)}: has a passphrase, and there is no terminal to ask for it.",
            remedy="state --key-passphrase-env NAME.",
        )
    return getpass.getpass(f"Passphrase of {shown(key)}: ").encode()


def _write(path: Path, signature: bytes, name: str, *, force: bool) -> None:
    """Write the signature; that of somebody is only replaced where it is asked for."""
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(signature)
    except FileExistsError:
        raise ConfigurationError(
            f"{shown(path)}: {wording.printable(name)} has signed this run already.",
            remedy="add --force to replace that signature, or state another --signer.",
        ) from None
    except OSError as error:
        raise ConfigurationError(
            f"{shown(path)}: cannot be written ({error.strerror}).",
            remedy="check the permissions of the directory.",
        ) from None
