"""Where on a page markings may stand: lines of letters, scored by how far each can be one.

The page is levelled, rules and frames are set apart, letters are closed to lines.  Lines that run askew, frames and
coloured ink go to ``frames``, which finds their own tilt.  What is clearly running text is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from marker.ocr.apart import (
    ASKEW,
    Field,
    is_figure,
    is_scrawl,
    stroke_of,
    take_apart,
    without_rules,
)
from marker.ocr.askew import Run, beside, runs_of
from marker.ocr.blobs import JOIN, Blob, blobs_of, ink_in, may_be_upright, regions, spread
from marker.ocr.candidate import Candidate, box_of, joined
from marker.ocr.colour import Grey, ink_of
from marker.ocr.crop import Strip
from marker.ocr.frames import TILT, Frame, Row, clearest_tilt, rows_of
from marker.ocr.levelled import Levelled
from marker.ocr.paragraph import LONG_LINE, MOST_ROWS, TALLER, WIDE, blob_of, moved, running_text
from marker.ocr.pieces import pieces_of
from marker.ocr.seals import Seal, seals_of, without
from marker.ocr.shares import middle_of
from marker.ocr.vision import cv

_ZONE_TOP: Final = 0.2
_ZONE_BOTTOM: Final = 0.87
_SMALL_TOP: Final = 0.16
_READ: Final = 3.0
"""The score from which on a line may be a marking."""
_LONG: Final = 0.55
"""Share of the page's width from which on a line is running text, unless it stands in a zone or in capitals."""
_LARGE: Final = 13.0
"""Points: capitals of this height may be a stamp's, in black too."""
_TILT_GAIN: Final = 1.12
_BESIDE: Final = 12.0
"""Points from a seal within which a signature may stand."""
_SAME_TILT: Final = 4.0
_AS_LARGE: Final = 0.7
_SOLID: Final = 0.8
"""Share of its box that no line of letters fills."""
_LONG_NEIGHBOUR: Final = 0.45
"""Share of the page's width from which on a line beside another is long."""
_PEN: Final = 0.13
"""Strokes so thin beside the height of their letters are handwriting; those of print measure 0.2."""


