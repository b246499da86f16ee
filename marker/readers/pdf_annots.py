"""Annotations of a PDF page (ISO 32000-1, 12.5): those that print become page content, the others are comments.

What an annotation shows is its appearance, so annotations that may show words are flattened into the page *in memory*:
then their text is found, placed and checked against the page image like any other.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from marker.errors import HoldError
from marker.model import HoldCode
from marker.readers.base import Gathering
from marker.readers.pdfium import pdfium

_HIDDEN: Final = 0b10
_PRINT: Final = 0b100
_NO_VIEW: Final = 0b100000
_MAX_CONTENTS: Final = 1_000_000
"""Bytes of one comment."""

_DECORATION: Final = frozenset(
    {
        pdfium.FPDF_ANNOT_LINK,
        pdfium.FPDF_ANNOT_POPUP,
        pdfium.FPDF_ANNOT_TEXT,
        pdfium.FPDF_ANNOT_HIGHLIGHT,
        pdfium.FPDF_ANNOT_UNDERLINE,
        pdfium.FPDF_ANNOT_SQUIGGLY,
        pdfium.FPDF_ANNOT_STRIKEOUT,
        pdfium.FPDF_ANNOT_CARET,
        pdfium.FPDF_ANNOT_FILEATTACHMENT,
    }
)
"""They show a frame, an icon or a bar, unless their appearance says otherwise."""
_MEDIA: Final = {
    pdfium.FPDF_ANNOT_SOUND: "a sound",
    pdfium.FPDF_ANNOT_MOVIE: "a film",
    pdfium.FPDF_ANNOT_SCREEN: "a film",
    pdfium.FPDF_ANNOT_THREED: "a 3D model",
    pdfium.FPDF_ANNOT_RICHMEDIA: "a film or other rich media",
}
_STAMPS: Final = {
    "approved": "APPROVED",
    "experimental": "EXPERIMENTAL",
    "notapproved": "NOT APPROVED",
    "asis": "AS IS",
    "expired": "EXPIRED",
    "notforpublicrelease": "NOT FOR PUBLIC RELEASE",
    "confidential": "CONFIDENTIAL",
    "final": "FINAL",
    "sold": "SOLD",
    "departmental": "DEPARTMENTAL",
    "forcomment": "FOR COMMENT",
    "topsecret": "TOP SECRET",
    "draft": "DRAFT",
    "forpublicrelease": "FOR PUBLIC RELEASE",
}
"""Standard stamps (12.5.6.12): a viewer draws these words when the stamp has no appearance of its own."""
_WORDY_OBJECTS: Final = frozenset(
    {
        pdfium.FPDF_PAGEOBJ_TEXT,
        pdfium.FPDF_PAGEOBJ_IMAGE,
        pdfium.FPDF_PAGEOBJ_FORM,
        pdfium.FPDF_PAGEOBJ_SHADING,
    }
)

Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top in user space."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """An annotation as far as it bears on markings."""

    kind: int
    """pdfium's number of its subtype."""
    rectangle: Rectangle
    hidden: bool
    contents: str
    """What it says: the comment, or of a free text or stamp without appearance, the words a viewer draws."""
    drawn: bool
    """Its appearance was flattened into the page."""
    value: str = ""
    """Of a form field: the value that stands at this very widget."""

    @property
    def is_field(self) -> bool:
        return bool(self.kind == pdfium.FPDF_ANNOT_WIDGET)

    @property
    def shows_contents(self) -> bool:
        """A free text or stamp whose words no appearance draws."""
        return not self.drawn and self.kind in (pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP)


@dataclass(frozen=True, slots=True)
class PageAnnotations:
    """The annotations of a page; ``flattened`` says that the page must be loaded again to show them."""

    all: tuple[Annotation, ...] = ()
    flattened: bool = False
    failed: bool = False
    """They could not be flattened: only the page image shows them."""
    struck: tuple[Rectangle, ...] = ()
    """What strike-out annotations cover."""


