"""The short way through a PDF page: its words, and rectangles only for what is short enough to be a marking.

Whether that is enough is the :class:`PageSieve`'s to say.  A page takes the short way only where nothing on it but
letters and a few rules could show anything, and the font of every letter says which it is; any other is read in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from marker.model import Box, PageInfo, Span, Visibility
from marker.readers.base import PageSieve, ReaderLimits
from marker.readers.pdf_lines import Fragment, Line, lines_of
from marker.readers.pdf_look import are_few_rules, fits, meet, shapes_beside
from marker.readers.pdf_objects import scan
from marker.readers.pdf_runs import Run, Skimmed, skim
from marker.readers.pdf_space import Space, space_of

_LEAST: Final = 5.0
"""Points; whether smaller letters are seen is looked for in the full way."""


def read_shortly(
    page: Any, number: int, unit: float, limits: ReaderLimits, sieve: PageSieve
) -> tuple[PageInfo, Sequence[Span]] | None:
    """The page and the spans that matter; None when it must be read in full.

    ``page`` is a ``pypdfium2.PdfPage`` without annotations.  Raises HoldError(too-large).
    """
    space = space_of(page, unit)
    laid = _lay_out(page, space, limits) if fits(space) else None
    if laid is None:
        return None
    fragments = [_fragment(run, space) for run in laid.text.runs]
    if not all(_is_shown(run, part.box, space) for run, part in zip(laid.text.runs, fragments, strict=True)):
        return None
    spans = [span_of(line, number) for line in lines_of(fragments, space.width, space.height)]
    info = PageInfo(number, space.width, space.height, readable=True, has_text=bool(laid.text.stretches))
    kept = sieve.passes(laid.text.texts, spans, info)
    if kept is None or (kept and not _is_seen(kept, laid)):
        return None
    return info, kept


class _Laid(NamedTuple):
    text: Skimmed
    shapes: list[Box]
    """A few rules."""


def _lay_out(page: Any, space: Space, limits: ReaderLimits) -> _Laid | None:
    """The words of a page that shows nothing else but a few rules; None of any other page."""
    objects = scan(page, None, limits)
    if objects.tangled or objects.pictures:
        return None
    text_page = page.get_textpage()
    try:
        text = skim(text_page)
        shapes = shapes_beside(objects, text.handles, text.is_outlined, space) if text is not None else None
    finally:
        text_page.close()
    return _Laid(text, shapes) if text is not None and shapes is not None and are_few_rules(shapes) else None


def _is_seen(kept: Sequence[Span], laid: _Laid) -> bool:
    """Whether the lines kept are seen without a doubt, and not struck through."""
    boxes = [span.box for span in kept if span.box is not None]
    return all(run.plain for run in laid.text.runs) and not meet(boxes, laid.shapes)


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
    """Whether it needs no look that these letters are on the page and no trick is played with them."""
    return (
        not run.invisible and not run.white and run.size * space.unit >= _LEAST
        and box.x0 >= 0 and box.y0 >= 0 and box.x1 <= space.width and box.y1 <= space.height
    )  # fmt: skip
