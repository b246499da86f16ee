"""One page: its candidates, cut out for reading, and what was read of them, back in the page as displayed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

import numpy as np

from marker.model import Box, Place, Source, Span
from marker.ocr import colour, turn
from marker.ocr.apart import shrink
from marker.ocr.candidate import Candidate, box_of
from marker.ocr.colour import Grey, Layers
from marker.ocr.crop import LETTER, WORN, Strip, bolder, cut
from marker.ocr.levelled import NOTHING, Levelled
from marker.ocr.lines import Finder
from marker.ocr.montage import LineRead, Word, line_of
from marker.ocr.raster import Picture
from marker.ocr.seals import Seal
from marker.ocr.vision import cv

MOST_CANDIDATES: Final = 26
"""Lines read of a page at first; the best ones."""
_AMID: Final = (0.15, 0.88)
_CORNER_DOWN: Final = 0.2
"""Shares of the page's height between which no place of markings lies but the corner."""
_ACCENTS: Final = 0.35
"""Heights of a line that accents and tails reach beyond it."""
_ALL: Final = 0.85
_BLANK: Final = 1.0
"""Heights of a line between its words."""
_BLACK: Final = 120
_MUCH_BLACK: Final = 0.012
"""Share of dark pixels from which on a stamp lies over print."""
_PARTS: Final = 8
_INKED: Final = 0.3
"""Parts of a line of running text, all but one of which have ink in that share of their columns at least."""
_PROBE_POINTS: Final = 140.0
"""Points of running text read to learn whether the page is the right way up."""


