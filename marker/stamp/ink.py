"""What of a PDF page is occupied, seen in PDFium's picture of it: the free space a stamp may use.

The picture counts, not the content stream: scans, white boxes, form fields and annotations are all there.  A place is
free when it is evenly light, whatever its tint: a stamp there covers nothing and can be read.
"""

from __future__ import annotations

from ctypes import byref
from importlib import import_module
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from marker.model import Box
from marker.stamp.geometry import PageFrame, bounds
from marker.stamp.space import Space, cell_size

_STEP: Final = 14
"""Grey levels (of 255) between neighbouring cells that count as ink; the palest pencil differs by more."""
_LIGHT: Final = 170
"""Grey level from which black on it is easily read."""


def space_of(page: Any, frame: PageFrame) -> Space:
    """The occupied places of ``page`` (a pypdfium2 ``PdfPage``), in points as displayed."""
    picture = darkest(page, frame.unit / cell_size(frame.width, frame.height))
    space = Space(frame.width, frame.height, _busy(picture))
    for box in _annotation_boxes(page):
        space.occupy(bounds(frame.to_displayed, box))
    return space


def darkest(page: Any, scale: float) -> NDArray[np.uint8]:
    """The page as displayed, ``scale`` pixels to a user space unit; each pixel its darkest colour, so that ink of any
    colour is dark."""
    bitmap = page.render(scale=scale, may_draw_forms=False, prefer_bgrx=True)
    colours = bitmap.to_numpy()
    return np.asarray(np.minimum(np.minimum(colours[..., 0], colours[..., 1]), colours[..., 2]))


def _busy(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where neighbours differ or the ground is too dark to print on."""
    if picture.min() == picture.max() and picture.min() >= _LIGHT:
        return np.zeros(picture.shape, dtype=bool)
    lightest, dark = picture.copy(), picture.copy()
    for axis in (0, 1):
        lightest = _over_neighbours(np.maximum, lightest, axis)
        dark = _over_neighbours(np.minimum, dark, axis)
    return np.asarray((lightest - dark > _STEP) | (picture < _LIGHT))


def _over_neighbours(pick: np.ufunc, values: NDArray[np.uint8], axis: int) -> NDArray[np.uint8]:
    """``pick`` (maximum or minimum) over each cell and its two neighbours along ``axis``."""
    result = values.copy()
    ahead, behind = (slice(1, None), slice(None)), (slice(None, -1), slice(None))
    if axis == 1:
        ahead, behind = ahead[::-1], behind[::-1]
    result[behind] = pick(result[behind], values[ahead])
    result[ahead] = pick(result[ahead], values[behind])
    return result


def _annotation_boxes(page: Any) -> list[Box]:
    """/Rect of everything that is drawn over the page's content or may yet be filled in, user space."""
    raw: Any = import_module("pypdfium2.raw")
    ignored = {raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP}  # drawn nowhere, or only while they are clicked
    boxes: list[Box] = []
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation, rect = raw.FPDFPage_GetAnnot(page, index), raw.FS_RECTF()
        if not annotation:
            continue
        if raw.FPDFAnnot_GetSubtype(annotation) not in ignored and raw.FPDFAnnot_GetRect(annotation, byref(rect)):
            xs, ys = sorted((rect.left, rect.right)), sorted((rect.bottom, rect.top))
            boxes.append(Box(xs[0], ys[0], xs[1], ys[1]))
        raw.FPDFPage_CloseAnnot(annotation)
    return boxes
