"""All of a page: what is read of a document that bears no marking anywhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from marker.model import PageInfo
from marker.ocr import page, raster, tesseract
from marker.ocr.look import Clock, Line, Look, read_lines

_LOOSE: Final = 0.02
"""Share of a page's letters that may stand in no line: dots, accents and dirt do."""
_PLAIN: Final = 26
"""Pixels of capitals in running text, which nobody has stamped."""
_SURE_WORD: Final = 60.0


def read_whole(look: Look, pictures: raster.PdfPictures, info: PageInfo, clock: Clock) -> None:
    """Read every line that was not read yet, or the page as Tesseract sees it, where ink stands in no line.

    A page that cannot be read has failed.
    """
    try:
        picture = pictures.page(look.number, info.width, info.height)
        sheet = page.lay_out(picture, look.number, picture.dpi / 72, look.sheet.quarters)
        if sheet.loose <= _LOOSE:
            _read_rest(look, sheet, clock)
        else:
            words = tesseract.read_words(
                sheet.every,
                clock.call(),
                languages=clock.scans.languages,
                segmentation=tesseract.PAGE,
                dpi=round(picture.dpi),
            )
            look.whole = tuple(sheet.whole_spans(words))
            look.whole_letters = sum(len(word.text) for word in words if word.confidence >= _SURE_WORD)
    except (raster.TooCoarseError, tesseract.EngineFaultError, tesseract.EngineTimeoutError):
        look.failed = True


def _read_rest(look: Look, sheet: page.Sheet, clock: Clock) -> None:
    """Read the lines of a page that are no candidates."""
    lines = [
        Line(candidate, sheet.crop(candidate, _PLAIN), sheet.box_of(candidate))
        for candidate in page.down_the_page([*sheet.text, *sheet.rest])
    ]
    for line, read in zip(lines, read_lines(lines, clock), strict=True):
        line.read = read
    look.whole = tuple(
        replace(sheet.span(line.candidate, line.read), flow=f"page {look.number} whole picture")
        for line in lines
        if line.read.text.strip()
    )
    look.whole_letters = sum(line.read.letters for line in lines if line.read.confidence >= _SURE_WORD)
