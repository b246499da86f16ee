"""Which text of a PDF page is seen on its picture, where its content alone does not tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from marker.model import Box
from marker.readers import pdf_ink
from marker.readers.pdf_runs import PageText
from marker.readers.pdf_space import DPI, Space

_PAPER: Final = 240
"""Grey levels from which on a background is paper, on which white letters are not seen."""


def draw(page: Any, space: Space) -> pdf_ink.Picture:
    """The picture of a ``pypdfium2.PdfPage``, grey levels at 36 dpi, without annotations."""
    bitmap = page.render(scale=DPI / 72 * space.unit, grayscale=True, draw_annots=False, may_draw_forms=False)
    try:
        picture: pdf_ink.Picture = np.array(bitmap.to_numpy())
    finally:
        bitmap.close()
    return picture.reshape(picture.shape[:2])


def seen(
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


def _corners(boxes: Sequence[Box]) -> NDArray[np.float64]:
    return np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes], np.float64).reshape(-1, 4)


def _pixels(boxes: Sequence[Box]) -> NDArray[np.int32]:
    corners = np.clip(_corners(boxes) * (DPI / 72), -1e6, 1e6)
    corners[:, :2] = np.floor(corners[:, :2])
    corners[:, 2:] = np.ceil(corners[:, 2:])
    return corners.astype(np.int32)


def _is_paper(picture: pdf_ink.Picture, box: NDArray[np.int32]) -> bool:
    x0, y0, x1, y1 = (max(0, int(edge)) for edge in box)
    ground = picture[y0:y1, x0:x1]
    return bool(ground.size == 0 or ground.mean() >= _PAPER)
