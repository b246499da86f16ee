"""The short way through a PDF page: its words, and rectangles only for what is short enough to be a marking.

Whether that is enough is the :class:`PageSieve`'s to say.  A page takes the short way only where nothing on it but
letters and a few rules could show anything, and the font of every letter says which it is; any other is read in full.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, Final

from marker.model import Box, PageInfo, Span, Visibility
from marker.readers.base import PageSieve, ReaderLimits
from marker.readers.pdf_lines import Fragment, Line, lines_of
from marker.readers.pdf_look import are_few_rules, fits, meet, shapes_beside
from marker.readers.pdf_objects import scan_at
from marker.readers.pdf_runs import Run
from marker.readers.pdf_shapes import fonts_of
from marker.readers.pdf_skim import Skimmed
from marker.readers.pdf_space import LEAST_LETTERS, Space, space_of
from marker.readers.pdfium import address_of, pdfium, plain_call

_open: Final = plain_call("FPDF_LoadPage", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_close: Final = plain_call("FPDF_ClosePage", None, ctypes.c_void_p)
_open_text: Final = plain_call("FPDFText_LoadPage", ctypes.c_void_p, ctypes.c_void_p)
_close_text: Final = plain_call("FPDFText_ClosePage", None, ctypes.c_void_p)
_count_annotations: Final = plain_call("FPDFPage_GetAnnotCount", ctypes.c_int, ctypes.c_void_p)


def read_shortly(
    document: Any, number: int, unit: float, limits: ReaderLimits, sieve: PageSieve
) -> tuple[PageInfo, Sequence[Span]] | None:
    """Page ``number`` (from 1) and the spans of it that matter; None when it must be read in full.

    ``document`` is a ``pypdfium2.PdfDocument``.  Raises HoldError(too-large).
    """
    page = _open(address_of(document.raw), number - 1)
    if not page:
        return None
    try:
        if _count_annotations(page) > 0:
            return None
        space = space_of(ctypes.cast(page, pdfium.FPDF_PAGE), unit)
        return _read(document, page, number, space, limits, sieve) if fits(space) else None
    finally:
        _close(page)


def _read(
    document: Any, page: int, number: int, space: Space, limits: ReaderLimits, sieve: PageSieve
) -> tuple[PageInfo, Sequence[Span]] | None:
    objects = scan_at(page, None, limits)
    if objects.tangled or objects.pictures:
        return None
    text_page = _open_text(page)
    if not text_page:
        return None
    try:
        text = Skimmed(text_page, fonts_of(document))
        if not text.skim(space):
            return None
        shapes = shapes_beside(objects, text.handles, text.is_outlined, space)
        if shapes is None or not are_few_rules(shapes):
            return None
        fragments = [_fragment(run, space) for run in text.runs]
        spans = [span_of(line, number) for line in lines_of(fragments, space.width, space.height)]
        info = PageInfo(number, space.width, space.height, readable=True, has_text=bool(text.handles))
        kept = sieve.passes(text.texts, spans, info)
        if kept is None or (kept and not _are_seen(kept, text, fragments, shapes, space)):
            return None
        return info, kept
    finally:
        _close_text(text_page)


def _are_seen(
    kept: Sequence[Span], text: Skimmed, fragments: Sequence[Fragment], shapes: Sequence[Box], space: Space
) -> bool:
    """Whether the lines kept are seen without a doubt, and not struck through: no trick is played with their letters.

    What of the other lines is seen does not matter: in none of them is anything that could be a marking.
    """
    boxes = [span.box for span in kept if span.box is not None]
    return not meet(boxes, shapes) and all(
        _is_shown(text.runs[index], part.box, space) and text.is_plain(index)
        for index, part in enumerate(fragments)
        if any(box.overlaps(part.box) for box in boxes)
    )


def span_of(line: Line, number: int, visibility: Visibility | None = None) -> Span:
    """A line of page ``number``; ``visibility`` where it is not the line's own."""
    return Span(
        line.text, line.source, line.place, f"page {number}", number, line.box, round(line.size, 1), line.bold,
        line.turned, visibility or line.visibility, line.centred, tracked=line.tracked,
    )  # fmt: skip


def _fragment(run: Run, space: Space) -> Fragment:
    base_x, base_y = space.point(run.origin_x, run.origin_y)
    return Fragment(
        run.text, space.box(run.left, run.bottom, run.right, run.top), base_x, base_y,
        (90 * space.quarters - run.angle) % 360, run.size * space.unit, run.bold, blank_before=run.blank_before,
    )  # fmt: skip


def _is_shown(run: Run, box: Box, space: Space) -> bool:
    """Whether letters are on the page and large enough to be seen without a look."""
    return (
        run.size * space.unit >= LEAST_LETTERS
        and box.x0 >= 0 and box.y0 >= 0 and box.x1 <= space.width and box.y1 <= space.height
    )  # fmt: skip
