"""Where the first page's block goes: pure arithmetic, lengths in points, origin in the page's upper left corner.

The block may be set in any shape in which no word is broken: a word processor breaks a line at blanks alone, so that
the widest word sets the least width.  Where no corner takes it in one piece, it is parted between two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from marker.model import Box
from marker.stamp.docx_build import BLOCK
from marker.stamp.docx_place import BETWEEN_LINES, INSET, NEAR, free, standing, text_width

_PREFERRED: Final = 14.0  # of the block from the page's upper edge
_FROM_BELOW: Final = 12.0
_STEP: Final = 6.0  # by which the block is made narrower until it fits
_GOOD: Final = 0.6  # of its natural width: narrower than that it is hard to read, and tried late
BESIDE_TEXT: Final = 8.0  # tables reach out of the text area by their cells' padding
_SHARES: Final = (1.0, 0.8, 0.65, 0.5)  # of the page's width, for the block in rows of several lines
_OTHER: Final = {"left": "right", "right": "left"}

Row = tuple[int, ...]
"""Numbers of the block's lines that stand side by side."""


@dataclass(frozen=True, slots=True)
class BlockFrame:
    """One frame of the block on the page.  ``height`` is the most it may grow to."""

    x: float
    y: float
    width: float
    height: float
    right: bool
    """Set to the right."""
    rows: tuple[Row, ...]
    breaks: tuple[tuple[int, ...], ...] = ()
    """For each row, before which of its words a line is broken.  Left to the word processor, it would also break
    numbers and dates, at their hyphens.
    """

    def box(self) -> Box:
        return Box(self.x, self.y, self.x + self.width, self.y + self.height)


@dataclass(frozen=True, slots=True)
class BlockPlace:
    """The block: its frames, or, where no place was free, none; then its ``rows`` stand as small lines at the beginning
    of the text, set to the ``right`` or not.
    """

    frames: tuple[BlockFrame, ...]
    rows: tuple[Row, ...] = ()
    right: bool = False


def place_block(
    lines: Sequence[tuple[str, bool]], page: Box, margins: Box, corner: str, taken: Sequence[Box]
) -> BlockPlace:
    """The first of these places that is free: the upper corner its readers look to, the other one, a flat strip along
    the upper edge, the lower right corner, the same with more lines broken, both upper corners for a part each, a few
    rows of whole lines above or below, an upper and the lower corner for a part each, a page margin beside the text;
    else the beginning of the text itself.

    ``lines`` are text and whether it is bold; ``page`` is the page, its sides drawn in to where printing may begin;
    ``margins`` is the text area on it, ``taken`` what stands on the first page outside that area.
    """
    block = _Block(lines, page, margins, taken)
    frames = next(block.tries(corner), None)
    if frames is not None:
        return BlockPlace(tuple(block.with_breaks(frame) for frame in frames))
    return BlockPlace((), block.flat(margins.width), corner == "right")


_Zone = Callable[[tuple[Row, ...], float, str], "BlockFrame | None"]
_Corner = tuple[_Zone, str]
"""Where rows of that width are set, and at which side."""


