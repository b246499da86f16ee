"""Stamps: from a blob of ink to its rows of letters, with the frame taken off and the tilt found.

Opening with long lines would eat stems and serifs; instead the one component that spans the blob is found, its corners
say how the stamp is tilted, and the rows are looked for inside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from marker.ocr.crop import Strip
from marker.ocr.pieces import pieces_of
from marker.ocr.shares import middle_of, number_at
from marker.ocr.tight import between_tails
from marker.ocr.vision import cv

Mask = NDArray[np.uint8]

TILT: Final = 24
"""Degrees up to which a person sets a stamp askew."""
_LEVEL: Final = 2.2
"""Degrees up to which what is framed is print."""
_LEAST_ROW: Final = 4.5
_MOST_ROW: Final = 62.0
"""Points: the height of letters on a stamp."""
_LEAST_LENGTH: Final = 16.0
_WORN: Final = 3.2
"""Points that may be missing from a worn frame's line."""
_RUN: Final = 22.0
"""Points: no stroke of a letter runs level so far."""
_RIM: Final = 0.25
"""Share of a frame's height beside its edges where its lines are looked for once more."""
_EDGE: Final = 2.5
"""Points of a frame's side that belong to its line, whichever way it wavers."""
_CLOSED: Final = 0.9
"""Share of each side that has ink where nothing of a frame is missing, …"""
_CLOSED_EDGE: Final = 0.36
"""… and share of its ink that stands on its sides then at least: broad lines reach beyond what is their edge."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of letters: where it stands on the mask, and how its letters look."""

    strip: Strip
    pieces: int
    """Components as high as letters."""
    even: float
    """How alike in height they are: 1 for capitals, low for scribbles."""
    framed: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of lines: its turned rectangle and the component's label."""

    x: float
    y: float
    width: float
    height: float
    angle: float


def frame_of(component: Mask, scale: float) -> Frame | None:
    """The rectangle of lines that a component is, or None.  ``component`` is its mask, cut to its box."""
    points = cv.findNonZero(component)
    if points is None or len(points) < 40:
        return None
    (x, y), (width, height), angle = cv.minAreaRect(points)
    if width < height:
        width, height, angle = height, width, angle - 90
    angle = (angle + 90) % 180 - 90
    if width < 30 * scale or height < 12.5 * scale or width > 460 * scale or height > 240 * scale:
        return None
    slope = np.radians(angle)
    at = points.reshape(-1, 2) - np.array([x, y])
    along = at[:, 0] * np.cos(slope) + at[:, 1] * np.sin(slope)
    down = -at[:, 0] * np.sin(slope) + at[:, 1] * np.cos(slope)
    edge = max(min(_EDGE * scale, 0.14 * height), 0.012 * width)
    left, right = along < -width / 2 + edge, along > width / 2 - edge
    top, bottom = down < -height / 2 + edge, down > height / 2 - edge
    sides = ((left, down, height), (right, down, height), (top, along, width), (bottom, along, width))
    covered = [len(np.unique(np.round(run[on]))) / max(1.0, length) for on, run, length in sides]
    if sum(share > 0.5 for share in covered) < 4 and min(covered[2:]) < 0.75:
        return None
    on_edge = float((left | right | top | bottom).mean())
    if on_edge < (_CLOSED_EDGE if min(covered) > _CLOSED else 0.5):
        return None
    return Frame(float(x), float(y), float(width), float(height), float(angle))


