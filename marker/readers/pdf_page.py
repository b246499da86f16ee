"""One PDF page: its lines of text, what of them is seen, and whether text accounts for all its ink."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from typing import Any, Final

from marker.model import Box, PageInfo, Place, Source, Span, Visibility
from marker.readers.base import BARE_WORDS, Gathering, PageSieve
from marker.readers.pdf_annots import Annotation, PageAnnotations, read_annotations
from marker.readers.pdf_lines import Fragment, Line, lines_of, place_of
from marker.readers.pdf_look import Looked, look
from marker.readers.pdf_objects import PageObjects, scan
from marker.readers.pdf_runs import Run, text_of
from marker.readers.pdf_short import read_shortly, span_of
from marker.readers.pdf_space import LEAST_HEIGHT, LEAST_LENGTH, LEAST_LETTERS, Rows, space_of
from marker.readers.pdfium import pdfium

_TINY: Final = 2.5
"""Points; smaller letters are not read on paper."""
_MANY_UNREAD: Final = 60
_BESIDE: Final = 2.0
"""Letter heights up to which two pieces are of one line."""


@contextmanager
def opened(document: Any, index: int) -> Iterator[Any]:
    """The page of a ``pypdfium2.PdfDocument``, closed afterwards: a thousand open pages do not fit into memory."""
    page = document[index]
    try:
        yield page
    finally:
        page.close()


def read_page(
    document: Any, number: int, unit: float, gathering: Gathering, sieve: PageSieve | None = None
) -> PageInfo:
    """Read page ``number`` (from 1) of a ``pypdfium2.PdfDocument`` into ``gathering``.

    ``unit`` is the page's UserUnit, which pdfium does not know.  With a ``sieve``, a page that holds nothing new adds
    no more of its text than that takes.  Raises HoldError(too-large).
    """
    if sieve is not None and sieve.is_worth_trying():
        short = read_shortly(document, number, unit, gathering.purse.limits, sieve)
        if short is not None:
            info, spans = short
            for span in spans:
                gathering.add(span)
            return info
    with opened(document, number - 1) as page:
        own_objects = pdfium.FPDFPage_CountObjects(page)
        annotations = read_annotations(page, gathering)
        if not annotations.flattened:
            return _learn(_Page(page, number, unit, annotations, None, gathering), gathering, sieve)
    with opened(document, number - 1) as page:
        return _learn(_Page(page, number, unit, annotations, own_objects, gathering), gathering, sieve)


def _learn(page: _Page, gathering: Gathering, sieve: PageSieve | None) -> PageInfo:
    before = len(gathering.spans)
    info = page.read()
    if sieve is not None and info.readable:
        sieve.learn(gathering.spans[before:], info)
    return info


class _Page:
    def __init__(
        self,
        page: Any,
        number: int,
        unit: float,
        annotations: PageAnnotations,
        own_objects: int | None,
        gathering: Gathering,
    ) -> None:
        self._page = page
        self._number = number
        self._flow = f"page {number}"
        self._space = space_of(page, unit)
        self._annotations = annotations
        self._gathering = gathering
        self._objects: PageObjects = scan(page, own_objects, gathering.purse.limits)
        self._width, self._height = self._space.width, self._space.height
        self._text_page = page.get_textpage()
        try:
            self._text = text_of(self._text_page)
        except BaseException:
            self._text_page.close()
            raise
        self._runs = self._text.runs

    def read(self) -> PageInfo:
        """Read it into the gathering; once."""
        try:
            return self._read()
        finally:
            self._text_page.close()

    def _read(self) -> PageInfo:
        boxes = [self._space.box(run.left, run.bottom, run.right, run.top) for run in self._runs]
        pictures = self._pictures()
        scanned = any(map(_is_large, pictures))
        # A scan without text is read from its picture, whatever a small drawing of it would show.
        seen, readable, cut = (
            look(self._page, self._space, self._text, boxes, self._objects, scanned=scanned)
            if boxes or not scanned
            else Looked((), readable=False)
        )
        cut = self._cut(boxes, seen, cut, pictures)
        broken = self._broken(boxes)
        fragments = [
            self._fragment(
                run, box, Visibility.HIDDEN if number in cut else self._visibility(run, box, visible, pictures)
            )
            for number, (run, box, visible) in enumerate(zip(self._runs, boxes, seen, strict=True))
            if run.readable or run.handle in broken
        ]
        lines = lines_of(fragments, self._width, self._height)
        struck = self._strokes()
        for line in lines:
            self._add(line, struck)
        for annotation in self._annotations.all:
            self._say(annotation)
        readable = readable and not broken and not self._annotations.failed and not scanned
        visible_text = any(line.visibility is not Visibility.HIDDEN for line in lines)
        return PageInfo(self._number, self._width, self._height, readable, visible_text)

    def _cut(self, boxes: Sequence[Box], seen: Sequence[bool], cut: Set[int], pictures: Sequence[Box]) -> Set[int]:
        """The runs that are seen of lines of which something covers a part.

        Of "VISIŠKAI SLAPTAI" with its first word covered nothing but a doubt may be left, however many runs it is.
        """
        least = LEAST_LETTERS / self._space.unit
        covered = {
            number
            for number, run in enumerate(self._runs)
            if run.plain and not seen[number] and run.size >= least and self._is_on_page(boxes[number])
            and sum(map(str.isalnum, run.text)) > 1  # a hyphen may be too thin for the picture
            and not any(picture.overlaps(boxes[number]) for picture in pictures)
        }  # fmt: skip
        found, new = set(cut), cut | covered
        rows = Rows(boxes, [number for number, one in enumerate(seen) if one]) if new else None
        while new and rows is not None:
            sizes = {number: _BESIDE * self._runs[number].size * self._space.unit for number in new}
            new = {
                other
                for number, reach in sizes.items()
                for other in rows.near(boxes[number].grown(reach))
                if other not in found and _touches(boxes[other], boxes[number], reach)
            }
            found |= new
        return found

    def _is_on_page(self, box: Box) -> bool:
        return box.x0 >= 0 and box.y0 >= 0 and box.x1 <= self._width and box.y1 <= self._height

    def _broken(self, boxes: Sequence[Box]) -> set[int]:
        """Runs that cannot be read and stand inside a word that can: a Š or Қ from a font without a mapping.

        "VISI?KAI SLAPTAI" must never pass as SLAPTAI, so one such run sends the page to its image.
        """
        if all(run.readable for run in self._runs):
            return set()
        pairs = list(zip(self._runs, boxes, strict=True))
        unread = [(run, box) for run, box in pairs if not run.readable and not run.invisible]
        if len(unread) > _MANY_UNREAD:
            return {run.handle for run, _ in unread}
        read = [box for run, box in pairs if run.readable]
        return {
            run.handle
            for run, box in unread
            if any(_touches(box, other, 0.4 * run.size * self._space.unit) for other in read)
        }

    def _pictures(self) -> list[Box]:
        """Pictures on the page, as far as the page shows them."""
        found = [self._space.box(*rectangle) for rectangle in self._objects.pictures]
        clipped = [
            Box(max(box.x0, 0), max(box.y0, 0), min(box.x1, self._width), min(box.y1, self._height)) for box in found
        ]
        return [box for box in clipped if box.width > 0 and box.height > 0]

    def _visibility(self, run: Run, box: Box, visible: bool, pictures: Sequence[Box]) -> Visibility:
        if visible and not run.invisible and run.size * self._space.unit >= _TINY:
            return Visibility.VISIBLE
        x, y = box.centre
        behind = [picture for picture in pictures if picture.x0 <= x <= picture.x1 and picture.y0 <= y <= picture.y1]
        # An OCR layer lies over a picture without ink, or in plain letters under one that fills the page (rule 4).
        filled = any(picture.width * picture.height > 0.5 * self._width * self._height for picture in behind)
        layer = (run.invisible and behind) or (filled and not visible and not run.white)
        return Visibility.OCR_LAYER if layer else Visibility.HIDDEN

    def _fragment(self, run: Run, box: Box, visibility: Visibility) -> Fragment:
        base_x, base_y = self._space.point(run.origin_x, run.origin_y)
        drawn_by = self._owner(box) if run.handle in self._objects.annotation_texts else None
        source = Source.OCR if visibility is Visibility.OCR_LAYER else Source.TEXT
        return Fragment(
            run.text if run.readable else "\ufffd" * len(run.text.strip()),
            box,
            base_x,
            base_y,
            (90 * self._space.quarters - run.angle) % 360,
            run.size * self._space.unit,
            run.bold,
            visibility,
            Source.ANNOTATION if run.handle in self._objects.annotation_texts else source,
            Place.FORM_FIELD if drawn_by is not None and drawn_by.is_field else None,
            run.blank_before,
        )

    def _owner(self, box: Box) -> Annotation | None:
        """The annotation that drew a text: the smallest whose rectangle holds it."""
        x, y = box.centre
        holding = [
            (area.width * area.height, annotation)
            for annotation in self._annotations.all
            if annotation.drawn
            for area in [self._space.box(*annotation.rectangle).grown(1)]
            if area.x0 <= x <= area.x1 and area.y0 <= y <= area.y1
        ]
        return min(holding, key=lambda pair: pair[0])[1] if holding else None

    def _strokes(self) -> list[Box]:
        strokes = [self._space.box(*rectangle) for rectangle in self._objects.strokes]
        return strokes + [_middle(self._space.box(*rectangle)) for rectangle in self._annotations.struck]

    def _add(self, line: Line, strokes: Sequence[Box]) -> None:
        visibility = line.visibility
        if visibility is Visibility.VISIBLE and _is_struck(line, strokes):
            visibility = Visibility.STRUCK
        self._gathering.add(span_of(line, self._number, visibility))

    def _say(self, annotation: Annotation) -> None:
        """What an annotation says otherwise than by its appearance."""
        box = self._space.box(*annotation.rectangle)
        visibility = Visibility.HIDDEN if annotation.hidden else Visibility.VISIBLE
        if annotation.is_field:
            text, place = ("" if annotation.drawn else annotation.value), Place.FORM_FIELD
        elif annotation.shows_contents:
            text, place = annotation.contents, place_of(box, 0, 0.0, self._width, self._height)
        else:
            text, place = annotation.contents, Place.COMMENT
        if place is not Place.COMMENT and text.strip() and not annotation.hidden:
            self._gathering.note(BARE_WORDS)
        self._gathering.add(
            Span(
                text.replace("\r\n", "\n").replace("\r", "\n"),
                Source.ANNOTATION,
                place,
                self._flow if place is not Place.COMMENT else f"{self._flow}#comments",
                self._number,
                box,
                visibility=visibility,
            )
        )


def _touches(box: Box, other: Box, reach: float) -> bool:
    """Whether two pieces of text may be parts of one word, whichever way it runs."""
    beside = min(box.y1, other.y1) - max(box.y0, other.y0) > 0.5 * min(box.height, other.height)
    below = min(box.x1, other.x1) - max(box.x0, other.x0) > 0.5 * min(box.width, other.width)
    across = max(box.x0, other.x0) - min(box.x1, other.x1)
    down = max(box.y0, other.y0) - min(box.y1, other.y1)
    upright = other.height > other.width
    return (beside and across <= reach) or (upright and below and down <= reach)


def _is_large(box: Box) -> bool:
    """Large enough to hold a marking."""
    return min(box.width, box.height) >= LEAST_HEIGHT and max(box.width, box.height) >= LEAST_LENGTH


def _middle(box: Box) -> Box:
    """The stroke of a strike-out annotation, which covers the line it strikes."""
    y = (box.y0 + box.y1) / 2
    return Box(box.x0, y, box.x1, y)


def _is_struck(line: Line, strokes: Sequence[Box]) -> bool:
    """Whether strokes run through the middle of a line over most of its length: one, or one a word or a letter."""
    if line.turned % 90:
        return False
    lying = line.turned % 180 == 0
    box = line.box if lying else _swapped(line.box)
    if box.height <= 0:
        return False
    reached, covered = box.x0, 0.0
    for stroke in sorted((stroke if lying else _swapped(stroke) for stroke in strokes), key=lambda bar: bar.x0):
        height = (stroke.centre[1] - box.y0) / box.height
        if stroke.width >= stroke.height and 0.25 < height < 0.75:
            covered += max(0.0, min(stroke.x1, box.x1) - max(stroke.x0, reached))
            reached = max(reached, min(stroke.x1, box.x1))
    return covered > 0.6 * box.width


def _swapped(box: Box) -> Box:
    return Box(box.y0, box.x0, box.y1, box.x1)
