"""Round seals: where they stand on the ink of a page, and the ink without them.

What stands inside a seal is the seal's own: the name of a body along its rim is no marking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from marker.ocr.pieces import Pieces
from marker.ocr.vision import cv

Mask = NDArray[np.uint8]

_LEAST: Final = 54.0
_MOST: Final = 170.0
"""Points: the diameters of seals."""
_RIM: Final = 27
"""Of 36 directions, how many must have ink on the circle."""
_BEYOND: Final = 3.5
"""Points that the strokes of a rim reach beyond its circle."""
_ROUGH: Final = 3.0
"""Points by which the middle of a circle may be missed at first."""
_CLOSED: Final = 0.8
_OPEN: Final = 0.4
"""Shares of a circle with ink: of a rim at least, of the circle around it at most."""


@dataclass(frozen=True, slots=True)
class Seal:
    """A circle, in pixels of the mask it was found on."""

    x: float
    y: float
    radius: float

    def touches(self, x: float, y: float, width: float, height: float, reach: float = 0.0) -> bool:
        """Whether it comes within ``reach`` of a box."""
        across = max(x - self.x, 0.0, self.x - x - width)
        down = max(y - self.y, 0.0, self.y - y - height)
        return float(np.hypot(across, down)) < self.radius + reach


def seals_of(pieces: Pieces, scale: float) -> list[Seal]:
    """The seals among ink; ``scale`` is pixels per point.  A rim may be worn, or grown into a signature."""
    labels, stats = pieces.labels, pieces.stats
    found: list[Seal] = []
    least = _LEAST * scale
    for index in np.nonzero((stats[:, 2] >= least) & (stats[:, 3] >= least))[0]:
        if index == 0:
            continue
        x, y, w, h = (int(value) for value in stats[index][:4])
        if max(w, h) > 3 * _MOST * scale or any(_holds(seal, x, y, w, h) for seal in found):
            continue
        own = np.where(labels[y : y + h, x : x + w] == index, 255, 0).astype(np.uint8)
        if is_round(own, scale):
            found.append(Seal(x + w / 2, y + h / 2, max(w, h) / 2))
        else:
            found += [Seal(x + seal.x, y + seal.y, seal.radius) for seal in _circles(own, scale)]
    return found


def without(ink: Mask, seals: list[Seal], scale: float) -> Mask:
    """The ink outside seals."""
    if not seals:
        return ink
    left = ink.copy()
    for seal in seals:
        cv.circle(left, (round(seal.x), round(seal.y)), round(seal.radius + _BEYOND * scale), 0, -1)
    return left


def is_round(own: Mask, scale: float) -> bool:
    """A round seal: as wide as high, of a seal's size, its ink along a circle."""
    height, width = own.shape
    if not 0.8 < width / height < 1.25 or not _LEAST * scale < width < _MOST * scale:
        return False
    at = cv.findNonZero(own).reshape(-1, 2) - np.array([width / 2, height / 2])
    radii = np.hypot(at[:, 0], at[:, 1]) / (max(width, height) / 2)
    # A circle leaves the corners of its box empty and has ink all the way round near its edge.
    return bool((radii > 1.1).mean() < 0.02 and _directions(at[radii > 0.82]) >= _RIM)


def _circles(own: Mask, scale: float) -> list[Seal]:
    """Circles that a signature, a stamp or text has grown into."""
    found = cv.HoughCircles(
        cv.GaussianBlur(own, (0, 0), 1.2),
        cv.HOUGH_GRADIENT,
        2,
        60 * scale,
        param1=120,
        param2=55,
        minRadius=round(_LEAST / 2 * scale),
        maxRadius=round(80 * scale),
    )
    if found is None:
        return []
    near = cv.dilate(own, np.ones((3, 3), np.uint8))
    seals: list[Seal] = []
    for about_x, about_y, _ in found.reshape(-1, 3)[:4].astype(np.float64):
        x, y = _middle(near, about_x, about_y, scale)
        radius = _rim(near, x, y, scale)
        if radius is not None and not any(np.hypot(x - seal.x, y - seal.y) < seal.radius for seal in seals):
            seals.append(Seal(float(x), float(y), radius))
    return seals


def _middle(near: Mask, x: float, y: float, scale: float) -> tuple[float, float]:
    """The middle of a circle that was met but roughly: where a rim has most ink."""
    reach, radii = round(_ROUGH * scale), np.arange(_LEAST / 2 * scale, _MOST / 2 * scale, 1.0)
    inked = _on_circles(near, x, y, radii)
    radius = radii[int(np.argmax(inked))]
    if inked.max() < _OPEN:
        return x, y
    steps = np.arange(-reach, reach + 1)
    dx, dy, dr = (step.ravel() for step in np.meshgrid(steps, steps, np.arange(-2, 3), indexing="ij"))
    best = int(np.argmax(_on_circles(near, x + dx, y + dy, radius + dr)))
    return float(x + dx[best]), float(y + dy[best])


def _rim(near: Mask, x: float, y: float, scale: float) -> float | None:
    """The largest circle about a point that has ink all the way, and paper around it.

    Letters grown together have ink on any circle.
    """
    radii = np.arange(_MOST / 2 * scale, _LEAST / 2 * scale, -1.0)
    closed = np.flatnonzero(_on_circles(near, x, y, radii) > _CLOSED)
    if not len(closed):
        return None
    radius = float(radii[closed[0]])
    return radius if _on_circles(near, x, y, np.array([radius + 2 * _BEYOND * scale]))[0] < _OPEN else None


def _on_circles(mask: Mask, x: Any, y: Any, radii: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of each circle that has ink; their middles are one for all, or one for each."""
    angles = np.radians(np.arange(0, 360, 2))
    across, down = np.asarray(x).reshape(-1, 1), np.asarray(y).reshape(-1, 1)
    columns = np.round(across + radii[:, None] * np.cos(angles)).astype(int).clip(0, mask.shape[1] - 1)
    rows = np.round(down + radii[:, None] * np.sin(angles)).astype(int).clip(0, mask.shape[0] - 1)
    return np.asarray((mask[rows, columns] > 0).mean(axis=1), np.float64)


def _directions(points: NDArray[np.float64]) -> int:
    """In how many of 36 directions from the middle there are points."""
    return len(np.unique((np.degrees(np.arctan2(points[:, 1], points[:, 0])) // 10).astype(int)))


def _holds(seal: Seal, x: int, y: int, width: int, height: int) -> bool:
    return bool(np.hypot(x + width / 2 - seal.x, y + height / 2 - seal.y) < seal.radius)
