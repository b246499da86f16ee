"""The pages of a PDF being written: their frames, their resources, their content.

Resource dictionaries may be inherited, shared between pages, or missing; content may be a stream, an array of streams
that other pages use too, or missing.  Names are chosen so that no page has them already.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from marker.stamp.geometry import PageFrame, page_frame
from marker.stamp.pdf_content import ends, without
from marker.stamp.pdf_font import stream
from marker.stamp.pdf_values import FAULTS, value

_KINDS: Final = ("/XObject", "/Font", "/ColorSpace")


def distinct_pages(writer: PdfWriter) -> list[DictionaryObject]:
    """The page dictionaries in order, each an object of its own. Raises ValueError when there is no page tree.

    One object standing at two places of the page tree could not bear two page numbers: the second is made a copy.
    """
    kids: list[PdfObject] = []
    pages: list[DictionaryObject] = []
    seen: set[int] = set()
    for page in writer.pages:
        reference = page.indirect_reference
        if reference is None or reference.idnum in seen:
            copied = DictionaryObject(page)
            reference = writer._add_object(copied)
            pages.append(copied)
        else:
            writer._objects[reference.idnum - 1] = page
            pages.append(page)
        seen.add(reference.idnum)
        kids.append(reference)
    if writer.incremental:
        return pages  # which Source.appending has seen to be objects of their own; the page tree stays as signed
    root = writer._pages.get_object()
    if not isinstance(root, DictionaryObject):
        raise ValueError("the page tree has no root")
    root[NameObject("/Kids")] = ArrayObject(kids)
    root[NameObject("/Count")] = NumberObject(len(kids))
    return pages


def frame_of(page: DictionaryObject) -> PageFrame:
    """The page as displayed. Raises ValueError when it shows nothing."""
    return page_frame(
        _numbers(value(page, "/MediaBox")),
        _numbers(value(page, "/CropBox")),
        _number(value(page, "/Rotate")),
        _number(value(page, "/UserUnit")),
    )


def free_prefix(pages: Sequence[DictionaryObject]) -> str:
    """A beginning for resource names that no name of any page has: ``Mk``, ``Mk1``, …"""
    used: set[str] = set()
    for page in pages:
        for kind in _KINDS:
            named = value(value(page, "/Resources"), kind)
            if isinstance(named, DictionaryObject):
                used.update(str(name) for name in named if str(name).startswith("/Mk"))
    tries = ("Mk", *(f"Mk{number}x" for number in range(1, len(used) + 2)))
    return next(prefix for prefix in tries if not any(name.startswith(f"/{prefix}") for name in used))


def add_resources(page: DictionaryObject, kind: str, entries: dict[str, IndirectObject]) -> None:
    """Adds ``entries`` (name without slash → object) under ``kind`` of the page's resources, in place."""
    resources = value(page, "/Resources")
    if not isinstance(resources, DictionaryObject):
        resources = DictionaryObject()
        page[NameObject("/Resources")] = resources
    named = value(resources, kind)
    if not isinstance(named, DictionaryObject):
        named = DictionaryObject()
        resources[NameObject(kind)] = named
    for name, reference in entries.items():
        named[NameObject(f"/{name}")] = reference


class Contents:
    """Puts content before and after what pages show; equal streams are written once."""

    def __init__(self, writer: PdfWriter) -> None:
        self._writer = writer
        self._shared: dict[bytes, IndirectObject] = {}

    def wrap(self, page: DictionaryObject, before: bytes, after: bytes) -> None:
        """Makes the page show ``before``, its own content, the operators that end it, and ``after``.

        ``before`` must leave exactly one graphics state to be popped: that pop stands before ``after``.
        """
        own = self._own(page)
        if not own:
            page[NameObject("/Contents")] = self._writer._add_object(stream(after))
            return
        content = b"\n".join(_data(part) for part in own)
        end = ends(content)
        if end.surplus:
            content = without(content, end.surplus)
            own, end = [self._writer._add_object(stream(content))], ends(content)
        # A blank line first: the content may end in the middle of a token.
        tail = b"\n" + (end.closing + b" " if end.closing else b"") + b"Q\n" + after
        page[NameObject("/Contents")] = ArrayObject([self._once(before), *own, self._writer._add_object(stream(tail))])

    def _own(self, page: DictionaryObject) -> list[PdfObject]:
        """The content streams the page has, as references where it has them."""
        resolved = value(page, "/Contents")
        parts = list(resolved) if isinstance(resolved, ArrayObject) else [page.get("/Contents")]
        return [part for part in parts if part is not None and isinstance(_resolved(part), StreamObject)]

    def _once(self, data: bytes) -> IndirectObject:
        if data not in self._shared:
            self._shared[data] = self._writer._add_object(stream(data))
        return self._shared[data]


def _data(part: PdfObject) -> bytes:
    found = _resolved(part)
    try:
        return found.get_data() if isinstance(found, StreamObject) else b""
    except FAULTS:
        return b""  # a stream that cannot be unpacked shows nothing, so it leaves nothing open


def _resolved(part: PdfObject | None) -> PdfObject | None:
    try:
        return None if part is None else part.get_object()
    except FAULTS:
        return None


def _numbers(found: Any) -> list[float] | None:
    if not isinstance(found, ArrayObject):
        return None
    numbers = [_number(_resolved(entry)) for entry in found]
    return None if None in numbers else [number for number in numbers if number is not None]


def _number(found: Any) -> float | None:
    return float(found) if isinstance(found, (NumberObject, FloatObject)) else None