Outline: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
"""Four corners, (x, y) each."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A candidate with its crop."""

    candidate: Candidate
    crop: Grey


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters' ink of a levelled page: how many pixels, which of them stand in no line, and full-scale pixels to
    one of these."""

    ink: int
    loose: Grey
    zoom: float


@dataclass(slots=True)
class Sheet:
    """A levelled page: its layers turned so that lines run level, and how to get back to the page as displayed."""

    number: int
    black: Levelled
    colour: Levelled | None
    every: Levelled
    scale: float
    """Pixels per point for measuring letters."""
    per_point: float
    """Pixels per displayed point, for boxes."""
    quarters: int
    """Clockwise quarter turns that set the displayed page upright."""
    skew: float
    shown: tuple[int, int]
    """Rows and columns of the picture as displayed."""
    candidates: list[Candidate] = field(default_factory=list)
    text: list[Candidate] = field(default_factory=list)
    rest: list[Candidate] = field(default_factory=list)
    """Short lines that are no candidates."""
    unread_figures: list[tuple[float, float, float, float]] = field(default_factory=list)
    seals: list[Seal] = field(default_factory=list)
    letters: Letters | None = None
    """As long as the page has its pixels."""
    in_colour: bool = False
    """Whether it has coloured ink, also when it has no pixels any more."""

    def layer_of(self, candidate: Candidate, *, other: bool = False) -> Levelled:
        """The layer a candidate is best read from; ``other`` gives the second best of a coloured one.

        Colour alone is coarser than all ink together, but free of the black letters that a stamp lies over.
        """
        if candidate.coloured and self.colour is not None:
            return self.colour if other != self._lies_over_black(candidate) else self.every
        return self.black

    def _lies_over_black(self, candidate: Candidate) -> bool:
        rows, columns = self.black.shape
        x0, y0, x1, y1 = (max(0, round(edge)) for edge in box_of(candidate.strip))
        x1, y1 = min(x1, columns), min(y1, rows)
        return x0 < x1 and y0 < y1 and bool((self.black.part(x0, y0, x1, y1) < _BLACK).mean() > _MUCH_BLACK)

    def crop(self, candidate: Candidate, letter: int = LETTER, *, other: bool = False, worn: int | None = None) -> Grey:
        """The line cut out for reading, its capitals ``letter`` pixels high; ``worn`` as in :func:`crop.cut`."""
        layer = self.layer_of(candidate, other=other)
        part, strip = layer.about(candidate.strip)
        if candidate.kind == "dark":
            part = np.asarray(cv.bitwise_not(part), np.uint8)
        framed = candidate.coloured or candidate.kind in ("stamp", "frame")
        gaps = (WORN if candidate.coloured else 0) if worn is None else worn
        rows = sum(other.group == candidate.group for other in self.candidates)  # of one stamp, or in one frame
        return cut(part, strip, worn=gaps, framed=framed, tight=rows > 1, letter=letter)

    def spares(self, candidate: Candidate, letter: int) -> tuple[Grey, ...]:
        """A line that stands out, cut out in other ways: what spoils one leaves another."""
        if candidate.coloured:
            return (
                self.crop(candidate, letter, other=True),
                self.crop(candidate, letter, worn=2 * WORN - 1),
                self.crop(candidate, letter, worn=3),
            )
        if candidate.kind in ("stamp", "frame"):
            plain = self.crop(candidate, letter)
            return (bolder(plain), self.crop(candidate, letter, worn=3))
        return ()

    def accounts_for(self, candidates: Iterable[Candidate], box: tuple[float, float, float, float]) -> bool:
        """Whether lines, with the accents of their letters, take up a box of the levelled page."""
        x0, y0, x1, y1 = (round(edge) for edge in box)
        taken = np.zeros((max(1, y1 - y0), max(1, x1 - x0)), np.uint8)
        for candidate in candidates:
            corners = candidate.strip.corners(_ACCENTS) - np.array([x0, y0])
            cv.fillPoly(taken, [corners.round().astype(np.int32)], 255)
        return bool((taken > 0).mean() > _ALL)

    def runs_into_seal(self, candidate: Candidate) -> bool:
        """Whether a line ends where a seal begins, whose ink was set aside."""
        strip = candidate.strip
        longer = replace(strip, width=strip.width + 2 * _BLANK * strip.height)
        x0, y0, x1, y1 = box_of(longer)
        return any(seal.touches(x0, y0, x1 - x0, y1 - y0) for seal in self.seals)

    def has_ink_along(self, box: Box) -> bool:
        """Whether a box of the page as displayed has ink from end to end, as a line of running text has.

        As long as the page has its pixels.
        """
        corners = self.corners_of(box)
        rows, columns = self.every.shape
        (x0, y0), (x1, y1) = corners.min(axis=0).clip(0), corners.max(axis=0).clip(0, (columns, rows))
        if x1 - x0 < _PARTS or y1 - y0 < 1:
            return False
        inked = (self.every.part(round(x0), round(y0), round(x1), round(y1)) < _BLACK).any(axis=0)
        return sum(float(part.mean()) >= _INKED for part in np.array_split(inked, _PARTS)) >= _PARTS - 1

    def loose_beside(self, boxes: Iterable[Box]) -> float:
        """Share of the letters' ink that stands in no line and in none of some boxes of the page as displayed.

        All of it where the page has no pixels any more.
        """
        if self.letters is None:
            return 1.0
        left = self.letters.loose.copy()
        for box in boxes:
            cv.fillPoly(left, [(self.corners_of(box) / self.letters.zoom).round().astype(np.int32)], 0)
        return float(cv.countNonZero(left)) / max(1, self.letters.ink)

    # ── back to the page as displayed ───────────────────────────────────────────────────────────────────────────────

    def shown_points(self, points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        """Points of the levelled page, pixels, as points of the page as displayed."""
        height, width = self.shown[::-1] if self.quarters % 2 else self.shown
        slope = np.radians(self.skew)
        cos, sin = float(np.cos(slope)), float(np.sin(slope))
        return [self._unturned(x - width / 2, y - height / 2, cos, sin) for x, y in points]

    def corners_of(self, box: Box) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """The corners of a box of the page as displayed, points, as points of the levelled page, pixels."""
        rows, columns = self.shown
        height, width = self.shown[::-1] if self.quarters % 2 else self.shown
        slope = np.radians(self.skew)
        cos, sin = float(np.cos(slope)), float(np.sin(slope))
        found: list[tuple[float, float]] = []
        for x, y in ((box.x0, box.y0), (box.x1, box.y0), (box.x1, box.y1), (box.x0, box.y1)):
            dx, dy = x * self.per_point - columns / 2, y * self.per_point - rows / 2
            for _ in range(self.quarters):
                dx, dy = -dy, dx
            found.append((dx * cos + dy * sin + width / 2, dy * cos - dx * sin + height / 2))
        return np.array(found)

    def forget(self) -> None:
        """Let go of the pixels: one page in memory at a time."""
        self.black = self.every = NOTHING
        self.colour = self.letters = None

    def whole_spans(self, words: Sequence[Word]) -> Iterator[Span]:
        """The lines of a page that was read whole."""
        lines: dict[tuple[int, ...], list[Word]] = {}
        for word in words:
            lines.setdefault(word.line, []).append(word)
        for row in lines.values():
            read = line_of(row)
            left, right = min(w.left for w in row), max(w.left + w.width for w in row)
            top, bottom = min(w.top for w in row), max(w.top + w.height for w in row)
            strip = Strip((left + right) / 2, (top + bottom) / 2, right - left, bottom - top, 0.0)
            line = Candidate(strip, "print", False, 0.0, 0, len(row), 1.0)
            yield replace(self.span(line, read), flow=f"page {self.number} whole picture")

    def _unturned(self, dx: float, dy: float, cos: float, sin: float) -> tuple[float, float]:
        # The page was turned anticlockwise by its skew: turn back, still about the middle …
        dx, dy = dx * cos - dy * sin, dx * sin + dy * cos
        for _ in range(self.quarters):  # … and undo each clockwise quarter turn.
            dx, dy = dy, -dx
        rows, columns = self.shown
        return (dx + columns / 2) / self.per_point, (dy + rows / 2) / self.per_point

    def box(self, corners: Iterable[tuple[float, float]]) -> Box:
        points = self.shown_points(corners)
        xs, ys = [x for x, _ in points], [y for _, y in points]
        width, height = self.shown[1] / self.per_point, self.shown[0] / self.per_point
        return Box(max(0.0, min(xs)), max(0.0, min(ys)), max(0.0, min(width, max(xs))), max(0.0, min(height, max(ys))))

    def box_of(self, candidate: Candidate) -> Box:
        """Where a candidate stands on the page as displayed, points."""
        return self.box([(float(x), float(y)) for x, y in candidate.strip.corners(0.15)])

    def outline_of(self, candidate: Candidate) -> Outline:
        """The corners of its strip on the page as displayed, points: what its box holds beside them is not its own."""
        corners = [(float(x), float(y)) for x, y in candidate.strip.corners(0.15)]
        return np.array(self.shown_points(corners), np.float32)

    def turned_of(self, candidate: Candidate) -> int:
        """Clockwise turn of a line as displayed; the skew of the whole page is no turn."""
        own = candidate.strip.angle if abs(candidate.strip.angle) >= 3 else 0.0
        return round(own - 90 * self.quarters) % 360

    def _place(self, candidate: Candidate, box: Box) -> Place:
        """``BODY`` leaves the place to geometry; a frame or a stamp amid the text is set off from it as a text box."""
        share = box.centre[1] * self.per_point / max(1, self.shown[0])
        set_off = candidate.kind in ("frame", "dark") or (candidate.coloured and candidate.kind == "stamp")
        corner = share < _CORNER_DOWN and box.x0 * self.per_point > self.shown[1] / 2
        return Place.TEXTBOX if set_off and not corner and _AMID[0] < share < _AMID[1] else Place.BODY

    def span(self, candidate: Candidate, read: LineRead, part: str = "") -> Span:
        """``part`` names the lines that stand together: only those may be halves of one marking."""
        box = self.box_of(candidate)
        return Span(
            text=read.text,
            source=Source.OCR,
            place=self._place(candidate, box),
            flow=f"page {self.number} picture {part}".rstrip(),
            page=self.number,
            box=box,
            size=round(candidate.strip.height / self.scale / 0.72, 1),
            turned=self.turned_of(candidate),
        )


def lay_out(picture: Picture, number: int, per_point: float, quarters: int | None = None) -> Sheet:
    """Find the candidates of a page.

    ``quarters`` (clockwise quarter turns to set it upright) is found from the direction of its lines when None, which
    does not tell upside down.
    """
    layers = colour.separate(picture)
    small, scale = shrink(layers.black, layers.scale)
    coloured = None if layers.colour is None else shrink(layers.colour, layers.scale)[0]
    inks = [colour.ink_of(small)] if coloured is None else [colour.ink_of(small), colour.ink_of(coloured, least=40)]
    ink = inks[0] if coloured is None else cv.max(*inks)
    if quarters is None:
        skew, upright = turn.skew_of(ink, scale)
        quarters = 1 if upright else 0
    else:
        skew, _ = turn.skew_of(np.ascontiguousarray(np.rot90(ink, -quarters)), scale)
    sheet = _sheet_of(layers, picture, number, per_point, quarters, skew)
    finder = Finder(layers.scale)
    found = finder.find(
        Levelled(small, quarters, skew), [Levelled(mask, quarters, skew).mask() for mask in inks], scale
    )
    sheet.candidates = _in_reading_order(found[:MOST_CANDIDATES])
    sheet.text = finder.text_lines
    sheet.rest = [*found[MOST_CANDIDATES:], *finder.rest]
    sheet.letters = Letters(finder.letters_ink, finder.loose, layers.scale / scale)
    sheet.unread_figures = finder.unread_figures
    sheet.seals = finder.seals
    return sheet


def _sheet_of(layers: Layers, picture: Picture, number: int, per_point: float, quarters: int, skew: float) -> Sheet:
    """The page without its lines."""
    return Sheet(
        number=number,
        black=Levelled(layers.black, quarters, skew),
        colour=None if layers.colour is None else Levelled(layers.colour, quarters, skew),
        every=Levelled(layers.all, quarters, skew),
        scale=layers.scale,
        per_point=per_point,
        quarters=quarters,
        skew=skew,
        shown=(picture.pixels.shape[0], picture.pixels.shape[1]),
        in_colour=layers.colour is not None,
    )


def lay_out_as(picture: Picture, first: Sheet) -> Sheet:
    """The page of a first look from a finer picture, its lines where they were found.

    Lines and colour are found on a page that is brought to a coarser working scale: a finer picture has no others.
    """
    layers = colour.separate(picture) if first.in_colour else colour.unparted(picture)
    per_point = picture.dpi / 72
    sheet = _sheet_of(layers, picture, first.number, per_point, first.quarters, first.skew)
    zoom = per_point / first.per_point
    sheet.candidates = [line.zoomed(zoom) for line in first.candidates]
    sheet.text = [line.zoomed(zoom) for line in first.text]
    sheet.rest = [line.zoomed(zoom) for line in first.rest]
    return sheet


def meet(one: Outline, other: Outline) -> bool:
    """Whether two outlines have any of the page in common."""
    return bool(cv.intersectConvexConvex(one, other)[0] > 0)


def _in_reading_order(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Stamps row by row, everything else down the page."""
    tops: dict[int, float] = {}
    for candidate in candidates:
        tops[candidate.group] = min(tops.get(candidate.group, 1e9), candidate.strip.y)
    return sorted(candidates, key=lambda c: (tops[c.group], c.group, _down(c)))


def down_the_page(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Lines in the order in which they are read."""
    return sorted(candidates, key=lambda line: (line.strip.y, line.strip.x))


def _down(candidate: Candidate) -> float:
    """How far down a line stands across its own tilt."""
    slope = np.radians(candidate.strip.angle)
    return float(candidate.strip.y * np.cos(slope) - candidate.strip.x * np.sin(slope))


def probes(sheet: Sheet, count: int = 1) -> list[Grey]:
    """Pieces of running text, to be read only for how well they can be."""
    return [sheet.crop(beginning(sheet, line)) for line in sheet.text[:count]]


def beginning(sheet: Sheet, line: Candidate) -> Candidate:
    """As much of a line of running text as tells how well it can be read."""
    strip = line.strip
    length = min(strip.width, _PROBE_POINTS * sheet.scale)
    return replace(line, strip=Strip(strip.x - (strip.width - length) / 2, strip.y, length, strip.height, strip.angle))
