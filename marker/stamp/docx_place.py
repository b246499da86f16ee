"""Where on a DOCX page the stamp goes: pure arithmetic on what :mod:`marker.stamp.docx_obstacles` saw.

A DOCX file has no pages before it is laid out, so the stamp keeps to the strips that text leaves free in any layout:
above the header, below the footer, in the page margins.  Where text leaves none, it makes room: the part gets an empty
line as high as the stamp needs.  An :class:`Edge` is such a strip, top or bottom, measured from
the page's edge inwards; one header or footer part may be shown by several sections, each with an edge of its own.
Lengths are points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from marker.errors import HoldError
from marker.model import Box, HoldCode
from marker.stamp.code import QUIET_MODULES, SIDE
from marker.stamp.docx_build import BLOCK, MARKING, NUMBER
from marker.stamp.fonts import face

NEAR: Final = 8.0  # nothing closer to the page's edge: printers leave 3 to 6 mm white at most
INSET: Final = 22.0  # of the code and the block from the side of the page
_PREFERRED: Final = 16.0  # of the marking from its edge
_SIZES: Final = (MARKING.size, 12.0, 11.0, 10.0, 9.0, 8.0)
_LEADING: Final = 1.25  # line height of a marking, in sizes
_SLACK: Final = 1.06  # the word processor may choose another font than the one measured
_INWARDS: Final = 130.0  # nothing farther in than this: it would no longer be at the page's edge
_ROOM: Final = 90.0  # what text is made to leave at most
_CODE_OFFSET: Final = 13.0
_GAP: Final = 4.0
_BESIDE_TEXT: Final = 8.0  # tables reach out of the text area by their cells' padding
_NARROWER: Final = (190.0, 160.0, 130.0)  # widths of the block when its longest line is broken
_NARROWEST: Final = 48.0
_OTHER: Final = {"left": "right", "right": "left"}
BETWEEN_LINES: Final = " · "


@dataclass(frozen=True, slots=True)
class Edge:
    """One strip along the upper or lower edge of a section's pages, seen from that edge."""

    width: float
    limit: float
    """Where text flow begins."""
    left: float
    """The page margin left of the text flow, in which the code may stand higher than the limit."""
    yields: bool = True
    """Whether the text moves when a header or footer grows; it does not where the page margin is exact."""
    hard: tuple[Box, ...] = ()
    """What would hide the stamp, or what the stamp would hide."""
    soft: tuple[Box, ...] = ()
    """What lies behind text: better left alone, but it may be printed upon."""
    drifting: tuple[Box, ...] = ()
    """Those of ``hard`` that would move with text that makes room, nobody knows where to."""

    def boxes(self, *, limited: bool, soft: bool) -> tuple[Box, ...]:
        """What to keep clear of."""
        columns = () if limited else tuple(Box(b.x0, 0.0, b.x1, math.inf) for b in self.drifting)
        return self.hard + columns + (self.soft if soft else ())


@dataclass(frozen=True, slots=True)
class MarkingPlace:
    """A marking: distance of its line box from its edge, font size, widths."""

    offset: float
    size: float
    width: float
    displaces: bool
    """True when the sender's own text has to make room."""

    @property
    def reach(self) -> float:
        """How far in the marking stands."""
        return self.offset + self.height

    @property
    def height(self) -> float:
        return self.size * _LEADING

    def box(self, page_width: float) -> Box:
        return Box((page_width - self.width) / 2, self.offset, (page_width + self.width) / 2, self.reach)


@dataclass(frozen=True, slots=True)
class NumberPlace:
    """The code's picture and the copy number with the page, at the lower edge; offsets are to their lower sides."""

    code_x: float
    code_offset: float
    text_x: float
    text_offset: float
    text_width: float
    lines: int
    side: float
    """Of the code's picture."""
    displaces: bool

    @property
    def text_height(self) -> float:
        return self.lines * (NUMBER.line or NUMBER.size)

    def boxes(self) -> tuple[Box, Box]:
        code = Box(self.code_x, self.code_offset, self.code_x + self.side, self.code_offset + self.side)
        top = self.text_offset + self.text_height
        return code, Box(self.text_x, self.text_offset, self.text_x + self.text_width, top)


