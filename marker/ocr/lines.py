"""Where on a page markings may stand: lines of letters, scored by how far each can be one.

The page is levelled, rules and frames are set apart, letters are closed to lines.  Lines that run askew, frames and
coloured ink go to ``frames``, which finds their own tilt.  What is clearly running text is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from marker.ocr.colour import Grey, ink_of
from marker.ocr.crop import Strip
from marker.ocr.frames import Frame, Row, frame_of, letters_of, rows_of, tilted_pair
from marker.ocr.vision import cv

Mask = NDArray[np.uint8]

WORK_SCALE: Final = 1.5
"""Pixels per point at which lines are looked for: letters of 6 points are 6 pixels high."""
_JOIN: Final = 9.0
"""Points between letters of one line; letterspaced marks have 6."""
_ZONE_TOP: Final = 0.2
_ZONE_BOTTOM: Final = 0.87
_SMALL_TOP: Final = 0.16
_LONG: Final = 0.55
"""Share of the page's width from which on a line is running text, unless it stands in a zone or in capitals."""
_ASKEW: Final = 2.2
"""Degrees from which on a line is askew on a level page."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may be a marking, in pixels of the levelled page at full scale."""

    strip: Strip
    kind: str
    """``print``, ``stamp``, ``frame``, ``dark`` or ``upright``."""
    coloured: bool
    score: float
    group: int
    """Rows of one stamp share it."""
    pieces: int
    even: float

    @property
    def stands_out(self) -> bool:
        """Coloured, tilted, framed or on its side: what may be a rubber stamp."""
        return self.kind != "print" or self.coloured

    @property
    def like_letters(self) -> bool:
        """Whether its components are those of a word: several, and most of one height."""
        if self.kind == "upright" and (self.pieces < 7 or self.even < 0.8):
            return False
        return self.pieces >= 4 and self.even >= 0.8 and self.strip.width >= 2.2 * self.strip.height


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
    """The layer at working scale, and that scale."""
    share = min(1.0, WORK_SCALE / scale)
    size = (max(1, round(layer.shape[1] * share)), max(1, round(layer.shape[0] * share)))
    return np.asarray(cv.resize(layer, size, interpolation=cv.INTER_AREA), np.uint8), scale * share


def take_apart(ink: Mask, scale: float) -> Field:
    """Part ink into letters, frames, banners, rules and figures."""
    count, labels, stats, _ = cv.connectedComponentsWithStats(ink, connectivity=8)
    found = Field(ink, scale)
    drop = np.zeros(count, np.bool_)
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
            drop |= _inside(stats, x, y, w, h)  # the hollows of its white letters
            if h < 70 * scale:
                found.banners.append((x, y, w, h))
            continue
        frame = None
        if fill < 0.5 and h < 260 * scale and w < 470 * scale:
            frame = frame_of((labels[y : y + h, x : x + w] == index).astype(np.uint8), scale)
        if frame is not None:
            found.frames.append((
                Frame(frame.x + x, frame.y + y, frame.width, frame.height, frame.angle), (x, y, w, h),
            ))
            drop[index] = True
        elif h > 45 * scale or (h > 26 * scale and w > 60 * scale):
            component = np.where(labels[y : y + h, x : x + w] == index, 255, 0).astype(np.uint8)
            grown = tilted_pair(component, scale) if h < 400 * scale else None
            if grown is not None and abs(grown.angle) > _ASKEW:
                found.frames.append((
                    Frame(grown.x + x, grown.y + y, grown.width, grown.height, grown.angle), (x, y, w, h),
                ))
                continue  # its letters are part of it
            if w >= 1.5 * h and is_bold(component, scale):
                found.figures.append((x, y, w, h))
            drop[index] = True
            if is_round(component, scale):  # a seal: what stands inside goes with it
                drop |= _inside(stats, x, y, w, h)
    drop[0] = True
    keep = np.where(drop, 0, 255).astype(np.uint8)
    found.letters = keep[labels]
    return found


def _inside(stats: Any, x: int, y: int, width: int, height: int) -> NDArray[np.bool_]:
    """Which components stand in a box."""
    right, bottom = stats[:, 0] + stats[:, 2], stats[:, 1] + stats[:, 3]
    found: NDArray[np.bool_] = (stats[:, 0] >= x) & (stats[:, 1] >= y) & (right <= x + width) & (bottom <= y + height)
    return found


def _is_solid(component: NDArray[np.bool_]) -> bool:
    """Whether ink goes all round its edge, as on a banner, and not as on letters grown together."""
    sides = (component[1:3].mean(), component[-3:-1].mean(), component[:, 1:3].mean(), component[:, -3:-1].mean())
    return float(min(sides)) > 0.75


