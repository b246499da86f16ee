"""Broken and hostile files are held, each with a reason; nothing else ever comes out of a reader."""

from __future__ import annotations

import base64
import io
import random
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    EncodedStreamObject,
    IndirectObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from reader_files import annotate, changed, docx_bytes, p, pdf_bytes, read_bytes_as, story, text_at

from marker.errors import HoldError
from marker.model import HoldCode
from marker.readers.base import Purse, ReaderLimits, border
from marker.settings import Settings

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"


def hold(tmp_path: Path, data: bytes, name: str = "hostile.bin", limits: ReaderLimits | None = None) -> HoldError:
    with pytest.raises(HoldError) as caught:
        read_bytes_as(tmp_path, data, name, limits)
    return caught.value


def repacked(data: bytes, change: Callable[[zipfile.ZipFile], None]) -> bytes:
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as package:
        change(package)
    return buffer.getvalue()


# ── Word documents ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_zip_bomb_is_too_large_before_it_is_unpacked(tmp_path: Path) -> None:
    data = docx_bytes(p("x"), parts={"word/styles.xml": b" " * 5_000_000}, relations=[("s", "styles", "styles.xml")])
    assert len(data) < 20_000
    assert hold(tmp_path, data, limits=ReaderLimits(max_unpacked_bytes=1_000_000)).hold.code is HoldCode.TOO_LARGE


def test_many_parts_are_too_many(tmp_path: Path) -> None:
    data = docx_bytes(p("x"), parts={f"x/{n}.xml": "" for n in range(60)})
    assert hold(tmp_path, data, limits=ReaderLimits(max_parts=50)).hold.code is HoldCode.TOO_LARGE


def test_a_part_that_stands_twice_is_ambiguous(tmp_path: Path) -> None:
    data = repacked(docx_bytes(p("x")), lambda package: package.writestr("word/DOCUMENT.xml", "<x/>"))
    assert hold(tmp_path, data).hold.code is HoldCode.MALFORMED


def test_an_encrypted_entry_is_encrypted(tmp_path: Path) -> None:
    data = bytearray(docx_bytes(p("x")))
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1
    assert hold(tmp_path, bytes(data)).hold.code is HoldCode.ENCRYPTED


ENTITY = (
    '<!DOCTYPE w:document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"> <!ENTITY f SYSTEM "file:///etc/hostname">]>'
)


@pytest.mark.parametrize("inner", ["&b;", "&f;", "plain"])
def test_a_document_type_is_refused(tmp_path: Path, inner: str) -> None:
    document = ENTITY + story("document", f"<w:body>{p(inner)}</w:body>")
    assert hold(tmp_path, docx_bytes("", document=document)).hold.code is HoldCode.MALFORMED


def test_deep_nesting_is_held(tmp_path: Path) -> None:
    deep = "<w:sdt>" * 3000 + "</w:sdt>" * 3000
    assert hold(tmp_path, docx_bytes(deep)).hold.code is HoldCode.MALFORMED


def test_nesting_the_parser_allows_is_read_or_held(tmp_path: Path) -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 80 + p("SLAPTAI") + "</w:tc></w:tr></w:tbl>" * 80
    assert [span.text for span in read_bytes_as(tmp_path, docx_bytes(deep), "a.docx").spans] == ["SLAPTAI"]


@pytest.mark.parametrize(
    "document", ["", "<w:document", "<a/>", story("document", ""), "\ud83d".encode("utf-16-le", "surrogatepass")]
)
def test_a_main_part_that_is_none_is_malformed(tmp_path: Path, document: str | bytes) -> None:
    data = docx_bytes("", parts={"word/document.xml": document})
    assert hold(tmp_path, data).hold.code is HoldCode.MALFORMED


def test_a_part_that_lies_about_its_check_sum_is_malformed(tmp_path: Path) -> None:
    data = docx_bytes(p("x" * 4000))
    at = data.find(b"word/document.xml") + len("word/document.xml")
    assert hold(tmp_path, data[: at + 20] + b"\xff" * 8 + data[at + 28 :]).hold.code is HoldCode.MALFORMED


def test_more_text_than_allowed_is_too_large(tmp_path: Path) -> None:
    data = docx_bytes("".join(p(f"paragraph {n}") for n in range(40)))
    assert hold(tmp_path, data, limits=ReaderLimits(max_spans=30)).hold.code is HoldCode.TOO_LARGE
    assert hold(tmp_path, data, limits=ReaderLimits(max_chars=100)).hold.code is HoldCode.TOO_LARGE


# ── PDF ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_more_pages_than_allowed_are_too_large(tmp_path: Path) -> None:
    data = pdf_bytes(*(text_at(60, 700, "x") for _ in range(4)))
    assert hold(tmp_path, data, limits=ReaderLimits(max_pages=3)).hold.code is HoldCode.TOO_LARGE


