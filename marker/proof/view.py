"""A PDF page as PDFium shows it: pictures of it and of parts of it, and where its text stands.

Pixels have their origin top left of the page as displayed; ``scale`` is pixels to a unit of user space.
"""

from __future__ import annotations

import ctypes
import io
import math
import unicodedata
from dataclasses import dataclass
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from marker.model import Box

Picture = NDArray[np.uint8]
"""Grey levels; each pixel its darkest colour, so that ink of any colour is dark."""
Colours = NDArray[np.uint32]
"""Blue, green, red and a byte of no meaning, as one number a pixel: what is to be compared need not be taken apart."""

_WHITE: Final = 0xFFFFFFFF
_MOST_SPARE: Final = 2
_MOST_SEARCHES: Final = 100
"""On one page for one text."""
_RUNS: Final = {"L": "letter", **dict.fromkeys(("EN", "ES", "ET", "CS"), "figure")}

Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Movement:
    """An even scale, then a shift, in user space."""

    scale: float
    x: float
    y: float


class PageView:
    """Page ``index`` (from 0) of an open pypdfium2 document, the file ``path``; its size is as displayed.

    Closed, it leaves its pictures in ``spare`` to be drawn over: fresh memory costs as much as a tenth of the drawing.
    """

    def __init__(self, document: Any, index: int, path: Path, spare: list[Colours] | None = None) -> None:
        self._pdfium: Any = import_module("pypdfium2")
        self._raw: Any = import_module("pypdfium2.raw")
        self._index, self._path = index, path
        self._own: Any = None
        self._document = document
        self._pictures: dict[float, Colours] = {}
        self._spare = [] if spare is None else spare
        self.page = document[index]
        self.width, self.height = (float(side) for side in self.page.get_size())
        self._text: Any = None
        self._found: dict[str, list[Box]] = {}

    def close(self) -> None:
        if self._text is not None:
            self._text.close()
            self._text = None
        self._spare[:0] = self._pictures.values()
        del self._spare[_MOST_SPARE:]
        self._pictures.clear()
        self.page.close()
        if self._own is not None:
            self._own.close()

    def reset(self) -> None:
        """Undoes :meth:`move`."""
        if self._own is not None:
            self.close()
            self._own = None
            self.page = self._document[self._index]

    def colours(self, scale: float) -> Colours:
        """The whole page; drawn once."""
        if scale not in self._pictures:
            wide, high = self.pixels(scale)
            at = next((at for at, held in enumerate(self._spare) if held.shape == (high, wide)), None)
            paper = self._spare.pop(at) if at is not None else np.empty((high, wide), dtype=np.uint32)
            self._pictures[scale] = self._drawn(Box(0, 0, wide, high), scale, paper)
        return self._pictures[scale]

    def pixels(self, scale: float) -> tuple[int, int]:
        """Width and height of the whole page's picture."""
        return max(1, math.ceil(self.width * scale)), max(1, math.ceil(self.height * scale))

    def part(self, box: Box, scale: float) -> Picture:
        """The part of the page's picture inside ``box``, which is in pixels of ``scale`` and has whole corners."""
        return darkest(self._drawn(box, scale, np.empty((int(box.height), int(box.width)), dtype=np.uint32)))

    def _drawn(self, box: Box, scale: float, paper: Colours) -> Colours:
        """``paper``, of as many pixels as ``box``, with that part of the page drawn on it."""
        paper.fill(_WHITE)
        high, wide = paper.shape
        bitmap = self._raw.FPDFBitmap_CreateEx(wide, high, self._raw.FPDFBitmap_BGRx, paper.ctypes.data, 4 * wide)
        if not bitmap:
            raise ValueError("PDFium has no picture of that size")
        try:
            place = (-int(box.x0), -int(box.y0), *self.pixels(scale))
            self._raw.FPDF_RenderPageBitmap(bitmap, self.page, *place, 0, self._raw.FPDF_ANNOT)
        finally:
            self._raw.FPDFBitmap_Destroy(bitmap)
        return paper

    def move(self, movement: Movement, anew: bool = False) -> None:
        """Moves all that the page shows, in memory: from now on its pictures show it moved, with paper around.

        PDFium remembers the patterns of a page it has read; with ``anew`` the moved page is written to memory and read
        again without them, which takes as long as the document is large.
        """
        s, x, y = movement.scale, movement.x, movement.y
        left, bottom, right, top = self.page.get_bbox()
        matrix = self._raw.FS_MATRIX(s, 0, 0, s, x, y)
        clip = self._raw.FS_RECTF(left * s + x, top * s + y, right * s + x, bottom * s + y)
        self.close()
        # In a document of its own: PDFium moves patterns and contents in place, which other pages may share.
        self._own = self._pdfium.PdfDocument(self._path)
        page = self._own[self._index]
        self._raw.FPDFPage_TransFormWithClip(page, matrix, clip)
        self._raw.FPDFPage_TransformAnnots(page, s, 0, 0, s, x, y)
        self._move_quads(page, movement)
        page.close()
        if anew:
            moved = io.BytesIO()
            self._own.save(moved)
            self._own.close()
            self._own = self._pdfium.PdfDocument(moved.getvalue())
        self.page = self._own[self._index]

    def _move_quads(self, page: Any, movement: Movement) -> None:
        """/QuadPoints of annotations without a picture of their own, which PDFium draws from them."""
        raw = self._raw
        for index in range(raw.FPDFPage_GetAnnotCount(page)):
            annotation = raw.FPDFPage_GetAnnot(page, index)
            if not annotation:
                continue
            for at in range(raw.FPDFAnnot_CountAttachmentPoints(annotation)):
                quad = raw.FS_QUADPOINTSF()
                raw.FPDFAnnot_GetAttachmentPoints(annotation, at, ctypes.byref(quad))
                for name, shift in (("x", movement.x), ("y", movement.y)):
                    for corner in "1234":
                        setattr(quad, name + corner, movement.scale * getattr(quad, name + corner) + shift)
                raw.FPDFAnnot_SetAttachmentPoints(annotation, at, ctypes.byref(quad))
            raw.FPDFPage_CloseAnnot(annotation)

    def find(self, text: str) -> list[Box]:
        """Where ``text`` stands on one line, last in the content first; units of user space, as displayed.

        (PDFium's own search backwards misses what stands at the end of a text with Arabic in it.)
        """
        if text not in self._found:
            self._found[text] = self._find(text) or self._find(_right_to_left(text))
        return self._found[text]

    def _find(self, text: str) -> list[Box]:
        if self._text is None:
            self._text = self.page.get_textpage()
        raw, encoded = self._raw, text.encode("utf-16-le") + b"\0\0"
        wanted = (ctypes.c_ushort * (len(encoded) // 2)).from_buffer_copy(encoded)
        places: list[tuple[int, int]] = []
        begin: int | None = 0
        for _ in range(_MOST_SEARCHES):
            if begin is None:
                break
            found, begin = self._from(begin, wanted)
            places += found
        boxes: list[Box] = []
        for start, count in reversed(places):
            raw.FPDFText_CountRects(self._text, start, count)
            boxes.append(self._displayed_rect())
        return boxes

    def _from(self, begin: int, wanted: Any) -> tuple[list[tuple[int, int]], int | None]:
        """Places on one line, and where to look on after one on several: PDFium goes on behind what it found, which may
        take in the beginning of the next."""
        raw = self._raw
        search = raw.FPDFText_FindStart(self._text, wanted, raw.FPDF_MATCHCASE, begin)
        places: list[tuple[int, int]] = []
        onward: int | None = None
        while onward is None and raw.FPDFText_FindNext(search):
            start, count = raw.FPDFText_GetSchResultIndex(search), raw.FPDFText_GetSchCount(search)
            if raw.FPDFText_CountRects(self._text, start, count) == 1:
                places.append((start, count))
            else:
                onward = start + 1
        raw.FPDFText_FindClose(search)
        return places, onward

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

    def _to_displayed(self, x: float, y: float) -> tuple[float, float]:
        """A point of user space on the page as displayed, origin top left, user space units."""
        fine = 1 << 14  # PDFium answers in whole pixels: asked of a page so many pixels wide, they are fine enough
        across, down = ctypes.c_int(), ctypes.c_int()
        self._raw.FPDF_PageToDevice(self.page, 0, 0, fine, fine, 0, x, y, ctypes.byref(across), ctypes.byref(down))
        return across.value * self.width / fine, down.value * self.height / fine

    def _displayed_rect(self) -> Box:
        left, top, right, bottom = (ctypes.c_double() for _ in range(4))
        refs = [ctypes.byref(side) for side in (left, top, right, bottom)]
        self._raw.FPDFText_GetRect(self._text, 0, *refs)
        corners = [self._to_displayed(x.value, y.value) for x, y in ((left, top), (right, bottom))]
        xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
        return Box(xs[0], ys[0], xs[1], ys[1])


def _right_to_left(text: str) -> str:
    """``text`` as PDFium gives it in a document that is read from right to left (/Direction /R2L): its runs of letters,
    of figures and of signs stand the other way round."""
    runs = groupby(text, lambda letter: _RUNS.get(unicodedata.bidirectional(letter), "sign"))
    return "".join(reversed(["".join(run) for _, run in runs]))


def darkest(colours: Colours) -> Picture:
    """The darkest of each pixel's three colours; ``colours`` is a part of a page's, of any shape."""
    return _darkest(np.ascontiguousarray(colours)[..., None].view(np.uint8))


def _darkest(colours: NDArray[np.uint8]) -> Picture:
    return np.asarray(np.minimum(np.minimum(colours[..., 0], colours[..., 1]), colours[..., 2]))
