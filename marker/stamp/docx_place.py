"""Where on a DOCX page the stamp goes: pure arithmetic on what :mod:`marker.stamp.docx_obstacles` saw.

A DOCX file has no pages before it is laid out, so the stamp keeps to the strips that text leaves free in any layout:
above the header, below the footer, in the page margins.  An :class:`Edge` is such a strip, top or bottom, measured from
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
_INSET: Final = 22.0  # of the code and the block from the side of the page
_PREFERRED: Final = 16.0  # of the marking from its edge
_SIZES: Final = (MARKING.size, 12.0, 11.0, 10.0, 9.0, 8.0)
_LEADING: Final = 1.25  # line height of a marking, in sizes
_SLACK: Final = 1.06  # the word processor may choose another font than the one measured
_INWARDS: Final = 130.0  # nothing farther in than this: it would no longer be at the page's edge
_GAP: Final = 4.0
_BESIDE_TEXT: Final = 8.0  # tables reach out of the text area by their cells' padding
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
    hard: tuple[Box, ...] = ()
    """What would hide the stamp, or what the stamp would hide."""
    soft: tuple[Box, ...] = ()
    """What lies behind text: better left alone, but it may be printed upon."""


@dataclass(frozen=True, slots=True)
class MarkingPlace:
    """A marking: distance of its line box from its edge, font size, widths."""

    offset: float
    size: float
    width: float
    displaces: bool
    """True when the sender's own text has to make room."""

    @property
    def height(self) -> float:
        return self.size * _LEADING

    def box(self, page_width: float) -> Box:
        return Box((page_width - self.width) / 2, self.offset, (page_width + self.width) / 2, self.offset + self.height)


@dataclass(frozen=True, slots=True)
class NumberPlace:
    """The code's picture and the copy number with the page, at the lower edge; offsets are to their lower sides."""

    code_x: float
    code_offset: float
    text_x: float
    text_offset: float
    text_width: float
    lines: int
    displaces: bool

    @property
    def text_height(self) -> float:
        return self.lines * (NUMBER.line or NUMBER.size)

    def boxes(self) -> tuple[Box, Box]:
        side = picture_side()
        code = Box(self.code_x, self.code_offset, self.code_x + side, self.code_offset + side)
        top = self.text_offset + self.text_height
        return code, Box(self.text_x, self.text_offset, self.text_x + self.text_width, top)


@dataclass(frozen=True, slots=True)
class BlockPlace:
    """The first page's block: its frame on the page as displayed, and which of its lines share a row."""

    x: float
    y: float
    width: float
    right: bool
    displaces: bool
    rows: tuple[tuple[int, ...], ...]


def picture_side(modules: int = 20) -> float:
    """The side of the code's picture, quiet zone included."""
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
    for limited, soft in ((True, True), (True, False), (False, False)):
        for size in _SIZES:
            width = text_width(text, size, strong=MARKING.bold)
            if width > narrowest - 2 * NEAR:
                continue
            blocked = [(b.y0, b.y1) for b in taken] if _meets(taken, edges, width) else []
            for edge in edges:
                x0 = (edge.width - width) / 2
                boxes = edge.hard + (edge.soft if soft else ())
                blocked += [(b.y0, b.y1) for b in boxes if b.x0 < x0 + width and x0 < b.x1]
            limit = min(edge.limit for edge in edges) if limited else math.inf
            offset = _free(size * _LEADING, _PREFERRED, min(limit, _INWARDS), blocked)
            if offset is not None:
                return MarkingPlace(offset, size, width, displaces=not limited)
    raise HoldError(
        HoldCode.STAMP_FAILED,
        "There is no place for the marking at the upper or lower centre of every page: something drawn there would "
        "hide it, or the page is too small; print the document and stamp the paper.",
    )


def _meets(taken: Sequence[Box], edges: Sequence[Edge], width: float) -> bool:
    return any(b.x0 < (e.width + width) / 2 and (e.width - width) / 2 < b.x1 for b in taken for e in edges)