def test_more_annotations_than_allowed_are_too_large(tmp_path: Path) -> None:
    def many(writer: PdfWriter) -> None:
        annotate(writer, "Link", (0, 0, 9, 9))
        annotations = writer.pages[0]["/Annots"]
        annotations.extend([annotations[0]] * 200)  # type: ignore[attr-defined]

    data = changed(pdf_bytes(text_at(60, 700, "x")), many)
    assert hold(tmp_path, data, limits=ReaderLimits(max_annotations=100)).hold.code is HoldCode.TOO_LARGE


def test_a_page_of_more_marks_than_allowed_is_too_large(tmp_path: Path) -> None:
    data = pdf_bytes(lambda canvas: [canvas.rect(n, n, 5, 5) for n in range(90)] and None)
    assert hold(tmp_path, data, limits=ReaderLimits(max_page_objects=50)).hold.code is HoldCode.TOO_LARGE


def test_content_that_unpacks_without_end_is_too_large(tmp_path: Path) -> None:
    def inflate(writer: PdfWriter) -> None:
        stream = EncodedStreamObject()
        stream._data = zlib.compress(b"0 0 m " * 30_000_000)
        stream[NameObject("/Filter")] = NameObject("/FlateDecode")
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)

    data = changed(pdf_bytes(text_at(60, 700, "x")), inflate)
    assert hold(tmp_path, data, limits=ReaderLimits(max_unpacked_bytes=50_000_000)).hold.code is HoldCode.TOO_LARGE


def test_trees_that_bite_their_tail_are_walked_once(tmp_path: Path) -> None:
    def knot(writer: PdfWriter) -> None:
        item = DictionaryObject({NameObject("/Title"): TextStringObject("chapter")})
        reference = writer._add_object(item)
        item[NameObject("/Next")] = reference
        item[NameObject("/First")] = reference
        writer.root_object[NameObject("/Outlines")] = DictionaryObject({NameObject("/First"): reference})
        kid = DictionaryObject({NameObject("/T"): TextStringObject("f")})
        kid_reference = writer._add_object(kid)
        kid[NameObject("/Kids")] = ArrayObject([kid_reference])
        writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
            {NameObject("/Fields"): ArrayObject([kid_reference])}
        )
        names = DictionaryObject()
        names_reference = writer._add_object(names)
        names[NameObject("/Kids")] = ArrayObject([names_reference])
        writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/EmbeddedFiles"): names_reference})

    reading = read_bytes_as(tmp_path, changed(pdf_bytes(text_at(60, 700, "x")), knot), "a.pdf")
    assert [span.text for span in reading.spans].count("chapter") == 1


@pytest.mark.parametrize(("entry", "words"), [("/Collection", "portfolio"), ("/AcroForm", "XFA")])
def test_portfolios_and_xfa_forms_are_unsupported(tmp_path: Path, entry: str, words: str) -> None:
    def make(writer: PdfWriter) -> None:
        inner = {"/Collection": {"/View": NameObject("/D")}, "/AcroForm": {"/XFA": ByteStringObject(b"<xdp/>")}}[entry]
        writer.root_object[NameObject(entry)] = DictionaryObject(
            {NameObject(key): value for key, value in inner.items()}
        )

    error = hold(tmp_path, changed(pdf_bytes(text_at(60, 700, "x")), make))
    assert error.hold.code is HoldCode.UNSUPPORTED and words in error.hold.detail


def test_a_password_is_asked_for_not_guessed(tmp_path: Path) -> None:
    data = changed(pdf_bytes(text_at(60, 700, "x")), lambda w: None, user_password="secret")  # noqa: S106  # a test file
    assert hold(tmp_path, data).hold.code is HoldCode.ENCRYPTED


def test_a_negative_user_unit_is_none(tmp_path: Path) -> None:
    def make(writer: PdfWriter) -> None:
        writer.pages[0][NameObject("/UserUnit")] = NumberObject(-3)

    assert read_bytes_as(tmp_path, changed(pdf_bytes(text_at(60, 700, "x")), make), "a.pdf").page_infos[0].width == 595


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_held_or_read_never_more(tmp_path: Path, keep: float) -> None:
    for number, data in enumerate((pdf_bytes(text_at(60, 700, "x")), docx_bytes(p("x")))):
        read_or_hold(tmp_path, data[: int(len(data) * keep)], f"{number}")


# ── any damage ──────────────────────────────────────────────────────────────────────────────────────────────────────


def read_or_hold(tmp_path: Path, data: bytes, name: str = "damaged") -> None:
    try:
        read_bytes_as(tmp_path, data, name)
    except HoldError as error:
        assert error.hold.detail.rstrip().endswith(".")


