"""Everything that a run leaves to be read, written in one go from its record."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from securemode.report import (
    checklists,
    ckl,
    cklb,
    html,
    junit,
    manifest,
    ohdf,
    oscal,
    punchlist,
    readme,
)
from securemode.report.manifest import Unwritten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import Any, TypeAlias

    from securemode.report.models import Result

    Writer: TypeAlias = Callable[[Path], None]


class Pack(NamedTuple):
    """What was written.

    Attributes:
        report: the page to read first.
        unwritten: what could not be written, and why: the suite is at fault.
    """

    report: Path
    unwritten: tuple[Unwritten, ...]


def write(result: Result, evidence_records: Iterable[Mapping[str, Any]], directory: Path) -> Pack:
    """Write every file of the run's directory.

    The record comes first: whatever befalls a writer, it can be read and the others made again.
    A writer that fails costs no other its file; what it left is removed, and its failure is said in
    `README.txt`, in the manifest and to the caller. The manifest comes last.
    """
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "result.json").write_text(result.to_json(), encoding="utf-8")
    writers = _pages(result, tuple(evidence_records))
    unwritten = [*_failures(directory, writers)]
    try:
        unwritten += _failures(directory, _checklists(result))
    except Exception as error:  # noqa: BLE001 - whatever it is, the other files stay
        unwritten.append(_unwritten("checklist-*", error))
    readme.write(result, directory, directory / "README.txt", unwritten)
    manifest.write(result, directory, unwritten)
    return Pack(directory / "report.html", tuple(unwritten))


def _pages(result: Result, records: tuple[Mapping[str, Any], ...]) -> Mapping[str, Writer]:
    """Each file that there is one of, and what writes it."""
    return {
        "report.html": partial(html.write, result, records),
        "signoff.pdf": partial(_write_signoff, result),
        "junit.xml": partial(junit.write, result),
        "ohdf.json": partial(ohdf.write, result),
        "oscal-ar.json": partial(oscal.write, result),
        "punchlist.csv": partial(punchlist.write, result),
    }


def _write_signoff(result: Result, path: Path) -> None:
    """The pages to sign; their library is loaded at the end of a run and not before."""
    from securemode.report import signoff  # noqa: PLC0415

    signoff.write(result, path)


def _checklists(result: Result) -> Mapping[str, Writer]:
    """The checklists of every host and virtual machine, in both formats."""
    writers: dict[str, Writer] = {}
    for checklist in checklists.checklists(result):
        writers[f"{checklist.name}.cklb"] = partial(cklb.write, result, checklist)
        writers[f"{checklist.name}.ckl"] = partial(ckl.write, checklist)
    return writers


def _failures(directory: Path, writers: Mapping[str, Writer]) -> Iterator[Unwritten]:
    """Let each writer write; a file that it left half written is removed."""
    for name, writer in writers.items():
        path = directory / name
        try:
            writer(path)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other files are written
            path.unlink(missing_ok=True)
            yield _unwritten(name, error)


def _unwritten(name: str, error: Exception) -> Unwritten:
    return Unwritten(name, f"{type(error).__name__}: {error}".splitlines()[0])
