"""How a page lies: the skew of its lines, and whether they run across or up and down."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from marker.ocr.vision import cv

Mask = NDArray[np.uint8]

_COARSE_SCALE: Final = 0.7
"""Pixels per point at which lines are told from gaps."""
_BESIDE: Final = 8
"""Neighbouring columns that are taken together: within so few a line of 5.5 degrees rises by less than a pixel."""
_REACH: Final = 5.5
_STEP: Final = 0.5
_UPRIGHT_GAIN: Final = 1.15
"""How much clearer lines up and down must be than lines across before a page counts as lying on its side."""


def skew_of(ink: Mask, scale: float) -> tuple[float, bool]:
    """Degrees by which the page's lines fall to the right, within 5.5, and whether they run up and down.

    The page is turned by that much against it to make lines level.  A page without lines has no skew.
    """
    share = _COARSE_SCALE / scale
    size = (max(8, round(ink.shape[1] * share)), max(8, round(ink.shape[0] * share)))
    small = cv.resize(ink, size, interpolation=cv.INTER_AREA)
    across, angle = _clearest(small)
    upright, other = _clearest(np.ascontiguousarray(small.T))
    if upright > across * _UPRIGHT_GAIN:
        return -other, True
    return angle, False


def _clearest(small: Mask) -> tuple[float, float]:
    """How clear the lines are in the clearest skew, and that skew."""
    height, width = small.shape
    small = cv.resize(small, (max(1, width // _BESIDE), height), interpolation=cv.INTER_AREA)
    scores: dict[float, float] = {}
    for angle in np.arange(-_REACH, _REACH + 0.01, _STEP):
        scores[float(angle)] = _clarity(small, float(angle))
    coarse = max(scores, key=lambda a: (scores[a], -abs(a)))
    best = (scores[coarse], coarse)
    for angle in (coarse - 0.25, coarse + 0.25, coarse - 0.12, coarse + 0.12):
        score = _clarity(small, angle)
        if score > best[0] * 1.002:
            best = (score, angle)
    return best if best[0] > scores[0.0] * 1.02 else (scores[0.0], 0.0)


def _clarity(small: Mask, angle: float) -> float:
    """The contrast between neighbouring rows when the picture is sheared level."""
    height, width = small.shape
    slope = _BESIDE * float(np.tan(np.radians(angle)))
    matrix = np.array([[1, 0, 0], [-slope, 1, slope * (width - 1) / 2]], np.float32)
    level = cv.warpAffine(small, matrix, (width, height), flags=cv.INTER_LINEAR)
    rows = cv.reduce(level, 1, cv.REDUCE_SUM, dtype=cv.CV_32F).ravel()
    return float(np.square(np.diff(rows)).sum())
