"""`report.html`: one file that shows the whole run, from a verdict to the record it rests on."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html as html_text
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from securemode.report import (
    comparison_text,
    controls,
    served,
    stops,
    surface,
    validity,
    views,
    waiving,
    wording,
)
from securemode.report.decision import count
from securemode.report.models import Outcome, Standing
from securemode.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from securemode.report.models import Result

_TEMPLATES = resources.files("securemode.report") / "templates"

_APPEARANCE = {
    Outcome.ACCEPTED: Verdict.PASS,
    Outcome.ACCEPTED_WITH_WAIVERS: Verdict.WAIVED,
    Outcome.SELECTION_HOLDS: Verdict.PASS,
    Outcome.NOT_ACCEPTED: Verdict.FAIL,
    Outcome.INCONCLUSIVE: Verdict.INCONCLUSIVE,
    Outcome.NOT_REVIEWED: Verdict.NOT_REVIEWED,
    Outcome.INTERRUPTED: Verdict.NOT_REVIEWED,
}


def write(result: Result, evidence_records: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write the page; the records are those of the evidence file, as they were written there."""
    path.write_text(render(result, evidence_records), encoding="utf-8")


def render(result: Result, evidence_records: Iterable[Mapping[str, Any]]) -> str:
    """The page as text."""
    records = tuple(evidence_records)
    record = result.to_json()
    return (
        _pages()
        .get_template("report.html.j2")
        .render(
            result=result,
            sections=views.sections(result),
            columns=views.columns(result),
            blocking=tuple(stops.blocking(result)),
            evidence=views.evidence(result, records),
            tls=surface.tls_grid(records),
            ports=surface.port_table(records),
            chains=served.chains(records),
            reached=served.reached(records),
            appearance=_APPEARANCE[result.decision.verdict],
            record_sha256=hashlib.sha256(record.encode()).hexdigest(),
            record_packed=_inert(record),
            css=_asset("report.css") + Markup(_page_furniture(result)),  # noqa: S704 - escaped for CSS
            script=_asset("report.js"),
        )
    )


def _pages() -> Environment:
    pages = Environment(
        autoescape=True,
        loader=PackageLoader("securemode.report"),
        undefined=StrictUndefined,
        finalize=_spelled_out,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["quoted"] = _quoted
    pages.globals.update(
        Standing=Standing,
        Verdict=Verdict,
        comparison_text=comparison_text,
        controls=controls,
        count=count,
        decided=wording.DECIDED,
        found=stops.found,
        moment=waiving.moment,
        stopping=stops.STOPPING,
        stops=stops,
        surface=surface,
        validity=validity,
        wording=wording,
        views=views,
    )
    return pages


def _spelled_out(value: object) -> object:
    """Every text on the page passes here on its way to being escaped."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return wording.printable(value)
    return value


def _asset(name: str) -> Markup:
    """A style sheet or script of ours, as it is."""
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - our own file


def _inert(text: str) -> Markup:
    """The record, compressed: as JSON it would be half of the page of a large deployment."""
    packed = gzip.compress(text.encode(), mtime=0)
    return Markup(base64.b64encode(packed).decode())  # noqa: S704 - letters and digits


def _quoted(text: str) -> Markup:
    """Text between elements, where a quotation mark stands for itself and costs one byte."""
    return Markup(html_text.escape(wording.printable(text), quote=False))  # noqa: S704 - escaped


def _page_furniture(result: Result) -> str:
    """Header and footer of each printed page; style sheets have no other way to be told a text."""
    run = result.run
    furniture = {
        "top-left": f"Acceptance report · {result.identity.system or run.environment}",
        "top-right": f"Run {run.id}",
        "bottom-left": f"Evidence SHA-256 {result.evidence.sha256[:16]}…",
    }
    boxes = "".join(f"@{box}{{content:{_css_string(text)}}}" for box, text in furniture.items())
    return f"\n@page{{{boxes}}}\n"


def _css_string(text: str) -> str:
    """A CSS string in which nothing but letters, digits and spaces stands for itself."""
    return '"' + re.sub(r"[^A-Za-z0-9 ]", lambda found: f"\\{ord(found[0]):x} ", text) + '"'