class Finder:
    """Finds the candidates of one levelled page."""

    def __init__(self, scale: float) -> None:
        self.scale = scale
        """Pixels per point at full scale."""
        self.found: list[Candidate] = []
        self.unread_figures: list[tuple[float, float, float, float]] = []
        """Boxes in full-scale pixels of ink grown together that may hide a stamp."""
        self.seals: list[Seal] = []
        self.text_lines: list[Candidate] = []
        """Running text, longest first: to tell whether the page is the right way up."""
        self.rest: list[Candidate] = []
        """All other lines: read only on a page that bears no marking elsewhere."""
        self.letters_ink = 0
        self.loose: Grey = np.zeros((0, 0), np.uint8)
        """Pixels of letters' ink, and where it stands in no line, at working scale."""
        self._grown: list[Row] = []
        """Level lines of paragraphs that are one piece of ink, on the mask."""
        self._group = 0

    def find(self, black: Levelled, inks: Sequence[Grey], scale: float) -> list[Candidate]:
        """Candidates, best first; of the black layer at working scale, which is ``scale``, and of the ink of that and,
        where there is one, of the coloured layer, levelled as it is.
        """
        ink = inks[0]
        pieces = pieces_of(ink)
        seals = seals_of(pieces, scale)
        coloured = None
        if len(inks) > 1:
            its = pieces_of(inks[1])
            seals += seals_of(its, scale)
            coloured = without_rules(inks[1], its, scale)
        zoom = self.scale / scale
        self.seals = [Seal(seal.x * zoom, seal.y * zoom, seal.radius * zoom) for seal in seals]
        if seals:
            ink = without(ink, seals, scale)
            pieces = pieces_of(ink)
        runs, ink = runs_of(ink, pieces, scale)
        if runs:
            self._runs(runs, ink, scale)
            pieces = pieces_of(ink)
        parts = take_apart(ink, pieces, scale)
        blobs = blobs_of(parts.letters, pieces, scale)
        for blob in blobs:  # letters on several heights in what was closed to one line: a stamp grown into a line
            blob.askew |= blob.height > 2.2 * blob.letter and blob.width > 50 * scale
            if not blob.askew and blob.letter > _LARGE * scale:  # few or grown letters have no slope to measure
                tilt, gain = clearest_tilt(parts.letters[blob.y : blob.bottom, blob.x : blob.right])
                blob.askew = ASKEW < abs(tilt) < TILT and gain > _TILT_GAIN
        spread(blobs)
        self._stamps(parts, [blob for blob in blobs if blob.askew], scale)
        blobs = [blob for blob in blobs if ink_in(parts.letters, blob) > 0.5 * blob.ink]
        self._banners(parts, black, scale)
        self._leave([box for box in parts.figures if not _is_signature(box, ink, seals, scale)], scale)
        self._print(blobs, parts, scale)
        if coloured is not None:
            self._coloured(without(coloured, seals, scale), seals, scale)
        self._upright(parts, blobs, scale)
        self.found = joined(self.found)
        taken = [box_of(other.strip) for other in self.found if other.coloured]
        self.found = [line for line in self.found if line.coloured or not _mostly_in(box_of(line.strip), taken)]
        self.found.sort(key=lambda candidate: -candidate.score)
        return self.found

    # ── printed lines ───────────────────────────────────────────────────────────────────────────────────────────────

    def _print(self, blobs: list[Blob], parts: Field, scale: float) -> None:
        level = [blob for blob in blobs if not blob.askew]
        strips = [*(None for _ in level), *(row.strip for row in self._grown)]
        level += map(blob_of, self._grown)
        width, height = parts.letters.shape[1], parts.letters.shape[0]
        body = _body_letter(level, width)
        for blob, strip, others in zip(level, strips, _neighbours(level, width), strict=True):
            score = _score(blob, others, body, width, height)
            if strip is not None and _in_zone(blob, height):  # grown together, capitals look like small letters
                score = max(score, _READ)
            self._group += 1
            candidate = self._candidate(blob, "print", score, scale)
            if strip is not None:  # it was measured in its own tilt
                candidate = replace(candidate, strip=_zoomed(strip, self.scale / scale))
            if score >= _READ:
                self.found.append(candidate)
            elif blob.width > WIDE * width and blob.pieces > LONG_LINE:
                self.text_lines.append(candidate)
            else:
                self.rest.append(candidate)
        taken = parts.letters.copy()
        for blob in blobs:
            taken[blob.y : blob.bottom, blob.x : blob.right] = 0
        self.loose, self.letters_ink = taken, cv.countNonZero(parts.letters)
        self.text_lines.sort(key=lambda line: -line.strip.width)

    def _candidate(self, blob: Blob, kind: str, score: float, scale: float) -> Candidate:
        zoom = self.scale / scale
        letter = min(blob.letter, blob.height)
        strip = Strip(
            (blob.x + blob.width / 2) * zoom,
            (blob.y + blob.height / 2) * zoom,
            blob.width * zoom,
            max(letter, 0.6 * blob.height) * zoom,
            0.0,
        )
        return Candidate(strip, kind, False, score, self._group, blob.pieces, blob.even)

    # ── stamps ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def _rows(self, rows: list[Row], x: int, y: int, scale: float, kind: str, score: float, *, coloured: bool) -> None:
        zoom = self.scale / scale
        self._group += 1
        for row in rows:
            strip = Strip(
                (row.strip.x + x) * zoom,
                (row.strip.y + y) * zoom,
                row.strip.width * zoom,
                row.strip.height * zoom,
                row.strip.angle,
            )
            named = "frame" if row.framed and kind == "stamp" else kind
            if kind == "stamp" and abs(row.strip.angle) < ASKEW and not row.framed and not coloured:
                named = "print"
            self.found.append(Candidate(strip, named, coloured, score, self._group, row.pieces, row.even))

    def _runs(self, runs: list[Run], ink: Grey, scale: float) -> None:
        """Rows askew and the rows beside them, which are taken out of ``ink``."""
        zoom = self.scale / scale
        for run in runs:
            self._group += 1
            pieces = max(len(run.letters), round(run.strip.width / run.strip.height))
            self._add(run.strip, pieces, 1.0, zoom)
            for row in beside(run, ink, scale):
                self._add(row.strip, row.pieces, row.even, zoom)
                cv.fillPoly(ink, [row.strip.corners(0.15).round().astype(np.int32)], 0)

    def _add(self, strip: Strip, pieces: int, even: float, zoom: float) -> None:
        self.found.append(Candidate(_zoomed(strip, zoom), "stamp", False, 8, self._group, pieces, even))

    def _in_frame(self, frame: Frame, scale: float) -> float:
        """How high the letters are of a row that was found in a frame; 0 without one."""
        zoom = self.scale / scale
        corners = cv.boxPoints(((frame.x, frame.y), (frame.width, frame.height), frame.angle)).astype(np.float32)
        inside = [
            line.strip.height / zoom
            for line in self.found
            if abs(line.strip.angle - frame.angle) < _SAME_TILT
            and cv.pointPolygonTest(corners, (line.strip.x / zoom, line.strip.y / zoom), measureDist=False) > 0
        ]
        return max(inside, default=0.0)

    def _stamps(self, parts: Field, askew: list[Blob], scale: float) -> None:
        letters = parts.letters
        for frame, (x, y, w, h) in parts.frames:
            inside = letters[y : y + h, x : x + w].copy()
            shifted = Frame(frame.x - x, frame.y - y, frame.width, frame.height, frame.angle)
            rows = rows_of(inside, scale, sure_frame=shifted)
            known = self._in_frame(frame, scale)
            if known:  # beside its letters only another row of letters as large is a row
                rows = [row for row in rows if row.pieces >= 3 and row.strip.height > _AS_LARGE * known]
            if not rows or len(rows) > MOST_ROWS:
                if not known and abs(frame.angle) > ASKEW and frame.width > 55 * scale:
                    self._leave([(x, y, w, h)], scale)
                continue
            self._rows(rows, x, y, scale, "stamp", 8, coloured=False)
            corners = cv.boxPoints(((frame.x, frame.y), (frame.width, frame.height), frame.angle))
            cv.fillPoly(letters, [corners.astype(np.int32)], 0)
        free = [blob for blob in askew if letters[blob.y : blob.bottom, blob.x : blob.right].any()]
        for x, y, w, h in regions(free, letters.shape, scale):
            own = letters[y : y + h, x : x + w].copy()
            rows = rows_of(own, scale)
            if not rows and w >= 60 * scale and is_figure(own, scale):
                self._leave([(x, y, w, h)], scale)
            rows = [row for row in rows if row.pieces >= 3]
            prose = running_text(rows, letters.shape[1])
            self._grown += [moved(row, x, y) for row in prose]
            rows = [row for row in rows if row not in prose]
            self._rows(rows, x, y, scale, "stamp", 7, coloured=False)

    def _leave(self, boxes: Iterable[tuple[int, int, int, int]], scale: float) -> None:
        """Keep boxes of ink that may hide a stamp and cannot be taken apart."""
        zoom = self.scale / scale
        self.unread_figures += [(x * zoom, y * zoom, (x + w) * zoom, (y + h) * zoom) for x, y, w, h in boxes]

    def _coloured(self, ink: Grey, seals: list[Seal], scale: float) -> None:
        reach, join = max(3, round(5.5 * scale) | 1), round(JOIN * scale) | 1
        left, top, wide, high = cv.boundingRect(ink)
        left, top = max(0, left - join), max(0, top - join)
        ink = np.ascontiguousarray(ink[top : top + high + 2 * join, left : left + wide + 2 * join])
        if not ink.any():
            return
        closed = cv.morphologyEx(ink, cv.MORPH_CLOSE, cv.getStructuringElement(cv.MORPH_ELLIPSE, (reach, reach)))
        closed = cv.morphologyEx(closed, cv.MORPH_CLOSE, np.ones((1, join), np.uint8))
        joined_up = pieces_of(closed)
        labels, stats = joined_up.labels, joined_up.stats
        for index in range(1, len(stats)):
            x, y, w, h, _area = (int(value) for value in stats[index])
            if max(w, h) < 16 * scale or min(w, h) < 4.5 * scale:
                continue
            own = ink[y : y + h, x : x + w] & np.where(labels[y : y + h, x : x + w] == index, 255, 0).astype(np.uint8)
            rows = rows_of(own, scale)
            stroke = stroke_of(own, scale)
            signed = any(seal.touches(left + x, top + y, w, h, _BESIDE * scale) for seal in seals)
            for place, row in enumerate(rows):
                pen = stroke < _PEN * row.strip.height / scale and not row.framed
                # Beside a seal stands a signature: what holds the file there must be clearly letters.
                if pen or (signed and (row.pieces < 7 or row.even < 0.9)):
                    rows[place] = replace(row, pieces=0)
            if 0 < len(rows) <= 8:
                self._rows(rows, left + x, top + y, scale, "stamp", 8, coloured=True)
            elif w >= 60 * scale and w >= 1.5 * h and is_figure(own, scale) and not is_scrawl(own, scale):
                self._leave([(left + x, top + y, w, h)], scale)

    # ── white on dark, and lines on their side ──────────────────────────────────────────────────────────────────────

    def _banners(self, parts: Field, small: Levelled, scale: float) -> None:
        for x, y, w, h in parts.banners:
            inside = cv.bitwise_not(small.part(x, y, x + w, y + h, sharp=True))
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
        rest = may_be_upright(rest, scale)
        left, top, width, height = cv.boundingRect(rest)
        turned = np.ascontiguousarray(np.rot90(rest[top : top + height, left : left + width]))
        if not turned.size:
            return
        zoom = self.scale / scale
        for blob in blobs_of(turned, pieces_of(turned), scale):
            if blob.pieces < 4 or blob.width < 4 * blob.letter or blob.even < 0.6:
                continue
            if blob.ink > _SOLID * blob.width * blob.height:
                continue  # a bar, as codes and letterheads have: letters leave half of their line white
            # Turned anticlockwise: column y of the turned picture is row y of the part, row x is width - 1 - x.
            x, y = left + width - (blob.y + blob.height / 2), top + blob.x + blob.width / 2
            self._group += 1
            for angle in (-90.0, 90.0):
                strip = Strip(x * zoom, y * zoom, blob.width * zoom, min(blob.letter, blob.height) * zoom, angle)
                self.found.append(Candidate(strip, "upright", False, 4, self._group, blob.pieces, blob.even))


