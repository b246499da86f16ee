"""Pages are drawn only where their content leaves doubt; drawn or not, the answer is the same."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from reader_files import numbers, pdf_bytes, read_bytes_as, texts

from marker.model import Reading, Visibility
from marker.readers import pdf_drawn, pdf_look

LINE = b"BT /F 12 Tf 60 700 Td (SLAPTAI line) Tj ET "
TWO_PIECES = b"BT /F 12 Tf 60 700 Td (VISISKAI) Tj ET BT /F 12 Tf 125 700 Td (SLAPTAI) Tj ET "
BODY = b"BT /F 11 Tf 60 400 Td (An ordinary line of a letter.) Tj ET "


def name(text: str) -> NameObject:
    return NameObject(f"/{text}")


def stream(data: bytes, **entries: Any) -> DecodedStreamObject:
    made = DecodedStreamObject()
    made.set_data(data)
    made.update({name(key): value for key, value in entries.items()})
    return made


def dictionary(**entries: Any) -> DictionaryObject:
    return DictionaryObject({name(key): value for key, value in entries.items()})


def strange_font(drawing: bytes, letters: str) -> DictionaryObject:
    """A Type 3 font whose letters A, B, … all draw the same and are said to be those of ``letters``."""
    codes = [chr(ord("A") + index) for index in range(len(letters))]
    pairs = " ".join(f"<{ord(code):02x}> <{ord(letter):04x}>" for code, letter in zip(codes, letters, strict=True))
    mapping = (
        "begincmap 1 begincodespacerange <00> <ff> endcodespacerange "
        f"{len(letters)} beginbfchar {pairs} endbfchar endcmap"
    )
    glyphs = [part for index, code in enumerate(codes) for part in (NumberObject(65 + index), name(code))]
    return dictionary(
        Type=name("Font"), Subtype=name("Type3"), BaseFont=name("Arial"), FontBBox=numbers(0, 0, 750, 750),
        FontMatrix=numbers(0.001, 0, 0, 0.001, 0, 0), FirstChar=NumberObject(65),
        LastChar=NumberObject(64 + len(letters)), Widths=numbers(*[1000] * len(letters)),
        Encoding=dictionary(Type=name("Encoding"), Differences=ArrayObject(glyphs[:1] + glyphs[1::2])),
        CharProcs=DictionaryObject({name(code): stream(drawing) for code in codes}), ToUnicode=stream(mapping.encode()),
    )  # fmt: skip


def letter(content: bytes, **resources: Any) -> bytes:
    """A page with that content; the font F is Helvetica."""
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    page[name("Contents")] = writer._add_object(stream(content))
    fonts = dictionary(F=dictionary(Type=name("Font"), Subtype=name("Type1"), BaseFont=name("Helvetica")))
    for key, font in resources.pop("fonts", {}).items():
        for entry in ("ToUnicode",):
            font[name(entry)] = writer._add_object(font[name(entry)])
        glyphs = font[name("CharProcs")]
        font[name("CharProcs")] = DictionaryObject({key: writer._add_object(glyph) for key, glyph in glyphs.items()})
        fonts[name(key)] = writer._add_object(font)
    for group, entries in resources.items():
        for key, value in entries.items():
            entries[key] = writer._add_object(value)
        resources[group] = dictionary(**entries)
    page[name("Resources")] = dictionary(Font=fonts, **resources)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def no_drawing(*_: object) -> None:
    raise AssertionError("the page was drawn")


PLAIN = {
    "text": LINE + BODY,
    "letterhead": LINE + BODY + b"0.8 w 60 760 m 535 760 l S 0.3 w 60 757 m 535 757 l S ",
    "turned": b"BT /F 12 Tf 0 1 -1 0 300 300 Tm (SLAPTAI line) Tj ET",
    "page clip": b"q 0 0 595 842 re W n " + LINE + b"Q " + BODY,
    "tagged": b"/P <</MCID 0>> BDC " + LINE + b"EMC /Artifact BMC " + BODY + b"EMC",
    "blanks": LINE + BODY + b"BT /F 12 Tf 60 500 Td (   ) Tj ET",
    "dark blue": b"0 0 0.4 rg " + LINE + BODY,
}


@pytest.mark.parametrize("content", PLAIN.values(), ids=PLAIN)
def test_a_page_of_plain_text_and_a_few_rules_is_not_drawn(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_drawn, "draw", no_drawing)
    reading = read_bytes_as(tmp_path, letter(content), "plain.pdf")
    assert reading.page_infos[0].readable
    assert "SLAPTAI line" in texts(reading)


def test_a_logo_apart_from_the_text_costs_one_drawing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[object] = []
    draw = pdf_drawn.draw
    monkeypatch.setattr(pdf_drawn, "draw", lambda page, space: drawn.append(page) or draw(page, space))
    logo = b"300 600 m 340 640 l 360 600 l 380 640 l 400 600 l 380 570 l 330 580 l f "
    reading = read_bytes_as(tmp_path, letter(LINE + BODY + logo), "logo.pdf")
    assert len(drawn) == 1 and not reading.page_infos[0].readable
    assert "SLAPTAI line" in texts(reading)


# Each case: content, resources, and how SLAPTAI is seen.
HIDDEN, VISIBLE = Visibility.HIDDEN, Visibility.VISIBLE
WHITE_BARS = b"".join(b"1 g 0 %d 595 2 re f " % height for height in range(690, 722, 2))
LAYER = {"Properties": {"L": dictionary(Type=name("OCG"), Name=TextStringObject("x"), Usage=dictionary(
    View=dictionary(ViewState=name("OFF"))))}}  # fmt: skip
DOUBTFUL: dict[str, tuple[bytes, dict[str, Any], Visibility | None]] = {
    "white": (b"1 g " + LINE + b"0 g " + BODY, {}, HIDDEN),
    "under a white box": (LINE + BODY + b"1 g 50 690 300 40 re f", {}, HIDDEN),
    "its middle under a white box": (LINE + BODY + b"1 g 75 690 30 40 re f", {}, HIDDEN),
    "its end under a white box": (LINE + BODY + b"1 g 95 690 100 40 re f", {}, HIDDEN),
    "its middle under white bars": (
        LINE + BODY + b"".join(b"1 g 75 %d 30 2 re f " % height for height in range(690, 722, 2)), {}, HIDDEN
    ),
    "its beginning under a white box, in a piece of its own": (
        TWO_PIECES + BODY + b"1 g 55 690 66 40 re f", {}, HIDDEN
    ),
    "half of its beginning under a white box, in a piece of its own": (
        TWO_PIECES + BODY + b"1 g 55 690 30 40 re f", {}, HIDDEN
    ),
    "a stroke under a white box": (LINE + BODY + b"1 g 82 690 2 40 re f", {}, VISIBLE),
    "before a white box": (LINE + BODY + b"1 g 130 690 80 40 re f", {}, VISIBLE),
    "wide blanks over a box": (
        b"0.9 g 50 690 500 40 re f 0 g BT /F 12 Tf 60 700 Td [(SLAPTAI) -3000 (Egz. Nr. 1)] TJ ET " + BODY, {}, VISIBLE
    ),
    "upright, its middle under a white box": (
        b"BT /F 12 Tf 0 1 -1 0 300 300 Tm (SLAPTAI line) Tj ET 1 g 280 315 40 30 re f 0 g " + BODY, {}, HIDDEN
    ),
    "under white bars": (LINE + BODY + WHITE_BARS, {}, HIDDEN),
    "over a black box": (b"50 690 300 40 re f 0.3 g " + LINE + BODY, {}, VISIBLE),
    "black on black": (b"50 690 300 40 re f " + LINE + BODY, {}, HIDDEN),
    "clipped away": (b"q 0 0 595 300 re W n " + LINE + b"Q " + BODY, {}, HIDDEN),
    "clipped by letters": (b"q BT /F 12 Tf 7 Tr 60 100 Td (x) Tj ET " + LINE + b"Q BT 0 Tr ET " + BODY, {}, HIDDEN),
    "in a layer that is off": (b"/OC /L BDC " + LINE + b"EMC " + BODY, LAYER, HIDDEN),
    "transparent": (b"q /G gs " + LINE + b"Q " + BODY, {"ExtGState": {"G": dictionary(ca=numbers(0)[0])}}, HIDDEN),
    "lightening": (
        b"q /G gs " + LINE + b"Q " + BODY, {"ExtGState": {"G": dictionary(BM=name("Screen"))}}, None
    ),
    "without ink": (b"BT 3 Tr ET " + LINE + b"BT 0 Tr ET " + BODY, {}, HIDDEN),
    "outlined": (b"BT 1 Tr ET " + LINE + b"BT 0 Tr ET " + BODY, {}, VISIBLE),
    "off the page": (LINE.replace(b" 60 ", b" -400 ") + BODY, {}, None),
    "too small": (LINE.replace(b"/F 12", b"/F 2") + BODY, {}, HIDDEN),
    "pale": (b"0.8 g " + LINE + b"0 g " + BODY, {}, VISIBLE),
    "printed twice": (LINE + LINE + BODY, {}, VISIBLE),
    "letters that draw nothing": (
        BODY + b"BT /S 12 Tf 60 700 Td (ABC) Tj ET", {"fonts": {"S": strange_font(b"1000 0 0 0 0 0 d1", "ДСП")}}, None
    ),
    "letters that draw boxes": (
        BODY + b"BT /S 12 Tf 60 700 Td (ABC) Tj ET",
        {"fonts": {"S": strange_font(b"1000 0 0 0 750 750 d1 0 0 750 750 re f", "ДСП")}}, None,
    ),
    "blanks that draw boxes": (
        BODY + b"BT /S 12 Tf 60 700 Td (AAAA) Tj ET",
        {"fonts": {"S": strange_font(b"1000 0 0 0 750 750 d1 0 0 750 750 re f", " ")}}, None,
    ),
    "blanks that draw boxes and say they are small": (
        BODY + b"BT /S 12 Tf 60 700 Td (AAAA) Tj ET",
        {"fonts": {"S": strange_font(b"1000 0 0 0 0 0 d1 0 0 750 750 re f", " ")}}, None,
    ),
    "a table": (LINE + BODY + b"0.5 w 50 390 300 30 re S 50 350 300 40 re S 150 350 m 150 420 l S", {}, VISIBLE),
    "underlined": (LINE + BODY + b"0.5 w 60 698 m 140 698 l S", {}, VISIBLE),
    "in a form": (
        BODY + b"/X Do",
        {"XObject": {"X": stream(b"0 g 10 10 80 30 re f 1 0 0 rg 120 10 60 60 re f", Type=name("XObject"),
            Subtype=name("Form"), BBox=numbers(0, 0, 400, 300), Interpolate=BooleanObject(False))}}, None,
    ),
    "many short strokes": (
        LINE + BODY + b"".join(b"%d 500 m %d 515 l S " % (x, x + 4) for x in range(100, 160, 5)), {}, VISIBLE
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "resources", "expected"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_what_is_not_drawn_reads_as_if_it_were(
    tmp_path: Path,
    content: bytes,
    resources: dict[str, Any],
    expected: Visibility | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = letter(content, **{key: dict(value) for key, value in resources.items()})
    quick = read_bytes_as(tmp_path, data, "page.pdf")
    drawn = _drawn_twice(tmp_path, data, monkeypatch)
    assert quick == drawn
    if expected is not None:
        assert [span.visibility for span in quick.spans if "SLAPTAI" in span.text] == [expected]


def _drawn_twice(tmp_path: Path, data: bytes, monkeypatch: pytest.MonkeyPatch) -> Reading:
    monkeypatch.setattr(pdf_look, "shapes_beside", lambda *_: None)
    return read_bytes_as(tmp_path, data, "page.pdf")


def test_an_empty_page_is_not_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_drawn, "draw", no_drawing)
    assert read_bytes_as(tmp_path, pdf_bytes(lambda canvas: None), "empty.pdf").page_infos[0].readable
