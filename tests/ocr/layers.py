"""Scans that come with somebody else's OCR layer: pictures with words nobody sees over them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pypdf
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from marker.model import Box
from tests.ocr import pages

_FONT = pages.FONTS / "DejaVuSans-Bold.ttf"
_PROSE = (
    "Susitikime aptartas mainų grafikas ir rugių kiekis",
    "linų mėginiai keliauja pavasarį kartu su sėklomis",
    "bandymų laukai prie upės buvo arti du kartus rudenį",
    "darbuotojai matavo dirvos drėgmę kiekvieną savaitę",
    "vasarą lijo mažiau negu pernai todėl derlius menkas",
    "komisija apžiūrės sandėlius ir surašys grūdų likutį",
    "kitas posėdis numatytas gegužės mėnesio pabaigoje",
    "prašome atsiųsti savo pastabas ligi mėnesio galo",
    "priede pateikiame bandymų lentelę su matavimais",
    "mokslininkai lankysis institute birželio viduryje",
)
"""Lines of a letter, none of which is like another or like a marking."""
_SIZE = 30
_LEFT, _TOP, _STEP = 250, 620, 60
"""Pixels at 200 dpi."""


def letter() -> tuple[Image.Image, list[tuple[str, Box]]]:
    """A page with running text, and what stands where on it, in points."""
    page = pages.blank()
    look = ImageFont.truetype(str(_FONT), _SIZE)
    draw = ImageDraw.Draw(page)
    said: list[tuple[str, Box]] = []
    for number, text in enumerate(_PROSE):
        at = (_LEFT, _TOP + _STEP * number)
        draw.text(at, text, font=look, fill="black")
        left, top, right, bottom = (edge * 72 / 200 for edge in draw.textbbox(at, text, font=look))
        said.append((text, Box(left, top, right, bottom)))
    return page, said


def scan(path: Path, page: Image.Image, layer: Sequence[tuple[str, Box]]) -> Path:
    """The page as a PDF with a layer that says so in the boxes given, points."""
    bare = pages.save(path, page)
    if "Layer" not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont("Layer", str(_FONT)))
    height = page.height * 72 / 200
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(page.width * 72 / 200, height))
    for said, box in layer:
        text = canvas.beginText(box.x0, height - box.y1 + 0.2 * box.height)
        text.setTextRenderMode(3)
        text.setFont("Layer", box.height)
        text.setHorizScale(100 * box.width / pdfmetrics.stringWidth(said, "Layer", box.height))
        text.textOut(said)
        canvas.drawText(text)
    canvas.save()
    out.seek(0)
    written = pypdf.PdfWriter(clone_from=io.BytesIO(bare.read_bytes()))
    if layer:
        written.pages[0].merge_page(pypdf.PdfReader(out).pages[0])
    written.write(path)
    return path
