"""A line that may be a marking, and rows of one stamp that were found in pieces put together again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from marker.ocr.apart import ASKEW
from marker.ocr.crop import Strip
from marker.ocr.frames import TILT

_ALIKE: Final = 5.0
"""Degrees by which the tilts of two words of one row may be measured apart."""
_APART: Final = 1.5
"""Heights of its letters between two words of one row."""
_OFF: Final = 0.5
"""Heights by which the middle of one word may miss the line through the other."""
_NEXT: Final = 2.6
"""Heights from row to row of one stamp."""
_SCRAP: Final = 4
_SCRAP_LONG: Final = 4.0
"""Letters and heights of its letters that a scrap of a row is long at most."""
_STAMPS: Final = frozenset({"stamp", "frame"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may be a marking, in pixels of the levelled page at full scale."""

    strip: Strip
    kind: str
    """``print``, ``stamp``, ``frame``, ``dark`` or ``upright``."""
    coloured: bool
    score: float
    group: int
    """Rows of one stamp share it."""
    pieces: int
    even: float

    def zoomed(self, zoom: float) -> Candidate:
        """The same line on a page so many times as fine."""
        return replace(self, strip=self.strip.zoomed(zoom))

    @property
    def stands_out(self) -> bool:
        """Coloured, tilted, framed or on its side: what may be a rubber stamp."""
        return self.kind != "print" or self.coloured

    @property
    def is_scrap(self) -> bool:
        """Whether it is of a few letters only, whose tilt says nothing."""
        return self.pieces <= _SCRAP and self.strip.width < _SCRAP_LONG * self.strip.height

    @property
    def like_letters(self) -> bool:
        """Whether its components are those of a word: several, and most of one height."""
        if self.kind == "upright" and (self.pieces < 7 or self.even < 0.8):
            return False
        even = 0.72 if abs(self.strip.angle) > ASKEW else 0.8  # scribbles have no tilt of their own
        return self.pieces >= 4 and self.even >= even and self.strip.width >= 2.2 * self.strip.height


def joined(found: Sequence[Candidate]) -> list[Candidate]:
    """Words of one row of a stamp as one line, and the rows of one stamp as one group; everything else as it is.

    What a stamp lies over, worn ink and wide blanks break its rows into pieces.
    """
    rows = [line for line in found if _is_stamp(line)]
    rest = [line for line in found if not _is_stamp(line)]
    again = True
    while again:
        again = False
        for one in rows:
            other = next((line for line in rows if line is not one and _one_row(one, line)), None)
            if other is not None:
                rows = [line for line in rows if line is not one and line is not other]
                rows.append(_both(one, other))
                again = True
                break
    return [*rest, *_grouped(rows)]


def _is_stamp(line: Candidate) -> bool:
    return line.kind in _STAMPS and line.pieces >= 1 and (line.coloured or abs(line.strip.angle) > ASKEW)


def _alike(one: Candidate, other: Candidate) -> bool:
    low, high = sorted((one.strip.height, other.strip.height))
    tilt = abs(one.strip.angle - other.strip.angle)
    if one.is_scrap or other.is_scrap:  # two letters have no tilt that could be measured
        tilt = 0.0
    return one.coloured == other.coloured and low > 0.62 * high and tilt <= _ALIKE


def _one_row(one: Candidate, other: Candidate) -> bool:
    if not _alike(one, other):
        return False
    along, down = _between(one, other)
    height = max(one.strip.height, other.strip.height)
    gap = abs(along) - (one.strip.width + other.strip.width) / 2
    return abs(down) < _OFF * height and gap < _APART * height


def _between(one: Candidate, other: Candidate) -> tuple[float, float]:
    """From one middle to the other, along and across the longer line; of two scraps, along the line through both."""
    dx, dy = other.strip.x - one.strip.x, other.strip.y - one.strip.y
    longer = max(one, other, key=lambda line: line.strip.width)
    slope = np.radians(longer.strip.angle)
    if longer.is_scrap and abs(dy) < abs(dx) * np.tan(np.radians(TILT)):
        slope = np.arctan2(dy, dx) if dx > 0 else np.arctan2(-dy, -dx)
    return float(dx * np.cos(slope) + dy * np.sin(slope)), float(dy * np.cos(slope) - dx * np.sin(slope))


def _both(one: Candidate, other: Candidate) -> Candidate:
    """One line from the outer end of the one to that of the other, along both middles."""
    left, right = sorted((one, other), key=lambda line: _between(one, line)[0])
    through = np.arctan2(right.strip.y - left.strip.y, right.strip.x - left.strip.x)
    slopes = [through if line.is_scrap else np.radians(line.strip.angle) for line in (left, right)]
    start = np.array([left.strip.x, left.strip.y]) - left.strip.width / 2 * np.array(
        [np.cos(slopes[0]), np.sin(slopes[0])]
    )
    end = np.array([right.strip.x, right.strip.y]) + right.strip.width / 2 * np.array(
        [np.cos(slopes[1]), np.sin(slopes[1])]
    )
    across = end - start
    pieces = one.pieces + other.pieces
    x, y = (start + end) / 2
    length, angle = np.hypot(*across), np.degrees(np.arctan2(across[1], across[0]))
    strip = Strip(float(x), float(y), float(length), max(one.strip.height, other.strip.height), float(angle))
    even = (one.even * one.pieces + other.even * other.pieces) / pieces
    kind = "frame" if "frame" in (one.kind, other.kind) else one.kind
    return replace(one, strip=strip, kind=kind, pieces=pieces, even=even, score=max(one.score, other.score))


def _grouped(rows: list[Candidate]) -> list[Candidate]:
    groups = [line.group for line in rows]
    for at, one in enumerate(rows):
        for to, other in enumerate(rows[:at]):
            along, down = _between(one, other)
            height = max(one.strip.height, other.strip.height)
            beside = abs(along) < (one.strip.width + other.strip.width) / 2
            if groups[at] != groups[to] and _alike(one, other) and beside and abs(down) < _NEXT * height:
                old, new = groups[at], groups[to]
                groups = [new if group == old else group for group in groups]
    return [replace(line, group=group) for line, group in zip(rows, groups, strict=True)]


def box_of(strip: Strip) -> Any:
    """The box (x0, y0, x1, y1) of a strip, pixels."""
    corners = strip.corners()
    return (*corners.min(axis=0), *corners.max(axis=0))
