"""Letters closed to lines: what may be one line of text, how its letters look and whether it runs askew."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from marker.ocr.apart import ASKEW, Mask
from marker.ocr.frames import letters_of, row_spans
from marker.ocr.vision import cv

JOIN: Final = 9.0
"""Points between letters of one line; letterspaced marks have 6."""


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


def blobs_of(letters: Mask, scale: float) -> list[Blob]:
    """Letters joined to lines, from top to bottom."""
    reach = max(3, round(JOIN * scale))
    closed = cv.morphologyEx(letters, cv.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    count, labels, stats, _ = cv.connectedComponentsWithStats(closed, connectivity=8)
    blobs: list[Blob] = []
    for index in range(1, count):
        x, y, w, h, _area = (int(value) for value in stats[index])
        if w < 12 * scale or h < 4 * scale:
            continue
        window = letters[y : y + h, x : x + w]
        own = window & np.where(labels[y : y + h, x : x + w] == index, 255, 0).astype(np.uint8)
        for top, bottom in _level_rows(own, scale):
            blob = Blob(x, y + top, w, bottom - top)
            blob.ink = ink_in(letters, blob)
            _measure(blob, own[top:bottom], scale)
            if 3.6 * scale <= blob.letter <= 64 * scale and blob.pieces >= 2:
                blobs.append(blob)
    blobs.sort(key=lambda blob: blob.y)
    return _joined(blobs)


def _level_rows(own: Mask, scale: float) -> list[tuple[int, int]]:
    """The rows of what was closed to one line: tails and accents join lines that are set tight.

    All of it is one row unless rows of one height are clear; only those of capitals and of print are, not askew ones.
    """
    height = own.shape[0]
    spans = row_spans(own, scale) if height > 2 * _LEAST_HEIGHT * scale else []
    heights = [bottom - top for top, bottom in spans]
    if len(spans) < 2 or len(spans) > 4 or min(heights) < 0.6 * max(heights) or sum(heights) < 0.7 * height:
        return [(0, height)]
    edges = [0, *((before[1] + after[0]) // 2 for before, after in pairwise(spans)), height]
    return list(pairwise(edges))


def ink_in(letters: Mask, blob: Blob) -> int:
    return int(cv.countNonZero(letters[blob.y : blob.bottom, blob.x : blob.right]))


def _measure(blob: Blob, own: Mask, scale: float) -> None:
    blob.pieces, blob.even, blob.letter = letters_of(own)
    if blob.pieces < 4 or blob.width < 30 * scale:
        return
    _, _, stats, centres = cv.connectedComponentsWithStats(own, connectivity=8)
    tall = stats[1:, 3] >= 0.5 * blob.letter
    xs, ys = centres[1:, 0][tall], centres[1:, 1][tall]
    if len(xs) < 4 or np.ptp(xs) < 4 * scale:
        return
    slope, base = np.polyfit(xs, ys, 1)
    spread = float(np.abs(ys - slope * xs - base).mean())
    blob.slope = float(np.degrees(np.arctan(slope)))
    # Askew: its letters follow a slope, and the line is the higher for it.
    blob.askew = abs(blob.slope) > ASKEW and spread < 0.3 * blob.letter and blob.height > 1.25 * blob.letter


def _joined(blobs: list[Blob]) -> list[Blob]:
    """Short neighbours on one height made one: letterspaced words, words far apart."""
    done: list[Blob] = []
    for blob in blobs:
        for other in done:
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
    count, _, stats, _ = cv.connectedComponentsWithStats(mask, connectivity=8)
    return [tuple(int(v) for v in stats[index][:4]) for index in range(1, count)]  # type: ignore[misc]  # four of five
