"""Ink that text does not account for: does the rest of the page hold anything that could be a marking?

The page is drawn twice at 36 dpi, with its text and without.  What differs is text that is seen.  What is left without
text are rules, frames, fills, dots – or something only the page image can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from marker.readers.pdf_space import DPI, LEAST_HEIGHT, LEAST_LENGTH

Picture = NDArray[np.uint8]
"""Grey levels, row by row; 255 is paper."""
Mask = NDArray[np.bool_]

_PAPER: Final = 255
_EDGE: Final = 12
"""Grey levels between neighbours from which on there is an edge; printed paper has no fainter marking."""
_SEEN: Final = 8
_LONG: Final = 20
"""Pixels. A straight edge so long (40 points) is a rule or the side of a frame or table."""
_THICK: Final = 3
"""Pixels across which the two edges of a thin rule lie."""
_MOSTLY: Final = 0.7
"""Part of a rule's length over which it is thin; the rest is where others cross it."""
_FEW_BOXES: Final = 400
"""So many boxes are looked into one by one sooner than the whole page is summed up."""
_BUSY: Final = 6_000
"""Stretches of edge from which on a page is a drawing, and no rule of this module need be tried."""


def seen_mask(with_text: Picture, without_text: Picture) -> Mask:
    """Where text leaves ink that a person sees."""
    mask: Mask = (np.maximum(with_text, without_text) - np.minimum(with_text, without_text)) > _SEEN
    return mask


def any_in(mask: Mask, boxes: NDArray[np.int32]) -> Mask:
    """For each box (x0, y0, x1, y1 in pixels, upper bounds exclusive) whether the mask is set anywhere in it."""
    height, width = mask.shape
    if len(boxes) <= _FEW_BOXES:
        inside = np.clip(boxes, 0, None).tolist()
        return np.array([bool(mask[y0:y1, x0:x1].any()) for x0, y0, x1, y1 in inside], np.bool_)
    sums = np.zeros((height + 1, width + 1), np.int32)
    sums[1:, 1:] = mask.cumsum(0, dtype=np.int32).cumsum(1, dtype=np.int32)
    x0, x1 = np.clip(boxes[:, 0], 0, width), np.clip(boxes[:, 2], 0, width)
    y0, y1 = np.clip(boxes[:, 1], 0, height), np.clip(boxes[:, 3], 0, height)
    found: Mask = (sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]) > 0
    return found & (x1 > x0) & (y1 > y0)


def holds_unread_ink(picture: Picture) -> bool:
    """Whether a picture of the page without its text, at 36 dpi, shows anything large enough to be a marking.

    Long rules, frames, fills, underlines, bullets and dots do not count; a logo, a picture, a signature, outlined
    letters and most charts do.
    """
    inked = picture != _PAPER
    rows, columns = _near_ink(inked.any(axis=1)), _near_ink(inked.any(axis=0))
    if not len(rows):
        return False
    # Most pages hold little: blank rows and columns are left out, all but the two beside ink, which keep things apart.
    edges = _edges(picture[np.ix_(rows, columns)])
    edges &= ~_rules(edges) & ~_rules(edges.T).T
    runs = _runs(edges)
    if len(runs) > _BUSY:
        return True
    found = [part for part in _components(runs) if not _is_frame(part, edges)]
    parts = [
        _Part(int(columns[p.x0]), int(rows[p.y0]), int(columns[p.x1 - 1]) + 1, int(rows[p.y1 - 1]) + 1) for p in found
    ]
    parts = [part for part in parts if not _is_rule(part)]
    return _any_large(parts, upright=False) or _any_large(parts, upright=True)


def _near_ink(inked: Any) -> NDArray[np.intp]:
    """Indexes of the rows or columns that hold ink, and of their neighbours."""
    near: Mask = inked.copy()
    near[1:] |= inked[:-1]
    near[:-1] |= inked[1:]
    return np.flatnonzero(near)


def _edges(picture: Picture) -> Mask:
    across = np.maximum(picture[:, 1:], picture[:, :-1]) - np.minimum(picture[:, 1:], picture[:, :-1]) > _EDGE
    down = np.maximum(picture[1:], picture[:-1]) - np.minimum(picture[1:], picture[:-1]) > _EDGE
    edges = np.zeros(picture.shape, np.bool_)
    edges[:, 1:] |= across
    edges[1:] |= down
    return edges


def _rules(edges: Mask) -> Mask:
    """The pixels of straight horizontal rules: long, unbroken and thin over most of their length.

    Thinness tells a rule from a row of letters, whose edges at this resolution touch as well.
    """
    found = np.zeros_like(edges)
    long = _in_runs_of(edges, _LONG)
    if not long.any():
        return found
    thin = np.zeros((edges.shape[0], edges.shape[1] + 1), np.int32)
    thin[:, 1:] = (edges & ~_in_runs_of(edges.T, _THICK + 1).T).cumsum(1, dtype=np.int32)
    for row, start, end in _runs(long).tolist():
        if thin[row, end] - thin[row, start] >= _MOSTLY * (end - start):
            found[row, start:end] = True
    return found


