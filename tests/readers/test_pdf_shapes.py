"""Fonts that say other letters than they draw are not believed: the page image is."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest

from marker.agreement.load import load_profile
from marker.model import PageInfo
from marker.readers.base import ReaderLimits
from marker.readers.pdf_shapes import LINES, fonts_of
from marker.readers.read import read
from marker.settings import Settings
from tests.world import paint, pdf_ways
from tests.world.sheet import annex, letter

LOW = letter("lt", ("RIBOTO NAUDOJIMO",), ("RIBOTO NAUDOJIMO",))
HIGH = annex("lt", ("SLAPTAI",), ("SLAPTAI",))


def pages_of(data: bytes, folder: Path) -> tuple[PageInfo, ...]:
    path = folder / "letter.pdf"
    path.write_bytes(data)
    return read(path, ReaderLimits.from_settings(Settings()), path.name).page_infos


@pytest.mark.parametrize("name", ["sans", "serif", "noto", "narrow"])
def test_honest_fonts_are_believed(name: str, tmp_path: Path) -> None:
    for language in ("lt", "kk", "ru", "en"):
        sheet = letter(language, ("VISIŠKAI SLAPTAI", "ҚҰПИЯ/СЕКРЕТНО"))
        assert all(page.readable for page in pages_of(paint.draw(sheet, name=name), tmp_path)), language


def test_a_page_whose_fonts_say_other_letters_than_they_draw_goes_to_its_image(tmp_path: Path) -> None:
    data = pdf_ways.joined(paint.draw(LOW), pdf_ways.wrong_unicode(paint.draw(HIGH)))
    assert [page.readable for page in pages_of(data, tmp_path)] == [True, False]


def test_a_font_of_nothing_but_the_mark_is_enough(tmp_path: Path) -> None:
    bare = paint.draw(LOW, rest=lambda *_: None)
    assert [page.readable for page in pages_of(pdf_ways.wrong_unicode(bare), tmp_path)] == [False]


def test_a_font_that_lies_only_on_a_later_page_is_found_there(tmp_path: Path) -> None:
    data = pdf_ways.joined(*[paint.draw(LOW)] * 6, pdf_ways.wrong_unicode(paint.draw(HIGH)))
    assert [page.number for page in pages_of(data, tmp_path) if not page.readable] == [7]


def test_letters_of_every_mark_are_among_those_compared() -> None:
    forms = "".join(form for marking in load_profile().markings for form in marking.own_forms())
    common = [char for char in forms if char.isalpha()]
    assert sum(char in LINES for char in common) > 0.85 * len(common)


def test_what_is_known_of_fonts_is_known_of_one_document() -> None:
    data = paint.draw(LOW)
    with pypdfium2.PdfDocument(io.BytesIO(data)) as one, pypdfium2.PdfDocument(io.BytesIO(data)) as other:
        assert fonts_of(one) is fonts_of(one)
        assert fonts_of(one) is not fonts_of(other)
