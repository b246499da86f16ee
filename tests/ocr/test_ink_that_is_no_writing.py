"""Signatures, bars and codes beside a mark are no writing, and hold nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from marker.intake.work import Task, examine_file
from marker.model import Box, PartyId
from marker.ocr import page, raster
from marker.ocr.apart import Mask, is_scrawl
from marker.ocr.codes import codes_on
from marker.settings import Settings
from tests.ocr import pages

SCALE = 1.5


def mask_of(image: Image.Image) -> Mask:
    return np.asarray(image.convert("L"), np.uint8)


def scrawl(thick: int) -> Image.Image:
    """A signature of one stroke, 150 by 95 pixels."""
    image = Image.new("L", (150, 95), 0)
    turns = np.linspace(0, 1, 240)
    along = 15 + 120 * turns + 16 * np.sin(17 * turns)
    down = 47 + 40 * np.sin(9 * turns) * np.cos(4 * turns)
    ImageDraw.Draw(image).line([(float(x), float(y)) for x, y in zip(along, down, strict=True)], fill=255, width=thick)
    return image


@pytest.mark.parametrize("thick", [2, 3])
def test_one_long_stroke_of_a_pen_is_a_scrawl(thick: int) -> None:
    assert is_scrawl(mask_of(scrawl(thick)), SCALE)


def test_a_frame_and_letters_in_it_are_none() -> None:
    image = Image.new("L", (260, 70), 0)
    draw = ImageDraw.Draw(image)
    draw.rectangle((3, 3, 256, 66), outline=255, width=3)
    assert not is_scrawl(mask_of(image), SCALE)
    draw.text((20, 18), "SLAPTAI", font=pages.font(36), fill=255)
    assert not is_scrawl(mask_of(image.rotate(9, expand=True)), SCALE)


def test_the_end_of_a_signature_with_the_line_under_it_is_one_and_a_stamp_is_none() -> None:
    end = scrawl(2).crop((60, 0, 150, 95))
    ImageDraw.Draw(end).line((0, 60, 89, 56), fill=255, width=2)
    assert is_scrawl(mask_of(end), SCALE, cut=True)
    image = Image.new("L", (300, 90), 0)
    draw = ImageDraw.Draw(image)
    draw.rectangle((3, 3, 296, 86), outline=255, width=3)
    draw.text((30, 25), "SLAPTAI", font=pages.font(40), fill=255)
    assert not is_scrawl(mask_of(image.rotate(9, expand=True)), SCALE, cut=True)
    draw.line((3, 45, 296, 45), fill=255, width=3)  # all of it one piece
    assert not is_scrawl(mask_of(image.rotate(9, expand=True)), SCALE, cut=True)


def test_bold_letters_grown_together_are_none() -> None:
    image = Image.new("L", (300, 120), 0)
    draw = ImageDraw.Draw(image)
    draw.text((20, 30), "SLAPTAI", font=pages.font(44), fill=255)
    draw.line((20, 55, 260, 55), fill=255, width=4)
    assert not is_scrawl(mask_of(image.rotate(14, expand=True)), SCALE)


def test_a_solid_bar_is_no_line_on_its_side() -> None:
    image = pages.body(pages.blank())
    ImageDraw.Draw(image).rectangle((262, 88, 280, 183), fill="black")
    sheet = page.lay_out(raster.of_image(image, 200), 1, 200 / 72)
    assert not [line for line in sheet.candidates if line.kind == "upright"]


def code(size: int) -> Image.Image:
    made = zxingcpp.create_barcode("DOC-2026-000123/45-67 2026-10-14", zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(np.asarray(made.to_image(scale=size)))


def test_a_code_is_found_where_it_stands_and_nothing_where_none_is() -> None:
    image = pages.write(pages.body(pages.blank()), "SLAPTAI", 827, 100)
    assert codes_on(raster.of_image(image, 200), 200 / 72) == ()
    image.paste(code(8), (120, 60))
    (box,) = codes_on(raster.of_image(image, 200), 200 / 72)
    assert box.overlaps(Box(60, 40, 100, 90))
    assert box.width < 120


@pytest.mark.slow
def test_beside_a_mark_a_code_holds_nothing(tmp_path: Path) -> None:
    image = pages.write(pages.body(pages.blank()), "SLAPTAI", 827, 100)
    image.paste(code(8), (120, 60))
    path = pages.save(tmp_path / "a.pdf", image.convert("L").convert("1", dither=Image.Dither.NONE))
    verdict = examine_file(path, path.name, Task(PartyId("KZ"), "", Settings())).verdict
    assert (verdict.marking, verdict.hold) == ("lt:secret", None)
