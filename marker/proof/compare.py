"""Two pictures of a page, before and after: what differs, and whether it may.

Arrays of grey levels, 0 black, rows from the top.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from marker.model import Box
from marker.proof.view import Colours, Movement, PageView, Picture, darkest

Mask = NDArray[np.bool_]

_PIXELS: Final = 400_000
"""Size of the pictures of whole pages: A4 at 64 dpi."""
_LEAST_SCALE: Final = 0.5
_MOST_SCALE: Final = 4.0
"""Pixels to a point for pictures of large and of small pages."""
_MOST_PIXELS: Final = 16_000_000
_SAME: Final = 6
"""Grey levels by which pixels of the same content may differ when it stayed where it was: none, but for rounding."""
_SAME_MOVED: Final = 24
"""The same, where it was moved: the last digits of coordinates differ."""
_LEAST_SHRINK: Final = 0.44
"""What is shrunk further cannot be read any more."""
_UNMOVED: Final = 0.9999
_FLAT: Final = 64
_LIGHT: Final = 128


def scale_for(view: PageView, unit: float) -> float:
    """Pixels to a unit of user space, ``unit`` points, for pictures of the whole page."""
    area = max(1.0, view.width * view.height)
    befitting = min(_MOST_SCALE, max(_LEAST_SCALE, math.sqrt(_PIXELS / area) / unit)) * unit
    return min(befitting, math.sqrt(_MOST_PIXELS / area))


@dataclass(frozen=True)
class Pixels:
    """Pixels of one picture: their rows and columns, and whether each is darker than it was."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    darker: Mask

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, mask: Mask) -> Pixels:
        return Pixels(self.rows[mask], self.columns[mask], self.darker[mask])

    def and_(self, others: Pixels) -> Pixels:
        return Pixels(
            np.concatenate((self.rows, others.rows)),
            np.concatenate((self.columns, others.columns)),
            np.concatenate((self.darker, others.darker)),
        )


@dataclass(frozen=True)
class Difference:
    """What changed between the picture of the original (moved, where the copy moved it) and that of the copy."""

    before: Colours
    after: Colours
    scale: float
    changed: Pixels
    same: int
    """Grey levels by which pixels may differ and still show the same."""

    def of_another(self, copy: Colours) -> Difference:
        """The difference of the same original and another ``copy``, of which only what it shows otherwise than this one
        has to be compared."""
        differs = (copy != self.after).any(axis=1)
        kept = self.changed.where(~differs[self.changed.rows])
        more = _changed(self.before, copy, np.flatnonzero(differs), self.same)
        return replace(self, after=copy, changed=kept.and_(more))

    def shows_alike(self, other: Difference, box: Box) -> bool:
        """Whether both copies show the same in ``box``, two pixels around it included."""
        part = self._range(box, 2)
        return self.after.shape == other.after.shape and bool((self.after[part] == other.after[part]).all())

    def is_new(self, box: Box) -> bool:
        """Whether what stands in ``box`` is ink of the copy alone: a tenth of it, as lines of text have."""
        rows, columns = self._range(box)
        area = (rows.stop - rows.start) * (columns.stop - columns.start)
        return bool(area and (_inside(self.changed, rows, columns) & self.changed.darker).sum() > 0.1 * area)

    def was_free(self, box: Box) -> bool:
        """Whether the original showed nothing in ``box`` but an even, light ground."""
        part = darkest(self.before[self._range(box)])
        return bool(part.size and int(part.max()) - int(part.min()) <= _FLAT and part.min() >= _LIGHT)

    def shown(self, box: Box) -> Picture:
        """The copy's picture of ``box``, two pixels around it included."""
        return darkest(self.after[self._range(box, 2)])

    def outside(self, boxes: list[Box]) -> Pixels:
        """What changed and does not lie in ``boxes``, a pixel and a half around them included."""
        left = self.changed
        for box in boxes:
            left = left.where(~_inside(left, *self._range(box, 1.5)))
        return left

    def box_of(self, pixels: Pixels) -> Box | None:
        """The rectangle around ``pixels``, units of user space; None when there are none."""
        if not len(pixels):
            return None
        sides = (pixels.columns.min(), pixels.rows.min(), pixels.columns.max() + 1, pixels.rows.max() + 1)
        return Box(*(float(side) / self.scale for side in sides))

    def patches(self, pixels: Pixels) -> Iterator[Box]:
        """The rectangles around those of ``pixels`` that stand together, two pixels or less from one another."""
        import cv2

        mask = np.zeros(self.before.shape, dtype=np.uint8)
        mask[pixels.rows, pixels.columns] = 1
        joined = cv2.dilate(mask, np.ones((3, 3), dtype=np.uint8))
        for x, y, wide, high, _area in cv2.connectedComponentsWithStats(joined)[2][1:]:
            part = _inside(pixels, slice(y, y + high), slice(x, x + wide))
            if (box := self.box_of(pixels.where(part))) is not None:
                yield box

    def _range(self, box: Box, grow: float = 0.0) -> tuple[slice, slice]:
        """Rows and columns that ``box`` (units of user space, as displayed) touches, with ``grow`` pixels around."""
        rows, columns = self.before.shape
        x0, y0 = box.x0 * self.scale - grow, box.y0 * self.scale - grow
        x1, y1 = box.x1 * self.scale + grow, box.y1 * self.scale + grow
        top, left = max(0, math.floor(y0)), max(0, math.floor(x0))
        return slice(top, max(top, min(rows, math.ceil(y1)))), slice(left, max(left, min(columns, math.ceil(x1))))


