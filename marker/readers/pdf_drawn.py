"""Which text of a PDF page is seen on its picture, where its content alone does not tell."""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from marker.model import Box
from marker.readers import pdf_ink
from marker.readers.pdf_runs import PageText, Run
from marker.readers.pdf_space import DPI, Space

_GAP: Final = 0.8
"""Of the size of letters: no letter and no blank between words leaves so much of a line without ink."""
_EDGE: Final = 0.2
"""Of a letter's length."""
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


class Ink:
    """What of a page's text differs on its two pictures; without the second one, the page without its text is blank."""

    def __init__(
        self,
        text: PageText,
        boxes: Sequence[Box],
        with_text: pdf_ink.Picture,
        without_text: pdf_ink.Picture | None,
    ) -> None:
        self._text = text
        self._without = np.full_like(with_text, 255) if without_text is None else without_text
        self._mask = pdf_ink.seen_mask(with_text, self._without)
        self._pixels = _pixels(boxes)

    def seen(self) -> Sequence[bool]:
        """Which runs leave ink."""
        found = pdf_ink.any_in(self._mask, self._pixels)
        return [
            # What cannot be read was left on both pictures; its ink is looked for as ink.
            not run.readable or (bool(visible) and not (run.white and _is_paper(self._without, box)))
            for run, visible, box in zip(self._text.runs, found, self._pixels, strict=True)
        ]

    def cut(self, seen: Sequence[bool], shapes: Sequence[Box] | None, space: Space) -> Set[int]:
        """Which of the runs that are seen have letters side by side that are not, because something covers them.

        ``shapes`` are all that may; None when that may be anything anywhere.
        """
        met = np.ones(len(seen), np.bool_) if shapes is None else self._met(shapes)
        return {
            number for number in np.flatnonzero(met & np.array(seen, np.bool_)).tolist()
            if self._text.runs[number].readable and self._has_gap(number, space) and self._lacks_letters(number, space)
        }  # fmt: skip

    def _met(self, shapes: Sequence[Box]) -> pdf_ink.Mask:
        """The runs into whose boxes any shape reaches."""
        x0, y0, x1, y1 = self._pixels.T
        met = np.zeros(len(self._pixels), np.bool_)
        for left, top, right, bottom in _pixels(shapes):
            met |= (left < x1) & (x0 < right) & (top < y1) & (y0 < bottom)
        return met

    def _has_gap(self, number: int, space: Space) -> bool:
        """Whether a stretch of a run, as long as a wide letter, is without ink: most runs need no closer look."""
        run, (x0, y0, x1, y1) = self._text.runs[number], self._pixels[number].clip(0)
        inked = np.flatnonzero(self._mask[y0:y1, x0:x1].any(axis=_across(run, space)))
        length = int(x1 - x0) if _across(run, space) == 0 else int(y1 - y0)
        widest = int(np.diff(np.concatenate(([-1], inked, [length]))).max()) - 1
        return widest > _GAP * run.size * space.unit * DPI / 72

    def _lacks_letters(self, number: int, space: Space) -> bool:
        run = self._text.runs[number]
        middles = [_middle(space.box(*letter), _across(run, space)) for letter in self._text.letters(run)]
        if not middles:
            return False
        seen = pdf_ink.any_in(self._mask, _pixels(middles)).tolist()
        return any(not one and not other for one, other in pairwise(seen))


def _across(run: Run, space: Space) -> int:
    """The axis of a picture across the line of a run: 0 for a line that lies, 1 for one that stands."""
    return 0 if round((90 * space.quarters - run.angle) / 90) % 2 == 0 else 1


def _middle(letter: Box, across: int) -> Box:
    """A letter without its edges along the line, where its neighbours' ink may reach."""
    wide, high = (letter.width * _EDGE, 0.0) if across == 0 else (0.0, letter.height * _EDGE)
    return Box(letter.x0 + wide, letter.y0 + high, letter.x1 - wide, letter.y1 - high)


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
