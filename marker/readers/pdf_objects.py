"""What a PDF page draws besides letters: pictures, and thin strokes that may strike a line of text out."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any, Final

from marker.errors import HoldError
from marker.model import HoldCode
from marker.readers.base import ReaderLimits, too_deep
from marker.readers.pdfium import address_of, pdfium, plain_call

_LEAST_PIXELS: Final = 5
"""Letters are at least so many pixels high; a picture with fewer is a fill or a rule."""
_THIN: Final = 2.5
"""Points; a stroke thicker than that is a bar."""
_MAX_STROKES: Final = 2_000
_MAX_SHAPES: Final = 300
"""Shapes whose places are kept; a page with more is looked at as a whole."""

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Final[Matrix] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
Rectangle = tuple[float, float, float, float]

_TEXT: Final = int(pdfium.FPDF_PAGEOBJ_TEXT)
_count_objects: Final = plain_call("FPDFPage_CountObjects", ctypes.c_int, ctypes.c_void_p)
_object_at: Final = plain_call("FPDFPage_GetObject", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_inner_at: Final = plain_call("FPDFFormObj_GetObject", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong)
_kind_of: Final = plain_call("FPDFPageObj_GetType", ctypes.c_int, ctypes.c_void_p)
_bounds_of: Final = plain_call("FPDFPageObj_GetBounds", ctypes.c_int, *[ctypes.c_void_p] * 5)


@dataclass(slots=True)
class PageObjects:
    """Rectangles are left, bottom, right, top in user space."""

    pictures: list[Rectangle] = field(default_factory=list)
    strokes: list[Rectangle] = field(default_factory=list)
    """Thin straight horizontal or vertical lines."""
    annotation_texts: set[int] = field(default_factory=set)
    """Addresses of text objects that flattened annotations brought in."""
    texts: list[int] = field(default_factory=list)
    """Addresses of the text objects that the page itself draws."""
    shapes: list[Rectangle] = field(default_factory=list)
    """Where the page itself draws anything but text."""
    tangled: bool = False
    """It draws forms, more shapes than are kept, or something without bounds: only looking tells what covers what."""


def scan(page: Any, own_objects: int | None, limits: ReaderLimits) -> PageObjects:
    """List what a ``pypdfium2.PdfPage`` draws; see :func:`scan_at`."""
    return scan_at(address_of(page.raw), own_objects, limits)


def scan_at(address: int, own_objects: int | None, limits: ReaderLimits) -> PageObjects:
    """List what the page at that address draws.

    ``own_objects`` is the number of top-level objects before annotations were flattened into the page, None when none
    were.  Raises HoldError(too-large).
    """
    scanner = _Scanner(limits)
    texts = scanner.found.texts
    for index in range(_count_objects(address)):
        flattened = own_objects is not None and index >= own_objects
        item = _object_at(address, index)
        kind = _kind_of(item)
        if kind == _TEXT and not flattened:  # nearly all of them
            scanner.count()
            texts.append(item)
        else:
            scanner.take(item, kind, _IDENTITY, 0, flattened)
    return scanner.found


def bounds_of(item: int) -> Rectangle | None:
    """Where the object at that address draws, in the space of the page or form it belongs to; None when unknown."""
    bounds = (ctypes.c_float * 4)()
    start = ctypes.addressof(bounds)
    if not _bounds_of(item, start, start + 4, start + 8, start + 12):
        return None
    left, bottom, right, top = bounds
    return left, bottom, right, top


class _Scanner:
    def __init__(self, limits: ReaderLimits) -> None:
        self.found = PageObjects()
        self._left = limits.max_page_objects
        self._limits = limits

    def count(self) -> None:
        """Count one object.  Raises HoldError(too-large)."""
        self._left -= 1
        if self._left < 0:
            raise HoldError(
                HoldCode.TOO_LARGE,
                f"A page draws more than {self._limits.max_page_objects} objects; ask for a scan, or raise "
                "max_page_objects if the file is trusted.",
            )

    def take(self, item: int, kind: int, matrix: Matrix, depth: int, flattened: bool) -> None:
        """Note one object, by its address and kind, and what a form XObject draws inside."""
        self.count()
        if depth > self._limits.max_depth:
            raise too_deep(self._limits)
        if kind == _TEXT:
            if flattened:
                self.found.annotation_texts.add(item)
            elif depth == 0:
                self.found.texts.append(item)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM:
            self.found.tangled = True
            pointer = ctypes.cast(item, pdfium.FPDF_PAGEOBJECT)
            inner = _times(_matrix_of(pointer), matrix)
            for index in range(pdfium.FPDFFormObj_CountObjects(pointer)):
                part = _inner_at(item, index)
                self.take(part, _kind_of(part), inner, depth + 1, flattened)
        else:
            box = self._shape(item)
            if box is not None and kind == pdfium.FPDF_PAGEOBJ_PATH:
                self._path(_moved(box, matrix))
            elif box is not None and kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                self._picture(item, _moved(box, matrix))

    def _shape(self, item: int) -> Rectangle | None:
        box = bounds_of(item)
        if box is None or len(self.found.shapes) >= _MAX_SHAPES:
            self.found.tangled = True
        else:
            self.found.shapes.append(box)
        return box

    def _path(self, box: Rectangle) -> None:
        if len(self.found.strokes) < _MAX_STROKES and _is_thin(box):
            self.found.strokes.append(box)

    def _picture(self, item: int, box: Rectangle) -> None:
        wide, high = ctypes.c_uint(), ctypes.c_uint()
        pointer = ctypes.cast(item, pdfium.FPDF_PAGEOBJECT)
        known = pdfium.FPDFImageObj_GetImagePixelSize(pointer, wide, high)
        if known and 0 < min(wide.value, high.value) < _LEAST_PIXELS:
            return  # what many such strips show together is seen in the page image
        self.found.pictures.append(box)


def _is_thin(box: Rectangle) -> bool:
    across, along = sorted((box[2] - box[0], box[3] - box[1]))
    return across <= _THIN < along


def _moved(box: Rectangle, matrix: Matrix) -> Rectangle:
    if matrix is _IDENTITY:
        return box
    a, b, c, d, e, f = matrix
    left, bottom, right, top = box
    xs = [a * x + c * y + e for x in (left, right) for y in (bottom, top)]
    ys = [b * x + d * y + f for x in (left, right) for y in (bottom, top)]
    return min(xs), min(ys), max(xs), max(ys)


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
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )
