"""Whether a picture of one line shows exactly a given text, letter by letter, diacritics included.

The text is drawn anew by Pillow (FreeType) from the shipped font file, to the size of the picture, and the two are laid
over one another: ink that stands in one and has no counterpart within a pixel in the other is a difference.  A missing
descender of Қ or bar of Ұ leaves such a difference; smoothing does not.
"""

from __future__ import annotations

import io
from functools import lru_cache
from importlib import resources
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

EM: Final = 40
"""Pixels to the font size at which lines are compared."""

_FILES: Final = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
_DRAWN: Final = 128
"""Pixels to the font size at which letters are drawn before they are brought to the picture's size."""
_UNITS: Final = 2048
"""The fonts' units to the em: at that size advances are whole and unhinted."""
_INK: Final = 0.35
"""Darkness from which a pixel belongs to the line."""
_ROOM: Final = 3
"""Pixels by which the heights of the two lines may differ, and by which they are moved to lie on one another."""
_WINDOW: Final = 5
_MOST_IN_WINDOW: Final = 4.0
"""Pixels' worth of unmatched ink in a 5 × 5 window; the smallest mark of a letter has more, smoothing has less."""
_MOST_IN_ALL: Final = 0.02
"""Share of a line's ink that may be unmatched."""

Ink = NDArray[np.float32]
"""A picture: 0 is paper, 1 is ink."""
Drawn = NDArray[np.uint8]
"""The same in 255 steps."""
Picture = TypeVar("Picture", Ink, Drawn)


def width(text: str, strong: bool) -> float:
    """How wide the ink of ``text`` is, in font sizes."""
    drawn = _drawn(text, strong)
    return 0.0 if drawn is None else drawn.shape[1] / _DRAWN


@lru_cache(maxsize=512)
def depth(text: str, strong: bool) -> float:
    """How far the ink of ``text`` reaches below its baseline, in font sizes."""
    return float(_font(strong, _UNITS).getbbox(text, anchor="ls")[3]) / _UNITS


def shows(picture: Ink, text: str, strong: bool) -> bool:
    """Whether ``picture``, in which the font size is about :data:`EM` pixels, shows ``text`` and nothing else."""
    found, drawn = _trimmed(picture), _drawn(text, strong)
    if found is None or drawn is None:
        return False
    # Only the width, the longer side, decides the size: a letter cut off below must not make the line fit again.
    scale = found.shape[1] / drawn.shape[1]
    high = max(1, round(drawn.shape[0] * scale))
    if abs(scale * _DRAWN / EM - 1) > 0.1 or abs(high - found.shape[0]) > _ROOM:
        return False
    wanted = np.pad(_resized(drawn, high, found.shape[1]), ((_ROOM, _ROOM), (1, 1)))
    laid = np.zeros_like(wanted)
    top = _best_row(found, wanted)
    laid[top : top + found.shape[0], 1:-1] = found
    return any(_difference(laid, np.roll(wanted, by, axis=1)) <= 1.0 for by in (0, 1, -1))


def _best_row(found: Ink, wanted: Ink) -> int:
    """The row of ``wanted`` at which ``found`` lies best, judged by how much ink each row has."""
    rows, profile = wanted.sum(axis=1), found.sum(axis=1)
    places = range(len(rows) - len(profile) + 1)
    return min(
        places,
        key=lambda at: float(
            np.abs(rows[at : at + len(profile)] - profile).sum() + rows[:at].sum() + rows[at + len(profile) :].sum()
        ),
    )


def _difference(found: Ink, wanted: Ink) -> float:
    """How much ink has no counterpart; up to 1 the two show the same."""
    unmatched = np.maximum(wanted - _spread(found), 0) + np.maximum(found - _spread(wanted), 0)  # neither passes 1
    unmatched[unmatched < 0.25] = 0
    if not unmatched.any():
        return 0.0
    share = unmatched.sum() / max(wanted.sum(), 1.0) / _MOST_IN_ALL
    sums = np.pad(np.cumsum(np.cumsum(unmatched, axis=0), axis=1), ((1, 0), (1, 0)))
    rows, columns = min(_WINDOW, unmatched.shape[0]), min(_WINDOW, unmatched.shape[1])
    windows = sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns] + sums[:-rows, :-columns]
    return float(max(share, windows.max() / _MOST_IN_WINDOW))


def _spread(ink: Ink) -> Ink:
    """Each pixel as dark as the darkest of its neighbours."""
    rows = ink.copy()
    np.maximum(rows[1:], ink[:-1], out=rows[1:])
    np.maximum(rows[:-1], ink[1:], out=rows[:-1])
    spread = rows.copy()
    np.maximum(spread[:, 1:], rows[:, :-1], out=spread[:, 1:])
    np.maximum(spread[:, :-1], rows[:, 1:], out=spread[:, :-1])
    return spread


def _trimmed(ink: Picture) -> Picture | None:
    least = _INK if ink.dtype != np.uint8 else 255 * _INK
    rows, columns = np.flatnonzero(ink.max(axis=1) > least), np.flatnonzero(ink.max(axis=0) > least)
    if not len(rows) or not len(columns):
        return None
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _resized(drawn: Drawn, high: int, wide: int) -> Ink:
    picture = Image.fromarray(drawn).resize((wide, high), Image.Resampling.BOX)
    return np.asarray(picture, dtype=np.float32) / np.float32(255)


@lru_cache(maxsize=512)
def _drawn(text: str, strong: bool) -> Drawn | None:
    """The line at :data:`_DRAWN` pixels to the font size, trimmed; letters stand where the font's advances put them."""
    advances = [_advance(letter, strong) for letter in text]
    wide = int(sum(advances) * _DRAWN) + 2 * _DRAWN
    line = np.zeros((2 * _DRAWN + _DRAWN // 2, wide), dtype=np.uint8)
    at = 0.0
    for letter, advance in zip(text, advances, strict=True):
        (top, glyph), left = _glyph(letter, strong), round(_DRAWN // 2 + at * _DRAWN)
        if left + glyph.shape[1] > wide:
            return None
        there = line[top : top + glyph.shape[0], left : left + glyph.shape[1]]
        np.maximum(there, glyph, out=there)
        at += advance
    return _trimmed(line)


@lru_cache(maxsize=512)
def _glyph(letter: str, strong: bool) -> tuple[int, NDArray[np.uint8]]:
    """The row its ink begins at, and its picture from there, with the columns left of it."""
    canvas = Image.new("L", (2 * _DRAWN, 2 * _DRAWN + _DRAWN // 2))
    pen = ImageDraw.Draw(canvas)
    pen.text((_DRAWN // 2, _DRAWN + _DRAWN // 2), letter, fill=255, font=_font(strong, _DRAWN), anchor="ls")
    glyph = np.asarray(canvas)
    rows, columns = np.flatnonzero(glyph.any(axis=1)), np.flatnonzero(glyph.any(axis=0))
    if not len(rows):
        return 0, glyph[:1, :1]
    return int(rows[0]), glyph[rows[0] : rows[-1] + 1, : columns[-1] + 1]


@lru_cache(maxsize=8)
def _font(strong: bool, size: int) -> Any:
    data = (resources.files("marker.resources") / "fonts" / _FILES[strong]).read_bytes()
    return ImageFont.truetype(io.BytesIO(data), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=1024)
def _advance(letter: str, strong: bool) -> float:
    """In font sizes."""
    return float(_font(strong, _UNITS).getlength(letter)) / _UNITS