def read_annotations(page: Any, gathering: Gathering) -> PageAnnotations:
    """Read the annotations of a ``pypdfium2.PdfPage`` and flatten those that may show words.

    Attached files are read in turn.  Raises HoldError(too-large) when there are more than the limits allow.
    """
    count = pdfium.FPDFPage_GetAnnotCount(page)
    if count <= 0:
        return PageAnnotations()
    gathering.purse.annotate(count)
    found: list[Annotation] = []
    for index in reversed(range(count)):  # backwards, for those that show no words are taken off the page
        with _opened(page, index) as annotation:
            if annotation is None:
                continue
            read = _read(annotation, gathering)
            if read.drawn and not _flags(annotation) & _HIDDEN and _flags(annotation) & _NO_VIEW:
                pdfium.FPDFAnnot_SetFlags(annotation, _PRINT)  # on paper only: flattening takes what a screen shows
        found.append(read)
        if not read.drawn:
            pdfium.FPDFPage_RemoveAnnot(page, index)
    found.reverse()
    drawn = any(annotation.drawn for annotation in found)
    failed = drawn and pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_FAIL
    struck = tuple(a.rectangle for a in found if a.kind == pdfium.FPDF_ANNOT_STRIKEOUT and not a.hidden)
    return PageAnnotations(tuple(found), drawn and not failed, failed, struck)


@contextmanager
def _opened(page: Any, index: int) -> Iterator[Any]:
    annotation = pdfium.FPDFPage_GetAnnot(page, index)
    try:
        yield annotation or None
    finally:
        if annotation:
            pdfium.FPDFPage_CloseAnnot(annotation)


def _flags(annotation: Any) -> int:
    return int(pdfium.FPDFAnnot_GetFlags(annotation))


def _read(annotation: Any, gathering: Gathering) -> Annotation:
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    flags = _flags(annotation)
    hidden = bool(flags & _HIDDEN) or bool(flags & _NO_VIEW and not flags & _PRINT)
    has_appearance = bool(pdfium.FPDFAnnot_HasKey(annotation, b"AP"))
    if kind in _MEDIA:
        gathering.leave_unread(_MEDIA[kind])
    elif kind == pdfium.FPDF_ANNOT_FILEATTACHMENT:
        _read_file(annotation, gathering)
    contents = _string(annotation, b"Contents")
    if kind == pdfium.FPDF_ANNOT_STAMP and not has_appearance:
        contents = _STAMPS.get(_string(annotation, b"Name").lower(), "") or contents
    if kind == pdfium.FPDF_ANNOT_REDACT:
        # What stands there once the redaction is carried out (12.5.6.23); until then it is a note.
        contents = "\n".join(dict.fromkeys(filter(None, (_string(annotation, b"OverlayText"), contents))))
    if kind in _DECORATION:
        drawn = has_appearance and _has_words(annotation)
    elif kind in (pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_WIDGET):
        # Without an appearance pdfium would invent one, in a font that lacks most letters.
        drawn = has_appearance
    else:
        drawn = True
    rectangle = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(annotation, rectangle)
    value = _string(annotation, b"V") if kind == pdfium.FPDF_ANNOT_WIDGET else ""
    bounds = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
    return Annotation(kind, bounds, hidden, contents, drawn and not hidden, value)


def _has_words(annotation: Any) -> bool:
    """Whether the appearance draws more than strokes and fills."""
    return any(
        pdfium.FPDFPageObj_GetType(pdfium.FPDFAnnot_GetObject(annotation, index)) in _WORDY_OBJECTS
        for index in range(pdfium.FPDFAnnot_GetObjectCount(annotation))
    )


def _string(annotation: Any, key: bytes) -> str:
    size = pdfium.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if size <= 2:
        return ""
    if size > _MAX_CONTENTS:
        raise HoldError(HoldCode.TOO_LARGE, "An annotation holds more than a million bytes; ask the sender about it.")
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    pdfium.FPDFAnnot_GetStringValue(annotation, key, buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", "replace")


def _read_file(annotation: Any, gathering: Gathering) -> None:
    attachment = pdfium.FPDFAnnot_GetFileAttachment(annotation)
    size = ctypes.c_ulong()
    if not attachment or not pdfium.FPDFAttachment_GetFile(attachment, None, 0, size):
        gathering.leave_unread("a file the annotation does not hold")
        return
    gathering.purse.unpack(size.value)
    buffer = ctypes.create_string_buffer(size.value or 1)
    pdfium.FPDFAttachment_GetFile(attachment, buffer, size.value, size)
    gathering.read_attachment(buffer.raw[: size.value], gathering)
