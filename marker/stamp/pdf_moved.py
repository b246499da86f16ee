"""What else moves when a page's content is shrunk: patterns, annotations, form fields, and the places links lead to.

Coordinates are user space; the matrix scales evenly and shifts, so upright rectangles stay upright.
ISO 32000-1: patterns 8.7.3.1 (they keep to the page's own coordinates, whatever the content does), annotations 12.5,
destinations 12.3.2.2 (table 151), article beads 12.4.3, layout attributes 14.8.5.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    EncodedStreamObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from marker.stamp.geometry import IDENTITY, Matrix, apply, multiply
from marker.stamp.pdf_values import value

_POINTS: Final = ("/Rect", "/QuadPoints", "/Vertices", "/L", "/CL")
"""Entries of annotations that are x, y, x, y, …"""
_MARGINS: Final = ("/RD", "/LL", "/LLE", "/LLO")
"""Entries that are lengths."""
_DESTINATIONS: Final = {"/XYZ": "xy ", "/FitH": "y", "/FitBH": "y", "/FitV": "x", "/FitBV": "x", "/FitR": "xyxy"}
"""What follows the page and the kind: coordinates, or a blank for what does not move."""


def move(writer: PdfWriter, moved: Mapping[int, Matrix]) -> None:
    """Moves what belongs to the pages in ``moved`` (object number → matrix in user space)."""
    if not moved:
        return
    done: set[int] = set()
    for number, matrix in moved.items():
        page = writer._objects[number - 1]
        annotations = value(page, "/Annots")
        for entry in annotations if isinstance(annotations, ArrayObject) else []:
            annotation = entry.get_object() if entry is not None else None
            if isinstance(annotation, DictionaryObject) and id(annotation) not in done:
                done.add(id(annotation))
                _move_annotation(annotation, matrix)
    waiting: list[PdfObject | None] = list(writer._objects)
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, DictionaryObject):
            _move_by_page(entry, moved)
            waiting.extend(entry.values())
        elif isinstance(entry, ArrayObject):
            _move_destination(entry, moved)
            waiting.extend(entry)


class Patterns:
    """Moved copies of the patterns that page content names; those of forms move with their forms."""

    def __init__(self, writer: PdfWriter) -> None:
        self._writer = writer
        self._moved: dict[tuple[int, Matrix], IndirectObject] = {}

    def move(self, page: DictionaryObject, matrix: Matrix) -> None:
        """Gives ``page`` resources of its own whose patterns are moved by ``matrix``; pages and forms that share the
        old ones keep them."""
        resources = value(page, "/Resources")
        patterns = value(resources, "/Pattern")
        if not isinstance(patterns, DictionaryObject) or not patterns:
            return
        own = DictionaryObject(resources)
        own[NameObject("/Pattern")] = DictionaryObject(
            {name: self._copied(value(patterns, name), matrix) or held for name, held in patterns.items()}
        )
        page[NameObject("/Resources")] = own

    def _copied(self, pattern: object, matrix: Matrix) -> IndirectObject | None:
        if not isinstance(pattern, DictionaryObject):
            return None
        key = (id(pattern), matrix)
        if key not in self._moved:
            copied = DictionaryObject(pattern)
            if isinstance(pattern, StreamObject):
                copied = EncodedStreamObject()
                copied.update(pattern)
                copied._data = pattern._data
            own = value(pattern, "/Matrix")
            held = [float(n) for n in own if _is_number(n)] if isinstance(own, ArrayObject) else []
            a, b, c, d, e, f = held if len(held) == 6 else IDENTITY
            copied[NameObject("/Matrix")] = ArrayObject(map(_number, multiply((a, b, c, d, e, f), matrix)))
            self._moved[key] = self._writer._add_object(copied)
        return self._moved[key]


def _move_annotation(annotation: DictionaryObject, matrix: Matrix) -> None:
    for key in _POINTS:
        _move_points(value(annotation, key), matrix)
    strokes = value(annotation, "/InkList")
    for stroke in strokes if isinstance(strokes, ArrayObject) else []:
        _move_points(stroke.get_object(), matrix)
    for key in _MARGINS:
        lengths = value(annotation, key)
        if isinstance(lengths, ArrayObject):
            lengths[:] = [_number(float(length) * matrix[0]) if _is_number(length) else length for length in lengths]
        elif _is_number(lengths):
            annotation[NameObject(key)] = _number(float(lengths) * matrix[0])


def _move_by_page(entry: DictionaryObject, moved: Mapping[int, Matrix]) -> None:
    """Article beads (/R on page /P) and the boxes of tagged figures (/A /BBox on page /Pg)."""
    if "/R" in entry and "/P" in entry and (matrix := _matrix_of(entry.get("/P"), moved)) is not None:
        _move_points(value(entry, "/R"), matrix)
    if "/Pg" in entry and (matrix := _matrix_of(entry.get("/Pg"), moved)) is not None:
        attributes = value(entry, "/A")
        for owner in attributes if isinstance(attributes, ArrayObject) else [attributes]:
            _move_points(value(owner, "/BBox"), matrix)


def _move_destination(array: ArrayObject, moved: Mapping[int, Matrix]) -> None:
    if len(array) < 3 or (matrix := _matrix_of(array[0], moved)) is None:
        return
    kind = array[1]
    places = _DESTINATIONS.get(str(kind), "") if isinstance(kind, NameObject) else ""
    for at, axis in enumerate(places, start=2):
        if at < len(array) and axis in "xy" and _is_number(array[at]):
            held = float(array[at])
            x, y = apply(matrix, held, held)
            array[at] = _number(x if axis == "x" else y)


def _matrix_of(page: object, moved: Mapping[int, Matrix]) -> Matrix | None:
    return moved.get(page.idnum) if isinstance(page, IndirectObject) else None


def _move_points(points: object, matrix: Matrix) -> None:
    if not isinstance(points, ArrayObject) or len(points) % 2 or not all(map(_is_number, points)):
        return
    for at in range(0, len(points), 2):
        x, y = apply(matrix, float(points[at]), float(points[at + 1]))
        points[at], points[at + 1] = _number(x), _number(y)


def _is_number(found: object) -> bool:
    return isinstance(found, (NumberObject, FloatObject))


def _number(held: float) -> FloatObject:
    return FloatObject(round(held, 6))
