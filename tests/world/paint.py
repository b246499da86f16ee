"""PDF drawn by programs other than the readers' own: a report library, a drawing program, an old publishing system.

One layout for all, so that what differs is only how the letters get into the file: as text, as outlines, as Type 3
procedures, with a broken or missing way back to Unicode, or turned and cut with the page.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import wrap
from typing import Any, Final

from fontTools.pens.reportLabPen import ReportLabPen
from fontTools.ttLib import TTFont as OpenFont
from reportlab.graphics.shapes import Path as Shape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.world.sheet import Sheet

WIDTH, HEIGHT = 595.0, 842.0
_FOLDERS: Final = (Path("/usr/share/fonts/truetype/dejavu"), Path("/usr/share/fonts/truetype/noto"))
_FILES: Final = {
    "sans": "DejaVuSans",
    "serif": "DejaVuSerif",
    "noto": "NotoSerif-Regular",
    "narrow": "DejaVuSansCondensed",
}


@dataclass(frozen=True, slots=True)
class Set:
    """One line of text as it is set: its place from the lower left corner, points."""

    text: str
    x: float
    y: float
    size: float
    bold: bool = False
    mark: bool = False


def font_file(name: str, bold: bool = False) -> Path:
    """The font's file.  Raises FileNotFoundError where it is not installed."""
    stem = _FILES[name]
    stem = stem.replace("-Regular", "-Bold") if bold and "-Regular" in stem else stem + "-Bold" * bold
    for folder in _FOLDERS:
        if (folder / f"{stem}.ttf").exists():
            return folder / f"{stem}.ttf"
    raise FileNotFoundError(stem)


@cache
def font(name: str, bold: bool = False) -> str:
    title = f"world-{name}{'-bold' * bold}"
    pdfmetrics.registerFont(TTFont(title, str(font_file(name, bold))))
    return title


def pages(sheet: Sheet, name: str = "serif", mark_size: float = 12.0) -> Iterator[list[Set]]:
    """What stands on each page."""
    part: Sheet | None = sheet
    while part is not None:
        yield list(_page(part, name, mark_size))
        part = part.annex


def _page(sheet: Sheet, name: str, mark_size: float) -> Iterator[Set]:
    y = HEIGHT - 40.0
    for line in sheet.mark:
        yield _aligned(line, y, mark_size, sheet.place, name)
        y -= 1.3 * mark_size
    y -= 20
    for line in sheet.head:
        yield _aligned(line, y, 10.5, "centre", name, mark=False)
        y -= 15
    y -= 20
    if sheet.subject:
        yield Set(sheet.subject, 70, y, 11, bold=True)
        y -= 28
    for block in sheet.body:
        if isinstance(block, tuple):
            for row in block:
                wide = 455 / len(row)
                deep = 0
                for place, cell in enumerate(row):
                    lines = wrap(cell, int(wide / 4.6)) or [""]
                    deep = max(deep, len(lines))
                    for step, text in enumerate(lines):
                        yield Set(text, 70 + place * wide, y - step * 11, 8.5)
                y -= 11 * deep + 6
        else:
            for text in wrap(block, 84):
                yield Set(text, 70, y, 10.5)
                y -= 15
        y -= 8
    y = 28 + 1.3 * mark_size * (len(sheet.foot) - 1)
    for line in sheet.foot:
        yield _aligned(line, y, mark_size, "centre", name)
        y -= 1.3 * mark_size


def _aligned(text: str, y: float, size: float, place: str, name: str, mark: bool = True) -> Set:
    width = pdfmetrics.stringWidth(text, font(name, mark), size)
    x = WIDTH - 42 - width if place == "corner" else (WIDTH - width) / 2
    return Set(text, x, y, size, bold=mark, mark=mark)


# ── ways to draw one line ───────────────────────────────────────────────────────────────────────────────────────────

Draw = Callable[[Canvas, Set, str], None]


def as_text(canvas: Canvas, line: Set, name: str) -> None:
    canvas.setFont(font(name, line.bold), line.size)
    canvas.drawString(line.x, line.y, line.text)


def letter_by_letter(canvas: Canvas, line: Set, name: str) -> None:
    """Each letter placed by itself, blanks left out, as some print drivers do."""
    canvas.setFont(font(name, line.bold), line.size)
    x = line.x
    for char in line.text:
        if char != " ":
            canvas.drawString(x, line.y, char)
        x += pdfmetrics.stringWidth(char, font(name, line.bold), line.size)


def as_outlines(canvas: Canvas, line: Set, name: str) -> None:
    """Letters as filled paths: no text at all."""
    opened = opened_font(name, line.bold)
    glyphs, letters = opened.getGlyphSet(), opened.getBestCmap()
    scale = line.size / opened["head"].unitsPerEm
    x = line.x
    for char in line.text:
        title = letters.get(ord(char), ".notdef")
        shape = Shape()
        glyphs[title].draw(ReportLabPen(glyphs, shape))
        canvas.saveState()
        canvas.translate(x, line.y)
        canvas.scale(scale, scale)
        _fill(canvas, shape)
        canvas.restoreState()
        x += glyphs[title].width * scale


@cache
def opened_font(name: str, bold: bool) -> OpenFont:
    return OpenFont(str(font_file(name, bold)))


def _fill(canvas: Canvas, shape: Any) -> None:
    path = canvas.beginPath()
    points = iter(shape.points)
    for operator in shape.operators:
        if operator == 0:
            path.moveTo(next(points), next(points))
        elif operator == 1:
            path.lineTo(next(points), next(points))
        elif operator == 2:
            path.curveTo(*(next(points) for _ in range(6)))
        else:
            path.close()
    canvas.drawPath(path, stroke=0, fill=1)


def draw(
    sheet: Sheet,
    marks: Draw = as_text,
    rest: Draw = as_text,
    *,
    name: str = "serif",
    mark_size: float = 12.0,
    colour: tuple[float, float, float] = (0, 0, 0),
    rotate: int = 0,
    after: Callable[[Canvas, int], None] | None = None,
) -> bytes:
    """The sheet as PDF; ``marks`` and ``rest`` say how their letters are drawn, ``after`` draws more on each page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT))
    for number, lines in enumerate(pages(sheet, name, mark_size), 1):
        if rotate:
            canvas.setPageRotation(rotate)
        for line in lines:
            canvas.setFillColorRGB(*(colour if line.mark else (0, 0, 0)))
            (marks if line.mark else rest)(canvas, line, name)
        if after is not None:
            after(canvas, number)
        canvas.showPage()
    canvas.save()
    return out.getvalue()