def _is_signature(box: tuple[int, int, int, int], ink: Grey, seals: Iterable[Seal], scale: float) -> bool:
    """Whether large ink beside a seal is what a signature leaves outside it."""
    x, y, width, height = box
    if not any(seal.touches(x, y, width, height, _BESIDE * scale) for seal in seals):
        return False
    return is_scrawl(ink[y : y + height, x : x + width], scale, cut=True)


def _zoomed(strip: Strip, zoom: float) -> Strip:
    return replace(strip, x=strip.x * zoom, y=strip.y * zoom, width=strip.width * zoom, height=strip.height * zoom)


def _body_letter(blobs: list[Blob], width: int) -> float:
    """The usual height of letters in long lines, pixels; 0 when there are none."""
    long = [blob.letter for blob in blobs if blob.width > WIDE * width]
    return middle_of(long) if len(long) >= 3 else 0.0


def _in_zone(blob: Blob, height: int) -> bool:
    """Whether a line stands at the head or the foot of the page, where markings do."""
    return not _ZONE_TOP <= (blob.y + blob.height / 2) / height <= _ZONE_BOTTOM


def _score(blob: Blob, neighbours: tuple[int, bool], body: float, width: int, height: int) -> float:
    """How far a level line can be a marking, with the neighbours it has; read from ``_READ`` on."""
    middle = (blob.y + blob.height / 2) / height
    share = blob.width / width
    capitals = blob.even >= 0.88
    zone = _in_zone(blob, height)
    if not capitals:  # small letters are a marking only in the places of markings
        zone = middle < _SMALL_TOP or middle > _ZONE_BOTTOM or (middle < _ZONE_TOP and blob.x > 0.5 * width)
    tight, long_neighbour = neighbours
    score = 0.0
    score += 3 if zone else 0
    score += 2 if capitals else 0
    score += 1.5 if body and blob.letter > TALLER * body else 0
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


