"""`--rejudge=reports/<run>`: judges what an earlier run saw by the rules of today.

Nothing is looked up and nothing changed: scenarios, judges and report are those of any run, the
observatory only recalls. What the earlier run did not see is *not reviewed*.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from securemode.environment import kept
from securemode.errors import NotInEvidence
from securemode.evidence import RECORDS, records
from securemode.plugin.baseline import BASELINE
from securemode.plugin.run import Run, new_id
from securemode.requirements import Catalogue
from securemode.run_comparison import read_side

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

    from securemode.observatory import Observatory
    from securemode.probes.probe import Probe
    from securemode.report.models import Result


@dataclass(frozen=True, slots=True)
class PastRun:
    """The run whose evidence is judged again."""

    directory: Path
    result: Result

    @property
    def evidence(self) -> Path:
        """Where everything lies that it saw."""
        return self.directory / "evidence"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Beside the other options of ours."""
    parser.getgroup("securemode").addoption(
        "--rejudge",
        metavar="RUN",
        help="judge the evidence of an earlier run (reports/<run>) by the rules of today; touches "
        "no network",
    )


def run_again(config: pytest.Config, root: Path) -> Run:
    """A run of the earlier one's environment, compared with it in the end.

    Raises:
        ConfigurationError: it is no run, or one that kept no environment.
    """
    directory = Path(config.option.rejudge).resolve()
    side = read_side(directory)
    config.stash[BASELINE] = side
    past = side.result
    environment = kept.read(directory / "evidence" / kept.FILE)
    run_id = f"{new_id(environment.name)}-rejudged"
    return Run(
        root=root,
        environment=environment,
        catalogue=Catalogue.load(root / "requirements"),
        setups=(),
        id=run_id,
        directory=root / config.option.reports / run_id,
        began=past.run.began.isoformat(),
        setup_records=list(past.setups),
        waivers=past.waivers,
        past=PastRun(directory, past),
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a run that was a selection, judge the same selection again."""
    if not config.option.rejudge:
        return
    past = config.stash[BASELINE].result
    if not past.run.partial:
        return
    judged = {finding.node_id for row in past.requirements for finding in row.targets}
    left_out = [item for item in items if item.nodeid not in judged]
    items[:] = [item for item in items if item.nodeid in judged]
    config.hook.pytest_deselected(items=left_out)


def recall(observatory: Observatory, past: PastRun, probes: Iterable[Probe]) -> None:
    """Take the evidence of the earlier run for that of this one, and look at nothing."""
    asked = tuple(probes)
    _take_over(past.evidence, observatory.log.directory)
    observatory.recall(asked)
    observatory.say_of_the_rest(
        asked,
        NotInEvidence(
            f"it is not in the evidence of run {past.result.run.id}",
            remedy="verify again: judging again looks at nothing.",
        ),
    )


def _take_over(before: Path, now: Path) -> None:
    """The records and pictures; why a probe was withheld is said anew."""
    lines = (record for record in records(before) if record.get("note") != "withheld")
    text = "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in lines)
    (now / RECORDS).write_text(text, encoding="utf-8")
    for picture in sorted((before / "pictures").glob("*.png")):
        (now / "pictures").mkdir(exist_ok=True)
        shutil.copyfile(picture, now / "pictures" / picture.name)