@dataclass(frozen=True, slots=True)
class BlockPlace:
    """The first page's block: its frame on the page, and which of its lines share a row.

    ``height`` is the most it may grow to.  No ``x``: no place was free, and the block stands at the beginning of the
    text as two or three small lines.
    """

    x: float | None
    y: float
    width: float
    height: float
    right: bool
    rows: tuple[tuple[int, ...], ...]


def picture_side(modules: int) -> float:
    """The side of the code's picture, quiet zone included; ``modules`` is the symbol's own side."""
    return SIDE * (modules + 2 * QUIET_MODULES) / modules


def text_width(text: str, size: float, *, strong: bool) -> float:
    """How wide a line may run in any font.  Raises HoldError (stamp-failed) when a letter has no glyph."""
    measured = face(strong)
    measured.require(text)
    return measured.width(text, size) * _SLACK + 4.0


def place_marking(text: str, edges: Sequence[Edge], taken: Sequence[Box] = ()) -> MarkingPlace:
    """The marking's place along these edges, as large as it fits.  ``taken`` is what else the stamp has there.

    Raises HoldError (stamp-failed) when something on the page would hide the marking wherever it stands.
    """
    narrowest = min(edge.width for edge in edges)
    for limited, soft in _passes(edges):
        for size in _SIZES:
            width = text_width(text, size, strong=MARKING.bold)
            if width > narrowest - 2 * NEAR:
                continue
            blocked: list[tuple[float, float]] = []
            for edge in edges:
                x0 = (edge.width - width) / 2
                blocked += _standing([*taken, *edge.boxes(limited=limited, soft=soft)], x0, width)
            limit = min([_INWARDS, *(edge.limit for edge in edges)]) if limited else _ROOM
            offset = _free(size * _LEADING, _PREFERRED, limit, blocked)
            if offset is not None:
                return MarkingPlace(offset, size, width, displaces=not limited)
    raise HoldError(
        HoldCode.STAMP_FAILED,
        "There is no place for the marking at the upper or lower centre of every page: something drawn there would "
        "hide it, or the page is too small; print the document and stamp the paper.",
    )


def _passes(edges: Sequence[Edge]) -> list[tuple[bool, bool]]:
    """What is tried in turn: (keep clear of text flow, keep clear of what lies behind text)."""
    return [(True, True), (True, False), *([(False, False)] if all(edge.yields for edge in edges) else [])]


def place_number(
    copy_number: str, page_text: str, edges: Sequence[Edge], *, side: float, lines: int
) -> NumberPlace:
    """The code (its picture's ``side`` given) and the number in the lower left, the number on one line or on two.

    Raises HoldError (stamp-failed) when something drawn on the page would hide them.
    """
    texts = (copy_number, page_text) if lines == 2 else (one_line(copy_number, page_text),)
    width = max(text_width(text, NUMBER.size, strong=False) for text in texts)
    height = lines * (NUMBER.line or NUMBER.size)
    for limited, soft in _passes(edges):
        for x in (INSET, NEAR, *sorted({b.x1 + _GAP for e in edges for b in e.hard if 0 < b.x1 < e.width / 2})):
            text_x = x + side + _GAP
            limit = min([_INWARDS, *(edge.limit for edge in edges)]) if limited else _ROOM
            code_limit = _INWARDS if min(edge.left for edge in edges) >= x + side else limit
            boxes = [box for edge in edges for box in edge.boxes(limited=limited, soft=soft)]
            code = _free(side, _CODE_OFFSET, code_limit, _standing(boxes, x, side))
            text = _free(height, 12.0 if lines == 2 else NEAR, limit, _standing(boxes, text_x, width))
            if code is not None and text is not None:
                return NumberPlace(x, code, text_x, text, width, lines, side, displaces=not limited)
    raise HoldError(
        HoldCode.STAMP_FAILED,
        "There is no place for the copy number in the lower left of every page: something drawn there would hide it; "
        "print the document and stamp the paper.",
    )


def one_line(copy_number: str, page_text: str) -> str:
    """Number and page where there is height for one line only."""
    return f"{copy_number}{BETWEEN_LINES}{page_text}"


