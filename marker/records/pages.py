"""Pictures of a received file's pages, for people; runs in a worker process like all that opens received files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DPI = 80.0
"""Enough to read a marking and to see where it stands."""
_LONGEST = 1600
"""Pixels along the longer side of a picture, however large the page."""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page as displayed: its number from 1, its size in points, and a PNG."""

    number: int
    width: float
    height: float
    png: bytes


def draw_pages(path: Path, numbers: Sequence[int]) -> list[PagePicture]:
    """Draw pages of a PDF; those that cannot be drawn are left out, because the report stands without them."""
    from marker.readers.pdfium import helpers

    pictures: list[PagePicture] = []
    try:
        document = helpers.PdfDocument(path)
    except helpers.PdfiumError:
        return pictures
    try:
        for number in numbers:
            try:
                page = document[number - 1]
                width, height = page.get_size()
                scale = min(DPI / 72, _LONGEST / max(width, height))
                image = page.render(scale=scale, may_draw_forms=True).to_pil().convert("L").quantize(16)
                page.close()
            except (helpers.PdfiumError, IndexError, ValueError, MemoryError):
                continue
            out = io.BytesIO()
            image.save(out, "PNG", optimize=True)
            pictures.append(PagePicture(number, width, height, out.getvalue()))
    finally:
        document.close()
    return pictures
