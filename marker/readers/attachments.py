"""Attachments and embedded documents: read in turn, within the same limits (rule of judgement 7).

Whatever cannot be read is named by its kind; any one holds the file.
"""

from __future__ import annotations

import io

from marker.errors import HoldError
from marker.model import HoldCode, Place, Reading, Source, Span, Unseen
from marker.readers import ole
from marker.readers.base import Gathering, Purse, border
from marker.readers.docx import read_docx
from marker.readers.identify import PICTURES, PLAIN_TEXT, Kind, examine, format_of
from marker.readers.pdf import read_pdf

_PACKAGER = "\x01ole10native"
_HOLDERS = ("package", "contents", _PACKAGER)
"""Streams of an OLE object that may hold a whole file: OOXML, PDF (Acrobat), anything (Packager)."""
_EQUATION = "equation native"
_ENVELOPE = 4096
"""A file inside an OLE stream begins within so many bytes; before it stand its name and path."""


def read_bytes(data: bytes, purse: Purse, depth: int) -> Reading:
    """Read a document held in memory, ``depth`` levels below the received file. Raises HoldError."""
    with border("An attachment"):
        kind = examine(io.BytesIO(data), purse)
        gathering = Gathering(purse, depth, read_attachment)
        if kind.name == PLAIN_TEXT:
            return _read_text(data, gathering, kind)
        return (read_pdf if format_of(kind) == "pdf" else read_docx)(data, gathering)


def read_attachment(data: bytes, outer: Gathering) -> None:
    """Read an attachment into ``outer``; what cannot be read is recorded there by its kind.

    Raises HoldError(too-large) when the limits of the whole file are used up.
    """
    purse = outer.purse
    purse.attach()
    flow = f"attachment {purse.attachments}"
    if outer.depth >= purse.limits.max_attachment_depth:
        outer.leave_unread(f"an attachment more than {purse.limits.max_attachment_depth} deep")
        return
    document: bytes | None = data
    try:
        with border("An embedded object"):
            document = _unwrap(data, purse)
        if document is None:
            outer.note("holds equations as embedded objects; the page shows them as pictures")
            return
        inner = read_bytes(document, purse, outer.depth + 1)
    except HoldError as error:
        if error.hold.code is HoldCode.TOO_LARGE:
            raise
        kind = _kind_of(document or data, purse, error)
        if kind in PICTURES:
            outer.leave_to_be_seen(Unseen(flow, kind, document or data, None))
        else:
            outer.leave_unread(kind)
        return
    outer.take_in(inner, flow)
    if any(not page.readable for page in inner.page_infos):
        why = "a PDF with pages that show more than their text says"
        outer.leave_to_be_seen(Unseen(flow, why, document, inner))
    if inner.pictures:
        why = "a Word document with pictures, which may show more than its text says"
        outer.leave_to_be_seen(Unseen(flow, why, document, inner))


def _read_text(data: bytes, gathering: Gathering, kind: Kind) -> Reading:
    """A plain text file; only in an encoding that cannot be mistaken. Raises HoldError(unsupported) for others."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise kind.hold() from error
    for line in text.splitlines():
        gathering.add(Span(line, Source.TEXT, Place.BODY, "text"))
    return gathering.finish("text", None)


def _unwrap(data: bytes, purse: Purse) -> bytes | None:
    """The document inside an OLE object; ``data`` itself when it is none; None for an equation."""
    if not data.startswith(ole.MAGIC):
        return data
    compound = ole.CompoundFile(io.BytesIO(data))
    names = compound.stream_names()
    if _EQUATION in names:
        return None
    for holder in _HOLDERS:
        if holder in names:
            held = compound.read(holder, purse.left_to_unpack())
            purse.unpack(len(held))
            packed = ole.native_file(held) if holder == _PACKAGER else None
            if packed is not None:
                return packed
            starts = [at for at in (held.find(magic, 0, _ENVELOPE) for magic in (b"%PDF-", b"PK\x03\x04")) if at >= 0]
            if starts:
                return held[min(starts) :]
    return data


def _kind_of(data: bytes, purse: Purse, error: HoldError) -> str:
    """Words for an attachment that could not be read: its kind when that is the reason, else what is wrong with it."""
    try:
        kind = examine(io.BytesIO(data), purse)
    except HoldError:
        return f"a file that is {error.hold.code}"
    return f"{kind.name} that is {error.hold.code}" if kind.format is not None else kind.name
