"""How a page lies: the skew of its lines, and whether they run across or up and down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from marker.ocr.pieces import pieces_of
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
_LETTERS: Final = 45.0
"""Points: what is higher or wider is no letter, nor a few grown together, but a rule or the dark edge of a copy."""
_FAR: Final = 2.0
_RIVAL: Final = 0.75
"""Degrees from which on another skew is far, and the share of the clearest one's clarity that it nearly comes to."""


@dataclass(frozen=True, slots=True)
class _Lines:
    """How clear the lines of one direction are in the clearest skew, and that skew."""

    clarity: float
    skew: float
    doubtful: bool
    """Whether they are nearly as clear in a skew far from it."""


def skew_of(ink: Mask, scale: float) -> tuple[float, bool]:
    """Degrees by which the page's lines fall to the right, within 5.5, and whether they run up and down.

    The page is turned by that much against it to make lines level.  A page without lines has no skew.
    """
    across, upright = _both_ways(ink, scale)
    sideways = upright.clarity > across.clarity * _UPRIGHT_GAIN
    if sideways or across.doubtful:
        # The edge of a copied sheet is longer than any line of letters, and a line printed on a copy is blacker.
        across_by_letters, upright_by_letters = _both_ways(_letters(ink, scale), scale)
        if across_by_letters.clarity > upright_by_letters.clarity:
            return across_by_letters.skew, False
    return (-upright.skew, True) if sideways else (across.skew, False)


def _letters(ink: Mask, scale: float) -> Mask:
    """Ink without what is too large for letters."""
    pieces = pieces_of(ink)
    return pieces.kept(ink, (pieces.stats[:, 2:4] > _LETTERS * scale).any(axis=1))


def _both_ways(ink: Mask, scale: float) -> tuple[_Lines, _Lines]:
    """Lines across, and lines up and down."""
    times = max(1, round(scale / _COARSE_SCALE))
    size = (max(1, ink.shape[1] // times), max(1, ink.shape[0] // times))
    small = cv.resize(ink[: size[1] * times, : size[0] * times], size, interpolation=cv.INTER_AREA)
    return _clearest(small), _clearest(np.ascontiguousarray(small.T))


def _clearest(small: Mask) -> _Lines:
    height, width = small.shape
    many = max(1, width // _BESIDE)
    strips = cv.resize(small[:, : many * _BESIDE], (many, height), interpolation=cv.INTER_AREA)
    most = int(np.ceil(np.tan(np.radians(_REACH + _STEP)) * width / 2)) + 1
    columns = cv.copyMakeBorder(strips.T, 0, 0, most, most, cv.BORDER_CONSTANT, value=0).astype(np.int32)
    scores = _clarities(columns, most, np.arange(-_REACH, _REACH + 0.01, _STEP).tolist())
    coarse = max(scores, key=lambda a: (scores[a], -abs(a)))
    best = (scores[coarse], coarse)
    near = _clarities(columns, most, [coarse - 0.25, coarse + 0.25, coarse - 0.12, coarse + 0.12])
    for angle, score in near.items():
        if score > best[0] * 1.002:
            best = (score, angle)
    if best[0] <= scores[0.0] * 1.02:
        best = (scores[0.0], 0.0)
    rivals = [score for angle, score in scores.items() if abs(angle - best[1]) >= _FAR]
    return _Lines(*best, max(rivals) > _RIVAL * best[0])


def _clarities(columns: NDArray[np.int32], most: int, angles: Sequence[float]) -> dict[float, float]:
    """The contrast between neighbouring rows when the picture is sheared level, for each of some angles.

    ``columns`` are those of the picture, each with ``most`` rows of paper before and after it, to be moved by.
    """
    middle = (len(columns) - 1) / 2
    slopes = [_BESIDE * float(np.tan(np.radians(angle))) for angle in angles]
    rows = np.zeros((len(angles), columns.shape[1] - 2 * most), np.int32)
    for place, moved in enumerate(sliding_window_view(columns, rows.shape[1], axis=1)):
        rows += moved[[most + round(slope * (place - middle)) for slope in slopes]]
    return dict(zip(angles, np.square(np.diff(rows).astype(np.float64)).sum(axis=1).tolist(), strict=True))
