"""`securemode attest`: asks a person for what the last run left open, and writes it down."""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from securemode.documents import shown
from securemode.environment import attestations
from securemode.environment.loading import load
from securemode.environment.writing import replace_text, with_entries
from securemode.errors import ConfigurationError
from securemode.report.reading import read_result
from securemode.report.wording import printable
from securemode.requirements import Catalogue, Kind
from securemode.verbs.asking import NOTHING_WRITTEN, agreed, anything, ask, some
from securemode.verbs.open_statements import OpenStatement, open_statements

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from securemode.environment.models import Environment
    from securemode.verbs import Verbs

INTERRUPTED = 130

_DESCRIPTION = """\
Ask for what the last run of an environment left open because only a person can say it, and
add the answers to the environment's file of attestations. Nothing is written before the last
answer. An empty line takes what stands in brackets."""


def add_to(verbs: Verbs) -> None:
    """Add the verb to the command line."""
    parser = verbs.add_parser(
        "attest", help="state what only a person can see", description=_DESCRIPTION
    )
    parser.add_argument("environment", metavar="ENV", help="name of the environment")
    parser.add_argument(
        "--reports",
        type=Path,
        default=Path("reports"),
        metavar="DIRECTORY",
        help="where the runs are (default: reports)",
    )
    parser.set_defaults(act=act)


def act(arguments: argparse.Namespace) -> int:
    """Ask, and add the answers.

    Returns: 0, or 130 where Ctrl-C ended it.

    Raises:
        ConfigurationError: the environment, its file of attestations or its last run cannot be
            read, or an answer is wrong; nothing was written.
    """
    environment = load(arguments.environment)
    path = _file(environment)
    catalogue = Catalogue.load(Path("requirements"))
    result = read_result(arguments.reports / f"{environment.name}-latest")
    attestable = [row.id for row in catalogue.rows if Kind.ATTESTED in row.kinds]
    by_person = catalogue.stigs.by_person
    attestations.load(path, attestable, by_person)
    asked = tuple(open_statements(result, by_person))
    if not asked:
        sys.stdout.write(f"Run {result.run.id} left nothing to attest.\n")
        return 0
    sys.stdout.write(f"Run {result.run.id} left {len(asked)} open.\n")
    try:
        entries = _entries(asked, environment, path.parent)
    except KeyboardInterrupt:
        sys.stdout.write(f"\nInterrupted; {NOTHING_WRITTEN}\n")
        return INTERRUPTED
    if entries:
        text = with_entries(path, "attestations", entries)
        replace_text(path, text, lambda new: attestations.load(new, attestable, by_person))
    sys.stdout.write(f"{shown(path)}: {len(entries)} added. Run again to have them counted.\n")
    return 0


def _file(environment: Environment) -> Path:
    if environment.records.attestations is None:
        name = f"{environment.name}.attestations.yaml"
        raise ConfigurationError(
            f"environment {environment.name}: records.attestations names no file.",
            remedy=f'write {name} beside the environment with the one line "attestations: []", '
            f"keep it from others (chmod 600), and state records: {{attestations: {name}}}.",
        )
    return environment.records.attestations


def _entries(
    asked: tuple[OpenStatement, ...], environment: Environment, directory: Path
) -> list[dict[str, Any]]:
    """The answers as entries of the file; the persons are asked for once."""
    first = _person("Your", some)
    second = _person("Second person's", some if environment.gate.two_persons else anything)
    if second and second["name"] == first["name"]:
        raise ConfigurationError(
            f"{first['name']} cannot be the second person as well; {NOTHING_WRITTEN}",
            remedy="name another person.",
        )
    persons = {"by": first, **({"confirmed_by": second} if second else {})}
    entries = []
    for number, one in enumerate(asked, 1):
        sys.stdout.write(f"\n{number} of {len(asked)}: {_in_words(one)}\n")
        if ask("Attest it (yes or no)", agreed, default="no"):
            entries.append(_entry(one, persons, environment, directory))
    return entries


def _person(whose: str, name: Callable[[str], str]) -> dict[str, str]:
    stated = ask(f"{whose} name", name)
    return {"name": stated, "role": ask(f"{whose} role", some)} if stated else {}


def _in_words(one: OpenStatement) -> str:
    where = f" ({one.control} at {', '.join(one.targets)})" if one.control else ""
    lines = (
        f"{one.requirement}{where} {one.title}",
        f"expected: {one.expected}",
        f"so far: {one.saw}",
    )
    return "\n  ".join(printable(line) for line in lines)


def _entry(
    one: OpenStatement,
    persons: dict[str, dict[str, str]],
    environment: Environment,
    directory: Path,
) -> dict[str, Any]:
    today = dt.datetime.now(dt.UTC).date()
    statement = ask("What you state", some)
    how = ask("How you verified it", some)
    verified = ask("On which day", _day_gone_by, default=str(today))
    last = verified + dt.timedelta(days=environment.gate.attested_within_days)
    valid_until = ask("Valid until", lambda line: _day(line, verified), default=str(last))
    evidence = ask(
        f"Files that show it, in {shown(directory)}, with spaces between",
        lambda line: _evidence(line, directory),
    )
    scope = {"controls": [one.control], "targets": list(one.targets)} if one.control else {}
    return {
        "requirement": one.requirement,
        **scope,
        "statement": statement,
        **{who: dict(person) for who, person in persons.items()},
        "verified": verified,
        "valid_until": valid_until,
        "how": how,
        **({"evidence": evidence} if evidence else {}),
    }


def _day(line: str, first: dt.date = dt.date.min) -> dt.date:
    try:
        day = dt.date.fromisoformat(line)
    except ValueError:
        raise ValueError(f'is "{line}", no day such as 2026-11-23') from None
    if day < first:
        raise ValueError(f"is {day}, before {first}")
    return day


def _day_gone_by(line: str) -> dt.date:
    day = _day(line)
    if day > dt.datetime.now(dt.UTC).date():
        raise ValueError(f"is {day}, which has not come")
    return day


def _evidence(line: str, directory: Path) -> list[dict[str, str]]:
    """The files with their hashes; they lie beside the attestations, so that both move together."""
    return [{"file": name, "sha256": _hash(directory, name)} for name in line.split()]


def _hash(directory: Path, name: str) -> str:
    if Path(name).name != name:
        raise ValueError(f'names "{name}": put the file into {shown(directory)}')
    try:
        return hashlib.sha256((directory / name).read_bytes()).hexdigest()
    except OSError as error:
        raise ValueError(f'names "{name}", which cannot be read ({error.strerror})') from None
