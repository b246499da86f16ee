"""Rows of letters set so tight that the tails of one and the accents of the next leave no white between them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from marker.ocr.shares import middle_of
from marker.ocr.vision import cv

Mask = NDArray[np.uint8]
Profile = NDArray[Any]
"""Pixels of ink in each row of pixels."""

_BODY: Final = 0.4
_TAILS: Final = 0.25
"""Shares of a row's usual ink: pixels with more are part of its letters, with less of tails and accents alone."""
_WIDE: Final = 4.0
"""Heights of its letters that a row is wide at least."""
_ALIKE: Final = 0.6
"""Share of the highest row's height that every row has."""


def between_tails(own: Mask, least: float) -> list[tuple[int, int]]:
    """Rows between which hardly more than tails and accents stand, first row of pixels and row after the last; none
    where all of it is one row, or rows are not alike.  ``least``: pixels of the height of a row of letters.

    Such a blank is narrower and not as white as one that parts rows without a doubt, but far whiter than either row
    is all in all: within letters, and between small ones and their stems, nothing is.
    """
    profile = cv.reduce(cv.min(own, 1), 1, cv.REDUCE_SUM, dtype=cv.CV_32F).ravel()
    deep = round(least)
    if len(profile) <= 2 * deep or profile[deep:-deep].min(initial=profile.max()) > _TAILS * profile.max():
        return []
    spans = [_body_of(profile, *span) for span in _parted(profile, 0, len(profile), deep)]
    heights = [bottom - top for top, bottom in spans]
    alike = least <= min(heights) >= _ALIKE * max(heights)
    return spans if alike and own.shape[1] >= _WIDE * max(heights) and len(spans) > 1 else []


def _parted(profile: Profile, top: int, bottom: int, least: int) -> list[tuple[int, int]]:
    """What stands above and below the whitest row of pixels, taken apart as far as there is such a row."""
    cuts = range(top + least, bottom - least)
    shares = [profile[cut] / _usual(profile, top, cut, cut + 1, bottom) for cut in cuts]
    if not shares or min(shares) > _TAILS:
        return [(top, bottom)]
    cut = cuts[shares.index(min(shares))]
    return [*_parted(profile, top, cut, least), *_parted(profile, cut + 1, bottom, least)]


def _usual(profile: Profile, *edges: int) -> float:
    """The usual ink of a row of pixels between each two edges, the least of them; more than none."""
    return max(1.0, min(middle_of(profile[a:b]) for a, b in zip(edges[::2], edges[1::2], strict=True)))


def _body_of(profile: Profile, top: int, bottom: int) -> tuple[int, int]:
    """A row without what of its tails and accents stands above and below its letters."""
    full = top + np.flatnonzero(profile[top:bottom] > _BODY * _usual(profile, top, bottom))
    return int(full[0]), int(full[-1]) + 1
