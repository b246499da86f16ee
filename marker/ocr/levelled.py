"""A layer set upright and levelled, of which only what is looked at is ever turned."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from marker.ocr.colour import Grey
from marker.ocr.crop import Strip, bounds_of
from marker.ocr.vision import cv

_HALF: Final = 110
"""Level from which on a pixel is ink when a mask was turned."""


class Levelled:
    """``drawn``, a layer as the page is displayed, set upright by clockwise ``quarters`` and turned by ``skew`` degrees
    (anticlockwise as seen) about its middle."""

    def __init__(self, drawn: Grey, quarters: int = 0, skew: float = 0.0) -> None:
        self._upright = np.ascontiguousarray(np.rot90(drawn, -quarters))
        self._skew = skew

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._upright.shape[0], self._upright.shape[1]

    def whole(self, *, sharp: bool = False) -> Grey:
        """All of it; ``sharp`` as in :meth:`part`."""
        return self.part(0, 0, self.shape[1], self.shape[0], sharp=sharp)

    def about(self, strip: Strip) -> tuple[Grey, Strip]:
        """A part that all of a strip's crop comes from, not levelled, and the strip as it stands there.

        So a crop is turned once, by the skew and the strip's own tilt together.
        """
        if self._skew:
            x, y = self._turn(-self._skew) @ np.array([strip.x, strip.y, 1.0])
            strip = replace(strip, x=float(x), y=float(y), angle=strip.angle + self._skew)
        x0, y0, x1, y1 = bounds_of(strip, self.shape[1], self.shape[0])
        return np.ascontiguousarray(self._upright[y0:y1, x0:x1]), replace(strip, x=strip.x - x0, y=strip.y - y0)

    def part(self, x0: int, y0: int, x1: int, y1: int, *, sharp: bool = False) -> Grey:
        """Columns from ``x0`` to before ``x1`` of rows ``y0`` to ``y1``; what a skew brings in is paper.

        ``sharp`` keeps the edges of letters as they are, for pictures so coarse that they would be blurred.
        """
        if not self._skew:
            return np.ascontiguousarray(self._upright[y0:y1, x0:x1])
        height, width = self.shape
        turn = self._turn(self._skew)
        corners = np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1]]) @ cv.invertAffineTransform(turn).T
        left, top = np.clip(np.floor(corners.min(axis=0)) - 2, 0, (width - 1, height - 1)).astype(int)
        right, bottom = np.clip(np.ceil(corners.max(axis=0)) + 3, (left + 1, top + 1), (width, height)).astype(int)
        drawn = np.ascontiguousarray(self._upright[top:bottom, left:right])  # all that is turned into that part
        turn[:, 2] += turn[:, :2] @ np.array([left, top]) - np.array([x0, y0])
        way = cv.INTER_CUBIC if sharp else cv.INTER_LINEAR
        return np.asarray(cv.warpAffine(drawn, turn, (x1 - x0, y1 - y0), flags=way, borderValue=255), np.uint8)

    def mask(self) -> Grey:
        """All of it, of a layer that is a mask of 0 and 255: a mask again, strokes as broad as they were."""
        if not self._skew:
            return self._upright
        height, width = self.shape
        turn = self._turn(self._skew)
        x, y, across, down = cv.boundingRect(self._upright)
        box = np.array([[x, y, 1], [x + across, y, 1], [x + across, y + down, 1], [x, y + down, 1]]) @ turn.T
        left, top = np.clip(np.floor(box.min(axis=0)) - 1, 0, (width, height)).astype(int)
        right, bottom = np.clip(np.ceil(box.max(axis=0)) + 1, 0, (width, height)).astype(int)
        level = np.zeros_like(self._upright)
        if left < right and top < bottom:
            turn[:, 2] += turn[:, :2] @ np.array([x, y]) - np.array([left, top])
            inked = np.ascontiguousarray(self._upright[y : y + down, x : x + across])
            turned = cv.warpAffine(inked, turn, (right - left, bottom - top), flags=cv.INTER_LINEAR)
            level[top:bottom, left:right] = cv.threshold(turned, _HALF, 255, cv.THRESH_BINARY)[1]
        return level

    def _turn(self, degrees: float) -> NDArray[np.float64]:
        """About the middle of the page, clockwise or back."""
        height, width = self.shape
        return np.asarray(cv.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), np.float64)


NOTHING = Levelled(np.zeros((0, 0), np.uint8))
