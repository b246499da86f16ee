"""A file is what its content says; everything that cannot be read is named, with what to do about it."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest
from reader_files import MAIN_TYPE, docx_bytes, p, pdf_bytes, read_bytes_as, story, text_at

from marker.errors import HoldError
from marker.model import HoldCode
from marker.readers.identify import identify


def compound_file(*streams: str) -> bytes:
    """A compound file whose directory lists empty streams of those names."""
    entries = [("Root Entry", 5), *((stream, 2) for stream in streams)]
    directory = b""
    for name, kind in entries:
        raw = name.encode("utf-16-le") + b"\0\0"
        directory += raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), kind, 1) + b"\xff" * 12 + b"\0" * 36
        directory += struct.pack("<IQ", 0xFFFFFFFE, 0)
    directory = directory.ljust(-(-len(directory) // 512) * 512, b"\0")
    sectors = len(directory) // 512
    fat = struct.pack("<I", 0xFFFFFFFD) + b"".join(
        struct.pack("<I", 0xFFFFFFFE if n == sectors else n + 1) for n in range(1, sectors + 1)
    )
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16 + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + b"\0" * 10
    header += struct.pack("<IIIIIIIII", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0) + b"\xff" * 432
    return header + fat.ljust(512, b"\xff") + directory


def write(tmp_path: Path, data: bytes, name: str = "received.bin") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def zipped(**parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def hold_of(path: Path) -> HoldError:
    with pytest.raises(HoldError) as caught:
        identify(path)
    return caught.value


def test_a_pdf_is_known_by_its_header(tmp_path: Path) -> None:
    assert identify(write(tmp_path, pdf_bytes(text_at(50, 50, "x")), "letter.docx")) == "pdf"


def test_a_pdf_header_may_stand_behind_a_kilobyte_of_junk(tmp_path: Path) -> None:
    data = b"\r\n" * 400 + pdf_bytes(text_at(50, 50, "x"))
    assert identify(write(tmp_path, data)) == "pdf"
    reading = read_bytes_as(tmp_path, data, "letter.pdf")
    assert [span.text for span in reading.spans if span.page == 1] == ["x"]
    assert any("800 bytes" in note for note in reading.notes)


def test_a_word_document_is_known_by_its_main_part(tmp_path: Path) -> None:
    assert identify(write(tmp_path, docx_bytes(p("x")), "letter.pdf")) == "docx"


@pytest.mark.parametrize(
    ("main_type", "found"),
    [
        ("application/vnd.ms-word.document.macroEnabled.main+xml", "docm"),
        (MAIN_TYPE.replace("document.main", "template.main"), "dotx"),
        ("application/vnd.ms-word.template.macroEnabledTemplate.main+xml", "dotm"),
    ],
)
def test_its_kinds_with_macros_and_templates_are_read_as_what_they_are(
    tmp_path: Path, main_type: str, found: str
) -> None:
    data = docx_bytes(p("Žodžiai"), main_type=main_type)
    assert identify(write(tmp_path, data)) == found
    reading = read_bytes_as(tmp_path, data, f"letter.{found}")
    assert (reading.format, [span.text for span in reading.spans]) == (found, ["Žodžiai"])


@pytest.mark.parametrize(
    ("main_type", "words"),
    [
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "Excel"),
        ("application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml", "PowerPoint"),
    ],
)
def test_other_office_files_are_unsupported_by_name(tmp_path: Path, main_type: str, words: str) -> None:
    error = hold_of(write(tmp_path, docx_bytes(p("x"), main_type=main_type), "letter.docx"))
    assert error.hold.code is HoldCode.UNSUPPORTED
    assert words in error.hold.detail


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", HoldCode.MALFORMED, "empty"),
        ("обычный текст".encode(), HoldCode.UNSUPPORTED, "plain text"),
        (b"{\\rtf1 x}", HoldCode.UNSUPPORTED, "RTF"),
        (b"II*\0\x08\0\0\0", HoldCode.UNSUPPORTED, "TIFF"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", HoldCode.UNSUPPORTED, "JPEG"),
        (b"\x89PNG\r\n\x1a\n", HoldCode.UNSUPPORTED, "PNG"),
        (b"<!DOCTYPE html><html>", HoldCode.UNSUPPORTED, "HTML"),
        (b"7z\xbc\xaf\x27\x1c", HoldCode.UNSUPPORTED, "7-Zip"),
        (b"\x00\x01\x02\x03", HoldCode.UNSUPPORTED, "unknown"),
        (zipped(a="x"), HoldCode.UNSUPPORTED, "ZIP archive"),
        (zipped(mimetype="application/vnd.oasis.opendocument.text"), HoldCode.UNSUPPORTED, ".odt"),
        (docx_bytes(p("x"))[:400], HoldCode.MALFORMED, "cut off"),
        (compound_file("WordDocument"), HoldCode.UNSUPPORTED, ".doc"),
        (compound_file("Workbook"), HoldCode.UNSUPPORTED, ".xls"),
        (compound_file("EncryptionInfo", "EncryptedPackage"), HoldCode.ENCRYPTED, "password"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\x01" * 600, HoldCode.MALFORMED, "damaged"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, data: bytes, code: HoldCode, words: str) -> None:
    error = hold_of(write(tmp_path, data))
    assert error.hold.code is code
    assert words in error.hold.detail


def test_scans_are_asked_for_as_pdf(tmp_path: Path) -> None:
    assert "PDF" in hold_of(write(tmp_path, b"II*\0\x08\0\0\0")).hold.detail


def test_a_package_that_is_also_a_pdf_is_neither(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("%PDF-1.4", "x")
        with zipfile.ZipFile(io.BytesIO(docx_bytes(p("x")))) as source:
            for entry in source.infolist():
                package.writestr(entry, source.read(entry))
    assert hold_of(write(tmp_path, buffer.getvalue())).hold.code is HoldCode.MALFORMED


def test_a_wrong_ending_is_noted_and_the_content_decides(tmp_path: Path) -> None:
    reading = read_bytes_as(tmp_path, pdf_bytes(text_at(50, 50, "x")), "letter.docx")
    assert reading.format == "pdf"
    assert any("docx" in note and "PDF" in note for note in reading.notes)


def test_an_ending_is_never_quoted_beyond_a_plain_word(tmp_path: Path) -> None:
    reading = read_bytes_as(tmp_path, docx_bytes(p("x")), "letter.СЕКРЕТНО")
    assert all("СЕКРЕТНО" not in note and "секретно" not in note for note in reading.notes)


def test_the_strict_form_is_a_word_document(tmp_path: Path) -> None:
    body = story("document", f"<w:body>{p('strict text')}</w:body>")
    strict = body.replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    reading = read_bytes_as(tmp_path, docx_bytes("", document=strict), "strict.docx")
    assert [span.text for span in reading.spans] == ["strict text"]
