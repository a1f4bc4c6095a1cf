"""Files with certificates as OpenSSL's own commands make and read them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from lab.control.peers import needs

if TYPE_CHECKING:
    from pathlib import Path

    from lab.management.certificates import Identity

PASSPHRASE = "a passphrase"


def openssl(
    folder: Path, *arguments: str, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    command = (needs("openssl"), *arguments)
    return subprocess.run(
        command, cwd=folder, input=given, capture_output=True, timeout=20, check=False
    )


def bundle(
    folder: Path, identity: Identity, *others: Identity, options: tuple[str, ...] = ()
) -> Path:
    """A PKCS#12 file with a certificate, its key, and certificates of authorities."""
    key, path = folder / "bundled.key", folder / "bundled.p12"
    key.write_text(identity.key_pem())
    (folder / "bundled.pem").write_text("".join(i.pem for i in (identity, *others)))
    export = ("pkcs12", "-export", "-inkey", key.name, "-in", "bundled.pem", "-out", path.name)
    made = openssl(folder, *export, "-passout", f"pass:{PASSPHRASE}", *options)
    assert made.returncode == 0, made.stderr
    return path


def unbundled(folder: Path, data: bytes, passphrase: str = PASSPHRASE) -> str:
    """Certificates and key of a PKCS#12 file; empty where the passphrase does not open it."""
    opened = openssl(folder, "pkcs12", "-nodes", "-passin", f"pass:{passphrase}", given=data)
    return opened.stdout.decode() if opened.returncode == 0 else ""
