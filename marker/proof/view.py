"""A PDF page as PDFium shows it: pictures of it and of parts of it, and where its text stands.

Pixels have their origin top left of the page as displayed; ``scale`` is pixels to a unit of user space.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marker.model import Box

Picture = NDArray[np.uint8]
"""Grey levels; each pixel its darkest colour, so that ink of any colour is dark."""

Matrix = tuple[float, float, float, float, float, float]


@dataclass
class PageView:
    """One page of an open pypdfium2 document."""

    page: Any

    def __post_init__(self) -> None:
        self._pdfium: Any = import_module("pypdfium2")
        self._raw: Any = import_module("pypdfium2.raw")
        self.width, self.height = (float(side) for side in self.page.get_size())
        self._text: Any = None

    def close(self) -> None:
        if self._text is not None:
            self._text.close()
        self.page.close()

    def picture(self, scale: float) -> Picture:
        """The whole page."""
        return self.part(Box(0, 0, *self.pixels(scale)), scale)

    def pixels(self, scale: float) -> tuple[int, int]:
        """Width and height of the whole page's picture."""
        return max(1, math.ceil(self.width * scale)), max(1, math.ceil(self.height * scale))

    def part(self, box: Box, scale: float) -> Picture:
        """The part of the page's picture inside ``box``, which is in pixels of ``scale`` and has whole corners."""
        bitmap = self._blank(int(box.width), int(box.height))
        place = (-int(box.x0), -int(box.y0), *self.pixels(scale))
        self._raw.FPDF_RenderPageBitmap(bitmap, self.page, *place, 0, self._raw.FPDF_ANNOT)
        return _darkest(bitmap)

    def moved_picture(self, scale: float, moved: Matrix) -> Picture:
        """The whole page's picture as it looks once ``moved`` (points as displayed, even scale and shift) was applied
        to all that it shows; paper around it."""
        wide, high = self.pixels(scale)
        bitmap = self._blank(wide, high)
        # PDFium starts from the page at one pixel to a unit, its size cut to whole pixels.
        across, down = wide / max(1, int(self.width)), high / max(1, int(self.height))
        s, x, y = moved[0], moved[4] * wide / self.width, moved[5] * high / self.height
        matrix = self._raw.FS_MATRIX(s * across, 0, 0, s * down, x, y)
        clip = self._raw.FS_RECTF(x, y, x + s * wide, y + s * high)
        self._raw.FPDF_RenderPageBitmapWithMatrix(bitmap, self.page, matrix, clip, self._raw.FPDF_ANNOT)
        return _darkest(bitmap)

    def find(self, text: str) -> Iterator[Box]:
        """Where ``text`` stands on one line, last in the content first; user space turned to points as displayed."""
        if self._text is None:
            self._text = self.page.get_textpage()
        raw = self._raw
        wanted = (ctypes.c_ushort * (len(text.encode("utf-16-le")) // 2 + 1)).from_buffer_copy(
            text.encode("utf-16-le") + b"\0\0"
        )
        search = raw.FPDFText_FindStart(self._text, wanted, raw.FPDF_MATCHCASE, -1)
        try:
            while raw.FPDFText_FindPrev(search):
                start, count = raw.FPDFText_GetSchResultIndex(search), raw.FPDFText_GetSchCount(search)
                if raw.FPDFText_CountRects(self._text, start, count) == 1:
                    yield self._displayed_rect()
        finally:
            raw.FPDFText_FindClose(search)

    def object_matrices(self, most: int = 32) -> list[Matrix | None]:
        """The matrices of the page's first objects; None for an object that has none."""
        found: list[Matrix | None] = []
        for index in range(min(most, self._raw.FPDFPage_CountObjects(self.page))):
            held = self._raw.FS_MATRIX()
            thing = self._raw.FPDFPage_GetObject(self.page, index)
            ok = self._raw.FPDFPageObj_GetMatrix(thing, ctypes.byref(held))
            found.append((held.a, held.b, held.c, held.d, held.e, held.f) if ok else None)
        return found

    def annotation_rects(self, most: int = 32) -> list[tuple[float, float, float, float]]:
        """/Rect of the page's first annotations, user space."""
        found = []
        for index in range(min(most, self._raw.FPDFPage_GetAnnotCount(self.page))):
            rect = self._raw.FS_RECTF()
            annotation = self._raw.FPDFPage_GetAnnot(self.page, index)
            if annotation and self._raw.FPDFAnnot_GetRect(annotation, ctypes.byref(rect)):
                found.append((rect.left, rect.bottom, rect.right, rect.top))
            if annotation:
                self._raw.FPDFPage_CloseAnnot(annotation)
        return found

    def to_displayed(self, x: float, y: float) -> tuple[float, float]:
        """A point of user space on the page as displayed, origin top left, user space units."""
        fine = 1 << 14  # PDFium answers in whole pixels: asked of a page so many pixels wide, they are fine enough
        across, down = ctypes.c_int(), ctypes.c_int()
        self._raw.FPDF_PageToDevice(self.page, 0, 0, fine, fine, 0, x, y, ctypes.byref(across), ctypes.byref(down))
        return across.value * self.width / fine, down.value * self.height / fine

    def _displayed_rect(self) -> Box:
        left, top, right, bottom = (ctypes.c_double() for _ in range(4))
        refs = [ctypes.byref(side) for side in (left, top, right, bottom)]
        self._raw.FPDFText_GetRect(self._text, 0, *refs)
        corners = [self.to_displayed(x.value, y.value) for x, y in ((left, top), (right, bottom))]
        xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
        return Box(xs[0], ys[0], xs[1], ys[1])

    def _blank(self, wide: int, high: int) -> Any:
        bitmap = self._pdfium.PdfBitmap.new_native(wide, high, self._raw.FPDFBitmap_BGRx)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, wide, high)
        return bitmap


def _darkest(bitmap: Any) -> Picture:
    colours = bitmap.to_numpy()
    return np.asarray(np.minimum(np.minimum(colours[..., 0], colours[..., 1]), colours[..., 2]))
