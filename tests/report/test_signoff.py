from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

from report import sample
from securemode.report import signoff

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.report.models import Result


def number_of_pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def much(result: Result) -> Result:
    """A run in which everything went wrong, in many words."""
    words = {"saw": "much " * 400, "expected": "w" * 900, "next_step": "all of it " * 300}
    rows = tuple(
        row.model_copy(
            update={
                "title": row.title * 20,
                "targets": tuple(one.model_copy(update=words) for one in row.targets),
            }
        )
        for row in result.requirements
    )
    return result.model_copy(update={"requirements": rows})


def test_the_same_record_makes_the_same_bytes(tmp_path: Path) -> None:
    result = sample.result()
    signoff.write(result, tmp_path / "signoff.pdf")
    program = (
        "import sys; from pathlib import Path; from securemode.report import signoff; "
        "from securemode.report.models import Result; "
        "signoff.write(Result.model_validate_json(sys.stdin.read()), Path(sys.argv[1]))"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "again.pdf")],
        input=result.to_json(),
        text=True,
        check=True,
        timeout=60,
    )
    assert (tmp_path / "signoff.pdf").read_bytes() == (tmp_path / "again.pdf").read_bytes()


def test_it_has_two_pages_or_three() -> None:
    assert 2 <= number_of_pages(signoff.render(sample.result())) <= 3


def test_it_has_four_pages_at_most_whatever_there_is_to_list() -> None:
    assert number_of_pages(signoff.render(much(sample.result()))) <= signoff.MOST_PAGES


def test_the_library_is_not_loaded_before_it_is_needed() -> None:
    loaded = "import sys, securemode.report.pack, securemode.plugin"
    program = f"{loaded}; sys.exit('reportlab' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
