"""Two pictures of a page, before and after: what differs, and whether it may.

Arrays of grey levels, 0 black, rows from the top.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from marker.model import Box
from marker.proof.view import Matrix, PageView, Picture

Mask = NDArray[np.bool_]

_PIXELS: Final = 500_000
"""Size of the pictures of whole pages: A4 at 72 dpi."""
_MOST_SCALE: Final = 4.0
_SAME: Final = 6
"""Grey levels by which pixels of the same content may differ when it stayed where it was: none, but for rounding."""
_SAME_MOVED: Final = 56
"""The same, between a page drawn smaller and the page's smaller picture: edges fall on other pixels."""
_FLAT: Final = 64
_LIGHT: Final = 128


def scale_for(view: PageView) -> float:
    """Pixels to a unit of user space for pictures of the whole page."""
    return min(_MOST_SCALE, math.sqrt(_PIXELS / max(1.0, view.width * view.height)))


@dataclass(frozen=True)
class Difference:
    """What changed between the picture of the original (moved, where the copy moved it) and that of the copy."""

    before: Picture
    after: Picture
    scale: float
    changed: Mask
    darker: Mask
    """Where there is ink that was not there before."""

    def pixels(self, box: Box, grow: float = 0.0) -> tuple[slice, slice]:
        """Rows and columns that ``box`` (units of user space, as displayed) touches, with ``grow`` pixels around."""
        rows, columns = self.before.shape
        x0, y0 = box.x0 * self.scale - grow, box.y0 * self.scale - grow
        x1, y1 = box.x1 * self.scale + grow, box.y1 * self.scale + grow
        return (
            slice(max(0, math.floor(y0)), max(0, min(rows, math.ceil(y1)))),
            slice(max(0, math.floor(x0)), max(0, min(columns, math.ceil(x1)))),
        )

    def is_new(self, box: Box) -> bool:
        """Whether what stands in ``box`` is ink of the copy alone: a tenth of it, as lines of text have."""
        part = self.darker[self.pixels(box)]
        return bool(part.size and part.mean() > 0.1)

    def was_free(self, box: Box) -> bool:
        """Whether the original showed nothing in ``box`` but an even, light ground."""
        part = self.before[self.pixels(box)]
        return bool(part.size and int(part.max()) - int(part.min()) <= _FLAT and part.min() >= _LIGHT)

    def outside(self, boxes: list[Box]) -> tuple[Mask, Mask]:
        """``changed`` and ``darker`` without what lies in ``boxes``, a pixel and a half around them included."""
        changed, darker = self.changed.copy(), self.darker.copy()
        for box in boxes:
            changed[self.pixels(box, 1.5)] = darker[self.pixels(box, 1.5)] = False
        return changed, darker

    def box_of(self, mask: Mask) -> Box | None:
        """The rectangle around ``mask``, units of user space; None when it is empty."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            return None
        sides = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
        return Box(*(float(side) / self.scale for side in sides))


def compare(before: PageView, after: PageView, moved: Matrix | None) -> Difference:
    """The difference of two pages of one size. ``moved`` is where the copy says the content went, checked here: a
    picture of the original moved so must be found in the copy."""
    scale = scale_for(before)
    copy = after.picture(scale)
    if moved is None:
        original = before.picture(scale)
        step = copy.astype(np.int16) - original
        return Difference(original, copy, scale, np.abs(step) > _SAME, step < -_SAME)
    original = before.moved_picture(scale, moved)
    was, now = original.astype(np.int16), copy.astype(np.int16)
    was_dark, was_light = _around(np.minimum, was), _around(np.maximum, was)
    now_dark, now_light = _around(np.minimum, now), _around(np.maximum, now)
    darker = now < was_dark - _SAME_MOVED
    gone = (was < now_dark - _SAME_MOVED) | (was > now_light + _SAME_MOVED)
    return Difference(original, copy, scale, darker | gone | (now > was_light + _SAME_MOVED), darker)


def moved_by(before: PageView, after: PageView) -> Matrix | None:
    """How the copy moved the page's content, as PDFium sees the same objects in both files: points as displayed, an
    even scale and a shift; None when it did not.

    It only says where to look; :func:`compare` decides.
    """
    for scale, x, y in _movements(before, after):
        if not (math.isfinite(scale) and 0.3 < scale < 1.5):
            continue
        if abs(scale - 1) < 1e-4 and abs(x) < 0.01 and abs(y) < 0.01:
            return None
        at = (before.width / 3, before.height / 3)
        was = before.to_displayed(*at)
        now = before.to_displayed(at[0] * scale + x, at[1] * scale + y)
        return (scale, 0.0, 0.0, scale, now[0] - scale * was[0], now[1] - scale * was[1])
    return None


def _movements(before: PageView, after: PageView) -> list[tuple[float, float, float]]:
    """Scale and shift (user space) of each object and annotation that both pages have."""
    found: list[tuple[float, float, float]] = []
    for was, now in zip(before.object_matrices(), after.object_matrices(), strict=False):
        size = None if was is None else max(abs(value) for value in was[:4])
        if was is None or now is None or not size:
            continue
        at = max(range(4), key=lambda index, held=was: abs(held[index]))  # type: ignore[misc]  # default binds the loop's value
        scale = now[at] / was[at]
        found.append((scale, now[4] - scale * was[4], now[5] - scale * was[5]))
    for old, new in zip(before.annotation_rects(), after.annotation_rects(), strict=False):
        if old[2] - old[0] > 1:
            scale = (new[2] - new[0]) / (old[2] - old[0])
            found.append((scale, new[0] - scale * old[0], new[1] - scale * old[1]))
    return found


def _around(pick: np.ufunc, values: NDArray[np.int16]) -> NDArray[np.int16]:
    """``pick`` (minimum or maximum) of each pixel and its eight neighbours."""
    padded = np.pad(values, 1, mode="edge")
    rows = pick(pick(padded[:-2], padded[1:-1]), padded[2:])
    return np.asarray(pick(pick(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:]))
