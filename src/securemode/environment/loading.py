"""From the name of an environment, or a path, to an `Environment`; all problems at once."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from securemode.documents import Document, read, refusal, shown
from securemode.environment.messages import validated
from securemode.environment.models import Environment
from securemode.environment.secrets import Resolver
from securemode.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

DIRECTORY = Path("environments")


def load(
    name_or_path: str | Path, directory: Path = DIRECTORY, *, resolve: bool = False
) -> Environment:
    """Load one environment; nothing is contacted.

    Args:
        name_or_path: "prod" for `prod.yaml` in the directory, or the path of a file.
        directory: where environments are.
        resolve: fetch the secrets too. Without it they are empty: enough to list and to plan.

    Raises:
        ConfigurationError: anything at all is wrong, one line a problem.
    """
    path = locate(name_or_path, directory)
    document = read(path)
    document.data.setdefault("name", path.stem)
    resolver = Resolver(path.parent) if resolve else None
    environment = _environment(document, resolver)
    if resolver is not None and resolver.unasked:
        resolver.asks = True
        environment = _environment(document, resolver)
    return environment


def _environment(document: Document, resolver: Resolver | None) -> Environment:
    context = {"directory": document.path.parent, "resolver": resolver}
    environment, problems = validated(Environment, document, context)
    if environment is None or problems:
        raise refusal(problem.text(document.path) for problem in problems)
    return environment


def locate(name_or_path: str | Path, directory: Path = DIRECTORY) -> Path:
    """The file of an environment.

    Raises:
        ConfigurationError: there is none of that name, or no such file.
    """
    given = str(name_or_path)
    is_path = isinstance(name_or_path, Path) or given.endswith((".yaml", ".yml")) or "/" in given
    path = Path(given) if is_path else directory / f"{given}.yaml"
    if not given or not _exists(path):
        raise _no_such(given, directory, is_path=is_path)
    return path


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that no file can have
        return False


def known(directory: Path = DIRECTORY) -> tuple[str, ...]:
    """Names of the environments in a directory; files such as `prod.waivers.yaml` are none."""
    return tuple(sorted(path.stem for path in directory.glob("*.yaml") if "." not in path.stem))


def _no_such(given: str, directory: Path, *, is_path: bool) -> ConfigurationError:
    if is_path:
        return ConfigurationError(
            f"There is no environment file {given}.", remedy="check the path."
        )
    names: Sequence[str] = known(directory)
    if not names:
        return ConfigurationError(
            f'There is no environment "{given}": {shown(directory)} holds none.',
            remedy=f"copy environments/example.yaml to {shown(directory)} and edit it.",
        )
    near = get_close_matches(given, names, n=1)
    return ConfigurationError(
        f'There is no environment "{given}" in {shown(directory)}; known are: {", ".join(names)}.',
        remedy=f'take "{near[0]}"?' if near else "name one of them, or the path of a file.",
    )
