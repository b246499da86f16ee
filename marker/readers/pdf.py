"""A PDF to spans and pages: text as displayed, annotations, form values, bookmarks, properties, attached files."""

from __future__ import annotations

from pathlib import Path

from marker.model import PageInfo, Reading, Source
from marker.readers.base import Gathering, border
from marker.readers.pdf_open import OpenPdf, open_pdf
from marker.readers.pdf_page import read_page
from marker.readers.pdf_revisions import read_revisions
from marker.readers.pdf_signatures import describe
from marker.readers.pdf_structure import read_fields, read_structure, refuse_what_cannot_be_read


def read_pdf(source: Path | bytes, gathering: Gathering) -> Reading:
    """Read a PDF, from a path or from memory.

    Raises HoldError: encrypted, malformed, too-large, unsupported (portfolios, XFA forms).
    """
    with border("The PDF"), open_pdf(source, gathering.purse) as opened:
        pages = _read(opened, gathering, source)
        read_revisions(source, gathering)
    return gathering.finish("pdf", pages)


def _read(opened: OpenPdf, gathering: Gathering, source: Path | bytes) -> list[PageInfo]:
    for note in opened.notes:
        gathering.note(note)
    refuse_what_cannot_be_read(opened.structure)
    units = read_structure(opened.structure, gathering)
    pages = [
        read_page(opened.picture, number, unit, gathering) for number, unit in enumerate(units, start=1)
    ]
    said = "".join(
        "".join(span.text.split()) for span in gathering.spans if span.source is Source.ANNOTATION
    )
    gathering.signatures += [describe(value, source) for value in read_fields(opened.structure, gathering, said)]
    if gathering.signatures:
        gathering.note("carries a digital signature")
    return pages