def tilted_pair(figure: Mask, scale: float) -> Frame | None:
    """The frame of a stamp grown together with the text under it: two long parallel lines that no text has.

    ``figure`` is the mask of the ink that grew together, cut to its box.
    """
    found = cv.HoughLinesP(figure, 1, np.pi / 360, 60, minLineLength=45 * scale, maxLineGap=3 * scale)
    if found is None:
        return None
    lines = found.reshape(-1, 4).astype(np.float64)
    across = lines[:, 2:] - lines[:, :2]
    angles = (np.degrees(np.arctan2(across[:, 1], across[:, 0])) + 90) % 180 - 90
    lengths = np.hypot(across[:, 0], across[:, 1])
    near = np.abs(angles) <= TILT + 2
    if not near.any():
        return None
    best = angles[near][int(np.argmax(lengths[near]))]
    alike = near & (np.abs(angles - best) < 1.6)
    slope = np.radians(float(np.average(angles[alike], weights=lengths[alike])))
    ends = lines[alike].reshape(-1, 2)
    along = ends[:, 0] * np.cos(slope) + ends[:, 1] * np.sin(slope)
    down = -ends[:, 0] * np.sin(slope) + ends[:, 1] * np.cos(slope)
    if np.ptp(down) < 11 * scale or np.ptp(down) > 240 * scale or np.ptp(along) < 30 * scale:
        return None
    middle = np.array([(along.min() + along.max()) / 2, (down.min() + down.max()) / 2])
    x = middle[0] * np.cos(slope) - middle[1] * np.sin(slope)
    y = middle[0] * np.sin(slope) + middle[1] * np.cos(slope)
    return Frame(float(x), float(y), float(np.ptp(along)), float(np.ptp(down)), float(np.degrees(slope)))


def rows_of(blob: Mask, scale: float, *, sure_frame: Frame | None = None) -> list[Row]:
    """The rows of letters in a blob, its own tilt found.  ``blob`` is a mask of its ink alone, ``scale`` its own."""
    frame = sure_frame or _spanning_frame(blob, scale)
    if frame is not None:
        return list(_rows(blob, frame.angle, scale, frame))
    angle, _ = clearest_tilt(blob)
    if abs(angle) >= TILT:  # no row is clear: a scribble
        return []
    return list(_rows(blob, angle, scale, None))


def rows_at(blob: Mask, angle: float, scale: float) -> list[Row]:
    """The rows of letters in a blob of a known tilt."""
    return list(_rows(blob, angle, scale, None)) if blob.any() else []


def _spanning_frame(blob: Mask, scale: float) -> Frame | None:
    reach = max(3, round(_WORN * scale) | 1)
    closed = cv.morphologyEx(blob, cv.MORPH_CLOSE, cv.getStructuringElement(cv.MORPH_ELLIPSE, (reach, reach)))
    pieces = pieces_of(closed)
    labels, stats = pieces.labels, pieces.stats
    height, width = blob.shape
    for index in range(1, len(stats)):
        x, y, w, h, _area = stats[index]
        if w >= 0.7 * width and h >= 0.6 * height:
            component = (labels[y : y + h, x : x + w] == index).astype(np.uint8)
            found = frame_of(component, scale)
            if found is not None:
                return Frame(found.x + x, found.y + y, found.width, found.height, found.angle)
    return None


def clearest_tilt(blob: Mask, reach: float = TILT) -> tuple[float, float]:
    """The angle in which the blob's rows are clearest, and how clear they are there beside level."""
    height, width = blob.shape
    share = min(1.0, 160 / max(height, width))
    small = cv.resize(blob, (max(4, round(width * share)), max(4, round(height * share))), interpolation=cv.INTER_AREA)
    level = max(_clarity(small, 0.0), 1.0)
    clear = {float(tilt): _clarity(small, float(tilt)) for tilt in np.arange(-reach, reach + 0.5, 2.0) if tilt}
    clear[0.0] = level
    about = max(clear, key=lambda tilt: (clear[tilt], -tilt))
    clear |= {tilt: _clarity(small, tilt) for tilt in (about - 1.0, about + 1.0) if abs(tilt) <= reach}
    angle = max(clear, key=lambda tilt: (clear[tilt], -tilt))
    return angle, clear[angle] / level


def _clarity(small: Mask, angle: float) -> float:
    """How clear rows are across a tilt: turned on a sheet no larger than that turn needs."""
    height, width = small.shape
    slope = np.radians(abs(angle))
    cos, sin = float(np.cos(slope)), float(np.sin(slope))
    across, down = int(np.ceil(width * cos + height * sin)) + 2, int(np.ceil(width * sin + height * cos)) + 2
    matrix = cv.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    matrix[:, 2] += (across - width) / 2, (down - height) / 2
    turned = cv.warpAffine(small, matrix, (across, down), flags=cv.INTER_LINEAR)
    rows = cv.reduce(turned, 1, cv.REDUCE_SUM, dtype=cv.CV_32F).ravel()
    return float(np.square(rows).sum())


