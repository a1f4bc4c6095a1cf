from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING

import pytest

from environment.texts import SOUND
from securemode.environment.loading import load
from securemode.errors import UnexpectedAnswer, Unsupported
from securemode.probes.attestations import AttestationFile
from securemode.probes.probe import Access

if TYPE_CHECKING:
    from pathlib import Path

STATEMENT = """\
attestations:
  - requirement: LAST-04
    statement: It lies in the safe.
    by: {name: Ada Example, role: officer}
    verified: 2026-11-20
    valid_until: 2027-11-20
    how: Opened the safe.
    evidence:
      - {file: safe.png, sha256: SHA}
      - {file: gone.png, sha256: SHA}
"""


def _access(directory: Path, more: str = "") -> Access:
    path = directory / "prod.yaml"
    path.write_text(SOUND + more)
    environment = load(path)
    return Access(environment, environment.deployment(), 1.0, threading.Event())


@pytest.fixture
def stated(tmp_path: Path) -> Path:
    picture = b"a picture of the safe"
    (tmp_path / "safe.png").write_bytes(picture)
    path = tmp_path / "attestations.yaml"
    path.write_text(STATEMENT.replace("SHA", hashlib.sha256(picture).hexdigest()))
    path.chmod(0o600)
    return path


SETTINGS = "conferencing_nodes: [{name: conf1, ipv4: 192.0.2.21}]\n"
NAMED = SETTINGS + "records: {attestations: attestations.yaml}\n"


def test_statements_are_read_and_what_they_attach_is_hashed(stated: Path) -> None:
    access = _access(stated.parent, NAMED)
    seen = AttestationFile(target=access.deployment).look(access)
    (statement,) = seen.statements
    assert (statement.requirement, statement.by) == ("LAST-04", "Ada Example, officer")
    safe, gone = statement.attached
    assert safe.found == safe.stated
    assert gone.found is None


def test_what_was_broken_meanwhile_is_said(stated: Path) -> None:
    access = _access(stated.parent, NAMED)
    stated.write_text("attestations: [")
    with pytest.raises(UnexpectedAnswer, match="is not YAML"):
        AttestationFile(target=access.deployment).look(access)


def test_without_a_file_there_is_nothing_to_read(tmp_path: Path) -> None:
    access = _access(tmp_path, SETTINGS)
    with pytest.raises(Unsupported):
        AttestationFile(target=access.deployment).look(access)
