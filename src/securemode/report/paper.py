"""A4 paper for what is signed by hand: type, tables, and a header and footer on every page.

It is the only module that knows the PDF library. The same content makes the same bytes.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from securemode.report import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH_MM = 174
_MARGIN_MM = 18
_PLAIN, _BOLD = "Vera", "VeraBd"
_INK, _SOFT, _LINE, _QUIET = map(HexColor, ("#1d2427", "#59646a", "#cfcabf", "#f3f1ec"))
_PAGES = "number-of-pages"
_SHARED_RULE = ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE)
_TIGHT = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 5),
    ("TOPPADDING", (0, 0), (-1, -1), 1.6),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1.8),
]


def _style(size: float, *, bold: bool = False, **more: Any) -> ParagraphStyle:
    base = {"leading": size * 1.38, "textColor": _INK, "splitLongWords": 1} | more
    return ParagraphStyle("", fontName=_BOLD if bold else _PLAIN, fontSize=size, **base)


_STYLES = {
    "title": _style(17, bold=True, spaceAfter=8),
    "verdict": _style(14, bold=True),
    "heading": _style(10, bold=True, spaceBefore=12, spaceAfter=3, keepWithNext=1),
    "text": _style(7.6, spaceAfter=2),
    "strong": _style(7.6, bold=True),
    "small": _style(6.4, textColor=_SOFT),
    "head": _style(6, textColor=_SOFT),
    "number": _style(7.6, alignment=2),
    "none": _style(7.6, alignment=2, textColor=_LINE),
    "count": _style(6, alignment=2, textColor=_SOFT),
}


def printable(text: str) -> str:
    """The text in characters that the font has; others are spelled out by number."""
    plain = wording.printable(text).replace("\n", " ")
    return "".join(one if ord(one) in _glyphs() else f"\\u{ord(one):04x}" for one in plain)


def _glyphs() -> dict[int, int]:
    """What the font has; the fonts that come with the library are registered on first use."""
    if _PLAIN not in pdfmetrics.getRegisteredFontNames():
        for name in (_PLAIN, _BOLD):
            pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
        pdfmetrics.registerFontFamily(_PLAIN, normal=_PLAIN, bold=_BOLD)
    glyphs: dict[int, int] = pdfmetrics.getFont(_PLAIN).face.charToGlyph
    return glyphs


def shortened(text: str, most: int) -> str:
    """The text, cut where it has more characters than there is room for."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def paragraph(text: str, style: str = "text") -> Paragraph:
    """A paragraph of text; nothing in it is taken for markup."""
    return Paragraph(escape(printable(text)), _STYLES[style])


def labelled(parts: Sequence[tuple[str, str]]) -> Paragraph:
    """A paragraph of statements, each behind its label; those that say nothing are left out."""
    said = (f"<b>{label}</b> {escape(printable(text))}".strip() for label, text in parts if text)
    return Paragraph(" &nbsp; ".join(said), _STYLES["text"])


def facts(pairs: Sequence[tuple[str, str]]) -> Table:
    """Labels and what stands behind them; those with nothing behind them are left out."""
    rows = [[paragraph(label, "small"), paragraph(text)] for label, text in pairs if text]
    return _table(rows, (32, WIDTH_MM - 32), [_SHARED_RULE])


def table(head: Sequence[str], rows: Sequence[Sequence[str]], widths_mm: Sequence[float]) -> Table:
    """A table of texts whose head is repeated on every page that it reaches."""
    cells = [[paragraph(text, "head") for text in head]]
    cells += [[paragraph(text) for text in row] for row in rows]
    return _table(cells, widths_mm, [_SHARED_RULE], repeatRows=1)


def numbers(head: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]) -> Table:
    """A table of counts with a name before each row; the last row is the sum."""
    cells = [[paragraph(head[0], "head"), *(paragraph(one, "count") for one in head[1:])]]
    for name, counts in rows:
        shown = [paragraph(f"{one:,}", "number" if one else "none") for one in counts]
        cells.append([paragraph(name), *shown])
    each = (WIDTH_MM - 42) / (len(head) - 1)
    sum_row = ("BACKGROUND", (0, -1), (-1, -1), _QUIET)
    widths = (42, *[each] * (len(head) - 1))
    return _table(cells, widths, [_SHARED_RULE, sum_row], repeatRows=1)


