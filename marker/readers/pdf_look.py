"""Which text of a PDF page is seen, and whether anything but text may say something.

The page image decides.  It need not be drawn where its content leaves no doubt of what it would show: dark letters that
nothing covers leave ink, and a page of nothing but letters and a few rules shows nothing else.  Whatever is less plain
is drawn, with its text and without.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from marker.model import Box
from marker.readers import pdf_ink
from marker.readers.pdf_objects import PageObjects, Rectangle, bounds_of
from marker.readers.pdf_runs import PageText, font_of
from marker.readers.pdf_space import Space
from marker.readers.pdfium import pdfium

_MAX_PIXELS: Final = 16_000_000
"""A page larger than 4 by 5 metres is not drawn here: only the page image can be trusted."""
_PAPER: Final = 240
"""Grey levels from which on a background is paper, on which white letters are not seen."""
_LEAST_LETTERS: Final = 5.0
"""Points; the ink of smaller letters is looked for."""
_THIN: Final = 2.5
_LONG: Final = 40.0
"""Points. A rule so thin and long is no letter, and ..."""
_FEW: Final = 6
"""... so few of them make none together."""


def look(
    page: Any, space: Space, text: PageText, boxes: Sequence[Box], objects: PageObjects
) -> tuple[Sequence[bool], bool]:
    """Which runs leave ink on the page, and whether nothing but text does.

    ``page`` is a ``pypdfium2.PdfPage``, ``boxes`` are those of the runs, points as displayed.
    """
    if space.width * space.height * (pdf_ink.DPI / 72) ** 2 > _MAX_PIXELS:
        return [True] * len(boxes), False
    shapes = _shapes(text, objects, space)
    plain = shapes is not None and _is_plain(text, boxes, space) and not _meet(boxes, shapes)
    bare = shapes is not None and _are_few_rules(shapes) and all(run.readable for run in text.runs)
    inked = {run.handle for run in text.runs if run.readable and not run.invisible}
    with_text = _draw(page, space) if inked and not plain else None
    without_text = None
    if not bare:
        for handle in inked:
            pdfium.FPDFPageObj_SetIsActive(ctypes.cast(handle, pdfium.FPDF_PAGEOBJECT), False)
        without_text = _draw(page, space)
    readable = without_text is None or not pdf_ink.holds_unread_ink(without_text)
    if plain:
        return [True] * len(boxes), readable
    if with_text is None:
        return [False] * len(boxes), readable
    return _seen(text, boxes, with_text, without_text), readable


def _shapes(text: PageText, objects: PageObjects, space: Space) -> list[Box] | None:
    """Where anything but the text of the runs is drawn; None when that cannot be told without looking."""
    if objects.tangled or objects.annotation_texts:
        return None
    found = list(objects.shapes)
    known = {run.handle for run in text.runs}
    for item in objects.texts:
        if item not in known:  # blanks, or letters that pdfium takes for blanks or drops as printed twice
            bounds = bounds_of(item)
            if bounds is None:
                return None
            if not (_is_flat(bounds) and font_of(item) in text.fonts):
                found.append(bounds)
    return [space.box(*bounds) for bounds in found]


def _is_flat(bounds: Rectangle) -> bool:
    return bounds[0] >= bounds[2] or bounds[1] >= bounds[3]


def _is_plain(text: PageText, boxes: Sequence[Box], space: Space) -> bool:
    """Whether every run is written in letters that leave ink, on the page and large enough."""
    least, width, height = _LEAST_LETTERS / space.unit, space.width, space.height
    return all(
        run.plain and run.readable and run.size >= least
        and box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        for run, box in zip(text.runs, boxes, strict=True)
    )  # fmt: skip


def _are_few_rules(shapes: Sequence[Box]) -> bool:
    return len(shapes) <= _FEW and all(
        min(box.width, box.height) <= _THIN and max(box.width, box.height) >= _LONG for box in shapes
    )


def _meet(boxes: Sequence[Box], shapes: Sequence[Box]) -> bool:
    """Whether any shape reaches into the box of a run, so that it may cover its letters or lie under them."""
    if not boxes or not shapes:
        return False
    ours, theirs = _corners(boxes)[:, None], _corners(shapes)[None]
    apart = (ours[..., :2] > theirs[..., 2:]) | (theirs[..., :2] > ours[..., 2:])
    return not bool(apart.any(axis=-1).all())


def _corners(boxes: Sequence[Box]) -> NDArray[np.float64]:
    return np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes], np.float64).reshape(-1, 4)


def _draw(page: Any, space: Space) -> pdf_ink.Picture:
    bitmap = page.render(
        scale=pdf_ink.DPI / 72 * space.unit, grayscale=True, draw_annots=False, may_draw_forms=False
    )
    try:
        picture: pdf_ink.Picture = np.array(bitmap.to_numpy())
    finally:
        bitmap.close()
    return picture.reshape(picture.shape[:2])


def _seen(
    text: PageText, boxes: Sequence[Box], with_text: pdf_ink.Picture, without_text: pdf_ink.Picture | None
) -> Sequence[bool]:
    """Which runs differ on the two pictures; without the second one, the page without its text is blank."""
    if without_text is None:
        without_text = np.full_like(with_text, 255)
    pixels = _pixels(boxes)
    found = pdf_ink.any_in(pdf_ink.seen_mask(with_text, without_text), pixels)
    return [
        # What cannot be read was left on both pictures; its ink is looked for as ink.
        not run.readable or (bool(visible) and not (run.white and _is_paper(without_text, box)))
        for run, visible, box in zip(text.runs, found, pixels, strict=True)
    ]


def _pixels(boxes: Sequence[Box]) -> NDArray[np.int32]:
    corners = np.clip(_corners(boxes) * (pdf_ink.DPI / 72), -1e6, 1e6)
    corners[:, :2] = np.floor(corners[:, :2])
    corners[:, 2:] = np.ceil(corners[:, 2:])
    return corners.astype(np.int32)


def _is_paper(picture: pdf_ink.Picture, box: NDArray[np.int32]) -> bool:
    x0, y0, x1, y1 = (max(0, int(edge)) for edge in box)
    ground = picture[y0:y1, x0:x1]
    return bool(ground.size == 0 or ground.mean() >= _PAPER)
