"""How two boxes on a page stand to each other."""

from __future__ import annotations

from typing import Final

from marker.model import Box

COLUMN: Final = 0.4
"""Share of the narrower of two boxes that stand in one column."""


def level(one: Box, other: Box) -> bool:
    """Whether two boxes stand on one height: they share most of the lower one's, letters without tails beside letters
    with them."""
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    return shared >= 0.5 * min(one.height, other.height)


def beside(one: Box, other: Box) -> bool:
    """Whether two boxes stand in one column: they share a good part of the narrower one's width."""
    shared = min(one.x1, other.x1) - max(one.x0, other.x0)
    return shared >= COLUMN * min(one.width, other.width)
