"""From a PDF page's boxes to the page as displayed, and back: pure arithmetic.

A displayed page has its origin top left, x to the right and y downwards, in points of paper (1/72 inch): /Rotate,
CropBox and UserUnit are accounted for here and nowhere else.  ISO 32000-1: boxes 14.11.2, /Rotate and /UserUnit
7.7.3.3 (table 30), matrices 8.3.4.  Faulty values are read as PDFium reads them, because PDFium's picture of the page
is what the stamp is proved by.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from marker.model import Box

Matrix = tuple[float, float, float, float, float, float]
"""``(a, b, c, d, e, f)`` as in PDF: ``x' = a·x + c·y + e``, ``y' = b·x + d·y + f``."""

IDENTITY: Final[Matrix] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_LETTER: Final = (0.0, 0.0, 612.0, 792.0)
_LARGEST_USER_UNIT: Final = 1_000.0


def apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return (a * x + c * y + e, b * x + d * y + f)


def multiply(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that applies ``first`` and then ``then``."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def invert(matrix: Matrix) -> Matrix:
    """The matrix that undoes ``matrix``. Raises ValueError when nothing can."""
    a, b, c, d, e, f = matrix
    det = a * d - b * c
    if det == 0 or not math.isfinite(det):
        raise ValueError("the matrix has no inverse")
    return (d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det)


def bounds(matrix: Matrix, box: Box) -> Box:
    """The upright rectangle around ``box`` once ``matrix`` has moved it."""
    corners = [apply(matrix, x, y) for x in (box.x0, box.x1) for y in (box.y0, box.y1)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


@dataclass(frozen=True, slots=True)
class PageFrame:
    """One page as displayed: its size in points and the way between its two coordinate systems."""

    width: float
    height: float
    to_user: Matrix
    """Displayed (origin top left, y down, points) → user space."""
    unit: float = 1.0
    """UserUnit: points to one unit of user space."""

    @property
    def to_displayed(self) -> Matrix:
        return invert(self.to_user)

    @property
    def upright_to_user(self) -> Matrix:
        """Displayed, but with the origin bottom left and y upwards, as text is drawn in, → user space."""
        return multiply((1.0, 0.0, 0.0, -1.0, 0.0, self.height), self.to_user)


def page_frame(
    media_box: Sequence[float] | None,
    crop_box: Sequence[float] | None,
    rotate: float | None,
    user_unit: float | None,
) -> PageFrame:
    """The page that shows CropBox ∩ MediaBox, turned by ``rotate`` degrees clockwise.

    All values are the page's own or inherited ones, None when there are none.  Boxes may have their corners in any
    order.  Raises ValueError when what is left to show has no area.
    """
    media = _rectangle(media_box) or _LETTER
    shown = _rectangle(crop_box) or media
    x0, y0 = max(shown[0], media[0]), max(shown[1], media[1])
    x1, y1 = min(shown[2], media[2]), min(shown[3], media[3])
    if x0 >= x1 or y0 >= y1:
        raise ValueError("its CropBox lies outside its MediaBox")
    unit = user_unit if user_unit and 0 < user_unit <= _LARGEST_USER_UNIT else 1.0
    u = 1.0 / unit
    turn = _quarter_turns(rotate)
    wide, high = (x1 - x0) * unit, (y1 - y0) * unit
    if turn == 0:
        return PageFrame(wide, high, (u, 0.0, 0.0, -u, x0, y1), unit)
    if turn == 1:
        return PageFrame(high, wide, (0.0, u, u, 0.0, x0, y0), unit)
    if turn == 2:
        return PageFrame(wide, high, (-u, 0.0, 0.0, u, x1, y0), unit)
    return PageFrame(high, wide, (0.0, -u, -u, 0.0, x1, y1), unit)


def _quarter_turns(rotate: float | None) -> int:
    """0 to 3 clockwise; what is no multiple of 90 counts as the multiple below it, towards zero."""
    if rotate is None or not math.isfinite(rotate):
        return 0
    return math.trunc(rotate / 90) % 4


def _rectangle(box: Sequence[float] | None) -> tuple[float, float, float, float] | None:
    if box is None or len(box) != 4 or not all(math.isfinite(value) for value in box):
        return None
    x0, x1 = sorted((float(box[0]), float(box[2])))
    y0, y1 = sorted((float(box[1]), float(box[3])))
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None
