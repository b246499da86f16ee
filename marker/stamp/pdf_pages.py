"""The pages of a PDF being written: their frames, their resources, their content.

Resource dictionaries may be inherited, shared between pages, or missing; content may be a stream, an array of streams
that other pages use too, or missing.  Names are chosen so that no page has them already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


class Resources:
    """Adds to the pages' resources, and takes out again what it added."""

    def __init__(self) -> None:
        self._added: list[tuple[DictionaryObject, NameObject]] = []

    def add(self, page: DictionaryObject, kind: str, entries: Mapping[str, IndirectObject]) -> None:
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
            key = NameObject(f"/{name}")
            named[key] = reference
            self._added.append((named, key))

    def take_out(self) -> None:
        for named, key in self._added:
            named.pop(key, None)
        self._added.clear()


class Contents:
    """Puts content before and after what a page shows, any number of times; equal streams are written once."""

    def __init__(self, writer: PdfWriter, page: DictionaryObject) -> None:
        self._writer, self._page = writer, page
        self._own = self._streams()
        content = b"\n".join(_data(part) for part in self._own)
        end = ends(content)
        if end.surplus:
            content = without(content, end.surplus)
            self._own, end = [writer._add_object(stream(content))], ends(content)
        # A blank line first: the content may end in the middle of a token.
        self._closing = b"\n" + (end.closing + b" " if end.closing else b"") + b"Q\n"

    def wrap(
        self, before: bytes, shared: bytes, after: bytes, streams: dict[bytes, IndirectObject]
    ) -> tuple[IndirectObject, IndirectObject]:
        """Makes the page show ``before``, its own content, the operators that end it, ``shared`` and ``after``; the
        streams with ``shared`` and with ``after``.

        ``before`` must leave exactly one graphics state to be popped: that pop stands before ``shared``.  ``streams``
        are those written already, but for the last, which no other page has.
        """

        def once(data: bytes) -> IndirectObject:
            if data not in streams:
                streams[data] = self._writer._add_object(stream(data))
            return streams[data]

        around = [once(before), *self._own] if self._own else []
        last = once(self.closed(shared)), self._writer._add_object(stream(after))
        self._page[NameObject("/Contents")] = ArrayObject([*around, *last])
        return last

    def closed(self, shared: bytes) -> bytes:
        """``shared`` after the operators that end the page's own content."""
        return self._closing + shared if self._own else shared

    def _streams(self) -> list[PdfObject]:
        """The content streams the page has, as references where it has them."""
        resolved = value(self._page, "/Contents")
        parts = list(resolved) if isinstance(resolved, ArrayObject) else [self._page.get("/Contents")]
        return [part for part in parts if part is not None and isinstance(_resolved(part), StreamObject)]


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
