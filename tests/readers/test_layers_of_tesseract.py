"""Words of any script in the OCR layers that Tesseract writes, whose font has one range for the map of all letters."""

from __future__ import annotations

from pathlib import Path

import pypdf
import pytest
from PIL import Image
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from marker.model import Reading, Visibility
from marker.readers.base import ReaderLimits
from marker.readers.read import read

_MAP = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def "
    b"1 begincodespacerange <0000> <FFFF> endcodespacerange "
    b"1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end end"
)


def scan(path: Path, text: str, *, font: str = "GlyphLessFont", mode: int = 3) -> Path:
    """A page that is one picture, with a line of text over it."""
    Image.new("L", (850, 1100), 255).save(path, "PDF", resolution=100)
    written = pypdf.PdfWriter(clone_from=path)
    page = written.pages[0]
    descendant = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/CIDFontType2"),
            NameObject("/BaseFont"): NameObject(f"/{font}"),
            NameObject("/DW"): NumberObject(500),
            NameObject("/CIDSystemInfo"): DictionaryObject(
                {
                    NameObject("/Registry"): TextStringObject("Adobe"),
                    NameObject("/Ordering"): TextStringObject("Identity"),
                    NameObject("/Supplement"): NumberObject(0),
                }
            ),
        }
    )
    mapping, content = DecodedStreamObject(), DecodedStreamObject()
    mapping.set_data(_MAP)
    whole = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject(f"/{font}"),
            NameObject("/Encoding"): NameObject("/Identity-H"),
            NameObject("/DescendantFonts"): ArrayObject([written._add_object(descendant)]),
            NameObject("/ToUnicode"): written._add_object(mapping),
        }
    )
    fonts = DictionaryObject({NameObject("/F9"): written._add_object(whole)})
    page["/Resources"].get_object()[NameObject("/Font")] = fonts
    drawn = page["/Contents"].get_object().get_data()
    words = f"\nBT /F9 12 Tf {mode} Tr 100 500 Td <{text.encode('utf-16-be').hex()}> Tj ET".encode()
    content.set_data(b"q " + drawn + b" Q" + words)
    page[NameObject("/Contents")] = written._add_object(content)
    written.write(path)
    return path


def layer(reading: Reading) -> list[str]:
    return [span.text for span in reading.spans if span.visibility is Visibility.OCR_LAYER]


@pytest.mark.parametrize("text", ["VISIŠKAI SLAPTAI", "СОВЕРШЕННО СЕКРЕТНО", "ӨТЕ ҚҰПИЯ"])
def test_words_of_every_script_are_in_the_layer(tmp_path: Path, text: str) -> None:
    assert layer(read(scan(tmp_path / "a.pdf", text), ReaderLimits())) == [text]


@pytest.mark.parametrize(("font", "mode"), [("Helvetica", 3), ("GlyphLessFont", 0)], ids=["another-font", "visible"])
def test_letters_that_are_guessed_are_no_text_elsewhere(tmp_path: Path, font: str, mode: int) -> None:
    reading = read(scan(tmp_path / "a.pdf", "СЕКРЕТНО", font=font, mode=mode), ReaderLimits())
    assert not any("СЕКРЕТНО" in span.text for span in reading.spans)
    assert not all(info.readable for info in reading.page_infos)
