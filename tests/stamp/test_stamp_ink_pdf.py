"""What of a page counts as occupied."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from pdf_samples import letter, with_content
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Link
from pypdf.generic import NameObject, NumberObject

from marker.model import Box
from marker.stamp.geometry import page_frame
from marker.stamp.ink import space_of
from marker.stamp.space import Space

PLACE = Box(200, 20, 300, 40)
"""In points as displayed; user space (200, 802) to (300, 822)."""


def _space(path: Path, rotate: int = 0) -> Space:
    document = pypdfium2.PdfDocument(path)
    page = document[0]
    space = space_of(page, page_frame([0, 0, 595, 842], None, rotate, None))
    page.close()
    document.close()
    return space


@pytest.mark.parametrize(
    "ink",
    [
        b"0 g 240 810 10 1 re f",
        b"1 1 0 rg 240 805 20 10 re f",
        b"1 0.85 0.85 rg 240 805 20 10 re f",
        b"0.5 G 0.25 w 210 810 m 290 812 l S",
        b"0.2 g 0 780 595 62 re f",
    ],
    ids=["black line", "yellow box", "pale stamp", "hairline", "dark ground"],
)
def test_ink_of_any_colour_and_dark_ground_are_occupied(ink: bytes, tmp_path: Path) -> None:
    assert not _space(letter(tmp_path / "a.pdf", change=with_content(ink))).is_free(PLACE)


@pytest.mark.parametrize(
    "ink",
    [b"", b"0.95 0.95 0.8 rg 0 780 595 62 re f", b"0 g 10 10 100 100 re f", b"1 g 200 800 90 20 re f"],
    ids=["nothing", "tint", "ink elsewhere", "white on white"],
)
def test_even_light_ground_and_ink_elsewhere_leave_a_place_free(ink: bytes, tmp_path: Path) -> None:
    assert _space(letter(tmp_path / "a.pdf", change=with_content(ink))).is_free(PLACE)


def test_annotations_are_occupied_but_links_are_not(tmp_path: Path) -> None:
    rect = (210, 805, 290, 820)
    for annotation, free in ((FreeText(text="", rect=rect), False), (Link(rect=rect, url="https://example.org"), True)):
        source = letter(tmp_path / "a.pdf", change=with_content(b""))
        writer = PdfWriter(clone_from=PdfReader(source))
        writer.add_annotation(0, annotation)
        writer.write(source)
        assert _space(source).is_free(PLACE) == free


def test_a_turned_page_is_seen_as_it_is_displayed(tmp_path: Path) -> None:
    def change(writer: PdfWriter) -> None:
        with_content(b"0 g 0 0 20 842 re f")(writer)
        for page in writer.pages:
            page[NameObject("/Rotate")] = NumberObject(90)

    space = _space(letter(tmp_path / "a.pdf", change=change), rotate=90)
    assert (space.width, space.height) == (842, 595)
    assert not space.is_free(Box(400, 2, 500, 18))
    assert space.is_free(Box(2, 100, 18, 500))
