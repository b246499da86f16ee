"""A PDF to spans and pages: text as displayed, annotations, form values, bookmarks, properties, attached files."""

from __future__ import annotations

from pathlib import Path

from marker.model import PageInfo, Reading, Source
from marker.readers.base import Gathering, border
from marker.readers.pdf_open import OpenPdf, open_pdf
from marker.readers.pdf_pages import read_pages, second_part
from marker.readers.pdf_revisions import earlier_revisions, read_revisions


def read_pdf(source: Path | bytes, gathering: Gathering) -> Reading:
    """Read a PDF, from a path or from memory.

    Raises HoldError: encrypted, malformed, too-large, unsupported (portfolios, XFA forms).
    """
    with border("The PDF"), open_pdf(source, gathering.purse) as opened:
        earlier = earlier_revisions(source, gathering)
        if earlier:
            gathering.sieves = None  # what is gone is told by comparing it with all that is there
        pages = _read(source, opened, gathering)
        read_revisions(earlier, gathering)
    return gathering.finish("pdf", pages)


def _read(source: Path | bytes, opened: OpenPdf, gathering: Gathering) -> list[PageInfo]:
    with second_part(source, opened.pages, gathering) as second:
        # After the second process has begun, which needs none of it.
        from marker.readers.pdf_parse import structure_of
        from marker.readers.pdf_structure import (
            read_fields,
            read_page_entries,
            read_structure,
            refuse_what_cannot_be_read,
        )

        with structure_of(source, opened) as (structure, notes):
            for note in notes:
                gathering.note(note)
            refuse_what_cannot_be_read(structure)
            read_structure(structure, gathering)
            units = read_page_entries(structure, gathering)
            pages = read_pages(opened, range(1, second.first + 1), units, gathering)
            pages += second.finish(units)
            said = "".join("".join(span.text.split()) for span in gathering.spans if span.source is Source.ANNOTATION)
            signed = read_fields(structure, gathering, said)
            if signed:
                from marker.readers.pdf_signatures import describe

                gathering.signatures += [describe(value, source) for value in signed]
                gathering.note("carries a digital signature")
    return pages
