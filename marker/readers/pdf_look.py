"""Which text of a PDF page is seen, and whether anything but text may say something.

The page image decides.  It need not be drawn where its content leaves no doubt of what it would show: dark letters that
nothing covers leave ink, and a page of nothing but letters and a few rules shows nothing else.  Whatever is less plain
is drawn, with its text and without.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence, Set
from typing import Any, Final, NamedTuple

from marker.model import Box
from marker.readers.pdf_fonts import font_of
from marker.readers.pdf_objects import PageObjects, Rectangle, bounds_of
from marker.readers.pdf_runs import PageText
from marker.readers.pdf_space import DPI, LEAST_LETTERS, Space
from marker.readers.pdfium import pdfium

_MAX_PIXELS: Final = 16_000_000
"""A page larger than 4 by 5 metres is not drawn here: only the page image can be trusted."""
_THIN: Final = 2.5
_LONG: Final = 40.0
"""Points. A rule so thin and long is no letter, and ..."""
_FEW: Final = 6
"""... so few of them make none together."""


class Looked(NamedTuple):
    """What a look at a page says of it."""

    seen: Sequence[bool]
    """Which runs leave ink on the page."""
    readable: bool
    """Nothing but text leaves any that says something."""
    cut: Set[int] = frozenset()
    """Runs, by index, of which some letters leave ink and others none."""


def look(
    page: Any, space: Space, text: PageText, boxes: Sequence[Box], objects: PageObjects, *, scanned: bool = False
) -> Looked:
    """Which runs leave ink on the page, and whether nothing but text does.

    ``page`` is a ``pypdfium2.PdfPage``, ``boxes`` are those of the runs, points as displayed.  A page that is
    ``scanned`` is read from its picture whatever stands beside its text, so that is not looked for.
    """
    if not fits(space):
        return Looked([True] * len(boxes), readable=False)
    shapes = shapes_beside(objects, {run.handle for run in text.runs}, text.fonts.__contains__, space)
    plain = shapes is not None and _is_plain(text, boxes, space) and not meet(boxes, shapes)
    bare = shapes is not None and are_few_rules(shapes) and all(run.readable for run in text.runs)
    inked = {run.handle for run in text.runs if run.readable and not run.invisible}
    if plain and bare:
        return Looked([True] * len(boxes), readable=True)
    if scanned and (plain or not inked):  # what another OCR has read leaves no ink
        return Looked([plain] * len(boxes), readable=False)
    from marker.readers import pdf_drawn, pdf_ink  # most pages of a report need no picture, and no numpy

    with_text = pdf_drawn.draw(page, space) if inked and not plain else None
    without_text = None
    if not bare:
        for handle in inked:
            pdfium.FPDFPageObj_SetIsActive(ctypes.cast(handle, pdfium.FPDF_PAGEOBJECT), False)
        without_text = pdf_drawn.draw(page, space)
    readable = without_text is None or not pdf_ink.holds_unread_ink(without_text)
    if plain:
        return Looked([True] * len(boxes), readable)
    if with_text is None:
        return Looked([False] * len(boxes), readable)
    ink = pdf_drawn.Ink(text, boxes, with_text, without_text)
    seen = ink.seen()
    return Looked(seen, readable, ink.cut(seen, shapes, space))


def fits(space: Space) -> bool:
    """Whether a page is small enough to be drawn."""
    return space.width * space.height * (DPI / 72) ** 2 <= _MAX_PIXELS


def shapes_beside(
    objects: PageObjects, read: Set[int], is_outlined: Callable[[int], bool], space: Space
) -> list[Box] | None:
    """Where anything is drawn but the text objects ``read``; None when that cannot be told without looking.

    ``is_outlined`` says of a font, by its address, whether it draws letters as outlines.
    """
    if objects.tangled or objects.annotation_texts:
        return None
    found = list(objects.shapes)
    for item in objects.texts:
        if item not in read:  # blanks, or letters that pdfium takes for blanks or drops as printed twice
            bounds = bounds_of(item)
            if bounds is None:
                return None
            if not (_is_flat(bounds) and is_outlined(font_of(item))):
                found.append(bounds)
    return [space.box(*bounds) for bounds in found]


def _is_flat(bounds: Rectangle) -> bool:
    return bounds[0] >= bounds[2] or bounds[1] >= bounds[3]


def _is_plain(text: PageText, boxes: Sequence[Box], space: Space) -> bool:
    """Whether every run is written in letters that leave ink, on the page and large enough."""
    least, width, height = LEAST_LETTERS / space.unit, space.width, space.height
    return all(
        run.plain and run.readable and run.size >= least
        and box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        for run, box in zip(text.runs, boxes, strict=True)
    )  # fmt: skip


def are_few_rules(shapes: Sequence[Box]) -> bool:
    """Whether shapes are a few long thin rules, of which no letter can be made."""
    return len(shapes) <= _FEW and all(
        min(box.width, box.height) <= _THIN and max(box.width, box.height) >= _LONG for box in shapes
    )


def meet(boxes: Sequence[Box], shapes: Sequence[Box]) -> bool:
    """Whether any shape reaches into the box of a run, so that it may cover its letters or lie under them."""
    return any(
        shape.x0 <= box.x1 and box.x0 <= shape.x1 and shape.y0 <= box.y1 and box.y0 <= shape.y1
        for shape in shapes for box in boxes
    )  # fmt: skip
