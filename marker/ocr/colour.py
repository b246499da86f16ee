"""A picture parted into black and coloured ink on flattened paper.

Paper is not white and light not even: each channel is divided by the paper around it, so that 255 is paper everywhere
and coloured paper is white.  Colour is what then differs between the channels; black ink, whatever its shade, has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from marker.ocr.raster import Picture
from marker.ocr.shares import counts_of, level_at
from marker.ocr.vision import cv

Grey = NDArray[np.uint8]
"""Rows and columns; 255 is paper, 0 is ink."""

_COARSE: Final = 8
"""The paper is estimated on a picture so many times smaller."""
_STROKE_POINTS: Final = 40.0
"""Ink broader than this may be taken for paper of its own: photographs, not banners with white letters."""
_CHROMA: Final = 26
"""Difference of channels from which on ink is coloured; pale stamps have 30, the fringes of black letters 20."""
_NOISE: Final = 7
"""Levels of chroma above the paper's own from which on ink may be coloured."""
_NEAR: Final = 22.0
"""Points around surely coloured ink within which its paler parts are looked for."""
_LETTER_STROKE: Final = 3.2
"""Points: the broadest strokes of print that a stamp's strokes are carried through."""
_BLACK: Final = 110
"""Grey level below which print is black."""
_PALER: Final = 55
"""Grey levels by which stamp ink is paler than print on a page without colour."""
_BROAD: Final = 8.0
"""Points; no stroke of a stamp is broader."""
_LEAST_COLOUR_POINTS: Final = 30.0
"""Square points of coloured ink from which on the layer is looked at."""


@dataclass(frozen=True, slots=True)
class Layers:
    """``black`` and ``colour`` (None where there is none) are grey pictures of one layer each, at ``scale``.

    ``all`` is every ink, for reading words that two layers share.
    """

    black: Grey
    colour: Grey | None
    all: Grey
    scale: float


def separate(picture: Picture) -> Layers:
    """Part a picture into its layers, at its own scale."""
    pixels = picture.pixels
    if pixels.ndim == 2:
        return _by_darkness(_flatten(pixels, picture.scale), picture.scale)
    drawn = cv.split(pixels)
    if cv.norm(drawn[0], drawn[1], cv.NORM_INF) == cv.norm(drawn[1], drawn[2], cv.NORM_INF) == 0:
        return _by_darkness(_flatten(drawn[0], picture.scale), picture.scale)
    channels = [_flatten(channel, picture.scale) for channel in drawn]
    lowest = cv.min(cv.min(channels[0], channels[1]), channels[2])
    highest = cv.max(cv.max(channels[0], channels[1]), channels[2])
    chroma = cv.blur(cv.subtract(highest, lowest), (3, 3))
    mask = cv.threshold(chroma, _CHROMA, 255, cv.THRESH_BINARY)[1]
    mask = cv.morphologyEx(mask, cv.MORPH_OPEN, np.ones((2, 2), np.uint8))
    if cv.countNonZero(mask) < _LEAST_COLOUR_POINTS * picture.scale**2:
        return _by_darkness(lowest, picture.scale)
    noise = level_at(counts_of(chroma[::4, ::4]), 85)
    black, colour = lowest.copy(), np.full_like(lowest, 255)
    part = _around(mask, picture.scale)
    black[part], colour[part] = _parted(mask[part], chroma[part], lowest[part], noise, picture.scale)
    return Layers(black, colour, lowest, picture.scale)


def _around(mask: Grey, scale: float) -> tuple[slice, slice]:
    """The part of a page that has coloured ink, and what may belong to it."""
    x, y, width, height = cv.boundingRect(mask)
    reach = 2 * round(_NEAR * scale)
    return slice(max(0, y - reach), y + height + reach), slice(max(0, x - reach), x + width + reach)