def _turn(mask: Mask, angle: float) -> Mask:
    """Levelled, on a sheet large enough for every turn; the middle stays the middle."""
    height, width = mask.shape
    side = int(np.ceil(np.hypot(width, height))) + 2
    matrix = cv.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    matrix[:, 2] += (side - width) / 2, (side - height) / 2
    return np.asarray(cv.warpAffine(mask, matrix, (side, side), flags=cv.INTER_LINEAR), np.uint8)


def _rows(blob: Mask, angle: float, scale: float, frame: Frame | None) -> Iterator[Row]:
    level = _turn(blob, angle)
    level = cv.threshold(level, 110, 255, cv.THRESH_BINARY)[1]
    height, width = blob.shape
    side = level.shape[0]
    shift = np.array([(side - width) / 2, (side - height) / 2])
    turn = cv.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    x0, y0, x1, y1 = 0, 0, side, side
    if frame is not None:
        middle = turn @ np.array([frame.x, frame.y, 1.0]) + shift
        inset = _line_width(level, middle, frame, scale)
        x0, x1 = round(middle[0] - frame.width / 2 + inset), round(middle[0] + frame.width / 2 - inset)
        y0, y1 = round(middle[1] - frame.height / 2 + inset), round(middle[1] + frame.height / 2 - inset)
        x0, y0 = max(0, x0), max(0, y0)
    inside = level[y0:y1, x0:x1]
    if inside.size == 0:
        return
    if frame is not None:
        inside = _without_lines(inside, scale)
    back = cv.invertAffineTransform(turn)
    spans = row_spans(inside, scale)
    if frame is not None and len(spans) == 1 and abs(angle) < _LEVEL:  # worn stamps have white in their letters
        top, bottom = spans[0]
        parts = between_tails(inside[top:bottom], _LEAST_ROW * scale)
        spans = [(top + first, top + after) for first, after in parts] or spans
    highest = max((bottom - top for top, bottom in spans), default=0)
    for place, span in enumerate(spans):
        if span[1] - span[0] < 0.42 * highest:  # what is left of a frame's line
            continue
        above = spans[place - 1][1] if place else 0
        below = spans[place + 1][0] if place + 1 < len(spans) else inside.shape[0]
        top, bottom = _whole_row(inside, *span, above, below)
        band = inside[top:bottom]
        left, right = _ends(inside, top, bottom, scale)
        if right - left < _LEAST_LENGTH * scale:
            continue
        pieces, even, letters = letters_of(band[:, left:right])
        high = min(bottom - top, letters) if letters else bottom - top
        middle = np.array([(left + right) / 2 + x0, (top + bottom) / 2 + y0]) - shift
        x, y = back @ np.array([*middle, 1.0])
        yield Row(Strip(float(x), float(y), right - left, float(max(high, 3)), angle), pieces, even, frame is not None)


def _without_lines(inside: Mask, scale: float) -> Mask:
    """What is left of a frame's long lines near its edges, where its tilt was not quite met, taken off."""
    zone = max(1, round(_RIM * inside.shape[0]))
    lines = cv.morphologyEx(inside, cv.MORPH_OPEN, np.ones((1, max(3, round(_RUN * scale))), np.uint8))
    lines[zone : inside.shape[0] - zone] = 0
    return np.asarray(inside & cv.bitwise_not(cv.dilate(lines, np.ones((3, 3), np.uint8))), np.uint8)


def _whole_row(inside: Mask, top: int, bottom: int, above: int, below: int) -> tuple[int, int]:
    """A row with what few of its letters have: the ascenders and descenders of small letters."""
    inked = inside.max(axis=1) > 0
    most = round(0.4 * (bottom - top))
    first, last = max(above, top - most), min(below, bottom + most)
    while top > first and inked[top - 1]:
        top -= 1
    while bottom < last and inked[bottom]:
        bottom += 1
    return top, bottom


