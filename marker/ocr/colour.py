"""A picture parted into black and coloured ink on flattened paper.

Paper is not white and light not even: each channel is divided by the paper around it, so that 255 is paper everywhere
and coloured paper is white.  Colour is what then differs between the channels; black ink, whatever its shade, has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from marker.ocr.raster import Picture
from marker.ocr.shares import counts_of, level_at
from marker.ocr.vision import cv

Grey = NDArray[np.uint8]
"""Rows and columns; 255 is paper, 0 is ink."""

_COARSE: Final = 8
"""The paper is estimated on a picture so many times smaller."""
_PAPER: Final = 252
"""The level that paper is brought to; what is paler is 255."""
_EVEN: Final = 4
"""Levels by which paper differs over a page that is divided by one number throughout."""
_ROWS: Final = 64
"""Rows whose channels stay in the cache of a processor."""
_STROKE_POINTS: Final = 40.0
"""Ink broader than this may be taken for paper of its own: photographs, not banners with white letters."""
_CHROMA: Final = 26
"""Difference of channels from which on ink is coloured; pale stamps have 30, the fringes of black letters 20."""
_DULLED: Final = 4
"""By how much less that of thin strokes is where four pixels are taken for one."""
_SEVERAL: Final = 60
"""Mean of nine pixels of which more than two are coloured, of 255."""
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
_FEW_PIXELS: Final = 50
_MANY_PIXELS: Final = 1_000_000
_PALEST: Final = 212
"""Grey level up to which it is ink."""
_PALE_STROKE: Final = 1.5
"""Points that its strokes are broad at least."""
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
    """Part a picture into its layers, at its own scale.

    Whether there is colour, and where, is seen at half that scale; what is parted is parted at the whole.
    """
    pixels, scale = picture.pixels, picture.scale
    if pixels.ndim == 2:
        return _by_darkness(_flatten(pixels, scale), scale)
    coarse = cv.split(_halved(pixels))
    if cv.norm(coarse[0], coarse[1], cv.NORM_INF) == cv.norm(coarse[1], coarse[2], cv.NORM_INF) == 0:
        return _by_darkness(_flatten(cv.extractChannel(pixels, 0), scale), scale)
    papers = [_paper_of(channel, scale, _COARSE // 2) for channel in coarse]
    flats = [_over(channel, paper) for channel, paper in zip(coarse, papers, strict=True)]
    chroma = cv.subtract(_most(cv.max, flats), _most(cv.min, flats))
    sure = cv.threshold(chroma, _CHROMA - _DULLED, 255, cv.THRESH_BINARY)[1]
    lowest = _over(_lowest(pixels), _paper_of(_most(cv.min, coarse), scale, _COARSE // 2))
    if 4 * cv.countNonZero(sure) < _LEAST_COLOUR_POINTS * scale**2:
        return _by_darkness(lowest, scale)
    part = _around(sure, lowest.shape, scale)
    return _parted(cv.split(pixels[part]), papers, part, lowest, level_at(counts_of(chroma[::2, ::2]), 85), scale)


def unparted(picture: Picture) -> Layers:
    """A picture that is known to have no colour: all of its ink as one layer."""
    pixels = picture.pixels
    flat = _flatten(pixels if pixels.ndim == 2 else _lowest(pixels), picture.scale)
    return Layers(flat, None, flat, picture.scale)


def _most(of: Any, channels: Sequence[Grey]) -> Grey:
    """The lowest or highest of three channels."""
    return np.asarray(of(of(channels[0], channels[1]), channels[2]), np.uint8)


def _lowest(pixels: Grey) -> Grey:
    """The lowest of the three channels of a picture, a few rows at a time: those stay in the cache."""
    height, width = pixels.shape[:2]
    lowest = np.empty((height, width), np.uint8)
    some = [np.empty((_ROWS, width), np.uint8) for _ in range(3)]
    for top in range(0, height, _ROWS):
        part = pixels[top : top + _ROWS]
        one, two, three = cv.split(part, [rows[: len(part)] for rows in some])
        cv.min(cv.min(one, two, dst=one), three, dst=lowest[top : top + _ROWS])
    return lowest


def _halved(pixels: Grey) -> Grey:
    """Four pixels taken for one."""
    width, height = pixels.shape[1] // 2, pixels.shape[0] // 2
    if not (width and height):
        return pixels
    return np.asarray(cv.resize(pixels[: 2 * height, : 2 * width], (width, height), interpolation=cv.INTER_AREA))


def _around(sure: Grey, shape: tuple[int, ...], scale: float) -> tuple[slice, slice]:
    """The part of a page of that shape that has coloured ink, and what may belong to it; ``sure`` is of half its size.

    Grains of colour are none: ink has neighbours.
    """
    several = cv.threshold(cv.blur(sure, (3, 3)), _SEVERAL, 255, cv.THRESH_BINARY)[1]
    x, y, width, height = cv.boundingRect(several)
    reach = 2 * round(_NEAR * scale)
    top, left = max(0, 2 * y - reach), max(0, 2 * x - reach)
    return (
        slice(top, min(shape[0], 2 * (y + height) + reach)),
        slice(left, min(shape[1], 2 * (x + width) + reach)),
    )


def _parted(
    drawn: Sequence[Grey],
    papers: Sequence[Grey],
    part: tuple[slice, slice],
    lowest: Grey,
    noise: float,
    scale: float,
) -> Layers:
    """The layers of a page with colour in a part of it, whose channels are ``drawn``; ``papers`` are the page's, given
    smaller, ``lowest`` the darkest of its channels, ``noise`` its chroma.
    """
    flats = [_over(channel, _part_of(paper, part, lowest.shape)) for channel, paper in zip(drawn, papers, strict=True)]
    own = _most(cv.min, flats)
    chroma = cv.blur(cv.subtract(_most(cv.max, flats), own), (3, 3))
    mask = cv.threshold(chroma, _CHROMA, 255, cv.THRESH_BINARY)[1]
    mask = cv.morphologyEx(mask, cv.MORPH_OPEN, np.ones((2, 2), np.uint8))
    if cv.countNonZero(mask) < _LEAST_COLOUR_POINTS * scale**2:
        return _by_darkness(lowest, scale)
    lowest[part] = own
    black, colour = lowest.copy(), np.full_like(lowest, 255)
    black[part], colour[part] = _layers_of(mask, chroma, own, noise, scale)
    return Layers(black, colour, lowest, scale)


def _layers_of(mask: Grey, chroma: Grey, lowest: Grey, noise: float, scale: float) -> tuple[Grey, Grey]:
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
    counts = counts_of(_some(flat))[:190]
    core = level_at(counts, 15) if counts.sum() >= _FEW_PIXELS else 255.0
    least = 4 * _LEAST_COLOUR_POINTS * scale**2
    part = _part_with_paler(flat, core, least, scale) if core <= 140 else None
    paler = None if part is None else _paler(flat[part], core, least, scale)
    if part is None or paler is None:
        return Layers(flat, None, flat, scale)
    black, colour = flat.copy(), np.full_like(flat, 255)
    black[part], colour[part] = paler
    return Layers(black, colour, flat, scale)


def _paler(flat: Grey, core: float, least: float, scale: float) -> tuple[Grey, Grey] | None:
    """The layers of black and of paler ink, where there is ``least`` of that; ``core`` is how dark print is."""
    reach = max(3, round(_PALE_STROKE * scale) | 1)
    dark = cv.threshold(flat, core + _PALER / 2, 255, cv.THRESH_BINARY_INV)[1]
    middle = cv.inRange(flat, core + _PALER, _PALEST)
    middle &= cv.bitwise_not(cv.dilate(dark, np.ones((5, 5), np.uint8)))
    middle = cv.morphologyEx(middle, cv.MORPH_OPEN, np.ones((reach, reach), np.uint8))
    if cv.countNonZero(middle) < least:
        return None
    broad = max(5, round(_BROAD * scale))
    solid = cv.morphologyEx(middle, cv.MORPH_OPEN, np.ones((broad, broad), np.uint8))
    middle &= cv.bitwise_not(cv.dilate(solid, np.ones((broad, broad), np.uint8)))  # shades of pictures are no strokes
    if cv.countNonZero(middle) < least:
        return None
    near = cv.dilate(middle, np.ones((reach, reach), np.uint8)) & cv.bitwise_not(dark)
    paler = cv.bitwise_not(cv.multiply(cv.bitwise_not(flat) & near, np.ones_like(flat), scale=1.6))
    return cv.max(flat, near), paler


def _part_with_paler(flat: Grey, core: float, least: float, scale: float) -> tuple[slice, slice] | None:
    """The part of a page outside which :func:`_paler` finds nothing; None where it finds too little anywhere.

    What it finds is squares of middle pixels with no dark one beside them.  Seen by cells of four pixels, whose darkest
    and palest say so of all: one within such a square is of middle level, and neither it nor its neighbours are dark.
    """
    reach = max(3, round(_PALE_STROKE * scale) | 1)
    across = (reach - 1) // 2  # cells within such a square wherever it stands
    # The square begins at most a pixel before its first cell and ends at most two after its last.
    beyond = np.ones((across + 2, across + 2), np.uint8)
    darkest = _of_cells(flat, cv.min, cv.erode)
    dark = cv.threshold(darkest, core + _PALER / 2, 255, cv.THRESH_BINARY_INV)[1]
    middle = cv.inRange(darkest, ceil(core + _PALER), _PALEST)
    middle &= cv.bitwise_not(cv.dilate(dark, np.ones((3, 3), np.uint8)))
    for palest_too in (False, True):  # on most pages the darkest say enough
        if palest_too:
            palest = _of_cells(flat, cv.max, cv.dilate)
            middle &= cv.threshold(palest, _PALEST, 255, cv.THRESH_BINARY_INV)[1]
        first = cv.erode(middle, np.ones((across, across), np.uint8), anchor=(0, 0))
        if 4 * cv.countNonZero(cv.dilate(first, beyond, anchor=(across, across))) < least:
            return None
    x, y, width, height = cv.boundingRect(first)
    more = 2 * across + 2 + reach + 2 * max(5, round(_BROAD * scale)) + 4
    rows, columns = flat.shape
    return (
        slice(max(0, 2 * y - more), min(rows, 2 * (y + height) + more)),
        slice(max(0, 2 * x - more), min(columns, 2 * (x + width) + more)),
    )


def _some(picture: Grey) -> Grey:
    """Pixels enough to count how many have which level."""
    step = 4 if picture.size > _MANY_PIXELS else 2
    return picture[::step, ::step]


def _of_cells(picture: Grey, of_two: Any, of_neighbours: Any) -> Grey:
    """The darkest or palest of each four pixels; both functions give the one of theirs, of pictures or of pixels."""
    width, height = picture.shape[1] // 2, picture.shape[0] // 2
    rows = of_two(picture[0 : 2 * height : 2, : 2 * width], picture[1 : 2 * height : 2, : 2 * width])
    beside = of_neighbours(rows, np.ones((1, 2), np.uint8), anchor=(0, 0))
    return np.asarray(cv.resize(beside, (width, height), interpolation=cv.INTER_NEAREST))


def _flatten(channel: Grey, scale: float) -> Grey:
    """The channel divided by its paper."""
    half = _halved(channel)  # whole numbers of pixels are taken together far sooner, and by two soonest
    times = _COARSE // 2 if half.shape != channel.shape else _COARSE
    return _over(channel, _paper_of(half, scale, times))


def _paper_of(channel: Grey, scale: float, times: int) -> Grey:
    """The paper of a channel, so many times smaller than it; ``scale`` is that of the whole picture."""
    height, width = channel.shape
    size = (max(1, width // times), max(1, height // times))
    small = cv.resize(channel[: times * size[1], : times * size[0]], size, interpolation=cv.INTER_AREA)
    reach = max(3, round(_STROKE_POINTS * scale / _COARSE) | 1)
    paper = cv.dilate(small, np.ones((reach, reach), np.uint8))
    paper = cv.blur(cv.erode(paper, np.ones((reach, reach), np.uint8)), (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv.max(paper, 40), np.uint8)


def _over(channel: Grey, paper: Grey) -> Grey:
    """A channel divided by its paper, which may be given smaller."""
    low, high = float(paper.min()), float(paper.max())
    if high - low <= _EVEN:
        levels = np.arange(256, dtype=np.float32) * (2 * _PAPER / (low + high))
        return np.asarray(cv.LUT(channel, levels.round().clip(0, 255).astype(np.uint8)), np.uint8)
    if paper.shape != channel.shape:
        paper = cv.resize(paper, channel.shape[::-1], interpolation=cv.INTER_LINEAR)
    return np.asarray(cv.divide(channel, paper, scale=_PAPER), np.uint8)


def _part_of(paper: Grey, part: tuple[slice, slice], shape: tuple[int, ...]) -> Grey:
    """The paper, given smaller, of a part of a picture of that shape."""
    rows, columns = part
    down, across = shape[0] / paper.shape[0], shape[1] / paper.shape[1]
    top, bottom = max(0, int(rows.start / down) - 1), min(paper.shape[0], ceil(rows.stop / down) + 1)
    left, right = max(0, int(columns.start / across) - 1), min(paper.shape[1], ceil(columns.stop / across) + 1)
    y, x = int(top * down), int(left * across)
    size = (ceil(right * across) - x, ceil(bottom * down) - y)
    whole = cv.resize(paper[top:bottom, left:right], size, interpolation=cv.INTER_LINEAR)
    return np.asarray(whole[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x], np.uint8)


def ink_of(layer: Grey, least: int = 30) -> NDArray[np.uint8]:
    """The ink of a layer as a mask of 0 and 255.

    The threshold lies between paper and ink as they are on this page, so that pale ink counts where there is no other,
    and noise does not.  ``least`` is how much darker than paper ink must be.
    """
    dark = cv.bitwise_not(layer)
    counts = counts_of(_some(dark))
    paper = level_at(counts, 50)
    noise = level_at(counts, 75) - paper
    threshold = max(least, paper + 6 * noise, 30)
    return np.asarray(cv.threshold(dark, min(threshold, 150), 255, cv.THRESH_BINARY)[1], np.uint8)
