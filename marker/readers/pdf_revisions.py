"""Text that stood in an earlier revision of a PDF and no longer stands in it (ISO 32000-1, 7.5.6).

A PDF that was changed by incremental update still holds what it was.  A marking that was taken away is evidence
(rule of judgement 4); text that is still there is not read twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from marker.model import Place, Source, Span, Visibility
from marker.readers.base import Gathering
from marker.readers.pdfium import helpers

_END: Final = re.compile(rb"startxref\s+\d+\s+%%EOF\r?\n?")
_MAX_BYTES: Final = 60_000_000
_MAX_REVISIONS: Final = 3
_MAX_PAGES: Final = 200
"""Pages of one earlier revision that are read; a longer one is noted."""
_TOO_LARGE: Final = f"is larger than {_MAX_BYTES // 1_000_000} MB; whether it has earlier revisions was not looked into"
_NOT_ALL: Final = "has earlier revisions that were not all read"


def earlier_revisions(source: Path | bytes, gathering: Gathering) -> list[bytes]:
    """The file as it was before each of its last changes, oldest first.  What is not looked into is noted."""
    if isinstance(source, Path) and source.stat().st_size > _MAX_BYTES:
        gathering.note(_TOO_LARGE)
        return []
    data = source if isinstance(source, bytes) else source.read_bytes()
    ends = [match.end() for match in _END.finditer(data)]
    if b"/Linearized" in data[:2048]:
        ends = ends[1:]  # the first end is that of the first page's table, not of a revision
    earlier = ends[:-1]
    if not earlier:
        return []
    gathering.note("was changed after it was first written; its earlier revisions were looked into")
    if len(earlier) > _MAX_REVISIONS:
        gathering.note(_NOT_ALL)
    return [data[:end] for end in earlier[-_MAX_REVISIONS:]]


def read_revisions(earlier: Sequence[bytes], gathering: Gathering) -> None:
    """Add the lines of earlier revisions that are gone. What of them cannot be read is noted; nothing is raised."""
    if not earlier:
        return
    now = "".join(_squeezed(span.text) for span in gathering.spans)
    for number, data in enumerate(earlier, start=1):
        for page, line in _lines(data, gathering):
            if _squeezed(line) not in now:
                flow = f"revision {number} page {page}"
                gathering.add(Span(line, Source.TEXT, Place.BODY, flow, visibility=Visibility.EARLIER_REVISION))


def _lines(data: bytes, gathering: Gathering) -> Iterator[tuple[int, str]]:
    try:
        document = helpers.PdfDocument(data)
    except helpers.PdfiumError:
        gathering.note(_NOT_ALL)
        return
    try:
        pages = len(document)
        if pages > _MAX_PAGES:
            gathering.note(_NOT_ALL)
        for number in range(1, min(pages, _MAX_PAGES) + 1):
            text = _text(document, number, gathering)
            yield from ((number, line) for line in text.splitlines() if line.strip())
    finally:
        document.close()


def _text(document: Any, number: int, gathering: Gathering) -> str:
    try:
        page = document[number - 1]
    except helpers.PdfiumError:
        gathering.note(_NOT_ALL)
        return ""
    try:
        text_page = page.get_textpage()
        try:
            return str(text_page.get_text_range())
        finally:
            text_page.close()
    finally:
        page.close()


def _squeezed(text: str) -> str:
    """Letters and digits alone: every reader breaks and joins lines anew."""
    return "".join(character for character in text if character.isalnum())
