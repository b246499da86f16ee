"""How a page lies: the skew of its lines, and whether they run across or up and down."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from marker.ocr.vision import cv

Mask = NDArray[np.uint8]

_COARSE_SCALE: Final = 0.7
"""Pixels per point at which lines are told from gaps."""
_BESIDE: Final = 16
"""Neighbouring columns that are taken together: within so few a line of 5.5 degrees rises by a pixel and a half."""
_REACH: Final = 5.5
_STEP: Final = 0.5
_UPRIGHT_GAIN: Final = 1.3
"""How much clearer lines up and down must be than lines across before a page counts as lying on its side.

Old photocopies that stand upright come to 1.2, with their dirt and rules; pages on their side to 1.5 and far more."""


def skew_of(ink: Mask, scale: float) -> tuple[float, bool]:
    """Degrees by which the page's lines fall to the right, within 5.5, and whether they run up and down.

    The page is turned by that much against it to make lines level.  A page without lines has no skew.
    """
    times = max(1, round(scale / _COARSE_SCALE))
    size = (max(1, ink.shape[1] // times), max(1, ink.shape[0] // times))
    small = cv.resize(ink[: size[1] * times, : size[0] * times], size, interpolation=cv.INTER_AREA)
    across, angle = _clearest(small)
    upright, other = _clearest(np.ascontiguousarray(small.T))
    if upright > across * _UPRIGHT_GAIN:
        return -other, True
    return angle, False


def _clearest(small: Mask) -> tuple[float, float]:
    """How clear the lines are in the clearest skew, and that skew."""
    height, width = small.shape
    many = max(1, width // _BESIDE)
    strips = cv.resize(small[:, : many * _BESIDE], (many, height), interpolation=cv.INTER_AREA)
    most = int(np.ceil(np.tan(np.radians(_REACH + _STEP)) * width / 2)) + 1
    columns = cv.copyMakeBorder(strips.T, 0, 0, most, most, cv.BORDER_CONSTANT, value=0).astype(np.int32)
    scores: dict[float, float] = {}
    for angle in np.arange(-_REACH, _REACH + 0.01, _STEP):
        scores[float(angle)] = _clarity(columns, most, float(angle))
    coarse = max(scores, key=lambda a: (scores[a], -abs(a)))
    best = (scores[coarse], coarse)
    for angle in (coarse - 0.25, coarse + 0.25, coarse - 0.12, coarse + 0.12):
        score = _clarity(columns, most, angle)
        if score > best[0] * 1.002:
            best = (score, angle)
    return best if best[0] > scores[0.0] * 1.02 else (scores[0.0], 0.0)


def _clarity(columns: NDArray[np.int32], most: int, angle: float) -> float:
    """The contrast between neighbouring rows when the picture is sheared level.

    ``columns`` are those of the picture, each with ``most`` rows of paper before and after it, to be moved by.
    """
    middle = (len(columns) - 1) / 2
    slope = _BESIDE * float(np.tan(np.radians(angle)))
    rows = np.zeros(columns.shape[1] - 2 * most, np.int32)
    for place, column in enumerate(columns):
        start = most + round(slope * (place - middle))
        rows += column[start : start + len(rows)]
    return float(np.square(np.diff(rows).astype(np.float64)).sum())
