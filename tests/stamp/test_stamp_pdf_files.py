"""The stamped PDF as a file: its size and structure, and what pypdf misreads."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from pdf_samples import TO_KZ, TO_LT, letter, root_entry, stamp_content, with_content
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, NumberObject, StreamObject

from marker.agreement.load import load_profile
from marker.agreement.profile import Profile
from marker.proof.pdf import prove_pdf
from marker.stamp.pdf import stamp_pdf
from marker.stamp.pdf_source import REPAIRED


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile()


def _proved(source: Path, profile: Profile) -> tuple[Path, tuple[str, ...]]:
    copy = source.with_name("copy.pdf")
    (result,) = stamp_pdf(source, [(TO_KZ, copy)], profile)
    prove_pdf(source, copy, TO_KZ, profile)
    return copy, result.notes


def _qpdf(*arguments: str | Path) -> None:
    done = subprocess.run(["qpdf", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_file_with_object_streams_keeps_them_and_its_size(tmp_path: Path, profile: Profile) -> None:
    plain, source = letter(tmp_path / "plain.pdf", pages=60), tmp_path / "a.pdf"
    _qpdf("--object-streams=generate", plain, source)
    copy, notes = _proved(source, profile)
    _qpdf("--check", copy)
    assert notes == ()
    assert b"/ObjStm" in copy.read_bytes()
    assert copy.stat().st_size - source.stat().st_size < 14_000 + 700 * 60
    assert PdfReader(copy).pdf_header == PdfReader(source).pdf_header


def test_a_file_without_object_streams_gets_none(tmp_path: Path, profile: Profile) -> None:
    copy, _ = _proved(letter(tmp_path / "a.pdf"), profile)
    assert b"/ObjStm" not in copy.read_bytes()
    assert b"\nxref\n" in copy.read_bytes()


def test_what_nothing_leads_to_is_not_written(tmp_path: Path, profile: Profile) -> None:
    """An earlier revision's page would otherwise lie unstamped in the copy."""
    source = letter(tmp_path / "a.pdf")
    lost = StreamObject()
    lost.set_data(b"a forgotten stream")
    writer = PdfWriter(clone_from=PdfReader(source))
    writer._add_object(lost)
    writer.write(source)
    assert b"a forgotten stream" in source.read_bytes()
    copy, _ = _proved(source, profile)
    assert b"a forgotten stream" not in copy.read_bytes()


def test_a_file_that_begins_with_something_else_gets_a_plain_header(tmp_path: Path, profile: Profile) -> None:
    source = letter(tmp_path / "a.pdf")
    source.write_bytes(b"From: someone\r\n\r\n" + source.read_bytes())
    copy, _ = _proved(source, profile)
    assert copy.read_bytes().startswith(b"%PDF-1.")


def test_a_name_that_a_null_byte_ends_is_not_misread(tmp_path: Path, profile: Profile) -> None:
    def change(writer: PdfWriter) -> None:
        state = DictionaryObject({NameObject("/LW"): FloatObject(5)})
        for page in writer.pages:
            page["/Resources"][NameObject("/ExtGState")] = DictionaryObject({NameObject("/Thick"): state})  # type: ignore[index]
        with_content(b"/Thick gs 90 600 200 50 re S")(writer)

    source = letter(tmp_path / "a.pdf", change=change)
    source.write_bytes(source.read_bytes().replace(b"/Thick <<", b"/Thick\0<<"))
    assert b"/Thick\0<<" in source.read_bytes()
    _, notes = _proved(source, profile)
    assert notes == (REPAIRED,)


