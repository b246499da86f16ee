"""A line that several objects draw is running text as a whole only where a reader sees one line."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

import marker
from marker.readers.pdf_shapes import fonts_of
from marker.readers.pdf_skim import Skimmed
from marker.readers.pdf_space import space_of
from marker.readers.pdfium import address_of, helpers

FONTS = Path(marker.__file__).parent / "resources" / "fonts"
HEAD, REST = "Slaptasis", "darbo grupės ataskaita apie sienos apsaugos priemones"


def skimmed(
    *,
    x: float = 72,
    raised: float = 0,
    gap: float = 4,
    size: float = 10,
    grey: float = 0,
    mode: int = 0,
    turned: int = 0,
) -> tuple[list[str], list[str]]:  # fmt: skip
    """Running text, and what is short, of a page with one line of a bold word and what follows it."""
    for name, file in (("Skim", "DejaVuSans.ttf"), ("Skim-Bold", "DejaVuSans-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / file)))
    page = io.BytesIO()
    canvas = Canvas(page, pagesize=(595, 842))
    canvas.rotate(turned)
    head = canvas.beginText(x, 500 + raised)
    head.setFont("Skim-Bold", size)
    head.setFillGray(grey)
    head.setTextRenderMode(mode)
    head.textOut(HEAD)
    canvas.drawText(head)
    rest = canvas.beginText(x + pdfmetrics.stringWidth(HEAD, "Skim-Bold", size) + gap, 500)
    rest.setFont("Skim", 10)
    rest.setFillGray(0)
    rest.setTextRenderMode(0)
    rest.textOut(REST)
    canvas.drawText(rest)
    canvas.save()
    with helpers.PdfDocument(page.getvalue()) as document:
        opened = document[0]
        text_page = opened.get_textpage()
        text = Skimmed(address_of(text_page.raw), fonts_of(document))
        assert text.skim(space_of(opened, 1.0))
        found = text.texts, [run.text.strip() for run in text.runs]
        text_page.close()
        opened.close()
    return found


def test_a_bold_word_and_what_follows_it_are_one_line() -> None:
    assert skimmed() == ([f"{HEAD} {REST}"], [])


@pytest.mark.parametrize(
    "look",
    [
        {"grey": 1.0}, {"grey": 0.7}, {"mode": 3}, {"raised": 6}, {"gap": 28}, {"size": 4}, {"size": 24}, {"x": -20},
        {"turned": 5},
    ],
    ids=["white", "pale", "invisible", "raised", "apart", "tiny", "large", "off the page", "slanting"],
)  # fmt: skip
def test_a_word_that_is_not_plainly_of_the_line_is_kept_by_itself(look: dict[str, float]) -> None:
    texts, runs = skimmed(**look)  # type: ignore[arg-type]  # numbers all
    assert runs == [HEAD] and texts == [REST]
