"""`securemode rejudge RUN`: what an earlier run saw, judged by the rules of today."""

from __future__ import annotations

import argparse
import contextlib
import io
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from securemode.documents import shown
from securemode.environment import kept
from securemode.errors import ConfigurationError, GuardViolated
from securemode.report import comparison_text
from securemode.report.reading import read_result

if TYPE_CHECKING:
    from securemode.report.comparison_models import Comparison
    from securemode.verbs import Verbs

SAME = 0
OTHERWISE = 1

_EXIT_CODES = f"""\
exit code:
  {SAME}  every verdict is as it was
  {OTHERWISE}  the rules of today judge something otherwise
  4  it is no run that can be judged again"""

_TOUCHING = frozenset({"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"})
_ASKING = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
"""What Python reports before a process reaches out, by sockets and by names."""


def add_to(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    verb = verbs.add_parser(
        "rejudge",
        help="judge the evidence of a run again, by the rules of today",
        description="Judges the evidence of a run again, by the rules of today, and compares. "
        "Touches no network: what differs is the tool, not the product.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("run", metavar="RUN", type=Path, help="directory of the run")
    verb.add_argument(
        "--out", metavar="DIR", type=Path, help="where the new run is written (default: beside RUN)"
    )
    verb.set_defaults(act=act)


def act(arguments: argparse.Namespace) -> int:
    """Judge again, print what differs and where the new run lies."""
    past = arguments.run.resolve()
    read_result(past)
    kept.read(past / "evidence" / kept.FILE)
    root = _repository()
    out = (arguments.out or past.parent).resolve()
    sys.addaudithook(touch_nothing)
    written = _Written()
    command = [f"--rootdir={root}", f"--rejudge={past}", f"--reports={out}"]
    said = io.StringIO()
    with (
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
        contextlib.chdir(root),
    ):
        code = pytest.main(command, plugins=[written])
    if written.directory is None or not (written.directory / "result.json").is_file():
        sys.stderr.write(said.getvalue())
        raise GuardViolated(f"judging again ended with exit code {int(code)} and left no record.")
    return _told(written.directory)


def _told(directory: Path) -> int:
    result = read_result(directory)
    assert result.comparison is not None
    sys.stdout.write(comparison_text.text(result.comparison))
    sys.stdout.write(f"\nReport      {shown(directory / 'report.html')}\n")
    return OTHERWISE if _differs(result.comparison) else SAME


def _differs(found: Comparison) -> bool:
    turned = (*found.regressed, *found.vanished, *found.fixed, *found.new_checks)
    return bool(turned) or any(one.before != one.after for one in found.still_open)


class _Written:
    """Notes, as a plug-in of that pytest, where the new run lies."""

    directory: Path | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Once it has been written."""
        from securemode.plugin.run import RUN  # noqa: PLC0415 - the plug-in is pytest's to load

        if (run := session.config.stash.get(RUN, None)) is not None:
            self.directory = run.directory


def touch_nothing(event: str, given: tuple[Any, ...]) -> None:
    """An audit hook that refuses every way out of this process but to the machine itself.

    Raises:
        GuardViolated: something was about to reach out.
    """
    reaches_out = event in _TOUCHING and given[0].family != socket.AF_UNIX
    if reaches_out or event in _ASKING:
        raise GuardViolated(f"{event} while evidence is judged again, which touches no network.")


def _repository() -> Path:
    """The directory from which the scenarios are taken: this one, or one above it."""
    here = Path.cwd()
    for directory in (here, *here.parents):
        if (directory / "features").is_dir() and (directory / "requirements").is_dir():
            return directory
    raise ConfigurationError(
        f"{here} holds no features/ and requirements/: the scenarios are there.",
        remedy="run it in the directory of the suite.",
    )
