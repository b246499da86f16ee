"""PDF pages as displayed: where lines stand, what of them is seen, which pages only their image can tell."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from reader_files import annotate, changed, font, numbers, pdf_bytes, read_bytes_as, span_of, text_at, texts
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from marker.model import Place, Reading, Source, Visibility
from marker.readers import pdf_revisions
from marker.readers.base import ReaderLimits


def read_page(tmp_path: Path, draw: object) -> Reading:
    return read_bytes_as(tmp_path, pdf_bytes(draw), "page.pdf")  # type: ignore[arg-type]


# ── where ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_line_has_its_box_size_and_zone(tmp_path: Path) -> None:
    span = span_of(read_page(tmp_path, text_at(450, 800, "ҚҰПИЯ", 14)), "ҚҰПИЯ")
    assert span.box is not None
    assert span.place is Place.CORNER and span.page == 1 and span.size == 14 and span.turned == 0
    assert 450 <= span.box.x0 <= 453 and 29 <= span.box.y0 <= 33 and 39 <= span.box.y1 <= 46


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (40, 50, 555, 812)])
@pytest.mark.parametrize("unit", [1.0, 2.0])
def test_boxes_lie_where_the_page_shows_the_ink(
    tmp_path: Path, turn: int, crop: tuple[float, float, float, float] | None, unit: float
) -> None:
    def change(writer: PdfWriter) -> None:
        page = writer.pages[0]
        page[NameObject("/Rotate")] = NumberObject(turn)
        page[NameObject("/UserUnit")] = FloatObject(unit)
        if crop:
            page[NameObject("/CropBox")] = numbers(*crop)

    import numpy as np
    import pypdfium2

    data = changed(pdf_bytes(text_at(120, 640, "SLAPTAI", 20)), change)
    reading = read_bytes_as(tmp_path, data, "turned.pdf")
    span, info = span_of(reading, "SLAPTAI"), reading.page_infos[0]
    document = pypdfium2.PdfDocument(data)
    picture = document[0].render(scale=1).to_numpy()
    document.close()
    ink = np.argwhere(picture.min(axis=2) < 128)
    assert span.box is not None
    assert [info.width, info.height] == pytest.approx([picture.shape[1] * unit, picture.shape[0] * unit], abs=2)
    shown = [ink[:, 1].min(), ink[:, 0].min(), ink[:, 1].max() + 1, ink[:, 0].max() + 1]
    assert span.box.as_list() == pytest.approx([edge * unit for edge in shown], abs=2 * unit)
    assert span.turned == turn and span.size == pytest.approx(20 * unit)


def test_a_page_turned_back_by_its_content_reads_upright(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(300, 400)
        canvas.rotate(90)
        canvas.drawString(0, 0, "SLAPTAI")

    def turn(writer: PdfWriter) -> None:
        writer.pages[0][NameObject("/Rotate")] = NumberObject(90)

    assert span_of(read_bytes_as(tmp_path, changed(pdf_bytes(draw), turn), "a.pdf"), "SLAPTAI").turned == 0


def test_a_diagonal_line_of_large_letters_is_a_watermark(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(150, 300)
        canvas.rotate(45)
        canvas.setFont(font(), 60)
        canvas.drawString(0, 0, "SLAPTAI")

    span = span_of(read_page(tmp_path, draw), "SLAPTAI")
    assert span.place is Place.WATERMARK and span.turned == 315


# ── seen or not ─────────────────────────────────────────────────────────────────────────────────────────────────────


def white(canvas: Canvas) -> None:
    canvas.setFillGray(1)
    canvas.drawString(100, 500, "SLAPTAI")


def transparent(canvas: Canvas) -> None:
    canvas.setFillAlpha(0)
    canvas.drawString(100, 500, "SLAPTAI")


def covered(canvas: Canvas) -> None:
    canvas.drawString(100, 500, "SLAPTAI")
    canvas.setFillGray(1)
    canvas.rect(80, 480, 200, 50, fill=1, stroke=0)


def clipped(canvas: Canvas) -> None:
    path = canvas.beginPath()
    path.rect(300, 300, 10, 10)
    canvas.clipPath(path, stroke=0)
    canvas.drawString(100, 500, "SLAPTAI")


def no_ink(canvas: Canvas) -> None:
    text = canvas.beginText(100, 500)
    text.setTextRenderMode(3)
    text.textOut("SLAPTAI")
    canvas.drawText(text)


def off_page(canvas: Canvas) -> None:
    canvas.drawString(700, 500, "SLAPTAI")


def tiny(canvas: Canvas) -> None:
    canvas.setFont(font(), 1)
    canvas.drawString(100, 500, "SLAPTAI")


@pytest.mark.parametrize("draw", [white, transparent, covered, clipped, no_ink, off_page, tiny])
def test_what_the_page_does_not_show_is_hidden(tmp_path: Path, draw: object) -> None:
    reading = read_page(tmp_path, draw)
    assert texts(reading, Visibility.HIDDEN) == ["SLAPTAI"]
    assert reading.page_infos[0].readable
    assert not reading.page_infos[0].has_text


def test_white_letters_on_black_are_seen(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(80, 480, 200, 50, fill=1)
        white(canvas)

    assert texts(read_page(tmp_path, draw)) == ["SLAPTAI"]


def test_a_mark_struck_letter_by_letter_is_struck(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont(font(), 12)
        canvas.drawString(100, 500, "SLAPTAI")
        for x in range(100, 148, 8):
            canvas.line(x, 504, x + 7, 504)

    assert texts(read_page(tmp_path, draw), Visibility.STRUCK) == ["SLAPTAI"]


@pytest.mark.parametrize(("y", "visibility"), [(504, Visibility.STRUCK), (498, Visibility.VISIBLE)])
def test_a_stroke_through_a_line_strikes_it_and_one_below_does_not(
    tmp_path: Path, y: float, visibility: Visibility
) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(100, 500, "SLAPTAI")
        canvas.line(98, y, 160, y)

    assert span_of(read_page(tmp_path, draw), "SLAPTAI").visibility is visibility


def scan(canvas: Canvas) -> None:
    picture = Image.effect_noise((120, 170), 60)
    canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)


def test_invisible_text_over_a_page_image_is_an_ocr_layer(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        scan(canvas)
        no_ink(canvas)

    reading = read_page(tmp_path, draw)
    span = span_of(reading, "SLAPTAI")
    assert span.visibility is Visibility.OCR_LAYER and span.source is Source.OCR
    assert not reading.page_infos[0].readable


def test_text_under_a_page_image_is_an_ocr_layer(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(100, 500, "SLAPTAI")
        scan(canvas)

    assert span_of(read_page(tmp_path, draw), "SLAPTAI").visibility is Visibility.OCR_LAYER


def layered(writer: PdfWriter, *, shown: bool) -> None:
    """Put all that the page draws into a layer of optional content (ISO 32000-1, 8.11)."""
    layer = writer._add_object(
        DictionaryObject({NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject("Layer")})
    )
    state = {NameObject("/ON" if shown else "/OFF"): ArrayObject([layer])}
    writer.root_object[NameObject("/OCProperties")] = DictionaryObject(
        {NameObject("/OCGs"): ArrayObject([layer]), NameObject("/D"): DictionaryObject(state)}
    )
    page = writer.pages[0]
    page["/Resources"][NameObject("/Properties")] = DictionaryObject({NameObject("/L"): layer})  # type: ignore[index]
    content = DecodedStreamObject()
    content.set_data(b"/OC /L BDC\n" + page.get_contents().get_data() + b"\nEMC")  # type: ignore[union-attr]
    page[NameObject("/Contents")] = writer._add_object(content)


@pytest.mark.parametrize(("shown", "visibility"), [(True, Visibility.VISIBLE), (False, Visibility.HIDDEN)])
def test_text_of_a_layer_is_seen_where_the_layer_is(tmp_path: Path, shown: bool, visibility: Visibility) -> None:
    data = changed(pdf_bytes(text_at(60, 700, "SLAPTAI")), lambda writer: layered(writer, shown=shown))
    reading = read_bytes_as(tmp_path, data, "a.pdf")
    assert span_of(reading, "SLAPTAI").visibility is visibility
    assert any("layers" in note for note in reading.notes)


# ── readable or not ─────────────────────────────────────────────────────────────────────────────────────────────────


def letter(canvas: Canvas) -> None:
    for n in range(40):
        canvas.drawString(60, 760 - 16 * n, "обычная строка обычного письма, в которой нет ничего особенного")
    canvas.line(60, 780, 535, 780)
    canvas.rect(60, 60, 200, 40)


def test_a_page_of_text_and_rules_needs_no_image(tmp_path: Path) -> None:
    assert read_page(tmp_path, letter).page_infos[0].readable


def test_a_blank_page_needs_no_image(tmp_path: Path) -> None:
    info = read_page(tmp_path, lambda canvas: None).page_infos[0]
    assert info.readable and not info.has_text


def small_picture(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(Image.effect_noise((60, 20), 60)), 300, 500, 60, 20)


def white_picture(canvas: Canvas) -> None:
    canvas.drawImage(ImageReader(Image.new("L", (60, 20), 255)), 300, 500, 60, 20)


def outlined(canvas: Canvas) -> None:
    """Letters as filled paths: a row of small polygons."""
    for n in range(6):
        path = canvas.beginPath()
        x = 300 + 9 * n
        path.moveTo(x, 500)
        for dx, dy in ((7, 0), (7, 4), (3, 5), (7, 9), (0, 9), (2, 5)):
            path.lineTo(x + dx, 500 + dy)
        canvas.drawPath(path, fill=1, stroke=0)


@pytest.mark.parametrize("extra", [small_picture, white_picture, outlined])
def test_anything_that_may_hold_a_marking_sends_the_page_to_its_image(tmp_path: Path, extra: object) -> None:
    def draw(canvas: Canvas) -> None:
        letter(canvas)
        extra(canvas)  # type: ignore[operator]

    assert not read_page(tmp_path, draw).page_infos[0].readable


def test_ink_that_lies_over_text_is_seen_through_it(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        letter(canvas)
        canvas.setFillColorRGB(1, 0, 0)
        canvas.saveState()
        canvas.translate(-200, 100)
        outlined(canvas)
        canvas.restoreState()

    assert not read_page(tmp_path, draw).page_infos[0].readable


def without_mapping(data: bytes) -> bytes:
    """The PDF with the ToUnicode maps of its fonts taken out."""

    def change(writer: PdfWriter) -> None:
        for item in writer._objects:
            if isinstance(item, DictionaryObject):
                item.pop("/ToUnicode", None)

    return changed(data, change)


def test_letters_without_a_mapping_are_ink_and_not_text(tmp_path: Path) -> None:
    reading = read_bytes_as(tmp_path, without_mapping(pdf_bytes(text_at(100, 500, "СЕКРЕТНО"))), "a.pdf")
    assert "СЕКРЕТНО" not in texts(reading)
    assert not reading.page_infos[0].readable


@pytest.mark.parametrize("lie", ["ÑÅÊÐÅÒÍÎ", "VISIÐKAI SLAPTAI", "СЕКР\ue001ТНО"])
def test_letters_no_language_writes_are_not_believed(tmp_path: Path, lie: str) -> None:
    assert not read_page(tmp_path, text_at(100, 500, lie)).page_infos[0].readable


def test_a_bullet_from_a_symbol_font_is_no_reason_to_doubt_a_page(tmp_path: Path) -> None:
    reading = read_page(tmp_path, text_at(100, 500, "\uef05 item"))
    assert texts(reading) == ["item"]


# ── annotations and forms ───────────────────────────────────────────────────────────────────────────────────────────


def annotated(tmp_path: Path, subtype: str, **kwargs: object) -> Reading:
    data = changed(
        pdf_bytes(text_at(60, 700, "letter")),
        lambda writer: annotate(writer, subtype, (400, 780, 520, 800), **kwargs) and None,  # type: ignore[arg-type]
    )
    return read_bytes_as(tmp_path, data, "annotated.pdf")


@pytest.mark.parametrize("subtype", ["Stamp", "FreeText", "Square"])
def test_what_an_appearance_draws_is_text_where_it_stands(tmp_path: Path, subtype: str) -> None:
    reading = annotated(tmp_path, subtype, appearance="SLAPTAI")
    span = span_of(reading, "SLAPTAI")
    assert span.source is Source.ANNOTATION and span.place is Place.CORNER
    assert span.box is not None and 400 <= span.box.x0 <= 405
    assert reading.page_infos[0].readable


def test_a_free_text_without_appearance_says_its_contents(tmp_path: Path) -> None:
    span = span_of(annotated(tmp_path, "FreeText", Contents="ҚҰПИЯ"), "ҚҰПИЯ")
    assert (span.source, span.place, span.visibility) == (Source.ANNOTATION, Place.CORNER, Visibility.VISIBLE)


def test_a_standard_stamp_without_appearance_says_its_name(tmp_path: Path) -> None:
    assert "TOP SECRET" in texts(annotated(tmp_path, "Stamp", Name=NameObject("/TopSecret")))


def test_a_hidden_annotation_is_hidden(tmp_path: Path) -> None:
    assert "SLAPTAI" in texts(annotated(tmp_path, "FreeText", flags=2, Contents="SLAPTAI"), Visibility.HIDDEN)


def test_an_annotation_for_paper_alone_is_seen(tmp_path: Path) -> None:
    assert "SLAPTAI" in texts(annotated(tmp_path, "Stamp", flags=4 | 32, appearance="SLAPTAI"))


def test_a_link_frame_is_nothing(tmp_path: Path) -> None:
    assert annotated(tmp_path, "Link", Border=numbers(0, 0, 1)).page_infos[0].readable


def test_a_strike_out_annotation_strikes(tmp_path: Path) -> None:
    data = changed(
        pdf_bytes(text_at(60, 700, "SLAPTAI")), lambda w: annotate(w, "StrikeOut", (55, 697, 125, 713)) and None
    )
    assert texts(read_bytes_as(tmp_path, data, "a.pdf"), Visibility.STRUCK) == ["SLAPTAI"]


def with_field(writer: PdfWriter, *, appearance: str | None, value: str, flags: int = 4) -> None:
    field = annotate(
        writer,
        "Widget",
        (300, 600, 420, 620),
        flags=flags,
        appearance=appearance,
        FT=NameObject("/Tx"),
        T="name",
        V=value,
    )
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {
            NameObject("/Fields"): ArrayObject([field.indirect_reference]),
            NameObject("/DA"): TextStringObject("/Helv 0 Tf 0 g"),
        }
    )


@pytest.mark.parametrize("appearance", ["SLAPTAI", None])
def test_a_form_value_is_text_of_a_form_field_once(tmp_path: Path, appearance: str | None) -> None:
    data = changed(
        pdf_bytes(text_at(60, 700, "form")), lambda writer: with_field(writer, appearance=appearance, value="SLAPTAI")
    )
    assert span_of(read_bytes_as(tmp_path, data, "form.pdf"), "SLAPTAI").place is Place.FORM_FIELD


@pytest.mark.parametrize(("flags", "appearance", "shown"), [(0, None, True), (1 << 17, None, False), (0, "x", False)])
def test_a_list_box_without_appearance_shows_its_options(
    tmp_path: Path, flags: int, appearance: str | None, shown: bool
) -> None:
    def change(writer: PdfWriter) -> None:
        options = ArrayObject([TextStringObject("first"), ArrayObject(map(TextStringObject, ("2", "SLAPTAI")))])
        field = annotate(
            writer, "Widget", (300, 600, 420, 620), appearance=appearance,
            FT=NameObject("/Ch"), Ff=NumberObject(flags), T="level", Opt=options,
        )  # fmt: skip
        form = DictionaryObject({NameObject("/Fields"): ArrayObject([field.indirect_reference])})
        writer.root_object[NameObject("/AcroForm")] = form

    reading = read_bytes_as(tmp_path, changed(pdf_bytes(text_at(60, 700, "form")), change), "list.pdf")
    assert [span.text for span in reading.spans if span.place is Place.FORM_FIELD and span.flow == "form"] == (
        ["first", "SLAPTAI"] if shown else []
    )


# ── the file as a whole ─────────────────────────────────────────────────────────────────────────────────────────────


def test_pages_are_numbered_and_counted(tmp_path: Path) -> None:
    reading = read_bytes_as(tmp_path, pdf_bytes(*(text_at(60, 700, f"page {n}") for n in range(1, 4))), "a.pdf")
    assert reading.pages == 3 and [info.number for info in reading.page_infos] == [1, 2, 3]
    assert [(span.text, span.page) for span in reading.spans if span.page] == [
        ("page 1", 1),
        ("page 2", 2),
        ("page 3", 3),
    ]


def test_the_file_is_not_touched(tmp_path: Path) -> None:
    data = changed(
        pdf_bytes(text_at(60, 700, "x")), lambda w: annotate(w, "Stamp", (9, 9, 90, 30), appearance="A") and None
    )
    read_bytes_as(tmp_path, data, "a.pdf", ReaderLimits())
    assert (tmp_path / "a.pdf").read_bytes() == data
    assert [item.name for item in tmp_path.iterdir()] == ["a.pdf"]


def test_an_empty_user_password_opens_the_file_with_a_note(tmp_path: Path) -> None:
    data = changed(
        pdf_bytes(text_at(60, 700, "letter")),
        lambda w: w.add_metadata({"/Title": "plan"}),
        user_password="",
        owner_password="owner",  # noqa: S106  # of a file made here
    )
    reading = read_bytes_as(tmp_path, data, "a.pdf")
    assert texts(reading) and any("empty user password" in note for note in reading.notes)
    assert span_of(reading, "plan").place is Place.PROPERTY


def test_a_signed_file_is_noted(tmp_path: Path) -> None:
    def sign(writer: PdfWriter) -> None:
        with_field(writer, appearance=None, value="")
        field = writer.root_object["/AcroForm"]["/Fields"][0].get_object()  # type: ignore[index]
        field[NameObject("/FT")] = NameObject("/Sig")
        field[NameObject("/V")] = DictionaryObject({NameObject("/Type"): NameObject("/Sig")})

    reading = read_bytes_as(tmp_path, changed(pdf_bytes(text_at(60, 700, "x")), sign), "a.pdf")
    assert any("digital signature" in note for note in reading.notes)


def test_a_mark_of_an_earlier_revision_is_found_and_what_still_stands_is_not_read_twice(tmp_path: Path) -> None:
    from pypdf.generic import StreamObject

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 12)
        canvas.drawString(60, 700, "letter")
        canvas.drawString(60, 660, "SLAPTAI")

    path = tmp_path / "first.pdf"
    path.write_bytes(pdf_bytes(draw))
    writer = PdfWriter(str(path), incremental=True)
    stream = StreamObject()
    stream.set_data(b"BT /F1 12 Tf 60 700 Td (letter) Tj ET")
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)
    buffer = io.BytesIO()
    writer.write(buffer)
    reading = read_bytes_as(tmp_path, buffer.getvalue(), "second.pdf")
    assert texts(reading) == ["letter"]
    assert texts(reading, Visibility.EARLIER_REVISION) == ["SLAPTAI"]


def test_a_file_too_large_to_look_for_earlier_revisions_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_revisions, "_MAX_BYTES", 1_000)
    reading = read_bytes_as(tmp_path, pdf_bytes(letter), "large.pdf")
    assert any("earlier revisions" in note and "not looked into" in note for note in reading.notes)


def test_the_builder_makes_sound_files() -> None:
    assert len(PdfReader(io.BytesIO(pdf_bytes(letter))).pages) == 1


def test_words_without_an_appearance_are_noted_because_not_every_viewer_shows_them(tmp_path: Path) -> None:
    said = "no appearance of their own"
    assert any(said in note for note in annotated(tmp_path, "FreeText", Contents="ҚҰПИЯ").notes)
    assert not any(said in note for note in annotated(tmp_path, "FreeText", appearance="SLAPTAI").notes)
    assert not any(said in note for note in annotated(tmp_path, "Text", Contents="SLAPTAI").notes)


def test_what_a_redaction_will_print_is_a_comment(tmp_path: Path) -> None:
    span = span_of(annotated(tmp_path, "Redact", OverlayText="SLAPTAI"), "SLAPTAI")
    assert (span.source, span.place) == (Source.ANNOTATION, Place.COMMENT)
