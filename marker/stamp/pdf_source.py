"""A received PDF, opened so that it can be written again: decrypted, repaired where that loses nothing, or held.

pypdf writes, PDFium sees.  Both must agree on the number of pages; where pypdf cannot read a file that PDFium can, the
file as PDFium saves it is the source, and a note says so.
"""

from __future__ import annotations

import gc
import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from marker.errors import HoldError
from marker.model import HoldCode
from marker.stamp.pdf_write import last_section

# pypdf quotes the document in its warnings; logs are read by people who may not read the document.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)

_HEADER: Final = re.compile(rb"%PDF-\d\.\d")

DECRYPTED: Final = "The received file was encrypted, though it opens without a password; the copy is not encrypted."
REPAIRED: Final = "The received file's structure is damaged; the copy is written from its repaired form."


@dataclass(frozen=True)
class Source:
    """A PDF that pypdf can read: ``data`` is the file, or the file as PDFium saved it."""

    data: bytes
    pages: int
    picture: Any
    """The open pypdfium2 ``PdfDocument`` of the file as received."""
    notes: tuple[str, ...]
    read: list[PdfWriter]
    """Copies that were made already, to see whether it can be done, and not yet handed out."""
    as_received: bool
    """Whether ``data`` is the file as received, unencrypted, and not a repaired or decrypted form of it."""

    @property
    def packed(self) -> bool:
        """Whether the file holds its objects in object streams."""
        return b"/ObjStm" in self.data

    def writer(self) -> PdfWriter:
        """A fresh copy of the whole document, ready to be changed and written."""
        return self.read.pop() if self.read else _clone(self.data)

    def appending(self) -> PdfWriter | None:
        """A fresh copy whose changes can be written after the file as received; None when that cannot be done."""
        if not self.as_received or not self.data.startswith(b"%PDF-"):
            return None
        try:
            last_section(self.data)
            reader = PdfReader(io.BytesIO(self.data), strict=False)
            # pypdf refers to every object it writes as of generation 0.
            if any(generation and entries for generation, entries in reader.xref.items()):
                return None
            writer = PdfWriter(reader, incremental=True)
            pages = {page.indirect_reference.idnum for page in writer.pages if page.indirect_reference is not None}
            return writer if len(pages) == self.pages else None
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001  # what pypdf runs into in a damaged file; the caller then holds a signed one
            return None


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """The PDF at ``path``.

    Raises HoldError: encrypted (a password is needed), malformed (unreadable, or without pages), too-large (memory).
    """
    pdfium: Any = import_module("pypdfium2")
    raw: Any = import_module("pypdfium2.raw")
    try:
        document = pdfium.PdfDocument(path)
    except (pdfium.PdfiumError, OSError, ValueError) as error:
        # PDFium may still name an earlier file's error: an encrypted file says so itself.
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD and b"/Encrypt" in path.read_bytes():
            raise HoldError(
                HoldCode.ENCRYPTED,
                "The file can only be opened with a password; ask the sender for a copy without one.",
            ) from error
        raise _malformed("it cannot be opened") from error
    try:
        with _uncollected():
            yield _readable(path, document, raw)
    finally:
        document.close()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Python does not look for circles of objects that nobody needs: a document in hand is hundreds of thousands of new
    objects in such circles, all of them needed, and looking at them over and over takes a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _readable(path: Path, document: Any, raw: Any) -> Source:
    pages = len(document)
    if pages == 0:
        raise _malformed("it has no pages")
    encrypted = raw.FPDF_GetSecurityHandlerRevision(document) >= 0
    notes = (DECRYPTED,) if encrypted else ()
    data = path.read_bytes()
    writer = _copied(data, pages)
    if writer is not None:
        return Source(data, pages, document, notes, [writer], as_received=not encrypted)
    saved = io.BytesIO()
    document.save(saved, flags=raw.FPDF_REMOVE_SECURITY if encrypted else raw.FPDF_NO_INCREMENTAL)
    writer = _copied(saved.getvalue(), pages)
    if writer is None:
        raise _malformed("its page tree is damaged beyond repair")
    # AES needs no repair: PDFium only took over the decryption.
    notes = notes if encrypted else (REPAIRED,)
    return Source(saved.getvalue(), pages, document, notes, [writer], as_received=False)


def _copied(data: bytes, pages: int) -> PdfWriter | None:
    """pypdf's copy of the file; None when it fails, finds another number of pages, or takes a null byte for a letter
    of a name, as it does where one ends it (it is white space: ISO 32000-1, 7.2.2)."""
    try:
        writer = _clone(data)
        sound = len(writer.pages) == pages and not any("\0" in name for name in _names(writer))
        return writer if sound else None
    except MemoryError as error:
        raise HoldError(
            HoldCode.TOO_LARGE, "The file needs more memory than a worker has; raise the limit in the settings."
        ) from error
    except Exception:  # noqa: BLE001  # damaged files raise whatever pypdf ran into; PDFium is asked next
        return None


def _names(writer: PdfWriter) -> Iterator[str]:
    waiting: list[object] = list(writer._objects)
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, NameObject):
            yield entry
        elif isinstance(entry, DictionaryObject):
            waiting.extend(entry)
            waiting.extend(entry.values())
        elif isinstance(entry, ArrayObject):
            waiting.extend(entry)


def _clone(data: bytes) -> PdfWriter:
    reader = PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        reader.decrypt("")
    writer = PdfWriter(clone_from=reader)
    reader.resolved_objects.clear()  # else they stay as long as the writer's own
    # pypdf takes the file's first bytes for its header, whatever stands there.
    header = _HEADER.search(data, 0, 1024)
    writer.pdf_header = header.group() if header is not None else b"%PDF-1.7"
    return writer


def _malformed(what: str) -> HoldError:
    return HoldError(HoldCode.MALFORMED, f"The PDF file is damaged: {what}; ask the sender for it again.")
