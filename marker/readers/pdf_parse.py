"""What a PDF is made of, as pypdf parses it; it must find the pages that pdfium shows."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from pypdf import PdfReader

from marker.readers.base import Purse, border
from marker.readers.pdf_open import OpenPdf, damaged
from marker.readers.pdfium import pdfium

# pypdf quotes the document in its warnings; logs are read by people who may not read the document.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)


@contextmanager
def structure_of(source: Path | bytes, opened: OpenPdf) -> Iterator[tuple[PdfReader, tuple[str, ...]]]:
    """The structure of an open PDF, and notes on how it was come by.  Raises HoldError(malformed)."""
    stream: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    with stream:
        yield _structure(stream, opened.picture, opened.pages)


def _structure(stream: BinaryIO, picture: Any, pages: int) -> tuple[PdfReader, tuple[str, ...]]:
    encrypted = pdfium.FPDF_GetSecurityHandlerRevision(picture) >= 0
    if not encrypted:
        reader = _reader(stream)
        if reader is not None and _count(reader) == pages:
            return reader, ()
    # pdfium can decrypt and repair what pypdf cannot; the saved file lives in memory only.
    saved = io.BytesIO()
    picture.save(saved, flags=pdfium.FPDF_REMOVE_SECURITY if encrypted else pdfium.FPDF_NO_INCREMENTAL)
    reader = _reader(saved)
    if reader is None or _count(reader) != pages:
        raise damaged("two readers do not find the same pages in it")
    opened, repaired = "encrypted, but opened with the empty user password", "its structure is damaged and was repaired"
    return reader, (opened if encrypted else repaired,)


def _reader(stream: BinaryIO) -> PdfReader | None:
    try:
        return PdfReader(stream, strict=False)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # damaged files raise whatever pypdf ran into; pdfium's repair is asked next
        return None


def _count(reader: PdfReader) -> int:
    try:
        return len(reader.pages)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # as above
        return -1


def unpacked(stream: Any, purse: Purse) -> bytes:
    """The bytes of a stream object, counted. Raises HoldError: malformed, too-large."""
    with border("A stream of the PDF"):
        data: bytes = stream.get_data()
    purse.unpack(len(data))
    return data
