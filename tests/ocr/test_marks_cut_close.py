"""Pictures in Word documents that show a mark and next to nothing else, whatever their size in pixels."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from marker.agreement.load import load_profile
from marker.detect.judge import examine
from marker.model import PartyId
from marker.ocr.look import Clock
from marker.ocr.word import read_word_pictures
from marker.readers.base import ReaderLimits
from marker.readers.read import read
from marker.settings import Settings
from tests.world import paint, word
from tests.world.sheet import letter


def with_picture(size: tuple[int, int], letters: int, at: tuple[int, int]) -> bytes:
    shown = Image.new("RGB", size, "white")
    font = ImageFont.truetype(str(paint.font_file("sans", bold=True)), letters)
    ImageDraw.Draw(shown).text(at, "SLAPTAI", fill="black", font=font)
    out = io.BytesIO()
    shown.save(out, "PNG")
    low = word.paragraph(word.run("RIBOTO NAUDOJIMO", "<w:b/>"), '<w:jc w:val="center"/>')
    package = word.Package(header=low, footer=low, body=word.text_of(letter("lt")))
    package.body.append(word.paragraph(word.image("rIdP", 4_000_000, 700_000)))
    package.parts["media/image1.png"] = ("image/png", out.getvalue())
    package.rels.append(("rIdP", "image", "media/image1.png"))
    return package.save()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "letters", "at"),
    [
        ((500, 90), 48, (20, 20)),
        ((500, 120), 48, (40, 30)),
        ((250, 40), 26, (20, 5)),
        ((800, 400), 40, (250, 150)),
        ((190, 68), 26, (25, 19)),
    ],
)
def test_a_mark_cut_close_is_read(size: tuple[int, int], letters: int, at: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(with_picture(size, letters, at))
    profile = load_profile()
    reading = read(path, ReaderLimits.from_settings(Settings()), path.name)
    whole = read_word_pictures(path, reading, profile, Clock(120, profile.scans))
    assert examine(whole, profile, PartyId("KZ")).marking == "lt:secret"