def _neighbours(level: Sequence[Blob], width: int) -> list[tuple[int, bool]]:
    """Of each line, how many others stand tight above and below, and whether one of them is long."""
    xs, ys, rights, bottoms = (
        np.array([getattr(blob, name) for blob in level]) for name in ("x", "y", "right", "bottom")
    )
    reaches = 1.6 * np.array([blob.letter for blob in level])
    gaps = np.maximum(ys[None] - bottoms[:, None], ys[:, None] - bottoms[None])
    tight = (xs[None] <= rights[:, None]) & (rights[None] >= xs[:, None]) & (gaps < reaches[:, None])
    np.fill_diagonal(tight, val=False)
    long = tight[:, rights - xs > _LONG_NEIGHBOUR * width].any(axis=1)
    return list(zip(tight.sum(axis=1).tolist(), long.tolist(), strict=True))


def _mostly_in(box: Any, others: Iterable[Any]) -> bool:
    """Whether a black line is what coloured ink left behind, or lies under a stamp."""
    area = max(1.0, (box[2] - box[0]) * (box[3] - box[1]))
    for other in others:
        width, height = min(box[2], other[2]) - max(box[0], other[0]), min(box[3], other[3]) - max(box[1], other[1])
        if width > 0 and height > 0 and width * height > 0.5 * area:
            return True
    return False
