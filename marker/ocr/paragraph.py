"""Lines of running text that photocopying has grown together to one piece of ink, among rows that may be a stamp's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from marker.ocr.apart import ASKEW
from marker.ocr.blobs import Blob
from marker.ocr.frames import Row
from marker.ocr.shares import middle_of

WIDE: Final = 0.3
LONG_LINE: Final = 12
"""Share of the page's width from which on a line is long; and letters of a long one that is running text unless it is a
candidate."""
TALLER: Final = 1.25
"""Of the usual height of letters: what stands in running text and is no part of it."""
MOST_ROWS: Final = 6
"""Rows of a stamp."""


def running_text(rows: Sequence[Row], width: int) -> list[Row]:
    """Which rows of one piece of ink can be lines of a paragraph: level, long, and no taller than the others.

    None where there are no more rows than a stamp has.  ``width`` is the page's, in pixels of the rows' mask.
    """
    if len(rows) <= MOST_ROWS:
        return []
    usual = middle_of([row.strip.height for row in rows])
    return [
        row
        for row in rows
        if abs(row.strip.angle) < ASKEW
        and not row.framed
        and row.strip.width > WIDE * width
        and row.pieces > LONG_LINE
        and row.strip.height <= TALLER * usual
    ]


def moved(row: Row, x: int, y: int) -> Row:
    """A row of a part of the page where it stands on the page."""
    return replace(row, strip=replace(row.strip, x=row.strip.x + x, y=row.strip.y + y))


def blob_of(row: Row) -> Blob:
    """A row of letters as a line to be scored."""
    strip = row.strip
    left, top = round(strip.x - strip.width / 2), round(strip.y - strip.height / 2)
    return Blob(left, top, round(strip.width), round(strip.height), row.pieces, row.even, strip.height)
