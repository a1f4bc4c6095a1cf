"""`securemode waive`: drafts a waiver for exactly what a run has seen of one requirement."""

from __future__ import annotations

import io
import re
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from securemode.documents import read, refusal, shown
from securemode.environment.waivers import EXAMPLE
from securemode.environment.writing import replace_text
from securemode.errors import ConfigurationError
from securemode.report.reading import read_result
from securemode.report.wording import printable, sentence
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    import argparse

    from securemode.report.models import RequirementResult, Result, TargetResult
    from securemode.verbs import Verbs

HEADER = "waivers:\n"

_DESCRIPTION = """\
Draft a waiver for what a run has seen to be wrong with one requirement.
The draft names the deviation by its fingerprint: if what is seen later differs, the
waiver doesn't apply. What is between < and > is left to the person who accepts it; until it
is filled in, the file is refused."""


def add_to(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "waive", help="draft a waiver for a requirement that failed", description=_DESCRIPTION
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="the directory of the run")
    parser.add_argument("requirement", metavar="REQUIREMENT", help="the id, WIZ-14 for example")
    parser.add_argument(
        "--into",
        type=Path,
        metavar="FILE",
        help="append the draft to this file of waivers instead of printing it",
    )
    parser.set_defaults(act=act)


def act(arguments: argparse.Namespace) -> int:
    """Print the draft, or append it to a file.

    Returns: 0.

    Raises:
        ConfigurationError: the run or the file cannot be read, or nothing failed that a waiver
            could cover.
    """
    result = read_result(arguments.run)
    entry = draft(result, _requirement(result, arguments.requirement.upper()))
    if arguments.into is None:
        sys.stdout.write(HEADER + entry)
        return 0
    _append(arguments.into, entry)
    sys.stdout.write(f"{arguments.into}: a draft was added. Fill in what is between < and >.\n")
    return 0


def _requirement(result: Result, name: str) -> RequirementResult:
    found = next((one for one in result.requirements if one.id == name), None)
    if found is None:
        near = get_close_matches(name, [one.id for one in result.requirements], n=1)
        raise ConfigurationError(
            f'There is no requirement "{name}" in run {result.run.id}.',
            remedy=f"take {near[0]}." if near else "pytest --list-requirements prints the ids.",
        )
    if not _failing(found):
        verdict = found.verdict or found.standing
        raise ConfigurationError(
            f"{name} is {verdict} in run {result.run.id}: only a failure can be waived.",
            remedy="name a requirement that failed, and the run in which it did.",
        )
    if not all(finding.fingerprint for finding in _failing(found)):
        raise ConfigurationError(
            f"Run {result.run.id} was written by a version without fingerprints.",
            remedy="verify again.",
        )
    return found


def _failing(requirement: RequirementResult) -> list[TargetResult]:
    return [finding for finding in requirement.targets if finding.verdict is Verdict.FAIL]


def draft(result: Result, requirement: RequirementResult) -> str:
    """The entry as YAML, indented to stand below `waivers:`."""
    failing = _failing(requirement)
    by_mark: dict[str, list[TargetResult]] = {}
    for finding in failing:
        by_mark.setdefault(finding.fingerprint, []).append(finding)
    scope = list(dict.fromkeys(finding.target for finding in failing))
    lines = [
        f"# {requirement.id} {requirement.title}",
        f"# drafted from run {result.run.id}",
        f"- requirement: {requirement.id}",
        f"  scope: [{', '.join(_scalar(name) for name in scope)}]",
        "  fingerprints:",
    ]
    for mark, findings in by_mark.items():
        first, targets = findings[0], [finding.target for finding in findings]
        said = f"{sentence(first, targets)}: expected {first.expected}, saw {first.saw}"
        lines += [f"    # {first.kind}: {_on_one_line(said)}", f"    - {mark}"]
    lines += [
        "  approver: {name: <who accepts it>, role: <in which capacity>}",
        "  reason: <why it is accepted>",
        "  compensating: <what is done instead>",
        "  ticket: <where it was decided>",
        f'  starts: "<from when, with time zone: {EXAMPLE}>"',
        f'  ends: "<until when, with time zone: {EXAMPLE}>"',
    ]
    return "".join(f"  {line}\n" for line in lines)


def _scalar(text: str) -> str:
    """A text as it may stand in a YAML list."""
    plain = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.width = True, len(text) + 100
    yaml.dump([text], plain)
    return plain.getvalue().strip().removeprefix("[").removesuffix("]")


def _on_one_line(text: str) -> str:
    return " ".join(printable(text).split())


def _append(path: Path, entry: str) -> None:
    """Add the entry to the file's end, where the list goes on."""
    entries = _entries(path) if path.exists() else []
    before = path.read_text(encoding="utf-8") if path.exists() else HEADER
    before = re.sub(r"^waivers: *\[ *\] *$", HEADER.strip(), before, flags=re.MULTILINE)
    before = before.rstrip("\n") + "\n"

    def check(new: Path) -> None:
        if _entries(new)[:-1] != entries:
            raise ConfigurationError(
                f"{shown(path)}: does not end with its list of waivers.",
                remedy="write the list at its end, each waiver in lines of its own.",
            )

    replace_text(path, before + entry, check)


def _entries(path: Path) -> list[Any]:
    document = read(path)
    found = document.data.get("waivers")
    if document.problems:
        raise refusal(problem.text(path) for problem in document.problems)
    return found if isinstance(found, list) else []
