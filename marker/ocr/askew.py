"""Rows of large letters that run askew, found letter by letter.

Where a stamp lies over print of its own colour, lines and letters grow together and no box holds the stamp alone.  Its
free letters still stand in a row: a line through four or more of their middles gives its tilt, and the row goes on
through what has grown into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from marker.ocr.crop import Strip
from marker.ocr.frames import Row, rows_at
from marker.ocr.pieces import Pieces, pieces_of
from marker.ocr.shares import middle_of
from marker.ocr.vision import cv

Mask = NDArray[np.uint8]

_LEAST: Final = 8.8
_MOST: Final = 48.0
"""Points: the heights of letters on stamps."""
_TILTS: Final = (2.2, 25.0)
"""Degrees between which a row is askew; less is the page's own skew."""
_LETTERS: Final = 4
_ALIKE: Final = 1.35
"""How many times higher one letter of a row may be than another."""
_BLANK: Final = 1.3
"""Heights of letters between two of them, at most."""
_OFF: Final = 0.2
"""Heights by which the middle of a letter may miss the row's."""
_RISE: Final = 0.45
"""Heights by which a row of few letters must rise: a level word with a tail at its end does a little."""
_RISE_STRAIGHT: Final = 0.28
_STRAIGHT: Final = 0.04
_LARGE: Final = 13.0
"""The same for letters so high (points) whose middles miss the line through them by so little: a tail would not."""
_MANY: Final = 7
_LEVEL: Final = 0.8
"""Degrees that the letters of level print may rise, which a page's own skew leaves."""
_CUT: Final = 0.12
"""Heights beyond its own that a row is cut out of what has grown into it."""
_ROUND: Final = 1.9
"""Heights around a row within which the other rows of its stamp stand."""
_STEEP: Final = 6.0
"""Degrees from which on neighbouring letters of a row stand on clearly different heights."""
_FOOT: Final = 0.1
"""Heights by which the feet of letters of one level line differ."""
_LEVEL_LONG: Final = 3.2
"""Heights that the letters on one level are wide in all: of a row so steep, two are."""
_MOSTLY: Final = 0.7
_AROUND: Final = 2.2
"""Heights around a row within which its frame runs."""
_PARALLEL: Final = 2.0
_LINE: Final = 4.5
"""Points: the breadth in which a frame's line is taken off."""
_AT_ONCE: Final = 32
"""Letters whose neighbours are looked for together."""
_CROWD: Final = 900
"""Large letters from which on a page is set in large print throughout, or is a drawing."""


@dataclass(frozen=True, slots=True)
class Run:
    """A row of letters askew, on the mask it was found on."""

    strip: Strip
    letters: tuple[int, ...]
    """Labels of its free letters."""
    grown: bool
    """Whether it goes on through ink that other things have grown into."""


def runs_of(ink: Mask, pieces: Pieces, scale: float) -> tuple[list[Run], Mask]:
    """The askew rows among ink, the longest first, and the ink without them.

    What has grown into a row is cut where the row leaves it.
    """
    labels, stats, centres = pieces.labels, pieces.stats, pieces.centres
    heights, widths = stats[:, 3], stats[:, 2]
    like = (heights >= _LEAST * scale) & (heights <= _MOST * scale) & (widths <= 2.6 * heights)
    like &= (widths > 0.12 * heights) & (stats[:, 4] > 0.12 * widths * heights)
    like[0] = False
    letters = np.nonzero(like)[0]
    found: list[Run] = []
    taken: set[int] = set()
    for row in sorted(_rows(letters, stats, centres), key=lambda row: -len(row)):
        own = [index for index in row if index not in taken]
        if len(own) < max(_LETTERS, 0.7 * len(row)):
            continue
        run = _run(own, labels, stats, centres, scale)
        if run is not None:
            found.append(run)
            taken.update(own)
    return found, _without(found, ink, labels, stats, scale) if found else ink


