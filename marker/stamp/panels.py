"""The parts of a stamp before they have a place: lines of text with sizes, and the square of the Data Matrix.

Points, origin top left of the panel.  Text is wrapped at blanks and after slashes, never clipped and never hyphenated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from marker.stamp.code import QUIET_MODULES, SEAL_MODULES, SEAL_SIDE, SIDE
from marker.stamp.fonts import face
from marker.stamp.wording import BlockLine

LEAST_MARKING: Final = 8.0
"""Smallest legible marking, points."""
LEAST_SMALL: Final = 5.0
"""Smallest legible copy number and block, points."""
_PITCH: Final = 1.3
"""Baseline to baseline, font sizes."""
_QUIET: Final = SIDE / 18 * QUIET_MODULES
"""Free space around the symbol, points; 18 modules are the coarsest symbol a page code makes."""
_SEAL_QUIET: Final = SEAL_SIDE / SEAL_MODULES * QUIET_MODULES
_WORD: Final = re.compile(r"(?:(?:№|Nr\.|No\.) )?[^ /]+(?: ?/)? ?|/ ?")
"""What may not be broken: a word, with a slash that closes it and a "№" that introduces it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; ``x`` is its left end and ``baseline`` its height in the panel."""

    text: str
    strong: bool
    size: float
    x: float
    baseline: float


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the stamp.  Equal panels look equal, wherever they stand: they are drawn once a document."""

    width: float
    height: float
    lines: tuple[Line, ...]
    code: tuple[float, float] | None = None
    """Top left corner of the Data Matrix symbol, whose side is :data:`marker.stamp.code.SIDE`."""
    page_line: Line | None = None
    """Where "page n of N" goes; its text is the widest of the document's."""
    seal: tuple[float, float] | None = None
    """Top left corner of the seal's symbol, whose side is :data:`marker.stamp.code.SEAL_SIDE`."""


def wrap(text: str, strong: bool, size: float, width: float) -> tuple[str, ...] | None:
    """``text`` in the fewest lines no wider than ``width`` points, as even as can be; None when one word is wider.

    Raises HoldError (stamp-failed) for a letter the font does not have.
    """
    font = face(strong)
    font.require(text)
    words = _WORD.findall(text)
    if any(font.width(word.rstrip(), size) > width for word in words):
        return None
    lines = _even(tuple(words), 1, strong)
    count = 1
    while any(font.width(line, size) > width for line in lines):
        count += 1
        lines = _even(tuple(words), count, strong)
    return lines


@lru_cache(maxsize=1024)
def _even(words: tuple[str, ...], count: int, strong: bool) -> tuple[str, ...]:
    """``words`` on ``count`` lines, the widest of them as narrow as can be."""
    font = face(strong)
    if count == 1:
        return ("".join(words).rstrip(),)

    def widest(lines: tuple[str, ...]) -> float:
        return max(font.width(line, 1.0) for line in lines)

    splits = range(1, len(words) - count + 2)
    return min((("".join(words[:at]).rstrip(), *_even(words[at:], count - 1, strong)) for at in splits), key=widest)


@lru_cache(maxsize=1024)
def marking_panel(marking: str, size: float, width: float) -> Panel | None:
    """The marking, bold, its lines centred, no wider than ``width``; None when it does not fit."""
    lines = wrap(marking, True, size, width)
    return None if lines is None else _stack([(line, True, size) for line in lines], "centre")


@lru_cache(maxsize=1024)
def block_panel(block: tuple[BlockLine, ...], size: float, width: float, corner: str) -> Panel | None:
    """The first page's block, its lines to the side of ``corner``; None when a word is wider than ``width``."""
    rows: list[tuple[str, bool, float]] = []
    for line in block:
        wrapped = wrap(line.text, line.strong, size, width)
        if wrapped is None:
            return None
        rows += [(row, line.strong, size) for row in wrapped]
    return _stack(rows, corner)


@lru_cache(maxsize=1024)
def number_panel(copy_number: str, widest_page: str, size: float, stacked: bool, widest_number: str = "") -> Panel:
    """The Data Matrix, the copy number and "page n of N" beside it, or below it when ``stacked``.

    There is room for ``widest_number``: the panels of a set's copies are then of one size.
    """
    rows = _stack([(widest_number or copy_number, False, size), (widest_page, False, size)], "left")
    square = SIDE + 2 * _QUIET
    if stacked:
        x, y = _QUIET, square
        width, height = max(square, x + rows.width), square + rows.height
    else:
        x, y = square, max(0.0, (square - rows.height) / 2)
        width, height = square + rows.width, max(square, rows.height)
    number, page = (Line(r.text, r.strong, r.size, r.x + x, r.baseline + y) for r in rows.lines)
    return Panel(width, height, (replace(number, text=copy_number),), (_QUIET, _QUIET), page)


@lru_cache(maxsize=1024)
def renumbered(panel: Panel, copy_number: str) -> Panel:
    """The panel of another copy's number, in the room of ``panel``."""
    (number,) = panel.lines
    return replace(panel, lines=(replace(number, text=copy_number),))


def same_shape(one: Panel, other: Panel) -> bool:
    """Whether two panels differ in the letters of their lines alone."""
    if one is other:
        return True
    lines = tuple(replace(line, text=there.text) for line, there in zip(one.lines, other.lines, strict=False))
    return len(one.lines) == len(other.lines) and replace(one, lines=lines) == other


def seal_panel() -> Panel:
    """The square of the seal, with its quiet zone."""
    square = SEAL_SIDE + 2 * _SEAL_QUIET
    return Panel(square, square, (), seal=(_SEAL_QUIET, _SEAL_QUIET))


def _stack(rows: list[tuple[str, bool, float]], align: str) -> Panel:
    """Rows of (text, strong, size) below one another; the panel is as high as their outlines."""
    widths = [face(strong).width(text, size) for text, strong, size in rows]
    width = max(widths)
    lines: list[Line] = []
    baseline = 0.0
    for (text, strong, size), wide in zip(rows, widths, strict=True):
        baseline += size * _PITCH if lines else face(strong).extent(text, size)[0]
        x = {"left": 0.0, "centre": (width - wide) / 2, "right": width - wide}[align]
        lines.append(Line(text, strong, size, x, baseline))
    last = lines[-1]
    return Panel(width, baseline + face(last.strong).extent(last.text, last.size)[1], tuple(lines))
