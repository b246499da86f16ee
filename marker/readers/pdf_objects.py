"""What a PDF page draws besides letters: pictures, and thin strokes that may strike a line of text out."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any, Final

from marker.errors import HoldError
from marker.model import HoldCode
from marker.readers.base import ReaderLimits
from marker.readers.pdfium import pdfium

_MAX_NESTING: Final = 30
_LEAST_PIXELS: Final = 5
"""Letters are at least so many pixels high; a picture with fewer is a fill or a rule."""
_THIN: Final = 2.5
"""Points; a stroke thicker than that is a bar."""
_MAX_STROKES: Final = 2_000

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Final[Matrix] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Rectangle = tuple[float, float, float, float]


@dataclass(slots=True)
class PageObjects:
    """Rectangles are left, bottom, right, top in user space."""

    pictures: list[Rectangle] = field(default_factory=list)
    strokes: list[Rectangle] = field(default_factory=list)
    """Thin straight horizontal or vertical lines."""
    annotation_texts: set[int] = field(default_factory=set)
    """Addresses of text objects that flattened annotations brought in."""


def scan(page: Any, own_objects: int | None, limits: ReaderLimits) -> PageObjects:
    """List what a ``pypdfium2.PdfPage`` draws.

    ``own_objects`` is the number of top-level objects before annotations were flattened into the page, None when none
    were.  Raises HoldError(too-large).
    """
    scanner = _Scanner(limits)
    count = pdfium.FPDFPage_CountObjects(page)
    for index in range(count):
        flattened = own_objects is not None and index >= own_objects
        scanner.take(pdfium.FPDFPage_GetObject(page, index), _IDENTITY, 0, flattened)
    return scanner.found


class _Scanner:
    def __init__(self, limits: ReaderLimits) -> None:
        self.found = PageObjects()
        self._left = limits.max_page_objects
        self._limit = limits.max_page_objects
        self._bounds = [ctypes.c_float() for _ in range(4)]

    def take(self, item: Any, matrix: Matrix, depth: int, flattened: bool) -> None:
        """Note one object, and what a form XObject draws inside."""
        self._left -= 1
        if self._left < 0 or depth > _MAX_NESTING:
            raise HoldError(
                HoldCode.TOO_LARGE, f"A page draws more than {self._limit} objects, or nests them; ask for a scan."
            )
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            if flattened:
                self.found.annotation_texts.add(ctypes.cast(item, ctypes.c_void_p).value or 0)
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            self._path(item, matrix)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            self._picture(item, matrix)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM:
            inner = _times(_matrix_of(item), matrix)
            for index in range(pdfium.FPDFFormObj_CountObjects(item)):
                self.take(pdfium.FPDFFormObj_GetObject(item, index), inner, depth + 1, flattened)

    def _rectangle(self, item: Any, matrix: Matrix) -> Rectangle | None:
        left, bottom, right, top = self._bounds
        if not pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top):
            return None
        if matrix is _IDENTITY:
            return left.value, bottom.value, right.value, top.value
        a, b, c, d, e, f = matrix
        xs = [a * x + c * y + e for x in (left.value, right.value) for y in (bottom.value, top.value)]
        ys = [b * x + d * y + f for x in (left.value, right.value) for y in (bottom.value, top.value)]
        return min(xs), min(ys), max(xs), max(ys)

    def _path(self, item: Any, matrix: Matrix) -> None:
        if len(self.found.strokes) >= _MAX_STROKES:
            return
        box = self._rectangle(item, matrix)
        if box is not None and min(box[2] - box[0], box[3] - box[1]) <= _THIN < max(box[2] - box[0], box[3] - box[1]):
            self.found.strokes.append(box)

    def _picture(self, item: Any, matrix: Matrix) -> None:
        wide, high = ctypes.c_uint(), ctypes.c_uint()
        known = pdfium.FPDFImageObj_GetImagePixelSize(item, wide, high)
        if known and 0 < min(wide.value, high.value) < _LEAST_PIXELS:
            return  # what many such strips show together is seen in the page image
        box = self._rectangle(item, matrix)
        if box is not None:
            self.found.pictures.append(box)


def _matrix_of(item: Any) -> Matrix:
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(item, matrix):
        return _IDENTITY
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _times(first: Matrix, second: Matrix) -> Matrix:
    """The matrix that applies ``first``, then ``second``."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return (
        a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m,
    )
