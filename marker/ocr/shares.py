"""Percentiles of grey levels and of a few numbers, without sorting pictures."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marker.ocr.vision import cv

Grey = NDArray[np.uint8]


def counts_of(picture: Grey) -> NDArray[np.int64]:
    """How many pixels have each of the 256 levels."""
    whole = np.ascontiguousarray(picture)
    return np.asarray(cv.calcHist([whole], [0], None, [256], [0, 256]), np.int64).ravel()


def level_at(counts: NDArray[np.int64], share: float) -> float:
    """The level below which ``share`` per cent of the pixels counted lie, between two levels as numpy has it."""
    below = np.cumsum(counts)
    return _between(int(below[-1]), share, lambda place: float(np.searchsorted(below, place, side="right")))


def number_at(numbers: Sequence[float] | NDArray[Any], share: float) -> float:
    """The same of a few numbers, of which there is one at least."""
    ordered = np.sort(numbers)
    return _between(len(ordered), share, lambda place: float(ordered[place]))


def middle_of(numbers: Sequence[float] | NDArray[Any]) -> float:
    """The median of a few numbers, of which there is one at least.

    That of numpy asks whether any is masked, which loads all that masks need: 10 ms of a worker's first page.
    """
    ordered = np.sort(numbers)
    half = len(ordered) // 2
    return float(ordered[half]) if len(ordered) % 2 else (float(ordered[half - 1]) + float(ordered[half])) / 2


def _between(count: int, share: float, at: Any) -> float:
    place = (count - 1) * share / 100
    first = floor(place)
    low, high = at(first), at(min(first + 1, count - 1))
    return float(low + (high - low) * (place - first))
