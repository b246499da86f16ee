"""Cutting a line out of a layer: turned level, scaled to one height of letters, from ink to paper in full contrast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from marker.ocr.colour import Grey
from marker.ocr.pieces import pieces_of
from marker.ocr.shares import counts_of, level_at
from marker.ocr.vision import cv

LETTER: Final = 32
"""Pixels: the height of capitals on a crop.  Tesseract reads capitals of 30 to 40 best."""
MARGIN: Final = 14
"""Pixels of paper around the letters; diacritics and descenders stand in it."""
WORN: Final = 5
"""Pixels of gaps that are closed in stamp ink at first."""
_THIN: Final = 0.075
"""Share of a crop's height that the strokes of a stamp are at least broad."""
_TAILS: Final = 0.25
"""Heights of its letters that the tails and accents of its neighbours reach into a line at most."""
_INK: Final = 160
"""Grey level below which a pixel of a crop is ink."""
LONGEST: Final = 2_600
"""Pixels; a longer line is no marking."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A line on a layer: a rectangle turned by ``angle`` (degrees its text falls to the right), in layer pixels.

    ``width`` runs along the text, ``height`` is that of its capitals.
    """

    x: float
    y: float
    width: float
    height: float
    angle: float

    def zoomed(self, zoom: float) -> Strip:
        """The same line on a layer so many times as fine."""
        return Strip(self.x * zoom, self.y * zoom, self.width * zoom, self.height * zoom, self.angle)

    def corners(self, grow: float = 0.0) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """Its four corners (x, y), top left first, clockwise; ``grow`` in heights."""
        slope = np.radians(self.angle)
        along, down = np.array([np.cos(slope), np.sin(slope)]), np.array([-np.sin(slope), np.cos(slope)])
        half = along * (self.width / 2 + grow * self.height), down * (0.5 + grow) * self.height
        middle = np.array([self.x, self.y])
        return np.array(
            [
                middle - half[0] - half[1],
                middle + half[0] - half[1],
                middle + half[0] + half[1],
                middle - half[0] + half[1],
            ]
        )


def cut(
    layer: Grey, strip: Strip, *, worn: int = 0, framed: bool = False, tight: bool = False, letter: int = LETTER
) -> Grey:
    """The strip, level, its capitals ``letter`` pixels high, with a margin.

    ``worn`` closes gaps of stamp ink so many pixels wide; ``framed`` whitens the margin beyond diacritics, where the
    frame's lines are; ``tight``: other rows of its stamp may stand so close that their tails reach into it.
    """
    zoom = letter / max(1.0, strip.height)
    margin = round(MARGIN * letter / LETTER)
    width, height = min(LONGEST, round(strip.width * zoom) + 2 * margin), letter + 2 * margin
    slope = np.radians(strip.angle)
    cos, sin = np.cos(slope) / zoom, np.sin(slope) / zoom
    # From pixels of the crop to pixels of the layer.
    matrix = np.array(
        [
            [cos, -sin, strip.x - cos * width / 2 + sin * height / 2],
            [sin, cos, strip.y - sin * width / 2 - cos * height / 2],
        ],
        np.float64,
    )
    if zoom < 0.6:  # far too fine: area sampling first, or strokes break
        share = zoom * 1.2
        x0, y0, x1, y1 = bounds_of(strip, layer.shape[1], layer.shape[0])
        layer = cv.resize(layer[y0:y1, x0:x1], None, fx=share, fy=share, interpolation=cv.INTER_AREA)
        matrix = (matrix - np.array([[0, 0, x0], [0, 0, y0]])) * share
    flags = cv.INTER_CUBIC | cv.WARP_INVERSE_MAP
    crop = cv.warpAffine(layer, matrix, (width, height), flags=flags, borderValue=255)
    crop = _contrast(crop, worn=worn)
    _clear_neighbours(crop, margin)
    if tight:
        _clear_neighbours(crop, margin + round(_TAILS * letter))
    if framed:
        beside, above = margin - round(0.16 * letter), margin - round(0.34 * letter)
        crop[:, :beside] = crop[:, width - beside :] = 255
        crop[: max(0, above)] = 255
        crop[height - max(0, above) :] = 255
    return crop


def _clear_neighbours(crop: Grey, deep: int) -> None:
    """Whiten what the lines above and below leave in the margins: ink at the edge that reaches no further than
    ``deep``."""
    for part in (crop[: deep + 1], crop[: -deep - 2 : -1]):  # with one row more, from the edge inwards
        _clear_from_edge(part)


def _clear_from_edge(part: Grey) -> None:
    """Whiten the ink that touches the first row of a part and not its last."""
    if part[0].min() > _INK:
        return
    ink = cv.threshold(part, _INK, 255, cv.THRESH_BINARY_INV)[1]
    pieces = pieces_of(ink)
    labels, stats = pieces.labels, pieces.stats
    drop = (stats[:, 1] == 0) & (stats[:, 3] < len(part))
    drop[0] = False
    if drop.any():
        gone = cv.dilate(np.where(drop[labels], 255, 0).astype(np.uint8), np.ones((3, 3), np.uint8))
        part[gone > 0] = 255


def bounds_of(strip: Strip, width: int, height: int) -> tuple[int, int, int, int]:
    """The box (x0, y0, x1, y1) of a layer of that size that all of a strip's crop comes from."""
    corners = strip.corners(1.5)
    low, high = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0)) + 1
    return (
        int(min(max(0, low[0]), width - 1)),
        int(min(max(0, low[1]), height - 1)),
        int(max(1, min(width, high[0]))),
        int(max(1, min(height, high[1]))),
    )


def bolder(crop: Grey) -> Grey:
    """The crop without strokes much thinner than those of its own letters: print that a bold stamp lies over."""
    reach = max(3, round(_THIN * crop.shape[0]))
    bold = cv.getStructuringElement(cv.MORPH_ELLIPSE, (reach, reach))
    return np.asarray(cv.morphologyEx(crop, cv.MORPH_CLOSE, bold), np.uint8)  # closing of paper opens ink


def _contrast(crop: Grey, *, worn: int) -> Grey:
    if worn:
        crop = cv.morphologyEx(crop, cv.MORPH_OPEN, np.ones((worn, worn), np.uint8))  # opening of paper closes ink
        crop = cv.GaussianBlur(crop, (0, 0), 1.1)
    counts = counts_of(crop)
    dark, paper = level_at(counts, 4), level_at(counts, 75)
    if paper - dark < 8:
        return np.asarray(crop, np.uint8)
    floor = paper - 0.12 * (paper - dark)  # noise of the paper becomes paper
    levels = (np.arange(256, dtype=np.float32) - dark) * (255.0 / (floor - dark))
    return np.asarray(cv.LUT(crop, levels.clip(0, 255).astype(np.uint8)), np.uint8)
