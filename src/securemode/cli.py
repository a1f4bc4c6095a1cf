"""`securemode`: what is done with a run once it has ended. Runs themselves are pytest's."""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from securemode.errors import SecureModeError
from securemode.verbs import attest, compare, rejudge, sign, verify, waive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from securemode.verbs import Verb

VERBS: tuple[Verb, ...] = (attest, compare, rejudge, sign, verify, waive)

USAGE_ERROR = 4
"""As pytest's: what was given is wrong, and nothing has been touched."""

_DESCRIPTION = """\
Work with a run of the acceptance tests for secure mode once it has ended.
A run is a directory: reports/<run>, or reports/<environment>-latest.
Runs themselves are started by ./accept, or by pytest."""


def parser() -> argparse.ArgumentParser:
    """The command line, with every verb."""
    line = argparse.ArgumentParser(
        prog="securemode",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    line.add_argument("--version", action="version", version=f"securemode {version('securemode')}")
    verbs = line.add_subparsers(title="verbs", metavar="VERB", required=True)
    for verb in VERBS:
        verb.add_to(verbs)
    return line


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for.

    Returns: the exit code: the verb's own, or 4 where what it was given is wrong.
    """
    asked = parser().parse_args(arguments)
    try:
        code: int = asked.act(asked)
    except SecureModeError as error:
        sys.stderr.write(f"ERROR: {error}\n\n")  # as the plug-in says it
        return USAGE_ERROR
    return code