def _in_runs_of(mask: Mask, length: int) -> Mask:
    """The pixels that belong to horizontal runs of at least that many pixels."""
    found = np.zeros_like(mask)
    inked = mask.any(axis=1)
    if mask.shape[1] < length or not inked.any():
        return found
    rows = mask[inked]
    height, width = rows.shape
    sums = np.zeros((height, width + 1), np.int32)
    rows.cumsum(1, dtype=np.int32, out=sums[:, 1:])
    full = (sums[:, length:] - sums[:, :-length]) == length
    # A pixel belongs to such a run when one of the windows that hold it is full.
    windows = np.zeros((height, width + 1), np.int32)
    full.cumsum(1, dtype=np.int32, out=windows[:, 1 : full.shape[1] + 1])
    windows[:, full.shape[1] + 1 :] = windows[:, full.shape[1], None]
    last = np.minimum(np.arange(width) + 1, full.shape[1])
    first = np.maximum(np.arange(width) + 1 - length, 0)
    found[inked] = (windows[:, last] - windows[:, first]) > 0
    return found


def _runs(mask: Mask) -> NDArray[np.int64]:
    """Horizontal runs of the mask: row, first column, column after the last."""
    inked = np.flatnonzero(mask.any(axis=1))
    padded = np.zeros((len(inked), mask.shape[1] + 2), np.int8)
    padded[:, 1:-1] = mask[inked]
    steps = np.diff(padded, axis=1)
    rows, starts = np.nonzero(steps == 1)
    _, ends = np.nonzero(steps == -1)
    return np.stack([inked[rows], starts, ends], axis=1)


@dataclass(slots=True)
class _Part:
    """A connected piece of ink; upper bounds are exclusive."""

    x0: int
    y0: int
    x1: int
    y1: int

    def take(self, other: _Part) -> None:
        self.x0, self.y0 = min(self.x0, other.x0), min(self.y0, other.y0)
        self.x1, self.y1 = max(self.x1, other.x1), max(self.y1, other.y1)


def _components(runs: Any) -> list[_Part]:
    """Runs that touch, corners included, belong together."""
    parents: list[int] = []

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    boxes: list[_Part] = []
    above: list[tuple[int, int, int]] = []
    current: list[tuple[int, int, int]] = []
    row = -2
    for index, (y, start, end) in enumerate(runs.tolist()):
        if y != row:
            above, current, row = (current if y == row + 1 else []), [], y
        parents.append(index)
        boxes.append(_Part(start, y, end, y + 1))
        for other_start, other_end, other in above:
            if other_start <= end and start <= other_end:
                parents[root(index)] = root(other)
        current.append((start, end, index))
    merged: dict[int, _Part] = {}
    for index, box in enumerate(boxes):
        top = root(index)
        if top in merged:
            merged[top].take(box)
        else:
            merged[top] = box
    return list(merged.values())


def _is_rule(part: _Part) -> bool:
    short, long = sorted((part.x1 - part.x0, part.y1 - part.y0))
    return short <= _THICK and long >= 2 * _THICK


def _is_frame(part: _Part, edges: Mask) -> bool:
    """A rectangle of thin sides with nothing inside, or a filled one, of which only the edge shows."""
    if min(part.x1 - part.x0, part.y1 - part.y0) < 8:
        return False
    inside = edges[part.y0 + _THICK : part.y1 - _THICK, part.x0 + _THICK : part.x1 - _THICK]
    return not inside.any()


def _any_large(parts: list[_Part], *, upright: bool) -> bool:
    """Whether parts in a row (in a column, for upright text) add up to a marking's size."""
    pixels = DPI / 72
    # An edge mask is a pixel larger than the ink.
    high, long = LEAST_HEIGHT * pixels + 1, LEAST_LENGTH * pixels
    if upright:
        parts = [_Part(part.y0, part.x0, part.y1, part.x1) for part in parts]
    words = [_Part(part.x0, part.y0, part.x1, part.y1) for part in parts]
    words.sort(key=lambda word: word.x0)
    rows: list[_Part] = []
    for word in words:
        for row in rows:
            reach = 1.5 * max(row.y1 - row.y0, word.y1 - word.y0)
            shared = min(row.y1, word.y1) - max(row.y0, word.y0)
            if word.x0 - row.x1 <= reach and shared >= 0.5 * min(row.y1 - row.y0, word.y1 - word.y0):
                row.take(word)
                break
        else:
            rows.append(word)
        if len(rows) > 400:
            return True
    return any(row.y1 - row.y0 >= high and row.x1 - row.x0 >= long for row in rows)