def banner(lines: Sequence[tuple[str, str]], colour: str) -> Table:
    """Lines, each with its style, beside a broad bar of a colour."""
    content = [[paragraph(text, style)] for text, style in lines if text]
    bar = [
        ("LINEBEFORE", (0, 0), (0, -1), 4, HexColor(colour)),
        ("BACKGROUND", (0, 0), (-1, -1), _QUIET),
        ("LEFTPADDING", (0, 0), (-1, -1), 10),
    ]
    return _table(content, (WIDTH_MM,), bar)


def beside_bar(content: Sequence[Paragraph], colour: str) -> Table:
    """Paragraphs beside a thin bar of a colour; they stay on one page."""
    bar = [
        ("LINEBEFORE", (0, 0), (0, -1), 2, HexColor(colour)),
        ("LEFTPADDING", (0, 0), (-1, -1), 7),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    return _table([[list(content)]], (WIDTH_MM,), bar, spaceAfter=5)


def fields(head: Sequence[str], names: Sequence[str], widths_mm: Sequence[float]) -> Table:
    """Boxes to write in, one row for each name."""
    cells = [[paragraph(one, "head") for one in head]]
    cells += [[paragraph(name, "strong"), *[""] * (len(head) - 1)] for name in names]
    boxes = [
        ("GRID", (0, 1), (-1, -1), 0.5, _SOFT),
        ("BACKGROUND", (1, 1), (-1, -1), white),
        ("LEFTPADDING", (0, 0), (-1, -1), 5),
    ]
    heights = [None, *[15 * mm] * len(names)]
    return _table(cells, widths_mm, boxes, rowHeights=heights)


def _table(
    cells: list[list[Any]], widths_mm: Sequence[float], style: list[Any], **more: Any
) -> Table:
    widths = [width * mm for width in widths_mm]
    return Table(cells, colWidths=widths, style=[*_TIGHT, *style], hAlign="LEFT", **more)


class _Numbered(Canvas):  # type: ignore[misc]
    """A canvas that can tell on each page how many there are."""

    def save(self) -> None:
        """Draw what every page has left open: the number of all pages."""
        self.beginForm(_PAGES)
        self.setFont(_PLAIN, 6.4)
        self.setFillColor(_SOFT)
        self.drawString(A4[0] - (_MARGIN_MM + 7) * mm + 2, 9 * mm, f"of {self.getPageNumber() - 1}")
        self.endForm()
        super().save()


def document(story: Sequence[Any], *, title: str, left: str, right: str, foot: str) -> bytes:
    """The pages as PDF.

    Args:
        story: what is on them, from top to bottom.
        title: of the file.
        left: the left end of every page's header.
        right: its right end.
        foot: the left end of every footer; at its right is the number of the page.
    """
    _glyphs()
    sheet = BytesIO()

    def furnish(canvas: Canvas, page: SimpleDocTemplate) -> None:
        edge, end = _MARGIN_MM * mm, A4[0] - _MARGIN_MM * mm
        canvas.setFont(_PLAIN, 6.4)
        canvas.setFillColor(_SOFT)
        canvas.drawString(edge, A4[1] - 11 * mm, shortened(printable(left), 72))
        canvas.drawRightString(end, A4[1] - 11 * mm, shortened(printable(right), 60))
        canvas.drawString(edge, 9 * mm, printable(foot))
        canvas.drawRightString(end - 7 * mm, 9 * mm, f"Page {page.page}")
        canvas.doForm(_PAGES)

    SimpleDocTemplate(
        sheet,
        pagesize=A4,
        leftMargin=_MARGIN_MM * mm - 6,
        rightMargin=_MARGIN_MM * mm - 6,
        topMargin=_MARGIN_MM * mm,
        bottomMargin=_MARGIN_MM * mm,
        title=printable(title),
        author="securemode",
        invariant=1,
    ).build(list(story), onFirstPage=furnish, onLaterPages=furnish, canvasmaker=_Numbered)
    return sheet.getvalue()
