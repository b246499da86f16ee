"""Letters closed to lines: what may be one line of text, how its letters look and whether it runs askew."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from marker.ocr.apart import ASKEW, Mask
from marker.ocr.frames import letters_among, row_spans
from marker.ocr.pieces import Pieces, pieces_of, places_of
from marker.ocr.tight import between_tails
from marker.ocr.vision import cv

JOIN: Final = 9.0
"""Points between letters of one line; letterspaced marks have 6."""

_LEAST_LONG: Final = 12.0
"""Points: the length of a line."""
_CELL: Final = 4
"""Pixels a side of what is looked at coarsely."""
_LEAST_HEIGHT: Final = 4.5
"""Points: the height of a row of letters."""


@dataclass(slots=True)
class Blob:
    """Letters closed to a line, before it is known whether it is one; pixels at working scale."""

    x: int
    y: int
    width: int
    height: int
    pieces: int = 0
    even: float = 0.0
    letter: float = 0.0
    slope: float = 0.0
    askew: bool = False
    ink: int = 0
    """Pixels of ink in its box."""

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height


def blobs_of(letters: Mask, pieces: Pieces, scale: float) -> list[Blob]:
    """Letters joined to lines, from top to bottom; ``pieces`` are those of the letters, and more may be."""
    reach = _reach_of(scale)
    closed = cv.morphologyEx(letters, cv.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    lines = pieces_of(closed)
    labels, stats = lines.labels, lines.stats
    wide = np.flatnonzero((stats[:, 2] >= _LEAST_LONG * scale) & (stats[:, 3] >= 4 * scale))
    line_of = _lines_of(letters, pieces, labels)
    order = np.argsort(line_of, kind="stable")
    ends = np.searchsorted(line_of[order], [wide, wide + 1])
    blobs: list[Blob] = []
    for index, first, last in zip(wide.tolist(), *ends.tolist(), strict=True):
        if not index:
            continue
        x, y, w, h, _area = (int(value) for value in stats[index])
        window = letters[y : y + h, x : x + w]
        own = cv.bitwise_and(window, cv.inRange(labels[y : y + h, x : x + w], index, index))
        rows = _level_rows(own, scale)
        for top, bottom in rows:
            blob = Blob(x, y + top, w, bottom - top)
            blob.ink = ink_in(letters, blob)
            its = order[first:last]
            if len(rows) == 1:
                _measure(blob, pieces.stats[its], pieces.centres[its], scale)
            else:
                part = pieces_of(own[top:bottom])
                _measure(blob, part.stats[1:], part.centres[1:], scale)
            if 3.6 * scale <= blob.letter <= 64 * scale and blob.pieces >= 2:
                blobs.append(blob)
    blobs.sort(key=lambda blob: blob.y)
    return _joined(blobs)


def _reach_of(scale: float) -> int:
    """Pixels over which letters are joined; odd, or lines come to stand beside their letters."""
    return max(3, round(JOIN * scale) | 1)


def may_be_upright(letters: Mask, scale: float) -> Mask:
    """What of letters stands so close above one another that it may be a line up or down; seen coarsely."""
    rows, columns = -(-letters.shape[0] // _CELL), -(-letters.shape[1] // _CELL)
    below, beside = rows * _CELL - letters.shape[0], columns * _CELL - letters.shape[1]
    padded = cv.copyMakeBorder(letters, 0, below, 0, beside, cv.BORDER_CONSTANT, value=0)
    cells = cv.min(cv.resize(padded, (columns, rows), interpolation=cv.INTER_AREA), 1)
    reach = 1 + -(-_reach_of(scale) // _CELL)
    closed = cv.morphologyEx(cells, cv.MORPH_CLOSE, np.ones((2 * (reach // 2) + 1, 1), np.uint8))
    joined = pieces_of(closed)
    labels, stats = joined.labels, joined.stats
    kept = np.where(_CELL * stats[:, 3] >= _LEAST_LONG * scale, 255, 0).astype(np.uint8)
    kept[0] = 0
    if not kept.any():
        return np.zeros_like(letters)
    fine = cv.resize(kept[labels], None, fx=_CELL, fy=_CELL, interpolation=cv.INTER_NEAREST)
    return np.asarray(cv.bitwise_and(letters, fine[: letters.shape[0], : letters.shape[1]]), np.uint8)


def _level_rows(own: Mask, scale: float) -> list[tuple[int, int]]:
    """The rows of what was closed to one line: tails and accents join lines that are set tight.

    All of it is one row unless rows of one height are clear; only those of capitals and of print are, not askew ones.
    """
    height = own.shape[0]
    if height <= 2 * _LEAST_HEIGHT * scale:
        return [(0, height)]
    spans = row_spans(own, scale)
    if len(spans) < 2:
        spans = between_tails(own, _LEAST_HEIGHT * scale)
    heights = [bottom - top for top, bottom in spans]
    if len(spans) < 2 or len(spans) > 4 or min(heights) < 0.6 * max(heights) or sum(heights) < 0.7 * height:
        return [(0, height)]
    edges = [0, *((before[1] + after[0]) // 2 for before, after in pairwise(spans)), height]
    return list(pairwise(edges))


def ink_in(letters: Mask, blob: Blob) -> int:
    return int(cv.countNonZero(letters[blob.y : blob.bottom, blob.x : blob.right]))


def _lines_of(letters: Mask, pieces: Pieces, labels: NDArray[Any]) -> NDArray[np.int32]:
    """The line that each piece of the letters was closed to; 0 for what is none of them."""
    at = places_of(letters)
    lines = np.zeros(len(pieces.stats), np.int32)
    lines[pieces.labels.ravel()[at]] = labels.ravel()[at]
    return lines


def _measure(blob: Blob, stats: Any, centres: Any, scale: float) -> None:
    """How its letters look, by the boxes, areas and middles of its components."""
    blob.pieces, blob.even, blob.letter = letters_among(stats)
    if blob.pieces < 4 or blob.width < 30 * scale:
        return
    tall = stats[:, 3] >= 0.5 * blob.letter
    xs, ys = centres[tall, 0], centres[tall, 1]
    if len(xs) < 4 or np.ptp(xs) < 4 * scale:
        return
    off = xs - xs.mean()
    slope = float(off @ ys) / float(off @ off)
    base = float(ys.mean()) - slope * float(xs.mean())
    spread = float(np.abs(ys - slope * xs - base).mean())
    blob.slope = float(np.degrees(np.arctan(slope)))
    # Askew: its letters follow a slope, and the line is the higher for it.
    blob.askew = abs(blob.slope) > ASKEW and spread < 0.3 * blob.letter and blob.height > 1.25 * blob.letter


def _joined(blobs: list[Blob]) -> list[Blob]:
    """Short neighbours on one height made one: letterspaced words, words far apart.  They come from top to bottom."""
    done: list[Blob] = []
    within_reach: list[Blob] = []
    for blob in blobs:
        # What ends above a line ends above all that follow.
        within_reach = [other for other in within_reach if other.y + other.height > blob.y]
        for other in within_reach:
            gap = max(blob.x - other.right, other.x - blob.right)
            shared = min(blob.bottom, other.bottom) - max(blob.y, other.y)
            alike = 0.7 < blob.letter / max(other.letter, 1.0) < 1.4
            level = shared > 0.6 * min(blob.height, other.height)
            if 0 <= gap < 1.9 * max(blob.letter, other.letter) and alike and level:
                right, bottom = max(blob.right, other.right), max(blob.bottom, other.bottom)
                other.x, other.y = min(blob.x, other.x), min(blob.y, other.y)
                other.width, other.height = right - other.x, bottom - other.y
                total = blob.pieces + other.pieces
                other.even = (other.even * other.pieces + blob.even * blob.pieces) / total
                other.pieces, other.letter = total, max(other.letter, blob.letter)
                other.ink += blob.ink
                other.askew |= blob.askew
                break
        else:
            done.append(blob)
            within_reach.append(blob)
    return done


def spread(blobs: list[Blob]) -> None:
    """A line next to one that is askew, with letters as high and a slope like it or none of its own, belongs to it."""
    askew = [blob for blob in blobs if blob.askew]
    for one in askew:  # grows while it is walked
        for other in blobs:
            if other.askew or not 0.75 < other.letter / one.letter < 1.33:
                continue
            reach = 0.8 * one.letter
            apart = max(one.x - other.right, other.x - one.right, one.y - other.bottom, other.y - one.bottom)
            if apart < reach and (other.pieces < 4 or abs(other.slope - one.slope) < 4):
                other.askew = True
                askew.append(other)


def regions(blobs: list[Blob], shape: tuple[int, ...], scale: float) -> list[tuple[int, int, int, int]]:
    """Boxes of askew blobs that stand together."""
    if not blobs:
        return []
    mask = np.zeros(shape, np.uint8)
    for blob in blobs:
        grow = round(0.3 * blob.letter + scale)
        mask[max(0, blob.y - grow) : blob.bottom + grow, max(0, blob.x - grow) : blob.right + grow] = 255
    return [tuple(int(v) for v in box[:4]) for box in pieces_of(mask).stats[1:]]  # type: ignore[misc]  # four of five
