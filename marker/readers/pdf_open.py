"""Opens a PDF with pdfium, for what is seen; ``pdf_parse`` opens it again for what it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marker.errors import HoldError
from marker.model import HoldCode
from marker.readers.base import Purse
from marker.readers.pdfium import helpers, pdfium


@dataclass(frozen=True, slots=True)
class OpenPdf:
    """``picture`` is a ``pypdfium2.PdfDocument`` of the file as received."""

    picture: Any
    pages: int


@contextmanager
def open_pdf(source: Path | bytes, purse: Purse) -> Iterator[OpenPdf]:
    """Open a PDF from a path or from memory.

    Raises HoldError: encrypted (a password is needed), malformed, too-large (more pages than allowed).
    """
    try:
        picture = helpers.PdfDocument(source)
    except helpers.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise HoldError(
                HoldCode.ENCRYPTED, "The PDF opens only with a password; ask the sender for it without one."
            ) from error
        raise damaged("it cannot be opened") from error
    try:
        pages = len(picture)
        purse.turn(pages)
        yield OpenPdf(picture, pages)
    finally:
        picture.close()


def damaged(what: str) -> HoldError:
    """The error of a PDF that ``what`` is wrong with."""
    return HoldError(HoldCode.MALFORMED, f"The PDF is damaged: {what}; ask the sender to send it again.")
