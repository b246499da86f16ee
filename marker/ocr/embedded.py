"""The one picture a scanned page consists of, as it stands in the file: where that is what drawing the page would show.

Anything that may change how it is shown, a mask, a turn, a clip, an annotation, other content, has the page drawn.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from marker.ocr.vision import cv

Pixels = NDArray[np.uint8]

_CHANGES: Final = re.compile(
    rb"/(?:SMask|Mask|ImageMask|OC|TR|[A-Za-z]{0,9}#(?:[46][1-9A-Fa-f]|[57][0-9Aa]))",
)
"""Names in dictionaries that change how a picture is shown (ISO 32000-1, 8.9.5, 8.11, 10.4): masks, optional content,
transfer functions; and any that may be one of those in another spelling, a letter given by its number (7.3.5).  The
dictionary of a picture is never compressed."""
_MOST_PIXELS: Final = 12_000_000
"""A larger picture is drawn, which takes less memory."""
_SQUARE: Final = 0.01
"""Share by which its resolutions across and down may differ."""
_AS_FINE: Final = 1.01
"""By how much a picture may be finer than wanted and is used as it is."""
_SMOOTH: Final = 1.6
"""By how much it is shrunk at most by taking four pixels for one."""


def shows_pictures_plainly(path: Path) -> bool:
    """Whether nothing in a PDF file speaks of masks, layers or transfer functions."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _CHANGES.search(data) is None


def embedded(raw: Any, page: Any, size: tuple[int, int], zoom: float) -> Pixels | None:
    """The picture of a page, shrunk to ``size`` (columns, rows) where it is finer; None where the page is to be drawn.

    ``raw`` are pdfium's own functions, ``page`` one of a file whose pictures are shown plainly, ``zoom`` is what draws
    it as large as that.
    """
    found = list(objects_of(raw, page))
    pictures = [item for kind, item in found if kind == raw.FPDF_PAGEOBJ_IMAGE]
    if len(pictures) != 1 or page.get_rotation() or raw.FPDFPage_GetAnnotCount(page):
        return None
    if not all(kind == raw.FPDF_PAGEOBJ_IMAGE or _is_unseen(raw, kind, item) for kind, item in found):
        return None
    picture = picture_of(page, pictures[0])
    if not _fills(raw, page, picture, size):
        return None
    if picture.get_metadata().bits_per_pixel == 1 and picture.get_px_size()[0] <= _AS_FINE * size[0]:
        # Letters of black and white pixels are read better as pdfium smooths them.
        return _grey(page, zoom)
    return _shrunk(picture, size)


def objects_of(raw: Any, page: Any, depth: int = 1) -> Iterator[tuple[int, Any]]:
    """The objects of a page, with what kind each is; those of its form XObjects too, so deep within one another.

    A scan has a thousand words of somebody else's beside its picture: pdfium's own handles take a fifth of the time
    that pypdfium2's objects take.
    """
    yield from _within(raw, page, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, depth)


def _within(raw: Any, holder: Any, count: Any, at: Any, depth: int) -> Iterator[tuple[int, Any]]:
    for place in range(count(holder)):
        item = at(holder, place)
        kind = raw.FPDFPageObj_GetType(item)
        yield kind, item
        if kind == raw.FPDF_PAGEOBJ_FORM and depth > 1:
            yield from _within(raw, item, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject, depth - 1)


def picture_of(page: Any, handle: Any) -> Any:
    """A picture on a page, by its handle, as an object of pypdfium2."""
    import pypdfium2

    library: Any = pypdfium2  # its helpers carry types only in part
    return library.PdfObject(handle, page=page)


def _grey(page: Any, zoom: float) -> Pixels:
    """The page drawn in one channel."""
    bitmap = page.render(scale=zoom, grayscale=True)
    try:
        return np.array(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width)
    finally:
        bitmap.close()


def _is_unseen(raw: Any, kind: int, item: Any) -> bool:
    invisible = raw.FPDF_TEXTRENDERMODE_INVISIBLE
    return bool(kind == raw.FPDF_PAGEOBJ_TEXT and raw.FPDFTextObj_GetTextRenderMode(item) == invisible)


def _fills(raw: Any, page: Any, picture: Any, size: tuple[int, int]) -> bool:
    """Whether the picture takes up the page, upright, level and whole, and is as fine as wanted."""
    if (
        raw.FPDFPageObj_HasTransparency(picture)
        or raw.FPDFClipPath_CountPaths(raw.FPDFPageObj_GetClipPath(picture)) > 0
    ):
        return False
    columns, rows = picture.get_px_size()
    if columns * rows > _MOST_PIXELS or columns < 0.98 * size[0] or rows < 0.98 * size[1]:
        return False
    along, rising, sinking, down, _, _ = picture.get_matrix().get()
    if along <= 0 or down <= 0 or rising or sinking or abs(columns * down / (rows * along) - 1) > _SQUARE:
        return False
    within = along / columns  # a pixel, in points
    if any(abs(edge - own) > within for edge, own in zip(page.get_bbox(), picture.get_bounds(), strict=True)):
        return False
    return bool(picture.get_metadata().colorspace != raw.FPDF_COLORSPACE_UNKNOWN)  # a stencil has none


def _shrunk(picture: Any, size: tuple[int, int]) -> Pixels | None:
    bitmap = picture.get_bitmap()
    if bitmap.mode not in ("L", "BGR", "BGRX"):
        return None
    pixels = bitmap.to_numpy()
    share = pixels.shape[1] / size[0]
    if share > _AS_FINE:
        way = cv.INTER_LINEAR if share <= _SMOOTH else cv.INTER_AREA
        pixels = cv.resize(np.ascontiguousarray(pixels), size, interpolation=way)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    return np.array(pixels) if pixels.ndim == 2 else np.asarray(cv.cvtColor(pixels[:, :, :3], cv.COLOR_BGR2RGB))
