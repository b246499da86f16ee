"""The connected pieces of ink, found once and used by every step that looks at the same ink."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marker.ocr.vision import cv

Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Pieces:
    """8-connected pieces of a mask, by their labels; 0 is what is no ink."""

    labels: NDArray[np.int32]
    stats: Any
    """A row per label: x, y, width, height of its box and its area, pixels."""
    centres: Any
    """A row per label: x, y of its middle, pixels."""

    def kept(self, ink: Mask, drop: NDArray[np.bool_]) -> Mask:
        """A copy of the ink without the pieces that ``drop`` names, one entry per label."""
        left = ink.copy()
        if not drop[1:].any():
            return left
        at = np.flatnonzero(ink)
        left.ravel()[at[drop[self.labels.ravel()[at]]]] = 0
        return left


def pieces_of(ink: Mask) -> Pieces:
    """The pieces of a mask of 0 and 255."""
    _, labels, stats, centres = cv.connectedComponentsWithStats(ink, connectivity=8)
    return Pieces(labels, stats, centres)
