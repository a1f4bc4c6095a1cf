"""`securemode compare A B`: what changed from one run to a later one."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from securemode.report import comparison_text
from securemode.run_comparison import compared, read_side

if TYPE_CHECKING:
    from securemode.verbs import Verbs

NOTHING_WORSE = 0
WORSE = 1

_WIDEST = 120
_EXIT_CODES = f"""\
exit code:
  {NOTHING_WORSE}  nothing is worse: what drifted, is still open, fixed or new is only told
  {WORSE}  something regressed, is open to the network anew, or is no longer checked
  4  one of the two is no run that can be read"""


def add_to(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    verb = verbs.add_parser(
        "compare",
        help="what changed from one run to a later one",
        description="Compares two runs: verdicts check by check, evidence look by look.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("before", metavar="A", type=Path, help="directory of the earlier run")
    verb.add_argument("after", metavar="B", type=Path, help="directory of the later run")
    verb.add_argument("--json", action="store_true", help="print the whole comparison as JSON")
    verb.set_defaults(act=act)


def act(arguments: argparse.Namespace) -> int:
    """Print what changed; tell by the exit code whether anything is worse."""
    before, after = read_side(arguments.before), read_side(arguments.after)
    found = compared(before, after)
    if arguments.json:
        sys.stdout.write(found.model_dump_json(indent=2) + "\n")
    else:
        width = min(shutil.get_terminal_size((100, 24)).columns, _WIDEST)
        sys.stdout.write(comparison_text.text(found, width=width))
    return WORSE if found.is_worse else NOTHING_WORSE
