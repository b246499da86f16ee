"""From a PDF page's user space to the page as displayed (ISO 32000-1, 8.3.2 and 14.11.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from marker.model import Box
from marker.readers.pdfium import pdfium

DPI: Final = 36
"""Coarse enough to take a millisecond, fine enough that letters 6 points high leave ink 3 pixels high."""
LEAST_LETTERS: Final = 5.0
"""Points; whether smaller letters are seen is looked for on the page's picture."""
LEAST_HEIGHT: Final = 6.0
LEAST_LENGTH: Final = 18.0
"""Points. What is smaller in one of both ways holds no marking: three letters of 9 points (ДСП) are 19 points long."""
_ROW: Final = 20.0
_FARTHEST: Final = 15_000.0
"""Points: no page is higher."""


@dataclass(frozen=True, slots=True)
class Space:
    """From a page's user space to points of the page as displayed, after CropBox, /Rotate and UserUnit."""

    width: float
    height: float
    """Of the displayed page, points."""
    quarters: int
    """Clockwise quarter turns."""
    unit: float
    """Points of a unit of user space (UserUnit)."""
    matrix: tuple[float, float, float, float, float, float]

    def point(self, x: float, y: float) -> tuple[float, float]:
        """A point of user space as displayed."""
        a, b, c, d, e, f = self.matrix
        return a * x + c * y + e, b * x + d * y + f

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """A rectangle of user space as displayed."""
        a, b, c, d, e, f = self.matrix
        x0, x1 = a * left + c * bottom + e, a * right + c * top + e
        y0, y1 = b * left + d * bottom + f, b * right + d * top + f
        if x0 > x1:
            x0, x1 = x1, x0
        if y0 > y1:
            y0, y1 = y1, y0
        return Box(x0, y0, x1, y1)


def space_of(page: Any, unit: float) -> Space:
    """The space of a ``pypdfium2.PdfPage``; ``unit`` is its UserUnit."""
    bounds = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, bounds)
    left, bottom, right, top = bounds.left, bounds.bottom, bounds.right, bounds.top
    quarters = pdfium.FPDFPage_GetRotation(page) % 4
    matrix = (
        (unit, 0.0, 0.0, -unit, -left * unit, top * unit),
        (0.0, unit, unit, 0.0, -bottom * unit, -left * unit),
        (-unit, 0.0, 0.0, unit, right * unit, -bottom * unit),
        (0.0, -unit, -unit, 0.0, top * unit, right * unit),
    )[quarters]
    wide, high = (right - left) * unit, (top - bottom) * unit
    return Space(high if quarters % 2 else wide, wide if quarters % 2 else high, quarters, unit, matrix)


class Rows:
    """Some boxes of a page, to be asked which of them reach into the height of another."""

    def __init__(self, boxes: Sequence[Box], numbers: Iterable[int]) -> None:
        self._rows: dict[int, list[int]] = defaultdict(list)
        for number in numbers:
            for row in _rows(boxes[number]):
                self._rows[row].append(number)

    def near(self, box: Box) -> set[int]:
        """The numbers of the boxes that may be as high up as ``box``, and some more."""
        return {number for row in _rows(box) for number in self._rows.get(row, ())}


def _rows(box: Box) -> range:
    """Rows of the page that a box reaches into."""
    first, last = (min(max(edge, -_FARTHEST), _FARTHEST) // _ROW for edge in (box.y0, box.y1))
    return range(int(first), int(last) + 1)
