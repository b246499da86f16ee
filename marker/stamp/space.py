"""Where on a displayed page nothing stands: a grid of busy cells, asked for free places.

Points, origin top left.  Free means free with a clearance around; a place is taken as soon as one busy cell touches it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from marker.model import Box

_LEAST_CELL: Final = 1.5
_MOST_CELLS: Final = 500_000


def cell_size(width: float, height: float) -> float:
    """The side of a grid's cells for a page of that size, points: 1.5 up to A3, more on larger pages."""
    return max(_LEAST_CELL, math.sqrt(width * height / _MOST_CELLS))


@dataclass
class Space:
    """A page of ``width`` × ``height`` points, covered exactly by the equal cells of ``busy[row, column]``."""

    width: float
    height: float
    busy: NDArray[np.bool_]
    _sums: NDArray[np.int32] | None = field(default=None, init=False, repr=False)
    _answers: dict[object, Box | None] = field(default_factory=dict, init=False, repr=False)
    """What :meth:`find` found: the copies of a set ask for the same places."""

    @classmethod
    def empty(cls, width: float, height: float) -> Space:
        """A page on which nothing stands."""
        cell = cell_size(width, height)
        shape = (max(1, math.ceil(height / cell)), max(1, math.ceil(width / cell)))
        return cls(width, height, np.zeros(shape, dtype=bool))

    @property
    def _cell(self) -> tuple[float, float]:
        """Width and height of a cell, points."""
        rows, columns = self.busy.shape
        return self.width / columns, self.height / rows

    def _cells(self, box: Box) -> tuple[slice, slice]:
        """Rows and columns of the cells that ``box`` touches; what lies off the page touches none."""
        rows, columns = self.busy.shape
        wide, high = self._cell
        x0, y0 = max(0, math.floor(box.x0 / wide)), max(0, math.floor(box.y0 / high))
        x1, y1 = min(columns, math.ceil(box.x1 / wide)), min(rows, math.ceil(box.y1 / high))
        return slice(y0, max(y0, y1)), slice(x0, max(x0, x1))

    def occupy(self, box: Box) -> None:
        """Mark ``box`` as busy; what lies off the page is ignored."""
        self.busy[self._cells(box)] = True
        self._sums = None
        self._answers.clear()

    def is_free(self, box: Box) -> bool:
        """Whether no busy cell touches ``box``."""
        return not self.busy[self._cells(box)].any()

    def find(
        self,
        size: tuple[float, float],
        region: Box,
        preferred: tuple[float, float],
        taken: tuple[Box, ...] = (),
        clearance: float = 0.0,
    ) -> Box | None:
        """The free place of ``size`` (width, height) inside ``region`` whose top left corner is nearest ``preferred``.

        ``taken`` are places given away already.  Sideways distance counts double: a stamp that keeps its column is
        found by the eye.  None when there is no such place.
        """
        asked = (size, region, preferred, taken, clearance)
        if asked not in self._answers:
            self._answers[asked] = self._find(size, region, preferred, taken, clearance)
        return self._answers[asked]

    def _find(
        self,
        size: tuple[float, float],
        region: Box,
        preferred: tuple[float, float],
        taken: tuple[Box, ...],
        clearance: float,
    ) -> Box | None:
        wide, high = size
        region = Box(max(0, region.x0), max(0, region.y0), min(self.width, region.x1), min(self.height, region.y1))
        first = Box(preferred[0], preferred[1], preferred[0] + wide, preferred[1] + high)
        if _inside(first, region) and self._takes(first, taken, clearance):
            return first
        xs = _starts(region.x0, region.x1 - wide, preferred[0], self._cell[0])
        ys = _starts(region.y0, region.y1 - high, preferred[1], self._cell[1])
        if not len(xs) or not len(ys):
            return None
        free = self._free_at(xs, ys, wide, high, clearance)
        for other in taken:
            grown = other.grown(clearance)
            across = (xs < grown.x1) & (xs + wide > grown.x0)
            down = (ys < grown.y1) & (ys + high > grown.y0)
            free &= ~(down[:, None] & across[None, :])
        if not free.any():
            return None
        cost = np.abs(ys - preferred[1])[:, None] + 2 * np.abs(xs - preferred[0])[None, :]
        row, column = np.unravel_index(int(np.argmin(np.where(free, cost, np.inf))), cost.shape)
        x, y = float(xs[column]), float(ys[row])
        return Box(x, y, x + wide, y + high)

    def _takes(self, box: Box, taken: tuple[Box, ...], clearance: float) -> bool:
        grown = box.grown(clearance)
        return self.is_free(grown) and not any(grown.overlaps(other) for other in taken)

    def _free_at(
        self, xs: NDArray[np.float64], ys: NDArray[np.float64], wide: float, high: float, clearance: float
    ) -> NDArray[np.bool_]:
        sums = self._integral()
        (rows, columns), (cell_wide, cell_high) = self.busy.shape, self._cell
        left = np.clip(np.floor((xs - clearance) / cell_wide), 0, columns).astype(int)
        right = np.clip(np.ceil((xs + wide + clearance) / cell_wide), 0, columns).astype(int)
        top = np.clip(np.floor((ys - clearance) / cell_high), 0, rows).astype(int)
        bottom = np.clip(np.ceil((ys + high + clearance) / cell_high), 0, rows).astype(int)
        below = sums[np.ix_(bottom, right)] - sums[np.ix_(bottom, left)]
        above = sums[np.ix_(top, right)] - sums[np.ix_(top, left)]
        return np.asarray(below == above)

    def _integral(self) -> NDArray[np.int32]:
        """``sums[r, c]``: busy cells above row r and left of column c."""
        if self._sums is None:
            rows, columns = self.busy.shape
            self._sums = np.zeros((rows + 1, columns + 1), dtype=np.int32)
            np.cumsum(np.cumsum(self.busy, axis=0, dtype=np.int32), axis=1, out=self._sums[1:, 1:])
        return self._sums


def _inside(box: Box, region: Box) -> bool:
    return region.x0 <= box.x0 and region.y0 <= box.y0 and box.x1 <= region.x1 and box.y1 <= region.y1


def _starts(low: float, high: float, preferred: float, step: float) -> NDArray[np.float64]:
    """Candidate coordinates, a cell apart, from ``low`` to ``high``, both and ``preferred`` included."""
    if high < low:
        return np.empty(0)
    return np.concatenate((np.arange(low, high, step), [high, min(max(preferred, low), high)]))
