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
from marker.stamp.code import QUIET_MODULES, SEAL_MODULES, SEAL_SIDE, SIDE
from marker.stamp.docx_build import MARKING, NUMBER
from marker.stamp.fonts import face

NEAR: Final = 8.0  # nothing closer to the page's edge: printers leave 3 to 6 mm white at most
INSET: Final = 22.0  # of the code and the block from the side of the page
_PREFERRED: Final = 16.0  # of the marking from its edge
_SIZES: Final = (MARKING.size, 12.0, 11.0, 10.0, 9.0, 8.0)
LEADING: Final = 1.25  # line height of a marking, in sizes
_SLACK: Final = 1.06  # the word processor may choose another font than the one measured
_INWARDS: Final = 130.0  # nothing farther in than this: it would no longer be at the page's edge
_LOW_ROWS: Final = 12
LEAST_QUIET: Final = 1  # module: what the standard asks for (ISO/IEC 16022)
_ROOM: Final = 90.0  # what text is made to leave at most
_CODE_OFFSET: Final = 13.0
_GAP: Final = 4.0
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
    clear: bool = True
    """False when it stands upon something that lies behind text, or upon a line."""

    @property
    def reach(self) -> float:
        """How far in the marking stands."""
        return self.offset + self.height

    @property
    def height(self) -> float:
        return self.size * LEADING

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
    picture: CodePicture
    displaces: bool
    clear: bool = True
    """As of the marking."""

    @property
    def text_height(self) -> float:
        return self.lines * (NUMBER.line or NUMBER.size)

    def boxes(self) -> tuple[Box, Box]:
        picture = self.picture
        code = Box(self.code_x, self.code_offset, self.code_x + picture.width, self.code_offset + picture.height)
        top = self.text_offset + self.text_height
        return code, Box(self.text_x, self.text_offset, self.text_x + self.text_width, top)


@dataclass(frozen=True, slots=True)
class CodePicture:
    """The Data Matrix's picture; lengths in points."""

    width: float
    """Quiet zone included."""
    height: float
    quiet: float
    """Width of its quiet zone, which is white and may stand nearer to the page's edge than anything printed."""
    modules: int
    """The quiet zone in modules."""
    low: bool = False
    """Whether it is the symbol of twelve rows."""
    seal: bool = False


def code_picture_sizes(modules: int, low: int | None = None) -> tuple[CodePicture, ...]:
    """The code's picture with its usual quiet zone and with the least one; ``modules`` is the symbol's own side.
    Where there is a ``low`` symbol, of so many columns and with modules of the same size, that one too.
    """
    module = SIDE / modules

    def size(columns: int, rows: int, quiet: int) -> CodePicture:
        width, height = ((count + 2 * quiet) * module for count in (columns, rows))
        return CodePicture(width, height, quiet * module, quiet, low=columns != rows)

    square = [size(modules, modules, quiet) for quiet in (QUIET_MODULES, LEAST_QUIET)]
    return (*square, *([] if low is None else [size(low, _LOW_ROWS, LEAST_QUIET)]))


def seal_picture_size() -> CodePicture:
    """The seal's picture with its usual quiet zone."""
    module = SEAL_SIDE / SEAL_MODULES
    side = SEAL_SIDE + 2 * QUIET_MODULES * module
    return CodePicture(side, side, QUIET_MODULES * module, QUIET_MODULES, seal=True)


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
                blocked += standing([*taken, *edge.boxes(limited=limited, soft=soft)], x0, width)
            limit = min([_INWARDS, *(edge.limit for edge in edges)]) if limited else _ROOM
            offset = free(size * LEADING, _PREFERRED, limit, blocked)
            if offset is not None:
                return MarkingPlace(offset, size, width, displaces=not limited, clear=soft)
    raise HoldError(
        HoldCode.STAMP_FAILED,
        "There is no place for the marking at the upper or lower centre of every page: something drawn there would "
        "hide it, or the page is too small; print the document and stamp the paper.",
    )


def _passes(edges: Sequence[Edge]) -> list[tuple[bool, bool]]:
    """What is tried in turn: (keep clear of text flow, keep clear of what lies behind text)."""
    return [(True, True), (True, False), *([(False, False)] if all(edge.yields for edge in edges) else [])]


def place_number(
    copy_number: str, page_text: str, edges: Sequence[Edge], *, picture: CodePicture, lines: int
) -> NumberPlace:
    """The code (its ``picture`` given) and the number in the lower left, the number on one line or on two.

    Raises HoldError (stamp-failed) when something drawn on the page would hide them.
    """
    texts = (copy_number, page_text) if lines == 2 else (one_line(copy_number, page_text),)
    width = max(text_width(text, NUMBER.size, strong=False) for text in texts)
    height = lines * (NUMBER.line or NUMBER.size)
    least = NEAR - picture.quiet
    for limited, soft in _passes(edges):
        for x in (INSET, NEAR, *sorted({b.x1 + _GAP for e in edges for b in e.hard if 0 < b.x1 < e.width / 2})):
            text_x = x + picture.width + _GAP
            limit = min([_INWARDS, *(edge.limit for edge in edges)]) if limited else _ROOM
            code_limit = _INWARDS if min(edge.left for edge in edges) >= x + picture.width else limit
            boxes = [box for edge in edges for box in edge.boxes(limited=limited, soft=soft)]
            # Where text has to make room for it, as little as can be.
            near = _CODE_OFFSET if limited else least
            code = free(picture.height, near, code_limit, standing(boxes, x, picture.width), least)
            text = free(height, 12.0 if lines == 2 else NEAR, limit, standing(boxes, text_x, width))
            if code is not None and text is not None:
                return NumberPlace(x, code, text_x, text, width, lines, picture, displaces=not limited, clear=soft)
    raise HoldError(
        HoldCode.STAMP_FAILED,
        "There is no place for the copy number in the lower left of every page: something drawn there would hide it; "
        "print the document and stamp the paper.",
    )


def one_line(copy_number: str, page_text: str) -> str:
    """Number and page where there is height for one line only."""
    return f"{copy_number}{BETWEEN_LINES}{page_text}"


def standing(taken: Sequence[Box], x: float, width: float) -> list[tuple[float, float]]:
    """From where to where things stand in the column that begins at ``x``."""
    return [(b.y0, b.y1) for b in taken if b.x0 < x + width and x < b.x1]


def free(
    height: float, preferred: float, limit: float, blocked: Iterable[tuple[float, float]], least: float = NEAR
) -> float | None:
    """The start nearest to ``preferred``, and not below ``least``, at which ``height`` fits below ``limit`` beside
    everything blocked.
    """
    spans = [(start - 1.0, end + 1.0) for start, end in blocked]
    starts = [preferred, least, limit - height, *(end for _, end in spans), *(start - height for start, _ in spans)]
    fitting = [
        start
        for start in starts
        if start >= least
        and start + height <= limit
        and math.isfinite(start)
        and not any(s < start + height and start < e for s, e in spans)
    ]
    return min(fitting, key=lambda start: abs(start - preferred), default=None)
