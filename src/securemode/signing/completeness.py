"""Whether a pack is what its manifest says: every file there, none changed, none added."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from securemode.report.manifest import ALGORITHM, MANIFEST
from securemode.report.reading import RESULT
from securemode.signing.contents import Damaged, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.signing.contents import Contents

LARGEST_DOCUMENT = 256 * 2**20
_SIGNATURE = re.compile(r"manifest\.[^/]+\.p7s")


class Problem(NamedTuple):
    """A file that is not as the manifest says."""

    file: str
    what: str


class Entry(BaseModel):
    """One file of the manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    path: str
    bytes: int
    sha256: str


class Manifest(BaseModel):
    """What the manifest says, as far as it is checked."""

    model_config = ConfigDict(frozen=True, strict=True)

    schema_version: str
    run: str
    algorithm: str
    files: list[Entry]


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of it.

    Attributes:
        run: id of the run; empty where the manifest cannot be read.
        files: how many the manifest names.
        problems: everything that is not as it should be, by file.
        manifest: the bytes of the manifest: what is signed.
        signatures: the files of signatures, by name, each with its bytes.
        result: `result.json`, where it can be read.
    """

    run: str
    files: int
    problems: tuple[Problem, ...]
    manifest: bytes
    signatures: dict[str, bytes]
    result: dict[str, Any]


def check(contents: Contents) -> Checked:
    """Compare everything with the manifest."""
    names = contents.files()
    problems = [Problem(name, what) for name, what in contents.oddities().items()]
    signed = sorted(name for name in names if _SIGNATURE.fullmatch(name))
    text = _whole(contents, MANIFEST, problems)
    signatures = {name: _whole(contents, name, problems) for name in signed}
    manifest, unreadable = _manifest(text)
    if manifest is None:
        problems.append(Problem(MANIFEST, unreadable))
        return Checked("", 0, tuple(sorted(problems)), text, signatures, {})
    stated = {entry.path: entry for entry in manifest.files}
    known = {MANIFEST, *signed, *stated}
    problems += [
        Problem(name, "is not in the manifest: it was added") for name in names if name not in known
    ]
    for entry in manifest.files:
        problems += _compared(contents, entry, is_there=entry.path in names)
    result = _result(contents) if RESULT in names else {}
    problems += _contradictions(manifest, stated, result)
    found = tuple(sorted(set(problems)))
    return Checked(manifest.run, len(stated), found, text, signatures, result)


def _whole(contents: Contents, name: str, problems: list[Problem]) -> bytes:
    """The file, or nothing and a problem more."""
    try:
        return whole(contents, name, LARGEST_DOCUMENT)
    except Damaged as error:
        problems.append(Problem(name, str(error)))
        return b""


def _manifest(text: bytes) -> tuple[Manifest | None, str]:
    """The manifest, or why it cannot be used."""
    try:
        document = json.loads(text)
        manifest = Manifest.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        return None, f"is no manifest: {where}: {first['msg']}"
    except (ValueError, RecursionError) as error:
        return None, f"is not JSON text ({error})"
    if f"{json.dumps(document, indent=2)}\n".encode() != text:
        return None, "was changed: it is not in the form in which it was written"
    objection = _objection(manifest)
    return (None, objection) if objection else (manifest, "")


def _objection(manifest: Manifest) -> str:
    """Why the manifest cannot be checked against; empty where it can."""
    if (manifest.schema_version, manifest.algorithm) != ("1.0", ALGORITHM):
        version = f"{manifest.schema_version!r} with {manifest.algorithm!r}"
        return f"is of version {version}, which this version does not read"
    paths = [entry.path for entry in manifest.files]
    if len(set(paths)) != len(paths):
        return "names a file twice"
    for path in map(PurePosixPath, paths):
        if path.is_absolute() or ".." in path.parts:
            return f"names a file outside of the pack ({str(path)!r})"
    return ""


def _compared(contents: Contents, entry: Entry, *, is_there: bool) -> Iterator[Problem]:
    if not is_there:
        yield Problem(entry.path, "is missing")
        return
    digest, size = hashlib.sha256(), 0
    try:
        for piece in contents.chunks(entry.path):
            digest.update(piece)
            size += len(piece)
    except Damaged as error:
        yield Problem(entry.path, str(error))
        return
    if size != entry.bytes:
        yield Problem(
            entry.path, f"was changed: it has {size:,} bytes, the manifest says {entry.bytes:,}"
        )
    elif digest.hexdigest() != entry.sha256:
        yield Problem(entry.path, "was changed: its SHA-256 is not that of the manifest")


def _result(contents: Contents) -> dict[str, Any]:
    """The record of the run, where it can be read; what is wrong with it its hash tells."""
    try:
        result = json.loads(whole(contents, RESULT, LARGEST_DOCUMENT))
    except (ValueError, RecursionError):
        return {}
    return result if isinstance(result, dict) else {}


def _contradictions(
    manifest: Manifest, stated: dict[str, Entry], result: dict[str, Any]
) -> Iterator[Problem]:
    """Where the record of the run says other things than the manifest that was made of it."""
    run, evidence = result.get("run"), result.get("evidence")
    if isinstance(run, dict) and run.get("id") != manifest.run:
        yield Problem(MANIFEST, f"is of run {manifest.run}, and {RESULT} of {run.get('id')}")
    if not isinstance(evidence, dict):
        return
    entry = stated.get(str(evidence.get("file")))
    if entry is not None and entry.sha256 != evidence.get("sha256"):
        yield Problem(entry.path, f"is not the evidence that {RESULT} was written from")