def beside(run: Run, ink: Mask, scale: float) -> list[Row]:
    """The other rows of a stamp, whose letters have grown together: as tilted and as high, next to a row found.

    ``ink`` is what is left without that row; only ink as large as its letters counts.
    """
    height = run.strip.height
    corners = run.strip.corners(_ROUND)
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    high = np.ceil(corners.max(axis=0)).astype(int) + 1
    part = ink[low[1] : high[1], low[0] : high[0]]
    if not part.any():
        return []
    pieces = pieces_of(part)
    labels, stats = pieces.labels, pieces.stats
    keep = (stats[:, 3] > 0.7 * height) & (stats[:, 3] < 3 * height) & (stats[:, 4] > 0.2 * stats[:, 2] * stats[:, 3])
    keep[0] = False
    own = np.where(keep[labels], 255, 0).astype(np.uint8)
    area = np.zeros_like(own)
    cv.fillPoly(area, [(corners - low).round().astype(np.int32)], 255)
    own &= area
    found = []
    for row in rows_at(own, run.strip.angle, scale):
        strip = replace(row.strip, x=row.strip.x + float(low[0]), y=row.strip.y + float(low[1]))
        if _lies_level(own, row.strip):
            continue
        if 0.75 < strip.height / height < 1.35 and strip.width > 2.5 * height:
            found.append(replace(row, strip=strip))
    return found


def _lies_level(own: Mask, strip: Strip) -> bool:
    """Whether what looks like a row as tilted as its neighbour is of level print under the stamp: most of its letters
    stand on one level with several others, as those of a row so tilted cannot."""
    if abs(strip.angle) < _STEEP:
        return False
    corners = strip.corners(0.2)
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    high = np.ceil(corners.max(axis=0)).astype(int) + 1
    part = np.ascontiguousarray(own[low[1] : high[1], low[0] : high[0]])
    stats = pieces_of(part).stats
    letters = stats[1:][(stats[1:, 3] > 0.4 * strip.height) & (stats[1:, 3] < 1.2 * strip.height)]
    feet, widths = (letters[:, 1] + letters[:, 3]).astype(np.float64), letters[:, 2].astype(np.float64)
    same = np.abs(feet[:, None] - feet[None, :]) < _FOOT * strip.height
    level = (same.sum(axis=1) > 1) & (same @ widths > _LEVEL_LONG * strip.height)
    return bool(widths[level].sum() > _MOSTLY * max(1, stats[1:, 2][stats[1:, 3] > 0.4 * strip.height].sum()))


def _without(runs: Sequence[Run], ink: Mask, labels: Any, stats: Any, scale: float) -> Mask:
    drop = np.zeros(len(stats), np.bool_)
    drop[[index for run in runs for index in run.letters]] = True
    left = np.where(drop[labels], 0, ink).astype(np.uint8)
    band = np.zeros_like(ink)
    for run in runs:
        large = (stats[:, 3] > _ALIKE * run.strip.height) | (stats[:, 2] > 2.6 * run.strip.height)
        if run.grown:
            cv.fillPoly(band, [run.strip.corners(_CUT).round().astype(np.int32)], 255)
            left[(band > 0) & large[labels]] = 0
            band[:] = 0
        _unframe(left, run.strip, scale)
    return left


def _unframe(ink: Mask, strip: Strip, scale: float) -> None:
    """Take off the straight lines around a row: the frame of a stamp, of which nothing else is left."""
    corners = strip.corners(_AROUND)
    x0, y0 = (max(0, int(edge)) for edge in corners.min(axis=0))
    x1, y1 = (int(edge) + 1 for edge in corners.max(axis=0))
    part = ink[y0:y1, x0:x1]
    if not part.any():
        return
    for turn, least in ((0.0, 0.35 * strip.width), (90.0, 1.3 * strip.height)):
        found = cv.HoughLinesP(part, 1, np.pi / 360, 30, minLineLength=round(least), maxLineGap=4)
        for ax, ay, bx, by in found.reshape(-1, 4) if found is not None else ():
            angle = np.degrees(np.arctan2(by - ay, bx - ax)) - strip.angle - turn
            if abs((angle + 90) % 180 - 90) < _PARALLEL:
                cv.line(part, (int(ax), int(ay)), (int(bx), int(by)), 0, max(5, round(_LINE * scale)))


