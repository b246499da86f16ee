"""Codes of document systems on a page: what decodes is no writing.

Only kinds that carry error correction over the whole code are asked for (ISO/IEC 16022, 18004, 24778, 15438): a bar
code of the weaker kinds is read now and then where none is.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from marker.model import Box
from marker.ocr.raster import Picture
from marker.ocr.vision import cv

Grey = NDArray[np.uint8]

_MODULE: Final = 1.5
"""Points that the edge of a code may be found inside or outside its ink."""
_CELL: Final = 8
"""Pixels a side of the cells whose darkness is looked at; at 200 dpi the code of 9 mm is nine of them wide."""
_PAPER: Final = 41
"""Cells within which paper is looked for."""
_SOLID: Final = 4
"""Cells that are dark throughout, both ways, within the smallest code: no lines of print are."""
_DENSE: Final = 70
"""Share of 255 of a cell and its neighbours that is ink at least where a code is: half of it is, of print a fifth."""
_PALEST: Final = 20
"""Levels by which ink is darker than its paper at least."""
_AROUND: Final = 16
"""Cells around such a place that are looked at with it: the rest of its code, and its quiet zone."""
_MOST: Final = 0.5
"""Share of a picture from which on it is looked at as a whole."""


def parts_with_codes(picture: Grey) -> list[tuple[int, int, Grey]]:
    """The parts of a page that a code may stand on, each with its first column and row: where ink is dense both ways.

    ``picture`` is of 150 dpi or more.
    """
    rows, columns = picture.shape[0] // _CELL, picture.shape[1] // _CELL
    if rows < _SOLID or columns < _SOLID:
        return [(0, 0, picture)]
    half = (columns * _CELL // 2, rows * _CELL // 2)
    whole = cv.resize(picture[: rows * _CELL, : columns * _CELL], half, interpolation=cv.INTER_AREA)
    cells = cv.resize(whole, (columns, rows), interpolation=cv.INTER_AREA)
    paper = cv.morphologyEx(cells, cv.MORPH_CLOSE, np.ones((_PAPER, _PAPER), np.uint8))
    darkest = cv.erode(whole, np.ones((_CELL // 2, _CELL // 2), np.uint8), anchor=(0, 0))[:: _CELL // 2, :: _CELL // 2]
    ink = cv.subtract(paper, cv.erode(darkest, np.ones((3, 3), np.uint8)))
    share = cv.divide(cv.blur(cv.subtract(paper, cells), (3, 3)), cv.max(ink, _PALEST), scale=255)
    dense = cv.erode(cv.threshold(share, _DENSE, 255, cv.THRESH_BINARY)[1], np.ones((_SOLID, _SOLID), np.uint8))
    near = cv.dilate(dense, np.ones((2 * _AROUND + 1, 2 * _AROUND + 1), np.uint8))
    if cv.countNonZero(near) > _MOST * rows * columns:
        return [(0, 0, picture)]
    found: list[tuple[int, int, Grey]] = []
    for x, y, width, height, _ in cv.connectedComponentsWithStats(near, connectivity=8)[2][1:].tolist():
        # The last cells include what is left over of a page.
        right = columns * _CELL + _CELL if x + width == columns else (x + width) * _CELL
        bottom = rows * _CELL + _CELL if y + height == rows else (y + height) * _CELL
        found.append((x * _CELL, y * _CELL, picture[y * _CELL : bottom, x * _CELL : right]))
    return found


def codes_on(picture: Picture, per_point: float) -> tuple[Box, ...]:
    """The boxes, in points of the page as displayed, of the codes that decode; ``per_point`` is in pixels."""
    import zxingcpp

    kind = zxingcpp.BarcodeFormat
    wanted = zxingcpp.BarcodeFormats([kind.DataMatrix, kind.QRCode, kind.Aztec, kind.PDF417])
    found: list[Box] = []
    pixels = picture.pixels
    for left, top, part in parts_with_codes(pixels if pixels.ndim == 2 else cv.cvtColor(pixels, cv.COLOR_RGB2GRAY)):
        for code in zxingcpp.read_barcodes(np.ascontiguousarray(part), formats=wanted):
            at = code.position
            corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
            xs, ys = [left + corner.x for corner in corners], [top + corner.y for corner in corners]
            box = Box(min(xs) / per_point, min(ys) / per_point, max(xs) / per_point, max(ys) / per_point)
            found.append(box.grown(_MODULE))
    return tuple(found)
