"""PDF files made for the tests, and orders to stamp them by."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NullObject, StreamObject
from reportlab.pdfgen.canvas import Canvas

from marker.model import CopyOrder, PartyId

TO_KZ = CopyOrder(
    receiving=PartyId("KZ"),
    sending=PartyId("LT"),
    marking_text="ҚҰПИЯ/СЕКРЕТНО",
    originator_text="KONFIDENCIALIAI",
    register_number="KZ-2026-000123",
    copy_number="KZ-2026-000123-01-0",
    copy_index=1,
    set_size=2,
    date="2026-11-22",
    recipient="Қорғаныс министрлігі",
)
TO_LT = CopyOrder(
    receiving=PartyId("LT"),
    sending=PartyId("KZ"),
    marking_text="VISIŠKAI SLAPTAI/TOP SECRET",
    originator_text="ӨТЕ ҚҰПИЯ/СОВЕРШЕННО СЕКРЕТНО",
    register_number="LT-2026-000045",
    copy_number="LT-2026-000045-02-3",
    copy_index=2,
    set_size=3,
    date="2026-11-22",
    recipient="Žvalgybos skyrius",
)
RESTRICTED = replace(
    TO_KZ,
    marking_text="ҚЫЗМЕТ БАБЫНДА ПАЙДАЛАНУ ҮШІН/ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ",
    originator_text="RIBOTO NAUDOJIMO",
)

Change = Callable[[PdfWriter], None]


def letter(path: Path, pages: int = 2, size: tuple[float, float] = (595, 842), change: Change | None = None) -> Path:
    """A letter of short lines in the middle of each page; ``change`` may alter the file before it is written."""
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=size)
    for page in range(1, pages + 1):
        canvas.setFont("Helvetica", 10)
        for line in range(int(size[1] * 0.5 / 16)):
            text = f"Line {line} of page {page}"[: int(size[0] / 8)]
            canvas.drawString(size[0] * 0.15, size[1] * 0.75 - 16 * line, text)
        canvas.showPage()
    canvas.save()
    writer = PdfWriter(clone_from=PdfReader(made))
    if change is not None:
        change(writer)
    with path.open("wb") as file:
        writer.write(file)
    return path


def with_content(content: bytes, *more: bytes) -> Change:
    """Replaces every page's content by these streams, as they are."""

    def change(writer: PdfWriter) -> None:
        streams = []
        for data in (content, *more):
            stream = StreamObject()
            stream.set_data(data)
            streams.append(writer._add_object(stream))
        for page in writer.pages:
            page[NameObject("/Contents")] = ArrayObject(streams)

    return change


def without(key: str, value: type[NullObject] | None = None) -> Change:
    """Takes ``key`` out of every page, or makes it null."""

    def change(writer: PdfWriter) -> None:
        for page in writer.pages:
            page.pop(NameObject(key), None)
            if value is not None:
                page[NameObject(key)] = value()

    return change


def with_entries(**entries: object) -> Change:
    """Sets entries of every page."""

    def change(writer: PdfWriter) -> None:
        for page in writer.pages:
            for key, entry in entries.items():
                page[NameObject(f"/{key}")] = entry  # type: ignore[assignment]  # the callers give PDF objects

    return change


def stamp_content(page: Any) -> bytes:
    """The operators of the stamp on a stamped page that had content: what it shares with others, and its own."""
    return b"\n".join(stream.get_object().get_data() for stream in page["/Contents"][-2:])


def root_entry(key: str, entry: DictionaryObject) -> Change:
    def change(writer: PdfWriter) -> None:
        writer.root_object[NameObject(key)] = writer._add_object(entry)

    return change


def page_texts(path: Path) -> list[str]:
    """The text of each page as PDFium reads it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    texts = []
    for page in document:
        text = page.get_textpage()
        texts.append(text.get_text_range().replace("\r\n", "\n"))
        text.close()
        page.close()
    document.close()
    return texts