def _parted(mask: Grey, chroma: Grey, lowest: Grey, noise: float, scale: float) -> tuple[Grey, Grey]:
    """The layers of black and of coloured ink; ``mask`` is what is surely coloured, ``noise`` the page's chroma."""
    near = cv.dilate(mask, np.ones((3, 3), np.uint8)) | _faint(mask, chroma, lowest, noise, scale)
    black = cv.max(lowest, near & cv.threshold(chroma, _CHROMA // 2, 255, cv.THRESH_BINARY)[1])
    ink = cv.convertScaleAbs(chroma, alpha=2.5) & near
    return black, cv.bitwise_not(_bridged(ink, lowest, chroma, scale))


def _faint(mask: Grey, chroma: Grey, lowest: Grey, noise: float, scale: float) -> Grey:
    """Paler ink of the same stamp: near what is surely coloured, above the noise, and no fringe of black letters."""
    least = max(_CHROMA // 2, noise + _NOISE)
    if least >= _CHROMA:
        return np.zeros_like(mask)
    faint = cv.threshold(chroma, least, 255, cv.THRESH_BINARY)[1]
    black = cv.threshold(lowest, _BLACK, 255, cv.THRESH_BINARY_INV)[1]
    faint &= cv.bitwise_not(cv.dilate(black, np.ones((7, 7), np.uint8)))
    reach = max(3, round(_NEAR * scale) | 1)
    around = cv.dilate(mask, np.ones((reach, reach), np.uint8))
    return np.asarray(cv.morphologyEx(faint & around, cv.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.uint8)


def _bridged(ink: Grey, lowest: Grey, chroma: Grey, scale: float) -> Grey:
    """Coloured ink with its strokes carried through black letters it lies over, whose black has no colour.

    There, and nowhere else, what has coloured ink on both sides is taken for coloured ink.
    """
    reach = max(3, round(_LETTER_STROKE * scale) | 1)
    black = cv.threshold(lowest, _BLACK, 255, cv.THRESH_BINARY_INV)[1]
    black &= cv.threshold(chroma, 2 * _CHROMA, 255, cv.THRESH_BINARY_INV)[1]
    black = cv.dilate(black, np.ones((3, 3), np.uint8))
    closed = cv.morphologyEx(ink, cv.MORPH_CLOSE, cv.getStructuringElement(cv.MORPH_ELLIPSE, (reach, reach)))
    return np.asarray(cv.max(ink, closed & black), np.uint8)


def _by_darkness(flat: Grey, scale: float) -> Layers:
    """Without colour, a stamp may still be known by its ink, which is paler than print and no edge of print."""
    counts = counts_of(flat)[:190]
    core = level_at(counts, 15) if counts.sum() >= 400 else 255.0
    if core > 140:
        return Layers(flat, None, flat, scale)
    least = 4 * _LEAST_COLOUR_POINTS * scale**2
    reach = max(3, round(1.5 * scale) | 1)
    dark = cv.threshold(flat, core + _PALER / 2, 255, cv.THRESH_BINARY_INV)[1]
    middle = cv.inRange(flat, core + _PALER, 212)
    middle &= cv.bitwise_not(cv.dilate(dark, np.ones((5, 5), np.uint8)))
    middle = cv.morphologyEx(middle, cv.MORPH_OPEN, np.ones((reach, reach), np.uint8))
    if cv.countNonZero(middle) < least:
        return Layers(flat, None, flat, scale)
    broad = max(5, round(_BROAD * scale))
    solid = cv.morphologyEx(middle, cv.MORPH_OPEN, np.ones((broad, broad), np.uint8))
    middle &= cv.bitwise_not(cv.dilate(solid, np.ones((broad, broad), np.uint8)))  # shades of pictures are no strokes
    if cv.countNonZero(middle) < least:
        return Layers(flat, None, flat, scale)
    near = cv.dilate(middle, np.ones((reach, reach), np.uint8)) & cv.bitwise_not(dark)
    paler = cv.bitwise_not(cv.multiply(cv.bitwise_not(flat) & near, np.ones_like(flat), scale=1.6))
    return Layers(cv.max(flat, near), paler, flat, scale)


def _flatten(channel: Grey, scale: float) -> Grey:
    """The channel divided by its paper."""
    height, width = channel.shape
    size = (max(1, width // _COARSE), max(1, height // _COARSE))
    whole = channel[: _COARSE * size[1], : _COARSE * size[0]]  # whole numbers of pixels are taken together far sooner
    small = cv.resize(whole, size, interpolation=cv.INTER_AREA)
    reach = max(3, round(_STROKE_POINTS * scale / _COARSE) | 1)
    paper = cv.dilate(small, np.ones((reach, reach), np.uint8))
    paper = cv.blur(cv.erode(paper, np.ones((reach, reach), np.uint8)), (2 * reach + 1, 2 * reach + 1))
    paper = cv.max(paper, 40)
    paper = cv.resize(paper, (width, height), interpolation=cv.INTER_LINEAR)
    return np.asarray(cv.divide(channel, paper, scale=252), np.uint8)


def ink_of(layer: Grey, least: int = 30) -> NDArray[np.uint8]:
    """The ink of a layer as a mask of 0 and 255.

    The threshold lies between paper and ink as they are on this page, so that pale ink counts where there is no other,
    and noise does not.  ``least`` is how much darker than paper ink must be.
    """
    dark = cv.bitwise_not(layer)
    counts = counts_of(dark[::2, ::2])
    paper = level_at(counts, 50)
    noise = level_at(counts, 75) - paper
    threshold = max(least, paper + 6 * noise, 30)
    return np.asarray(cv.threshold(dark, min(threshold, 150), 255, cv.THRESH_BINARY)[1], np.uint8)