def test_patterns_are_shrunk_with_the_content_that_is_filled_with_them(tmp_path: Path, profile: Profile) -> None:
    """Two pages share a pattern; only the full one is shrunk, and the other keeps the pattern as it was."""

    def change(writer: PdfWriter) -> None:
        tile = StreamObject()
        tile.set_data(b"0.3 g 0 0 20 8 re f")
        tile.update(
            {
                NameObject("/PatternType"): NumberObject(1),
                NameObject("/PaintType"): NumberObject(1),
                NameObject("/TilingType"): NumberObject(1),
                NameObject("/XStep"): NumberObject(24),
                NameObject("/BBox"): ArrayObject(map(NumberObject, (0, 0, 20, 20))),
                NameObject("/YStep"): NumberObject(24),
                NameObject("/Resources"): DictionaryObject(),
            }
        )
        patterns = DictionaryObject({NameObject("/Tile"): writer._add_object(tile)})
        for page, box in zip(writer.pages, (b"0 0 595 842", b"90 300 300 300"), strict=True):
            page["/Resources"][NameObject("/Pattern")] = patterns  # type: ignore[index]
            drawn = StreamObject()
            drawn.set_data(b"/Pattern cs /Tile scn " + box + b" re f")
            page[NameObject("/Contents")] = writer._add_object(drawn)

    copy, notes = _proved(letter(tmp_path / "a.pdf", change=change), profile)
    assert any("scaled down" in note and note.endswith("page 1.") for note in notes)
    pages = PdfReader(copy).pages
    matrices = [page["/Resources"]["/Pattern"]["/Tile"].get("/Matrix") for page in pages]  # type: ignore[index]
    assert matrices[0] is not None
    assert matrices[1] is None


def test_a_highlight_without_a_picture_of_its_own_moves_with_its_words(tmp_path: Path, profile: Profile) -> None:
    def change(writer: PdfWriter) -> None:
        with_content(b"0.4 g 0 0 595 842 re f 1 g BT /F1 20 Tf 90 600 Td (Some words) Tj ET")(writer)
        mark = DictionaryObject(
            {
                NameObject("/Subtype"): NameObject("/Highlight"),
                NameObject("/F"): NumberObject(4),
                NameObject("/Rect"): ArrayObject(map(NumberObject, (90, 595, 200, 625))),
                NameObject("/QuadPoints"): ArrayObject(map(NumberObject, (90, 625, 200, 625, 90, 595, 200, 595))),
                NameObject("/C"): ArrayObject(map(NumberObject, (1, 1, 0))),
            }
        )
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(mark)])

    _proved(letter(tmp_path / "a.pdf", change=change), profile)


@pytest.mark.parametrize("intent", [True, False])
def test_a_claim_to_pdf_a_stays_true(intent: bool, tmp_path: Path, profile: Profile) -> None:
    """Without an output intent PDF/A has no device colours, so black is calibrated there."""
    claim = StreamObject()
    claim.set_data(
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" pdfaid:part="2" pdfaid:conformance="B"/>'
        b"</rdf:RDF></x:xmpmeta>"
    )
    claim.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})

    def change(writer: PdfWriter) -> None:
        root_entry("/Metadata", claim)(writer)
        if intent:
            writer.root_object[NameObject("/OutputIntents")] = ArrayObject([DictionaryObject()])

    copy, _ = _proved(letter(tmp_path / "a.pdf", change=change), profile)
    reader = PdfReader(copy)
    packet = reader.root_object["/Metadata"].get_object().get_data()  # type: ignore[attr-defined]
    assert b'pdfaid:conformance="B" pdfaid:part="2"' in packet
    assert b"<pdfaSchema:prefix>mbxmp</pdfaSchema:prefix>" in packet
    page = reader.pages[0]
    drawn = stamp_content(page)
    for form in page["/Resources"]["/XObject"].values():  # type: ignore[index]
        drawn += form.get_object().get_data()
    assert (b"0 g" in drawn) == intent
    assert (b"/MkG cs 0 sc" in drawn) != intent
    assert b"/CIDSet" in copy.read_bytes()


def test_the_same_order_makes_the_same_bytes(tmp_path: Path, profile: Profile) -> None:
    source = letter(tmp_path / "a.pdf")
    made = []
    for name in ("1.pdf", "2.pdf"):
        stamp_pdf(source, [(TO_LT, tmp_path / name)], profile)
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
