"""A run as it lies on the disk when it has ended, and people who sign it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from peers.pki import Holder, issued
from report import sample
from securemode.report import pack
from securemode.report.models import EvidenceFile

if TYPE_CHECKING:
    from pathlib import Path

RUN_ID = "20251123T093012Z-lab-7f3a"


def write(directory: Path) -> Path:
    """The directory of a run, with everything that belongs to it."""
    records = sample.evidence_records(sample.findings())
    text = "".join(f"{json.dumps(record)}\n" for record in records).encode()
    evidence = directory / "evidence" / "observations.jsonl"
    evidence.parent.mkdir(parents=True)
    evidence.write_bytes(text)
    (evidence.parent / "pictures").mkdir()
    (evidence.parent / "pictures" / "001-mgmt.png").write_bytes(b"\x89PNG")
    stated = EvidenceFile(
        file="evidence/observations.jsonl",
        sha256=hashlib.sha256(text).hexdigest(),
        records=len(records),
    )
    written = pack.write(sample.result(evidence=stated), records, directory)
    assert written.unwritten == ()
    return directory


class People:
    """An authority, and somebody whom it knows.

    Attributes:
        ca: file of the authority's certificate.
        cert: file of the signer's certificate.
        key: file of the signer's key.
    """

    def __init__(self, directory: Path, *, name: str = "Ada Example") -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.authority: Holder = issued("Root of Tests", is_authority=True)
        self.signer: Holder = issued(name, self.authority)
        pair = self.signer.pair(directory, "signer")
        self.cert, self.key = pair.certificate, pair.key
        self.ca = directory / "ca.pem"
        self.ca.write_bytes(self.authority.pem)

    @property
    def options(self) -> list[str]:
        """What `securemode sign` is to be told."""
        return ["--key", str(self.key), "--cert", str(self.cert)]