def _rows(letters: Any, stats: Any, centres: Any) -> list[list[int]]:
    """Letters in straight askew rows, left to right; the same row may come more than once, in part."""
    rows: list[list[int]] = []
    order = sorted((int(index) for index in letters), key=lambda index: float(centres[index][0]))
    if len(order) > _CROWD:
        return rows
    after = _neighbours(order, stats, centres)
    level: set[int] = set()
    for first in order:
        for second in after[first]:
            if first in level and second in level:
                continue
            slope = _slope(centres[first], centres[second])
            if abs(np.degrees(np.arctan(slope))) > _TILTS[1]:
                continue
            row = _followed([first, second], after, stats, centres)
            if len(row) < _LETTERS:
                continue
            if abs(np.degrees(np.arctan(_slope(centres[row[0]], centres[row[-1]])))) > _TILTS[0]:
                rows.append(row)
            elif len(row) >= _MANY:
                level.update(row)
    return rows


def _neighbours(order: Sequence[int], stats: Any, centres: Any) -> dict[int, list[int]]:
    """To the right of each letter, those that may be the next but none in its row: as high, near, on about one height.

    ``order`` is from left to right.
    """
    letters = np.array(order, np.int64)
    xs, ys = centres[letters, 0], centres[letters, 1]
    lefts, widths, heights = (stats[letters, column].astype(np.float64) for column in (0, 2, 3))
    ends = np.searchsorted(xs, xs + widths / 2 + (_BLANK + 2.6 / 2) * _ALIKE * heights, side="right")
    found: dict[int, list[int]] = {int(first): [] for first in order}
    for start in range(0, len(order), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        near = slice(start + 1, int(ends[some].max()))
        one, other = heights[some, None], heights[None, near]
        high = np.maximum(one, other)
        gap = lefts[None, near] - (lefts[some, None] + widths[some, None])
        beside = (high <= _ALIKE * np.minimum(one, other)) & (gap > -0.35 * high) & (gap < _BLANK * high)
        beside &= np.abs(ys[None, near] - ys[some, None]) < 1.3 * high
        places = np.arange(near.start, near.stop)
        beside &= (places > np.arange(len(beside))[:, None] + start) & (places < ends[some, None])
        for first, second in zip(*np.nonzero(beside), strict=True):
            found[order[start + first]].append(order[near.start + second])
    return found


def _followed(row: list[int], after: dict[int, list[int]], stats: Any, centres: Any) -> list[int]:
    """A row with the letters that continue it to the right."""
    while True:
        slope = _slope(centres[row[0]], centres[row[-1]])
        # The first two letters say little of the slope; the longer the row, the more.
        off = (_OFF + 0.25 / len(row)) * stats[row[-1]][3]
        first = centres[row[0]]
        following = next(
            (
                index
                for index in after[row[-1]]
                if centres[index][0] > centres[row[-1]][0]
                and abs(centres[index][1] - first[1] - slope * (centres[index][0] - first[0])) < off
            ),
            None,
        )
        if following is None:
            return row
        row.append(following)


def _slope(one: Any, other: Any) -> float:
    return float((other[1] - one[1]) / max(1e-6, other[0] - one[0]))


def _run(row: list[int], labels: Any, stats: Any, centres: Any, scale: float) -> Run | None:
    at = np.array([centres[index] for index in row])
    heights = stats[row][:, 3].astype(np.float64)
    height = middle_of(heights)
    slope, base = np.polyfit(at[:, 0], at[:, 1], 1)
    angle = float(np.degrees(np.arctan(slope)))
    missed = float(np.abs(at[:, 1] - slope * at[:, 0] - base).mean())
    rise = abs(slope) * float(np.ptp(at[:, 0]))
    if not _TILTS[0] < abs(angle) <= _TILTS[1] or missed > _OFF * height:
        return None
    straight = missed < _STRAIGHT * height and height > _LARGE * scale
    if len(row) < _MANY and rise < (_RISE_STRAIGHT if straight else _RISE) * height:
        return None
    if len(row) >= _MANY and _stands_level(at[:, 0], stats[row]):
        return None
    # A letter askew is higher than it is upright by what its width rises.
    widths = stats[row][:, 2].astype(np.float64)
    upright = middle_of((heights - widths * abs(slope)) * np.cos(np.radians(angle)))
    slope_of = np.radians(abs(angle))
    upright = max(upright, height / float(np.cos(slope_of) + np.sin(slope_of)))  # round ones are not
    steps = [float(np.hypot(*(after - before))) for before, after in pairwise(at)]
    left, right, grown = _extent(row, labels, stats, centres, (float(slope), float(base)), (upright, height))
    if max(steps) > 3.2 * height or upright < 0.8 * _LEAST * scale:
        return None
    middle = (left + right) / 2
    strip = Strip(middle, float(slope * middle + base), (right - left) / np.cos(np.radians(angle)), upright, angle)
    return Run(strip, tuple(row), grown)


def _stands_level(xs: NDArray[np.float64], boxes: Any) -> bool:
    """Whether the heads of a row's letters, or their feet, run level: of a row askew both rise as it does, while in
    a level one tails at one of its ends, or letters heavy below, move the middles."""
    one, other = np.triu_indices(len(xs), 1)
    across = np.maximum(1e-6, xs[other] - xs[one])  # they stand from left to right
    heads = boxes[:, 1].astype(np.float64)
    slopes = (middle_of((edge[other] - edge[one]) / across) for edge in (heads, heads + boxes[:, 3]))
    return min(abs(float(np.degrees(np.arctan(slope)))) for slope in slopes) < _LEVEL


def _extent(
    row: list[int], labels: Any, stats: Any, centres: Any, line: tuple[float, float], heights: tuple[float, float]
) -> tuple[float, float, bool]:
    """First and last column of a row, through ink that something has grown into.

    ``heights`` are those of its letters as they would be upright, and as they stand.
    """
    slope, base = line
    height, standing = heights
    left, right = float(stats[row[0]][0]), float(stats[row[-1]][0] + stats[row[-1]][2])
    own = set(row)
    large = (stats[:, 3] > _ALIKE * height) | (stats[:, 2] > 2.6 * height)
    large &= stats[:, 3] * _ALIKE > standing  # words of small print may be as wide as they are
    large[0] = False
    # Beyond what has grown together the row goes on in letters as high as its own.
    alike = (stats[:, 3] * _ALIKE > standing) & (stats[:, 3] < _ALIKE * 1.2 * height) & ~large
    alike[0] = False
    on_line = np.abs(centres[:, 1] - slope * centres[:, 0] - base) < 0.3 * height
    alike &= on_line
    grown = False
    for step in (-1, 1):
        edge, gap = (left if step < 0 else right), 0.0
        column = round(edge)
        while 0 <= column < labels.shape[1] and gap < 0.8 * height:
            middle = slope * column + base
            top, bottom = max(0, round(middle - 0.45 * height)), round(middle + 0.45 * height)
            seen = labels[top:bottom, column] if bottom > top else labels[:0, 0]
            inked = seen[seen > 0]
            if len(inked) and bool(large[inked].any()):
                gap, edge, grown = 0.0, float(column), True
            elif len(inked) and (not own.isdisjoint(inked.tolist()) or bool(alike[inked].any())):
                gap, edge = 0.0, float(column)
            else:
                gap += 1
            column += step
        left, right = (min(left, edge), right) if step < 0 else (left, max(right, edge))
    return left, right, grown