def _inside(pixels: Pixels, rows: slice, columns: slice) -> Mask:
    across = (pixels.columns >= columns.start) & (pixels.columns < columns.stop)
    return np.asarray((pixels.rows >= rows.start) & (pixels.rows < rows.stop) & across)


def compare(before: PageView, after: PageView, unit: float, moved: Movement | None, anew: bool = False) -> Difference:
    """The difference of two pages of one size; ``unit`` is points to a unit of user space.

    Where the copy ``moved`` the page's content, the original is moved likewise before its picture is taken: that the
    copy says so is no proof, that the two pictures then agree is.
    """
    scale = scale_for(before, unit)
    copy = after.colours(scale)
    if moved is not None:
        before.move(moved, anew)
    original = before.colours(scale)
    same = _SAME if moved is None else _SAME_MOVED
    rows = np.flatnonzero((copy != original).any(axis=1))  # most rows of most pages are not touched at all
    return Difference(original, copy, scale, _changed(original, copy, rows, same), same)


def _changed(original: Colours, copy: Colours, rows: NDArray[np.intp], same: int) -> Pixels:
    """The pixels in ``rows`` that differ by more than ``same`` grey levels."""
    step = darkest(copy[rows]).astype(np.int16) - darkest(original[rows])
    found, columns = np.nonzero(np.abs(step) > same)
    return Pixels(rows[found], columns, step[found, columns] < 0)


def moved_by(before: PageView, after: PageView) -> Movement | None:
    """How the copy moved the page's content, as PDFium sees the same objects in both files.

    None when it did not, and when it did what a stamper may not: shrink it beyond recognition, or move any of it off
    the page.
    """
    for moved in _movements(before, after):
        if not math.isfinite(moved.scale):
            continue
        left, bottom, right, top = before.page.get_bbox()
        low = (moved.scale * left + moved.x - left, moved.scale * bottom + moved.y - bottom)
        high = (right - moved.scale * right - moved.x, top - moved.scale * top - moved.y)
        inside = min(*low, *high) > -0.5
        return moved if _LEAST_SHRINK <= moved.scale < _UNMOVED and inside else None
    return None


def _movements(before: PageView, after: PageView) -> Iterator[Movement]:
    """The movement of each object and annotation that both pages have."""
    for was, now in zip(before.object_matrices(), after.object_matrices(), strict=False):
        if was is None or now is None or not any(was[:4]):
            continue
        at = max(range(4), key=[abs(value) for value in was[:4]].__getitem__)
        scale = now[at] / was[at]
        yield Movement(scale, now[4] - scale * was[4], now[5] - scale * was[5])
    for old, new in zip(before.annotation_rects(), after.annotation_rects(), strict=False):
        if old[2] - old[0] > 1:
            scale = (new[2] - new[0]) / (old[2] - old[0])
            yield Movement(scale, new[0] - scale * old[0], new[1] - scale * old[1])