def _ends(inside: Mask, top: int, bottom: int, scale: float) -> tuple[int, int]:
    """First column and column after the last of a row's letters, without the upright lines of a worn frame."""
    inked = (inside[top:bottom] > 0).sum(axis=0)
    steps = np.diff(np.concatenate([[0], (inked > 0).astype(np.int8), [0]]))
    runs = list(zip(np.nonzero(steps == 1)[0].tolist(), np.nonzero(steps == -1)[0].tolist(), strict=True))
    beyond = round(0.35 * (bottom - top))
    tall = inside[max(0, top - beyond) : bottom + beyond]

    def is_line(run: tuple[int, int], gap: int) -> bool:
        """A frame's line is thin, stands off and, unlike an I, goes on above and below the row."""
        if run[1] - run[0] >= 3.0 * scale or gap <= 2.5 * scale:
            return False
        inked_rows = cv.countNonZero(tall[:, run[0] : run[1]].max(axis=1))
        return bool(inked_rows > 0.9 * len(tall))

    if len(runs) > 3 and is_line(runs[0], runs[1][0] - runs[0][1]):
        runs = runs[1:]
    if len(runs) > 3 and is_line(runs[-1], runs[-1][0] - runs[-2][1]):
        runs = runs[:-1]
    return (runs[0][0], runs[-1][1]) if runs else (0, 0)


def _line_width(level: Mask, middle: Any, frame: Frame, scale: float) -> float:
    """How far inside the frame its line ends, both of a double line if need be."""
    inset = 1.0 * scale
    for _ in range(round(5 * scale)):
        y0, y1 = round(middle[1] - frame.height / 2 + inset), round(middle[1] + frame.height / 2 - inset)
        x0, x1 = round(middle[0] - frame.width / 2 + inset), round(middle[0] + frame.width / 2 - inset)
        if y1 - y0 < 6 or x1 - x0 < 12:
            break
        box = level[max(0, y0) : y1, max(0, x0) : x1]
        if box.size == 0:
            break
        if max(float((box[0] > 0).mean()), float((box[-1] > 0).mean())) < 0.35:
            break
        inset += 1
    return inset + 0.8 * scale


def row_spans(inside: Mask, scale: float) -> list[tuple[int, int]]:
    """First row and row after the last of each row of letters in a level mask."""
    profile = cv.reduce(cv.min(inside, 1), 1, cv.REDUCE_SUM, dtype=cv.CV_32F).ravel()
    if profile.max() <= 0:
        return []
    smooth = cv.blur(profile.reshape(-1, 1), (1, max(1, round(0.8 * scale)))).ravel()
    inked = smooth > max(1.0, 0.12 * number_at(smooth, 95))
    steps = np.diff(np.concatenate([[0], inked.astype(np.int8), [0]]))
    spans: list[tuple[int, int]] = []
    for start, end in zip(np.nonzero(steps == 1)[0], np.nonzero(steps == -1)[0], strict=True):
        if spans and start - spans[-1][1] < 0.9 * scale:
            spans[-1] = (spans[-1][0], int(end))
        else:
            spans.append((int(start), int(end)))
    return [(a, b) for a, b in spans if _LEAST_ROW * scale <= b - a <= _MOST_ROW * scale]


def letters_of(band: Mask) -> tuple[int, float, float]:
    """Components of a level row that may be letters: how many, how alike in height, and how high the highest are."""
    return letters_among(pieces_of(band).stats[1:])


def letters_among(stats: Any) -> tuple[int, float, float]:
    """The same of the components whose boxes and areas those are."""
    if not len(stats):
        return 0, 0.0, 0.0
    heights, widths = stats[:, 3].astype(np.float64), stats[:, 2].astype(np.float64)
    high = number_at(heights, 95)
    tall = heights >= 0.4 * high
    letters = heights[tall]
    if not len(letters):
        return 0, 0.0, high
    # Letters grown together count by their width; a stroke of handwriting leaves most of its box white.
    dense = stats[tall, 4] / (widths[tall] * letters) > 0.25
    pieces = int(np.where(dense, np.maximum(1, np.round(widths[tall] / (0.85 * letters))), 1).sum())
    return pieces, middle_of(letters) / high, high