def place_number(copy_number: str, page_text: str, edges: Sequence[Edge], *, lines: int) -> NumberPlace:
    """The code and the number in the lower left, the number on one line or on two.

    Raises HoldError (stamp-failed) when something drawn on the page would hide them.
    """
    texts = (copy_number, page_text) if lines == 2 else (one_line(copy_number, page_text),)
    width = max(text_width(text, NUMBER.size, strong=False) for text in texts)
    height = lines * (NUMBER.line or NUMBER.size)
    side = picture_side()
    for limited, soft in ((True, True), (True, False), (False, False)):
        for x in (_INSET, NEAR, *sorted({b.x1 + _GAP for e in edges for b in e.hard if 0 < b.x1 < e.width / 2})):
            text_x = x + side + _GAP
            limit = min(edge.limit for edge in edges) if limited else math.inf
            code_limit = _INWARDS if min(edge.left for edge in edges) >= x + side else limit
            code = _free(side, NEAR, code_limit, _blocked(edges, x, side, soft=soft))
            text = _free(height, 12.0 if lines == 2 else NEAR, limit, _blocked(edges, text_x, width, soft=soft))
            if code is not None and text is not None and text + height < _INWARDS:
                return NumberPlace(x, code, text_x, text, width, lines, displaces=not limited)
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
    other one, a flat strip along the upper edge, the lower right corner, a page margin beside the text; else the upper
    corner with the text making room.

    ``lines`` are text and whether it is bold, ``page`` the page, ``margins`` the text area on it, ``taken`` what stands
    on the first page outside that area, in the page's coordinates.
    """
    widths = [text_width(text, BLOCK.size, strong=strong) for text, strong in lines]
    alone = tuple((index,) for index in range(len(lines)))
    natural = min(max(widths), (page.width - 2 * _INSET) / 2)
    flipped = [Box(b.x0, page.y1 - b.y1, b.x1, page.y1 - b.y0) for b in taken]

    def try_above(rows: tuple[tuple[int, ...], ...], width: float, side: str) -> BlockPlace | None:
        x = _INSET if side == "left" else page.x1 - _INSET - width
        y = _free(_block_height(rows, widths, width), 14.0, margins.y0, _standing(taken, x, width))
        return None if y is None else BlockPlace(x, y, width, side == "right", displaces=False, rows=rows)

    flat = _flat_rows(widths, page.width - 2 * _INSET)
    flat_width = max(_row_width(row, widths) for row in flat)
    tries = [(alone, natural, corner), (alone, natural, _OTHER[corner]), (flat, flat_width, corner)]
    for rows, width, side in tries:
        if (place := try_above(rows, width, side)) is not None:
            return place
    height, x = _block_height(alone, widths, natural), page.x1 - _INSET - natural
    up = _free(height, 12.0, page.y1 - margins.y1, _standing(flipped, x, natural))
    if up is not None:
        return BlockPlace(x, page.y1 - up - height, natural, right=True, displaces=False, rows=alone)
    sides = ((NEAR, margins.x0 - _BESIDE_TEXT), (margins.x1 + _BESIDE_TEXT, page.x1 - NEAR))
    left, right = max(sides, key=lambda side: side[1] - side[0])
    if (width := right - left) >= _NARROWEST:
        y = _free(_block_height(alone, widths, width), margins.y0, margins.y1, _standing(taken, left, width))
        if y is not None:
            return BlockPlace(left, y, width, right=False, displaces=False, rows=alone)
    width = min(max(widths), page.width - 2 * NEAR)
    x = max(NEAR, _INSET if corner == "left" else page.x1 - _INSET - width)
    y = _free(_block_height(alone, widths, width), margins.y0, math.inf, _standing(taken, x, width))
    return BlockPlace(x, margins.y0 if y is None else y, width, corner == "right", displaces=True, rows=alone)


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


def _blocked(edges: Sequence[Edge], x: float, width: float, *, soft: bool) -> list[tuple[float, float]]:
    return [span for edge in edges for span in _standing(edge.hard + (edge.soft if soft else ()), x, width)]


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