SAMPLES = [
    docx_bytes(
        p("SLAPTAI") + "<w:sectPr/>",
        parts={"word/styles.xml": story("styles", "")},
        relations=[("s", "styles", "styles.xml")],
    ),
    changed(
        pdf_bytes(text_at(60, 700, "SLAPTAI")), lambda w: annotate(w, "Stamp", (9, 9, 90, 30), appearance="A") and None
    ),
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 1), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=12))
def test_any_damage_is_held_or_read(tmp_path: Path, which: int, hits: list[tuple[float, int]]) -> None:
    data = bytearray(SAMPLES[which])
    for where, value in hits:
        data[min(len(data) - 1, int(where * len(data)))] = value
    read_or_hold(tmp_path, bytes(data))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("<>/wprtbl:sdCn\"'= &;x", max_size=200))
def test_any_body_is_held_or_read(tmp_path: Path, body: str) -> None:
    read_or_hold(tmp_path, docx_bytes(body))


def test_the_border_lets_only_holds_out() -> None:
    for error, code in [
        (KeyError("secret text"), HoldCode.MALFORMED),
        (MemoryError(), HoldCode.TOO_LARGE),
        (RecursionError(), HoldCode.MALFORMED),
        (zlib.error("x"), HoldCode.MALFORMED),
        (AssertionError("x"), HoldCode.MALFORMED),
    ]:
        with pytest.raises(HoldError) as caught, border("The file"):
            raise error
        assert caught.value.hold.code is code
        assert "secret text" not in caught.value.hold.detail


def test_the_border_passes_what_is_none_of_its_business() -> None:
    with pytest.raises(KeyboardInterrupt), border("The file"):
        raise KeyboardInterrupt


def test_a_purse_says_which_limit_and_how_to_raise_it() -> None:
    with pytest.raises(HoldError) as caught:
        Purse(ReaderLimits(max_pages=3)).turn(4)
    assert "3 pages" in caught.value.hold.detail and "max_pages" in caught.value.hold.detail


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_nothing_but_holds_comes_out_of_real_files(tmp_path: Path) -> None:
    files = sorted(f for f in CORPUS.glob("*/*") if f.suffix in (".pdf", ".docx", ".docm", ".dotx"))
    for path in random.Random(7).sample(files, 150):
        read_or_hold(tmp_path, path.read_bytes(), "real")


def test_a_hundred_thousand_annotations_are_too_many(tmp_path: Path) -> None:
    def many(writer: PdfWriter) -> None:
        annotate(writer, "Text", (0, 0, 9, 9))
        annotations = writer.pages[0]["/Annots"]
        annotations.extend([annotations[0]] * 100_000)  # type: ignore[attr-defined]

    data = changed(pdf_bytes(text_at(60, 700, "x")), many)
    # The reader of the structure refuses arrays so long; whatever comes first, it is held.
    assert hold(tmp_path, data).hold.code in {HoldCode.TOO_LARGE, HoldCode.MALFORMED}


def test_a_gigabyte_of_content_is_too_large_before_a_page_is_drawn(tmp_path: Path) -> None:
    def inflate(writer: PdfWriter) -> None:
        packer = zlib.compressobj(9)
        piece = b"0 0 m " * 1_000_000
        stream = EncodedStreamObject()
        stream._data = b"".join(packer.compress(piece) for _ in range(180)) + packer.flush()
        stream[NameObject("/Filter")] = NameObject("/FlateDecode")
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)

    data = changed(pdf_bytes(text_at(60, 700, "x")), inflate)
    assert len(data) < 5_000_000
    assert hold(tmp_path, data).hold.code is HoldCode.TOO_LARGE


def drawings(levels: int, fan: int, *, itself: bool = False) -> bytes:
    """A page of drawings that each draw the next so many times; the innermost may draw the outermost."""

    def draw(writer: PdfWriter) -> None:
        below = first = None
        for _ in range(levels):
            form = DecodedStreamObject()
            form[NameObject("/Type")], form[NameObject("/Subtype")] = NameObject("/XObject"), NameObject("/Form")
            form[NameObject("/BBox")] = ArrayObject(map(NumberObject, (0, 0, 595, 842)))
            form.set_data(b"/F Do " * fan if below is not None else b"0 0 9 9 re f ")
            if below is not None:
                form[NameObject("/Resources")] = resources(below)
            first = first or form
            below = writer._add_object(form)
        assert first is not None and below is not None
        if itself:
            first.set_data(b"/F Do ")
            first[NameObject("/Resources")] = resources(below)
        page = DecodedStreamObject()
        page.set_data(b"/F Do ")
        writer.pages[0][NameObject("/Contents")] = writer._add_object(page)
        writer.pages[0][NameObject("/Resources")] = resources(below)

    def resources(form: IndirectObject) -> DictionaryObject:
        return DictionaryObject({NameObject("/XObject"): DictionaryObject({NameObject("/F"): form})})

    return changed(pdf_bytes(text_at(60, 700, "x")), draw)