@dataclass(slots=True)
class Blob:
    """Letters closed to a line, before it is known whether it is one; pixels at working scale."""

    x: int
    y: int
    width: int
    height: int
    pieces: int = 0
    even: float = 0.0
    letter: float = 0.0
    slope: float = 0.0
    askew: bool = False
    ink: int = 0
    """Pixels of ink in its box."""

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height


def blobs_of(letters: Mask, scale: float) -> list[Blob]:
    """Letters joined to lines, from top to bottom."""
    reach = max(3, round(_JOIN * scale))
    closed = cv.morphologyEx(letters, cv.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    count, labels, stats, _ = cv.connectedComponentsWithStats(closed, connectivity=8)
    blobs: list[Blob] = []
    for index in range(1, count):
        x, y, w, h, _area = (int(value) for value in stats[index])
        if w < 12 * scale or h < 4 * scale:
            continue
        window = letters[y : y + h, x : x + w]
        own = window & np.where(labels[y : y + h, x : x + w] == index, 255, 0).astype(np.uint8)
        blob = Blob(x, y, w, h)
        blob.ink = _ink_in(letters, blob)
        _measure(blob, own, scale)
        if 3.6 * scale <= blob.letter <= 64 * scale and blob.pieces >= 2:
            blobs.append(blob)
    blobs.sort(key=lambda blob: blob.y)
    return _joined(blobs)


def _ink_in(letters: Mask, blob: Blob) -> int:
    return int(cv.countNonZero(letters[blob.y : blob.bottom, blob.x : blob.right]))


def _measure(blob: Blob, own: Mask, scale: float) -> None:
    blob.pieces, blob.even, blob.letter = letters_of(own)
    if blob.pieces < 4 or blob.width < 30 * scale:
        return
    _, _, stats, centres = cv.connectedComponentsWithStats(own, connectivity=8)
    tall = stats[1:, 3] >= 0.5 * blob.letter
    xs, ys = centres[1:, 0][tall], centres[1:, 1][tall]
    if len(xs) < 4 or np.ptp(xs) < 4 * scale:
        return
    slope, base = np.polyfit(xs, ys, 1)
    spread = float(np.abs(ys - slope * xs - base).mean())
    blob.slope = float(np.degrees(np.arctan(slope)))
    # Askew: its letters follow a slope, and the line is the higher for it.
    blob.askew = abs(blob.slope) > _ASKEW and spread < 0.3 * blob.letter and blob.height > 1.25 * blob.letter


def _joined(blobs: list[Blob]) -> list[Blob]:
    """Short neighbours on one height made one: letterspaced words, words far apart."""
    done: list[Blob] = []
    for blob in blobs:
        for other in done:
            gap = max(blob.x - other.right, other.x - blob.right)
            shared = min(blob.bottom, other.bottom) - max(blob.y, other.y)
            alike = 0.7 < blob.letter / max(other.letter, 1.0) < 1.4
            level = shared > 0.6 * min(blob.height, other.height)
            if 0 <= gap < 1.9 * max(blob.letter, other.letter) and alike and level:
                right, bottom = max(blob.right, other.right), max(blob.bottom, other.bottom)
                other.x, other.y = min(blob.x, other.x), min(blob.y, other.y)
                other.width, other.height = right - other.x, bottom - other.y
                total = blob.pieces + other.pieces
                other.even = (other.even * other.pieces + blob.even * blob.pieces) / total
                other.pieces, other.letter = total, max(other.letter, blob.letter)
                other.ink += blob.ink
                other.askew |= blob.askew
                break
        else:
            done.append(blob)
    return done


class Finder:
    """Finds the candidates of one levelled page."""

    def __init__(self, black: Grey, colour: Grey | None, scale: float) -> None:
        self.black = black
        self.colour = colour
        self.scale = scale
        self.found: list[Candidate] = []
        self.unread_figures: list[tuple[float, float, float, float]] = []
        """Boxes in full-scale pixels of ink grown together that may hide a stamp."""
        self.text_lines: list[Candidate] = []
        """Running text, longest first: to tell whether the page is the right way up."""
        self._group = 0

    def find(self) -> list[Candidate]:
        """Candidates, best first."""
        small, scale = shrink(self.black, self.scale)
        parts = take_apart(ink_of(small), scale)
        blobs = blobs_of(parts.letters, scale)
        for blob in blobs:  # letters on several heights in what was closed to one line: a stamp grown into a line
            blob.askew |= blob.height > 2.2 * blob.letter and blob.width > 50 * scale
        _spread(blobs)
        self._stamps(parts, [blob for blob in blobs if blob.askew], scale)
        blobs = [blob for blob in blobs if _ink_in(parts.letters, blob) > 0.5 * blob.ink]
        self._banners(parts, small, scale)
        self._leave(parts.figures, scale)
        self._print(blobs, parts, scale)
        if self.colour is not None:
            self._coloured(scale)
        self._upright(parts, blobs, scale)
        coloured = [box_of(other.strip) for other in self.found if other.coloured]
        self.found = [line for line in self.found if line.coloured or not _mostly_in(box_of(line.strip), coloured)]
        self.found.sort(key=lambda candidate: -candidate.score)
        return self.found

    # ── printed lines ───────────────────────────────────────────────────────────────────────────────────────────────

    def _print(self, blobs: list[Blob], parts: Field, scale: float) -> None:
        level = [blob for blob in blobs if not blob.askew]
        width, height = parts.letters.shape[1], parts.letters.shape[0]
        body = _body_letter(level, width)
        for blob in level:
            score = _score(blob, level, body, width, height)
            self._group += 1
            candidate = self._candidate(blob, "print", score, scale)
            if score >= 3:
                self.found.append(candidate)
            elif blob.width > 0.3 * width and blob.pieces > 12:
                self.text_lines.append(candidate)
        self.text_lines.sort(key=lambda line: -line.strip.width)

    def _candidate(self, blob: Blob, kind: str, score: float, scale: float) -> Candidate:
        zoom = self.scale / scale
        letter = min(blob.letter, blob.height)
        strip = Strip(
            (blob.x + blob.width / 2) * zoom, (blob.y + blob.height / 2) * zoom, blob.width * zoom,
            max(letter, 0.6 * blob.height) * zoom, 0.0,
        )
        return Candidate(strip, kind, False, score, self._group, blob.pieces, blob.even)

    # ── stamps ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _rows(self, rows: list[Row], x: int, y: int, scale: float, kind: str, score: float, *, coloured: bool) -> None:
        zoom = self.scale / scale
        self._group += 1
        for row in rows:
            strip = Strip(
                (row.strip.x + x) * zoom, (row.strip.y + y) * zoom, row.strip.width * zoom, row.strip.height * zoom,
                row.strip.angle,
            )
            named = "frame" if row.framed and kind == "stamp" else kind
            if kind == "stamp" and abs(row.strip.angle) < _ASKEW and not row.framed and not coloured:
                named = "print"
            self.found.append(Candidate(strip, named, coloured, score, self._group, row.pieces, row.even))

    def _stamps(self, parts: Field, askew: list[Blob], scale: float) -> None:
        letters = parts.letters
        for frame, (x, y, w, h) in parts.frames:
            inside = letters[y : y + h, x : x + w].copy()
            shifted = Frame(frame.x - x, frame.y - y, frame.width, frame.height, frame.angle)
            rows = rows_of(inside, scale, sure_frame=shifted)
            if not rows or len(rows) > 6:
                if abs(frame.angle) > _ASKEW and frame.width > 55 * scale:
                    self._leave([(x, y, w, h)], scale)
                continue
            self._rows(rows, x, y, scale, "stamp", 8, coloured=False)
            corners = cv.boxPoints(((frame.x, frame.y), (frame.width, frame.height), frame.angle))
            cv.fillPoly(letters, [corners.astype(np.int32)], 0)
        free = [blob for blob in askew if letters[blob.y : blob.bottom, blob.x : blob.right].any()]
        for x, y, w, h in _regions(free, letters.shape, scale):
            own = letters[y : y + h, x : x + w].copy()
            rows = rows_of(own, scale)
            if not rows and w >= 60 * scale and is_bold(own, scale):
                self._leave([(x, y, w, h)], scale)
            self._rows([row for row in rows if row.pieces >= 3], x, y, scale, "stamp", 7, coloured=False)

    def _leave(self, boxes: Iterable[tuple[int, int, int, int]], scale: float) -> None:
        """Keep boxes of ink that may hide a stamp and cannot be taken apart."""
        zoom = self.scale / scale
        self.unread_figures += [(x * zoom, y * zoom, (x + w) * zoom, (y + h) * zoom) for x, y, w, h in boxes]

    def _coloured(self, black_scale: float) -> None:
        assert self.colour is not None  # asked before  # noqa: S101
        small, scale = shrink(self.colour, self.scale)
        ink = _without_rules(ink_of(small, least=40), scale)
        reach = max(3, round(5.5 * scale))
        closed = cv.morphologyEx(ink, cv.MORPH_CLOSE, cv.getStructuringElement(cv.MORPH_ELLIPSE, (reach, reach)))
        closed = cv.morphologyEx(closed, cv.MORPH_CLOSE, np.ones((1, round(_JOIN * scale)), np.uint8))
        count, labels, stats, _ = cv.connectedComponentsWithStats(closed, connectivity=8)
        for index in range(1, count):
            x, y, w, h, _area = (int(value) for value in stats[index])
            if max(w, h) < 16 * scale or min(w, h) < 4.5 * scale:
                continue
            own = ink[y : y + h, x : x + w] & np.where(labels[y : y + h, x : x + w] == index, 255, 0).astype(np.uint8)
            if is_round(own, scale):
                continue
            rows = rows_of(own, scale)
            if 0 < len(rows) <= 8:
                self._rows(rows, x, y, scale, "stamp", 8, coloured=True)
            elif w >= 60 * scale and w >= 1.5 * h and is_bold(own, scale):
                self._leave([(x, y, w, h)], scale)

    # ── white on dark, and lines on their side ──────────────────────────────────────────────────────────────────────

    def _banners(self, parts: Field, small: Grey, scale: float) -> None:
        for x, y, w, h in parts.banners:
            inside = cv.bitwise_not(small[y : y + h, x : x + w])
            ink = ink_of(np.asarray(cv.normalize(inside, None, 0, 255, cv.NORM_MINMAX), np.uint8), least=90)
            edge = max(1, round(1.5 * scale))
            ink[:edge], ink[-edge:], ink[:, :edge], ink[:, -edge:] = 0, 0, 0, 0
            self._rows(rows_of(ink, scale), x, y, scale, "dark", 7, coloured=False)

    def _upright(self, parts: Field, blobs: list[Blob], scale: float) -> None:
        """Lines that run up or down beside level ones."""
        rest = parts.letters.copy()
        for blob in blobs:
            if blob.width > 2 * blob.letter:
                rest[blob.y : blob.bottom, blob.x : blob.right] = 0
        turned = np.ascontiguousarray(np.rot90(rest))
        height = rest.shape[1]
        zoom = self.scale / scale
        for blob in blobs_of(turned, scale):
            if blob.pieces < 4 or blob.width < 4 * blob.letter or blob.even < 0.6:
                continue
            # Turned anticlockwise: column y of the turned picture is row y of the page, row x is width - 1 - x.
            x, y = height - (blob.y + blob.height / 2), blob.x + blob.width / 2
            self._group += 1
            for angle in (-90.0, 90.0):
                strip = Strip(x * zoom, y * zoom, blob.width * zoom, min(blob.letter, blob.height) * zoom, angle)
                self.found.append(Candidate(strip, "upright", False, 4, self._group, blob.pieces, blob.even))


def _spread(blobs: list[Blob]) -> None:
    """A line next to one that is askew, with letters as high and a slope like it or none of its own, belongs to it."""
    askew = [blob for blob in blobs if blob.askew]
    for one in askew:  # grows while it is walked
        for other in blobs:
            if other.askew or not 0.75 < other.letter / one.letter < 1.33:
                continue
            reach = 0.8 * one.letter
            apart = max(one.x - other.right, other.x - one.right, one.y - other.bottom, other.y - one.bottom)
            if apart < reach and (other.pieces < 4 or abs(other.slope - one.slope) < 4):
                other.askew = True
                askew.append(other)


def _without_rules(ink: Mask, scale: float) -> Mask:
    """Ink without long thin lines, which letterheads have."""
    count, labels, stats, _ = cv.connectedComponentsWithStats(ink, connectivity=8)
    widths, heights = stats[:, 2] / scale, stats[:, 3] / scale
    areas = stats[:, 4] / scale**2
    rules = _are_rules(widths, heights, areas, 60)
    keep = np.where(rules, 0, 255).astype(np.uint8)
    keep[0] = 0
    return np.asarray(keep[labels], np.uint8) if count > 1 else ink


def _are_rules(widths: Any, heights: Any, areas: Any, least: float) -> Any:
    """Which components are long thin lines, level or upright but for a rest of skew; all in points."""
    level = (widths >= least) & (heights <= 3.2 + 0.03 * widths) & (areas <= 3.2 * widths)
    return level | ((heights >= least) & (widths <= 3.2 + 0.03 * heights) & (areas <= 3.2 * heights))


def is_bold(own: Mask, scale: float) -> bool:
    """Whether its strokes are those of large bold letters, and neither of a pen nor of a photograph."""
    if (own > 0).mean() > 0.5:
        return False
    inside = cv.distanceTransform(cv.copyMakeBorder(own, 1, 1, 1, 1, cv.BORDER_CONSTANT, value=0), cv.DIST_L2, 3)
    ridge = inside[inside >= 1]
    return bool(len(ridge)) and 1.7 <= 2 * float(np.percentile(ridge, 85)) / scale <= 9


def is_round(own: Mask, scale: float) -> bool:
    """A round seal: as wide as high, of a seal's size, its ink along a circle."""
    height, width = own.shape
    if not 0.8 < width / height < 1.25 or not 55 * scale < width < 170 * scale:
        return False
    points = cv.findNonZero(own)
    at = points.reshape(-1, 2) - np.array([width / 2, height / 2])
    radii = np.hypot(at[:, 0], at[:, 1]) / (max(width, height) / 2)
    # A circle leaves the corners of its box empty and has ink all the way round near its edge.
    rim = at[radii > 0.82]
    around = np.unique((np.degrees(np.arctan2(rim[:, 1], rim[:, 0])) // 10).astype(int))
    return bool((radii > 1.1).mean() < 0.02 and len(around) > 26)


def _regions(blobs: list[Blob], shape: tuple[int, ...], scale: float) -> list[tuple[int, int, int, int]]:
    """Boxes of askew blobs that stand together."""
    if not blobs:
        return []
    mask = np.zeros(shape, np.uint8)
    for blob in blobs:
        grow = round(0.3 * blob.letter + scale)
        mask[max(0, blob.y - grow) : blob.bottom + grow, max(0, blob.x - grow) : blob.right + grow] = 255
    count, _, stats, _ = cv.connectedComponentsWithStats(mask, connectivity=8)
    return [tuple(int(v) for v in stats[index][:4]) for index in range(1, count)]  # type: ignore[misc]  # four of five


def _body_letter(blobs: list[Blob], width: int) -> float:
    """The usual height of letters in long lines, pixels; 0 when there are none."""
    long = [blob.letter for blob in blobs if blob.width > 0.3 * width]
    return float(np.median(long)) if len(long) >= 3 else 0.0


def _score(blob: Blob, level: list[Blob], body: float, width: int, height: int) -> float:
    """How far a level line can be a marking; read from 3 on."""
    middle = (blob.y + blob.height / 2) / height
    share = blob.width / width
    capitals = blob.even >= 0.88
    zone = middle < _ZONE_TOP or middle > _ZONE_BOTTOM
    if not capitals:  # small letters are a marking only in the places of markings
        zone = middle < _SMALL_TOP or middle > _ZONE_BOTTOM or (middle < _ZONE_TOP and blob.x > 0.5 * width)
    tight, long_neighbour = _neighbours(blob, level, width)
    score = 0.0
    score += 3 if zone else 0
    score += 2 if capitals else 0
    score += 1.5 if body and blob.letter > 1.25 * body else 0
    score -= 3 if body and blob.letter < 0.85 * body and blob.pieces > 30 and not capitals else 0
    score += 1 if share < 0.45 else (-2 if share > _LONG else 0)
    centre = (blob.x + blob.width / 2) / width
    score += 1 if abs(centre - 0.5) < 0.04 or blob.x > 0.5 * width else 0
    score += 0.5 if not tight else 0
    if tight and long_neighbour:
        score -= 2.5 if not capitals else 1
    if share > _LONG and tight >= 2 and not capitals:
        score -= 2
    return score


def _neighbours(blob: Blob, level: list[Blob], width: int) -> tuple[int, bool]:
    """How many lines stand tight above and below, and whether one of them is long."""
    tight, long = 0, False
    reach = 1.6 * blob.letter
    for other in level:
        if other is blob or other.x > blob.right or other.right < blob.x:
            continue
        gap = max(other.y - blob.bottom, blob.y - other.bottom)
        if gap < reach:
            tight += 1
            long |= other.width > 0.45 * width
    return tight, long


def _mostly_in(box: Any, others: Iterable[Any]) -> bool:
    """Whether a black line is what coloured ink left behind, or lies under a stamp."""
    area = max(1.0, (box[2] - box[0]) * (box[3] - box[1]))
    for other in others:
        width, height = min(box[2], other[2]) - max(box[0], other[0]), min(box[3], other[3]) - max(box[1], other[1])
        if width > 0 and height > 0 and width * height > 0.5 * area:
            return True
    return False


def box_of(strip: Strip) -> Any:
    """The box (x0, y0, x1, y1) of a strip, pixels."""
    corners = strip.corners()
    return (*corners.min(axis=0), *corners.max(axis=0))
