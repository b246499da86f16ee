"""Attachments and embedded documents are read in turn; one that cannot be read is named (rule of judgement 7)."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject
from reader_files import (
    annotate,
    changed,
    docx_bytes,
    p,
    pdf_bytes,
    read_bytes_as,
    relations_for,
    span_of,
    text_at,
    texts,
)
from test_identify import compound_file

from marker.errors import HoldError
from marker.model import HoldCode, Place, Reading
from marker.readers import ole
from marker.readers.base import ReaderLimits


def attach(data: bytes, inner: bytes, name: str = "annex.bin") -> bytes:
    return changed(data, lambda writer: writer.add_attachment(name, inner) and None)


def letter(*attachments: bytes) -> bytes:
    data = pdf_bytes(text_at(60, 700, "letter"))
    for number, inner in enumerate(attachments):
        data = attach(data, inner, f"annex{number}.bin")
    return data


def read_letter(tmp_path: Path, data: bytes, limits: ReaderLimits | None = None) -> Reading:
    return read_bytes_as(tmp_path, data, "letter.pdf", limits)


def embedding(inner: bytes, name: str = "embeddings/object1.bin") -> bytes:
    return docx_bytes(p("letter"), parts={f"word/{name}": inner}, relations=[("o", "package", name)])


@pytest.mark.parametrize(
    "inner",
    [
        pdf_bytes(text_at(60, 700, "SLAPTAI")),
        docx_bytes(p("SLAPTAI")),
        b"\xef\xbb\xbfSLAPTAI\n",
        "SLAPTAI".encode("utf-16"),
    ],
)
def test_an_attached_document_is_read_in_turn(tmp_path: Path, inner: bytes) -> None:
    reading = read_letter(tmp_path, letter(inner))
    span = span_of(reading, "SLAPTAI")
    assert span.place is Place.ATTACHMENT and span.page is None and span.box is None
    assert reading.attachments_unread == ()


def test_an_embedded_document_is_read_in_turn(tmp_path: Path) -> None:
    reading = read_bytes_as(tmp_path, embedding(docx_bytes(p("SLAPTAI"))), "letter.docx")
    assert span_of(reading, "SLAPTAI").place is Place.ATTACHMENT


def test_weak_places_of_an_attachment_stay_weak(tmp_path: Path) -> None:
    inner = changed(
        pdf_bytes(text_at(60, 700, "x")), lambda w: annotate(w, "Text", (9, 9, 30, 30), Contents="SLAPTAI?") and None
    )
    assert span_of(read_letter(tmp_path, letter(inner)), "SLAPTAI?").place is Place.COMMENT


@pytest.mark.parametrize(
    ("inner", "kind"),
    [
        (compound_file("Workbook"), "an old Excel workbook (.xls)"),
        (compound_file("Other"), "a compound file of unknown kind"),
        (b"PK\x05\x06" + b"\0" * 18, "a ZIP archive"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"%PDF-1.7 nothing else", "a PDF that is malformed"),
        (compound_file("EncryptedPackage"), "protected by a password"),
        (b"", "an empty file"),
        ("СЕКРЕТНО".encode("cp1251"), "a plain text file"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_kind(tmp_path: Path, inner: bytes, kind: str) -> None:
    (unread,) = read_bytes_as(tmp_path, embedding(inner), "letter.docx").attachments_unread
    assert kind in unread


def test_an_attached_scan_counts_as_unread(tmp_path: Path) -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    scan = pdf_bytes(lambda c: c.drawImage(ImageReader(Image.effect_noise((90, 90), 50)), 50, 50, 400, 400))
    assert read_letter(tmp_path, letter(scan)).attachments_unread


def test_attachments_are_flows_of_their_own(tmp_path: Path) -> None:
    page = pdf_bytes(text_at(60, 700, "annex"))
    flows = {span.flow for span in read_letter(tmp_path, letter(page, page)).spans if span.text == "annex"}
    assert flows == {"attachment 1 > page 1", "attachment 2 > page 1"}


def test_an_attached_word_document_with_pictures_counts_as_unread(tmp_path: Path) -> None:
    inner = docx_bytes('<w:p><w:r><w:drawing><a:blip r:embed="rId9"/></w:drawing></w:r></w:p>')
    assert read_letter(tmp_path, letter(inner)).attachments_unread
    assert read_bytes_as(tmp_path, inner, "alone.docx").pictures == 1


def test_a_file_attached_by_an_annotation_is_read(tmp_path: Path) -> None:
    def pin(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream.set_data(pdf_bytes(text_at(60, 700, "SLAPTAI")))
        stream[NameObject("/Type")] = NameObject("/EmbeddedFile")
        reference = writer._add_object(stream)
        specification = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Filespec"),
                NameObject("/F"): TextStringObject("a.pdf"),
                NameObject("/EF"): DictionaryObject({NameObject("/F"): reference}),
            }
        )
        annotate(writer, "FileAttachment", (9, 9, 30, 30), FS=writer._add_object(specification))

    reading = read_letter(tmp_path, changed(pdf_bytes(text_at(60, 700, "letter")), pin))
    assert span_of(reading, "SLAPTAI").place is Place.ATTACHMENT


def test_a_file_behind_a_missing_names_tree_key_is_found_as_associated_file(tmp_path: Path) -> None:
    def associate(writer: PdfWriter) -> None:
        stream = StreamObject()
        stream.set_data(docx_bytes(p("SLAPTAI")))
        specification = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Filespec"),
                NameObject("/EF"): DictionaryObject({NameObject("/F"): writer._add_object(stream)}),
            }
        )
        writer.root_object[NameObject("/AF")] = ArrayObject([writer._add_object(specification)])

    assert span_of(read_letter(tmp_path, changed(letter(), associate)), "SLAPTAI").place is Place.ATTACHMENT


def test_attachments_of_attachments_are_read_to_the_limit(tmp_path: Path) -> None:
    data = pdf_bytes(text_at(60, 700, "depth 4"))
    for depth in (3, 2, 1, 0):
        data = attach(pdf_bytes(text_at(60, 700, f"depth {depth}")), data)
    reading = read_letter(tmp_path, data)
    assert sorted(texts(reading)) == ["depth 0", "depth 1", "depth 2", "depth 3"]
    assert reading.attachments_unread == ("an attachment more than 3 deep",)


def test_nesting_does_not_multiply_the_limits(tmp_path: Path) -> None:
    inner = pdf_bytes(*(text_at(60, 700, "x") for _ in range(3)))
    with pytest.raises(HoldError) as caught:
        read_letter(tmp_path, letter(inner, inner), ReaderLimits(max_pages=6))
    assert caught.value.hold.code is HoldCode.TOO_LARGE


def test_too_many_attachments_are_too_many(tmp_path: Path) -> None:
    with pytest.raises(HoldError) as caught:
        read_letter(tmp_path, letter(b"a", b"b", b"c"), ReaderLimits(max_attachments=2))
    assert caught.value.hold.code is HoldCode.TOO_LARGE


def test_an_alternative_format_chunk_is_read_or_named(tmp_path: Path) -> None:
    body = '<w:altChunk r:id="c"/>'

    def chunk(inner: bytes) -> Reading:
        data = docx_bytes(body, parts={"word/chunk.bin": inner}, relations=[("c", "aFChunk", "chunk.bin")])
        return read_bytes_as(tmp_path, data, "letter.docx")

    assert "SLAPTAI" in texts(chunk(docx_bytes(p("SLAPTAI"))))
    assert chunk(b"<html><body>SLAPTAI</body></html>").attachments_unread == ("an HTML page",)


def test_a_sub_document_outside_the_file_is_unread(tmp_path: Path) -> None:
    data = docx_bytes('<w:p><w:subDoc r:id="s"/></w:p>', relations=[("s", "subDocument", "file://elsewhere/part.docx")])
    assert read_bytes_as(tmp_path, data, "a.docx").attachments_unread


def native(inner: bytes) -> bytes:
    """An ``Ole10Native`` stream as the Packager writes it."""
    names = b"\2\0" + b"plan.pdf\0" + b"C:\\plan.pdf\0" + b"\0\0\3\0" + struct.pack("<I", 4) + b"C:\\\0"
    body = names + struct.pack("<I", len(inner)) + inner + b"trailer"
    return struct.pack("<I", len(body)) + body


def test_the_file_in_a_packager_stream_is_found() -> None:
    assert ole.native_file(native(b"the file")) == b"the file"


@pytest.mark.parametrize("broken", [b"", b"\0" * 40, native(b"the file")[:30], b"\xff" * 60])
def test_a_broken_packager_stream_holds_no_file(broken: bytes) -> None:
    assert not ole.native_file(broken)


def test_a_stream_is_read_from_a_compound_file() -> None:
    # The builder makes empty streams; a real object comes from the corpus tests.
    compound = ole.CompoundFile(io.BytesIO(compound_file("CONTENTS")))
    assert compound.stream_names() == {"contents"}
    assert compound.read("contents", 10) == b""
    with pytest.raises(HoldError):
        compound.read("absent", 10)


def test_an_equation_is_no_document(tmp_path: Path) -> None:
    reading = read_bytes_as(tmp_path, embedding(compound_file("Equation Native")), "a.docx")
    assert reading.attachments_unread == () and any("equation" in note for note in reading.notes)


def test_the_workbook_behind_a_chart_does_not_hold(tmp_path: Path) -> None:
    chart = '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"/>'
    data = docx_bytes(
        '<w:p><w:r><w:drawing><c:chart r:id="c"/></w:drawing></w:r></w:p>',
        parts={
            "word/charts/chart1.xml": chart,
            "word/embeddings/book.xlsx": b"PK\x03\x04",
            "word/charts/_rels/chart1.xml.rels": relations_for([("w", "package", "../embeddings/book.xlsx")]),
        },
        relations=[("c", "chart", "charts/chart1.xml")],
    )
    reading = read_bytes_as(tmp_path, data, "a.docx")
    assert reading.attachments_unread == () and any("workbook behind a chart" in note for note in reading.notes)


def test_zip_builder_is_sound() -> None:
    assert zipfile.ZipFile(io.BytesIO(docx_bytes(p("x")))).testzip() is None
