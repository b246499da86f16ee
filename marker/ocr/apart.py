"""The ink of a page at working scale, taken apart: letters, frames, rules, banners, seals, and what is none of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from marker.ocr.colour import Grey
from marker.ocr.frames import Frame, frame_of, tilted_pair
from marker.ocr.pieces import Pieces, pieces_of
from marker.ocr.shares import number_at
from marker.ocr.vision import cv

Mask = NDArray[np.uint8]

WORK_SCALE: Final = 1.5
"""Pixels per point at which lines are looked for: letters of 6 points are 6 pixels high."""
_BOLD: Final = 2.8
"""Points: measured strokes of bold letters 15 points large; those of a pen measure 2.5."""
_FRAME_LINE: Final = 36.0
"""Points: no stroke of a letter is straight so far."""
_RIM_ROWS: Final = 3
_RIM: Final = 0.15
"""Pixels, and share of its height, that a banner is dark above and below its letters at least, …"""
_SOLID: Final = 0.7
"""… in each row by this share."""
_REST: Final = 0.35
"""Share of its ink that ink has beside straight lines if it is more than a frame."""
_SCRAWL: Final = 0.24
_SCRAWL_END: Final = 0.31
"""Share of its outline that a signature and its end fill at most, …"""
_ONE_STROKE: Final = 0.9
"""… and share of its ink that is one piece at least."""
ASKEW: Final = 2.2
"""Degrees from which on a line is askew on a level page."""


@dataclass(slots=True)
class Field:
    """The ink of one layer at working scale, taken apart."""

    letters: Mask
    scale: float
    """Pixels per point of the masks."""
    frames: list[tuple[Frame, tuple[int, int, int, int]]] = field(default_factory=list)
    banners: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Boxes (x, y, width, height) of solid ink that may hold white letters."""
    figures: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Boxes of large pieces of ink that may be letters grown together, and not a picture, a seal or a signature."""


def shrink(layer: Grey, scale: float) -> tuple[Grey, float]:
    """The layer at working scale, and that scale.

    Whole numbers of pixels are taken together first; of what is then less than twice as fine as wanted four pixels are
    weighed for one, which takes a seventh of the time that taking parts of pixels together does.
    """
    height, width = layer.shape
    times = min(max(1, int(scale / WORK_SCALE)), width, height)
    if times > 1:
        size = (width // times, height // times)
        layer = cv.resize(layer[: size[1] * times, : size[0] * times], size, interpolation=cv.INTER_AREA)
        scale, (height, width) = scale / times, layer.shape
    share = WORK_SCALE / scale
    if share < 1:
        size = (max(1, round(width * share)), max(1, round(height * share)))
        layer, scale = cv.resize(layer, size, interpolation=cv.INTER_LINEAR), scale * share
    return np.asarray(layer, np.uint8), scale


def take_apart(ink: Mask, pieces: Pieces, scale: float) -> Field:
    """Part ink, from which seals were taken, into letters, frames, banners, rules and figures."""
    labels, stats = pieces.labels, pieces.stats
    drop = np.zeros(len(stats), np.bool_)
    found = Field(ink, scale)
    widths, heights, areas = stats[:, 2] / scale, stats[:, 3] / scale, stats[:, 4] / scale**2
    drop |= (areas < 0.7) | ((heights < 2) & (widths < 2))
    drop |= _are_rules(widths, heights, areas, 25)
    large = np.nonzero(((widths > 28) & (heights > 11) & (widths > 1.3 * heights)) | (heights > 45) | (widths > 90))[0]
    for index in large:
        if index == 0 or drop[index]:
            continue
        x, y, w, h, area = (int(value) for value in stats[index])
        fill = area / (w * h)
        if fill > 0.5 and h > 11 * scale and w > 28 * scale and _is_solid(labels[y : y + h, x : x + w] == index):
            drop[index] = True
            drop[_inside(stats, x, y, w, h)] = True  # the hollows of its white letters
            if h < 70 * scale:
                found.banners.append((x, y, w, h))
            continue
        frame = None
        if fill < 0.5 and h < 260 * scale and w < 470 * scale:
            frame = frame_of((labels[y : y + h, x : x + w] == index).astype(np.uint8), scale)
        if frame is not None:
            found.frames.append(
                (
                    Frame(frame.x + x, frame.y + y, frame.width, frame.height, frame.angle),
                    (x, y, w, h),
                )
            )
            drop[index] = True
        elif h > 45 * scale or (h > 26 * scale and w > 60 * scale):
            component = np.where(labels[y : y + h, x : x + w] == index, 255, 0).astype(np.uint8)
            grown = tilted_pair(component, scale) if h < 400 * scale else None
            if grown is not None and abs(grown.angle) > ASKEW:
                found.frames.append(
                    (
                        Frame(grown.x + x, grown.y + y, grown.width, grown.height, grown.angle),
                        (x, y, w, h),
                    )
                )
                continue  # its letters are part of it
            if w >= 1.5 * h and is_figure(component, scale):
                found.figures.append((x, y, w, h))
            drop[index] = True
    drop[0] = True
    found.letters = pieces.kept(ink, drop)
    return found


def _inside(stats: Any, x: int, y: int, width: int, height: int) -> NDArray[np.bool_]:
    """Which components stand in a box."""
    right, bottom = stats[:, 0] + stats[:, 2], stats[:, 1] + stats[:, 3]
    found: NDArray[np.bool_] = (stats[:, 0] >= x) & (stats[:, 1] >= y) & (right <= x + width) & (bottom <= y + height)
    return found


def _is_solid(component: NDArray[np.bool_]) -> bool:
    """Whether ink goes all round its edge, as on a banner, and not as on bold letters grown together.

    Such letters may be dark along their feet and heads too, but not row by row as far as a banner is.
    """
    deep = max(_RIM_ROWS, round(_RIM * len(component)))
    sides = (component[1:3].mean(), component[-3:-1].mean(), component[:, 1:3].mean(), component[:, -3:-1].mean())
    rims = np.concatenate([component[1 : 1 + deep], component[-1 - deep : -1]])
    return float(min(sides)) > 0.75 and float(rims.mean(axis=1).min()) > _SOLID


def without_rules(ink: Mask, pieces: Pieces, scale: float) -> Mask:
    """Ink without long thin lines, which letterheads have."""
    widths, heights = pieces.stats[:, 2] / scale, pieces.stats[:, 3] / scale
    return pieces.kept(ink, _are_rules(widths, heights, pieces.stats[:, 4] / scale**2, 60))


def _are_rules(widths: Any, heights: Any, areas: Any, least: float) -> Any:
    """Which components are long thin lines, level or upright but for a rest of skew; all in points."""
    level = (widths >= least) & (heights <= 3.2 + 0.03 * widths) & (areas <= 3.2 * widths)
    return level | ((heights >= least) & (widths <= 3.2 + 0.03 * heights) & (areas <= 3.2 * heights))


def is_bold(own: Mask, scale: float) -> bool:
    """Whether its strokes are those of large bold letters, and neither of a pen nor of a photograph."""
    return bool((own > 0).mean() <= 0.5) and _BOLD <= stroke_of(own, scale) <= 9


def is_figure(own: Mask, scale: float) -> bool:
    """Whether ink that could not be taken apart may be bold letters grown together, and is no frame or its rest."""
    if not is_bold(own, scale):
        return False
    lines = _straight(own, scale)
    if lines is None:
        return True
    left = own.copy()
    for ax, ay, bx, by in lines.reshape(-1, 4).tolist():
        cv.line(left, (ax, ay), (bx, by), 0, max(3, round(3.2 * scale)))
    return bool(cv.countNonZero(left) > _REST * cv.countNonZero(own))


def _straight(own: Mask, scale: float) -> Any:
    """Straight lines longer than any of a letter, each its two ends; None without one."""
    return cv.HoughLinesP(own, 1, np.pi / 360, 40, minLineLength=round(_FRAME_LINE * scale), maxLineGap=3)


def is_scrawl(own: Mask, scale: float, *, cut: bool = False) -> bool:
    """Whether ink of one layer is one long stroke of a pen, as a signature is: little ink for its outline, no side
    of a frame.  Measured of signatures 0.20, of stamps grown together 0.35.  ``cut`` is of what
    a seal left of it, the end of its stroke and the line under it: 0.28.
    """
    ink = cv.countNonZero(own)
    if not ink or np.max(pieces_of(own).stats[1:, 4]) < _ONE_STROKE * ink:
        return False
    outline = cv.contourArea(cv.convexHull(cv.findNonZero(own)))
    if cut:
        return bool(ink < _SCRAWL_END * outline) and tilted_pair(own, scale) is None
    return bool(ink < _SCRAWL * outline) and _straight(own, scale) is None


def stroke_of(own: Mask, scale: float) -> float:
    """How broad its broader strokes are, points, blur of so coarse a picture included; 0 without ink."""
    inside = cv.distanceTransform(cv.copyMakeBorder(own, 1, 1, 1, 1, cv.BORDER_CONSTANT, value=0), cv.DIST_L2, 3)
    ridge = inside[inside >= 1]
    return 2 * number_at(ridge, 85) / scale if len(ridge) else 0.0
