"""All of a page: what is read of a document that bears no marking anywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from marker.ocr import page, raster, tesseract
from marker.ocr.colour import Grey
from marker.ocr.layer import Layer, Running, is_running
from marker.ocr.look import Clock, Line, Look, read_lines
from marker.ocr.opened import OpenedPages
from marker.ocr.residue import Known, covers
from marker.ocr.vision import cv

_LOOSE: Final = 0.02
"""Share of a page's letters that may stand in no line: dots, accents and dirt do."""
_PLAIN: Final = 26
"""Pixels of capitals in running text, which nobody has stamped."""
_AROUND: Final = 0.35
"""Heights of a line that accents and tails reach beyond it."""
_SURE_WORD: Final = 60.0


def read_whole(look: Look, pictures: OpenedPages, known: Known, layer: Layer, clock: Clock) -> None:
    """Read every line that was not read yet, or where ink stands in no line the page as Tesseract sees it.

    Of such a page what was read, and is nothing like a marking, is painted over: it is not read twice.  Nor is running
    text that an OCR layer has, where its lines were shown to be what stands on the page.

    A page that cannot be read has failed.
    """
    try:
        sheet = pictures.sheet(look.number, look.sheet.quarters)
        running = _accounted_for(look, sheet, known, layer) if layer.is_believed_of(look, sheet, clock) else []
        look.whole_letters = sum(line.letters for line in running)
        if sheet.loose_beside(line.box for line in running) <= _LOOSE:
            _read_rest(look, sheet, running, clock)
        else:
            words = tesseract.read_words(
                _unread(look, sheet, running, known),
                clock.call(),
                languages=clock.scans.languages,
                segmentation=tesseract.PAGE,
                dpi=round(72 * sheet.per_point),
            )
            look.whole = tuple(sheet.whole_spans(words))
            look.whole_letters += sum(len(word.text) for word in words if word.confidence >= _SURE_WORD)
    except (raster.TooCoarseError, tesseract.EngineFaultError, tesseract.EngineTimeoutError):
        look.failed = True


def _accounted_for(look: Look, sheet: page.Sheet, known: Known, layer: Layer) -> list[Running]:
    """The running text of a layer whose boxes have ink all along, and no line that may be more than running text."""
    open_lines = [
        line.box
        for line in look.lines
        if not known.is_settled(line.candidate, line.reads, line.box, ()) and not layer.confirms(look.number, line)
    ]
    return [
        line
        for line in layer.running(sheet)
        if not any(covers(line.box, box) for box in open_lines) and sheet.has_ink_along(line.box)
    ]


def _unread(look: Look, sheet: page.Sheet, running: Sequence[Running], known: Known) -> Grey:
    """The page without running text that is accounted for, and lines that were read and are nothing like a marking."""
    picture = sheet.every.whole().copy()
    gone = [sheet.corners_of(line.box) for line in running]
    for line in look.lines:
        if known.is_settled(line.candidate, line.reads, line.box, ()):
            gone.append(line.candidate.strip.corners(_AROUND))
    for corners in gone:
        cv.fillPoly(picture, [corners.round().astype(np.int32)], 255)
    return picture


def _read_rest(look: Look, sheet: page.Sheet, running: Sequence[Running], clock: Clock) -> None:
    """Read the lines of a page that are no candidates, and no running text that is accounted for."""
    left = [line for line in (*sheet.text, *sheet.rest) if not is_running(sheet, line, running)]
    lines = [
        Line(candidate, sheet.crop(candidate, _PLAIN), sheet.box_of(candidate))
        for candidate in page.down_the_page(left)
    ]
    for line, read in zip(lines, read_lines(lines, clock), strict=True):
        line.read = read
    look.whole = tuple(
        replace(sheet.span(line.candidate, line.read), flow=f"page {look.number} whole picture")
        for line in lines
        if line.read.text.strip()
    )
    look.whole_letters += sum(line.read.letters for line in lines if line.read.confidence >= _SURE_WORD)
