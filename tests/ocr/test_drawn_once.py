"""A scanned page is drawn once: for its letters, and for the code that tells a scan of one of our own copies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from marker.intake import work
from marker.intake.work import Task, examine_file
from marker.model import PartyId
from marker.numbering import CopyNumber, format_page_code
from marker.ocr import raster
from marker.readers import pdf_page
from marker.records import sheets
from marker.settings import Settings
from tests.ocr import pages

NUMBER = str(CopyNumber(PartyId("KZ"), 2026, 123, 1))


def matrix(text: str) -> Image.Image:
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix)
    return Image.fromarray(np.asarray(made.to_image(scale=4)))


def scan(folder: Path, *, code: str = "") -> Path:
    page = pages.write(pages.body(pages.blank()), "SLAPTAI", 827, 100)
    if code:
        page.paste(matrix(code), (1450, 2200))
    return pages.save(folder / "a.pdf", page.convert("L"))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Who has drawn a page, in order."""
    found: list[str] = []

    def note(name: str, owner: object, attribute: str) -> None:
        real = getattr(owner, attribute)

        def spy(*arguments: object, **options: object) -> object:
            found.append(name)
            return real(*arguments, **options)

        monkeypatch.setattr(owner, attribute, spy)

    note("look", pdf_page, "look")
    note("codes", sheets, "page_codes")
    note("letters", raster.PdfPictures, "page")
    return found


def examine(path: Path) -> work.Examination:
    return examine_file(path, path.name, Task(PartyId("KZ"), "", Settings()))


def test_a_scan_without_text_is_drawn_once(tmp_path: Path, drawn: list[str]) -> None:
    assert examine(scan(tmp_path)).verdict.marking == "lt:secret"
    assert drawn == ["letters"]


def test_the_code_of_one_of_our_copies_is_seen_on_that_drawing(tmp_path: Path, drawn: list[str]) -> None:
    found = examine(scan(tmp_path, code=format_page_code(NUMBER, 1, 1)))
    assert found.copy_numbers == (NUMBER,)
    assert "codes" not in drawn


def test_of_a_reading_from_the_cache_the_codes_are_looked_for_by_themselves(tmp_path: Path, drawn: list[str]) -> None:
    path = scan(tmp_path, code=format_page_code(NUMBER, 1, 1))
    task = Task(PartyId("KZ"), "", Settings(cache=str(tmp_path / "cache")))
    for _ in range(2):
        assert examine_file(path, path.name, task).copy_numbers == (NUMBER,)
    assert drawn.count("codes") == 1