class _Block:
    """The block's lines on one page, looking for a place."""

    def __init__(self, lines: Sequence[tuple[str, bool]], page: Box, margins: Box, taken: Sequence[Box]) -> None:
        self._lines = lines
        self._page = page
        self._margins = margins
        self._taken = taken
        # As seen from the lower edge.
        self._flipped = [Box(b.x0, page.y1 - b.y1, b.x1, page.y1 - b.y0) for b in taken]
        self._widths = [text_width(text, BLOCK.size, strong=strong) for text, strong in lines]
        self._alone: tuple[Row, ...] = tuple((index,) for index in range(len(lines)))

    def tries(self, corner: str) -> Iterator[tuple[BlockFrame, ...]]:
        """Every place that is free, the best first."""
        corners = (corner, _OTHER[corner])
        flat = self.flat(self._page.width)
        natural = self._natural(self._alone)
        bound = max(self._least(self._alone), _GOOD * natural)
        # No line broken, then few, then as many as it takes.
        for start, end in ((natural, natural), (natural - _STEP, bound), (bound - _STEP, self._least(self._alone))):
            yield from self._narrowing(self._alone, corners, self._above, start, end)
            if start == end and (found := self._above(flat, self._row_widths(flat), corner)) is not None:
                yield (found,)
            yield from self._narrowing(self._alone, ("right",), self._below, start, end)
        named, other, low = (self._above, corner), (self._above, _OTHER[corner]), (self._below, "right")
        yield from self._parted(named, other)
        yield from self._flatter(named, other, low)
        yield from self._parted(named, low)
        yield from self._parted(other, low)
        yield from self._beside()

    def flat(self, most: float) -> tuple[Row, ...]:
        """Lines in their order, as many to a row as ``most`` takes."""
        rows: list[Row] = []
        for index in range(len(self._lines)):
            if rows and self._row_width((*rows[-1], index)) <= most:
                rows[-1] = (*rows[-1], index)
            else:
                rows.append((index,))
        return tuple(rows)

    def with_breaks(self, frame: BlockFrame) -> BlockFrame:
        """The frame with the places at which its rows are broken."""
        broken = (list(accumulate(map(len, self._broken(row, frame.width)))) for row in frame.rows)
        return replace(frame, breaks=tuple(tuple(ends[:-1]) for ends in broken))

    # ── Zones ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _above(self, rows: tuple[Row, ...], width: float, side: str) -> BlockFrame | None:
        """Between the upper edge and the text."""
        x = self._at(side, width)
        height = self._height(rows, width)
        y = free(height, _PREFERRED, self._margins.y0, standing(self._taken, x, width))
        return None if y is None else BlockFrame(x, y, width, height, side == "right", rows)

    def _below(self, rows: tuple[Row, ...], width: float, side: str) -> BlockFrame | None:
        """Between the text and the lower edge."""
        x = self._at(side, width)
        height = self._height(rows, width)
        limit = self._page.y1 - self._margins.y1
        up = free(height, _FROM_BELOW, limit, standing(self._flipped, x, width))
        return None if up is None else BlockFrame(x, self._page.y1 - up - height, width, height, side == "right", rows)

    def _flatter(self, *places: _Corner) -> Iterator[tuple[BlockFrame, ...]]:
        """In a few rows of whole lines."""
        rows = dict.fromkeys(self.flat(share * self._page.width) for share in _SHARES)
        tries = (zone(few, self._row_widths(few), side) for zone, side in places for few in rows)
        yield from ((found,) for found in tries if found is not None)

    def _parted(self, one: _Corner, other: _Corner) -> Iterator[tuple[BlockFrame, ...]]:
        """Copy and registration in the one corner, the originator's marking and the basis in the other; or parted
        where that leaves room.
        """
        # Never between a caption and what it names.
        cuts = [cut for cut in range(1, len(self._lines)) if not self._lines[cut - 1][0].rstrip().endswith(":")]
        cuts.sort(key=lambda cut: abs(cut - 2))
        for cut in cuts:
            first = next(self._narrowing(self._alone[:cut], (one[1],), one[0]), None)
            second = next(self._narrowing(self._alone[cut:], (other[1],), other[0]), None)
            if first and second and not first[0].box().overlaps(second[0].box()):
                yield (*first, *second)

    def _beside(self) -> Iterator[tuple[BlockFrame, ...]]:
        """In a page margin beside the text, if it is wide enough for the widest word."""
        reach = INSET - NEAR
        page, margins = self._page, self._margins
        sides = ((page.x0 - reach, margins.x0 - BESIDE_TEXT), (margins.x1 + BESIDE_TEXT, page.x1 + reach))
        left, right = max(sides, key=lambda side: side[1] - side[0])
        width = min(right - left, self._natural(self._alone))
        if width < self._least(self._alone):
            return
        height = self._height(self._alone, width)
        y = free(height, margins.y0, margins.y1, standing(self._taken, left, width))
        if y is not None:
            yield (BlockFrame(left, y, width, height, right=False, rows=self._alone),)

    def _narrowing(
        self,
        rows: tuple[Row, ...],
        sides: Sequence[str],
        zone: _Zone,
        start: float | None = None,
        end: float | None = None,
    ) -> Iterator[tuple[BlockFrame, ...]]:
        """In ``zone``, ever narrower: from its natural width to that of the widest word, if nothing else is said."""
        end = self._least(rows) if end is None else end
        width = self._natural(rows) if start is None else start
        while width >= end:
            for side in sides:
                found = zone(rows, width, side)
                if found is not None:
                    yield (self._snug(found),)
            width = end if end < width < end + _STEP else width - _STEP

    def _snug(self, frame: BlockFrame) -> BlockFrame:
        """As narrow as its broken lines are, at the same side of the page."""
        width = min(frame.width, max(self._line_width(row, line) for row, line in self._lines_of(frame)))
        return replace(frame, width=width, x=self._at("right" if frame.right else "left", width))

    # ── Measures ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _at(self, side: str, width: float) -> float:
        return self._page.x0 if side == "left" else self._page.x1 - width

    def _natural(self, rows: Sequence[Row]) -> float:
        return max(self._least(rows), min(self._row_widths(rows), self._page.width / 2))

    def _least(self, rows: Sequence[Row]) -> float:
        """The width of the widest word: narrower, and it would be broken."""
        return max(_width(word, strong) for row in rows for word, strong in self._words(row))

    def _row_widths(self, rows: Sequence[Row]) -> float:
        return max(self._row_width(row) for row in rows)

    def _row_width(self, row: Row) -> float:
        between = text_width(BETWEEN_LINES, BLOCK.size, strong=False)
        return sum(self._widths[index] for index in row) + between * (len(row) - 1)

    def _height(self, rows: Sequence[Row], width: float) -> float:
        """How high the block grows when its rows are broken at that width."""
        return sum(len(self._broken(row, width)) for row in rows) * (BLOCK.line or BLOCK.size)

    def _lines_of(self, frame: BlockFrame) -> Iterator[tuple[Row, list[str]]]:
        return ((row, line) for row in frame.rows for line in self._broken(row, frame.width))

    def _broken(self, row: Row, width: float) -> list[list[str]]:
        """The words of a row, line by line."""
        words = [word for word, _ in self._words(row)]
        if self._row_width(row) <= width:
            return [words]
        lines: list[list[str]] = [[]]
        for word in words:
            if lines[-1] and self._line_width(row, [*lines[-1], word]) > width:
                lines.append([])
            lines[-1].append(word)
        return lines

    def _line_width(self, row: Row, words: Sequence[str]) -> float:
        """With the slack that :func:`text_width` gives a line; a row of lines in both weights is measured as bold."""
        if len(words) == len(self._words(row)):
            return self._row_width(row)
        return _width(" ".join(words), any(self._lines[index][1] for index in row))

    def _words(self, row: Row) -> list[tuple[str, bool]]:
        return [(word, strong) for text, strong in (self._lines[index] for index in row) for word in text.split()]


def _width(text: str, strong: bool) -> float:
    return text_width(text, BLOCK.size, strong=strong)