def place_block(
    lines: Sequence[tuple[str, bool]], page: Box, margins: Box, corner: str, taken: Sequence[Box]
) -> BlockPlace:
    """The first page's block, in the first of these places that is free: the upper corner its readers look to, the
    other one, either of them with long lines broken, a flat strip along the upper edge, the lower right corner, a page
    margin beside the text; else the beginning of the text itself.

    ``lines`` are text and whether it is bold; ``page`` is the page, its sides drawn in to where printing may begin;
    ``margins`` is the text area on it, ``taken`` what stands on the first page outside that area.
    """
    widths = [text_width(text, BLOCK.size, strong=strong) for text, strong in lines]
    alone: tuple[tuple[int, ...], ...] = tuple((index,) for index in range(len(lines)))
    natural = min(max(widths), page.width / 2)
    flipped = [Box(b.x0, page.y1 - b.y1, b.x1, page.y1 - b.y0) for b in taken]

    def try_above(rows: tuple[tuple[int, ...], ...], width: float, side: str) -> BlockPlace | None:
        x = page.x0 if side == "left" else page.x1 - width
        height = _block_height(rows, widths, width)
        y = _free(height, 14.0, margins.y0, _standing(taken, x, width))
        return None if y is None else BlockPlace(x, y, width, height, side == "right", rows)

    flat = _flat_rows(widths, page.width)
    flat_width = max(_row_width(row, widths) for row in flat)
    narrower = (width for width in _NARROWER if width < natural)
    tries = [(alone, width, side) for width in (natural, *narrower) for side in (corner, _OTHER[corner])]
    tries.append((flat, flat_width, corner))
    for rows, width, side in tries:
        if (place := try_above(rows, width, side)) is not None:
            return place
    height, x = _block_height(alone, widths, natural), page.x1 - natural
    up = _free(height, 12.0, page.y1 - margins.y1, _standing(flipped, x, natural))
    if up is not None:
        return BlockPlace(x, page.y1 - up - height, natural, height, right=True, rows=alone)
    reach = INSET - NEAR
    sides = ((page.x0 - reach, margins.x0 - _BESIDE_TEXT), (margins.x1 + _BESIDE_TEXT, page.x1 + reach))
    left, right = max(sides, key=lambda side: side[1] - side[0])
    if (width := right - left) >= _NARROWEST:
        height = _block_height(alone, widths, width)
        y = _free(height, margins.y0, margins.y1, _standing(taken, left, width))
        if y is not None:
            return BlockPlace(left, y, width, height, right=False, rows=alone)
    rows = _flat_rows(widths, margins.width)
    return BlockPlace(None, 0.0, margins.width, _block_height(rows, widths, margins.width), corner == "right", rows)


def _flat_rows(widths: Sequence[float], most: float) -> tuple[tuple[int, ...], ...]:
    """Lines in their order, as many to a row as its width takes."""
    rows: list[tuple[int, ...]] = []
    for index in range(len(widths)):
        if rows and _row_width((*rows[-1], index), widths) <= most:
            rows[-1] = (*rows[-1], index)
        else:
            rows.append((index,))
    return tuple(rows)


def _row_width(row: Sequence[int], widths: Sequence[float]) -> float:
    between = text_width(BETWEEN_LINES, BLOCK.size, strong=False)
    return sum(widths[index] for index in row) + between * (len(row) - 1)


def _block_height(rows: Sequence[Sequence[int]], widths: Sequence[float], width: float) -> float:
    """How high the block may grow when its rows are broken at that width; words stay whole, so a row seldom fills."""
    full = [_row_width(row, widths) for row in rows]
    count = sum(1 if row <= width else math.ceil(row / width * 1.25) for row in full)
    return count * (BLOCK.line or BLOCK.size)


def _standing(taken: Sequence[Box], x: float, width: float) -> list[tuple[float, float]]:
    return [(b.y0, b.y1) for b in taken if b.x0 < x + width and x < b.x1]


def _free(height: float, preferred: float, limit: float, blocked: Iterable[tuple[float, float]]) -> float | None:
    """The start nearest to ``preferred`` at which ``height`` fits below ``limit`` beside everything blocked."""
    spans = [(start - 1.0, end + 1.0) for start, end in blocked]
    starts = [preferred, NEAR, limit - height, *(end for _, end in spans), *(start - height for start, _ in spans)]
    fitting = [
        start
        for start in starts
        if start >= NEAR
        and start + height <= limit
        and math.isfinite(start)
        and not any(s < start + height and start < e for s, e in spans)
    ]
    return min(fitting, key=lambda start: abs(start - preferred), default=None)