def test_drawings_of_drawings_without_end_are_too_large(tmp_path: Path) -> None:
    assert hold(tmp_path, drawings(12, 10)).hold.code is HoldCode.TOO_LARGE


def test_a_drawing_that_draws_itself_is_malformed(tmp_path: Path) -> None:
    assert hold(tmp_path, drawings(3, 2, itself=True)).hold.code is HoldCode.MALFORMED


def test_drawings_nested_more_deeply_than_allowed_are_too_large(tmp_path: Path) -> None:
    assert hold(tmp_path, drawings(9, 1), limits=ReaderLimits(max_depth=6)).hold.code is HoldCode.TOO_LARGE
    assert read_bytes_as(tmp_path, drawings(5, 1), "a.pdf", ReaderLimits(max_depth=6)).pages == 1


def test_tables_nested_more_deeply_than_allowed_are_too_large(tmp_path: Path) -> None:
    deep = docx_bytes("<w:tbl><w:tr><w:tc>" * 9 + p("x") + "</w:tc></w:tr></w:tbl>" * 9)
    assert hold(tmp_path, deep, limits=ReaderLimits(max_depth=8)).hold.code is HoldCode.TOO_LARGE
    assert read_bytes_as(tmp_path, deep, "a.docx", ReaderLimits(max_depth=9)).spans


@pytest.mark.parametrize(
    ("packed", "filters"),
    [
        (bytes([129, 32]) * 900_000 + b"\x80", ["/RunLengthDecode"]),
        (base64.a85encode(zlib.compress(b"0 0 m " * 9_000_000)) + b"~>", ["/ASCII85Decode", "/FlateDecode"]),
        (zlib.compress(zlib.compress(b"0 0 m " * 9_000_000)), ["/FlateDecode", "/FlateDecode"]),
    ],
)
def test_content_packed_in_other_ways_is_counted_too(tmp_path: Path, packed: bytes, filters: list[str]) -> None:
    def inflate(writer: PdfWriter) -> None:
        stream = EncodedStreamObject()
        stream._data = packed
        stream[NameObject("/Filter")] = ArrayObject(map(NameObject, filters))
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)

    data = changed(pdf_bytes(text_at(60, 700, "x")), inflate)
    assert hold(tmp_path, data, limits=ReaderLimits(max_unpacked_bytes=30_000_000)).hold.code is HoldCode.TOO_LARGE


def test_an_attachment_that_is_its_own_attachment_is_read_once(tmp_path: Path) -> None:
    """The page tree of an attached file cannot hold the file that holds it; a file specification can be its own."""

    def itself(writer: PdfWriter) -> None:
        inner = pdf_bytes(text_at(60, 700, "inner"))
        stream = EncodedStreamObject()
        stream._data = zlib.compress(inner)
        stream[NameObject("/Filter")] = NameObject("/FlateDecode")
        reference = writer._add_object(stream)
        specification = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Filespec"),
                NameObject("/EF"): DictionaryObject({NameObject("/F"): reference, NameObject("/UF"): reference}),
            }
        )
        known = writer._add_object(specification)
        specification[NameObject("/RF")] = DictionaryObject({NameObject("/F"): ArrayObject([known])})
        writer.root_object[NameObject("/AF")] = ArrayObject([known] * 50)
        writer.pages[0][NameObject("/AF")] = ArrayObject([known])

    reading = read_bytes_as(tmp_path, changed(pdf_bytes(text_at(60, 700, "x")), itself), "a.pdf")
    assert [span.text for span in reading.spans].count("inner") == 1


def test_the_limits_are_settings() -> None:
    chosen = Settings(
        max_pages=1,
        max_unpacked_bytes=2,
        max_parts=3,
        max_attachment_depth=4,
        max_attachments=5,
        max_annotations=6,
        max_page_objects=7,
        max_text_chars=8,
        max_spans=9,
        max_depth=10,
    )
    limits = ReaderLimits.from_settings(chosen)
    assert (limits.max_pages, limits.max_unpacked_bytes, limits.max_parts, limits.max_attachment_depth) == (1, 2, 3, 4)
    assert (limits.max_attachments, limits.max_annotations, limits.max_page_objects, limits.max_chars) == (5, 6, 7, 8)
    assert (limits.max_spans, limits.max_depth) == (9, 10)
    assert ReaderLimits.from_settings(Settings()) == ReaderLimits()
