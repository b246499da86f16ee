"""Small scans for tests, drawn with Pillow and put into PDF files by it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parents[2] / "marker" / "resources" / "fonts"
A4 = (1654, 2339)
"""Pixels at 200 dpi."""


def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / "DejaVuSans-Bold.ttf"), size)


def blank(size: tuple[int, int] = A4, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, "white")


def body(page: Image.Image, lines: int = 14) -> Image.Image:
    """Running text in the middle of a page."""
    draw = ImageDraw.Draw(page)
    look = ImageFont.truetype(str(FONTS / "DejaVuSans.ttf"), 31) if (FONTS / "DejaVuSans.ttf").is_file() else font(31)
    for number in range(lines):
        words = "Susitikime aptartas mainų grafikas, rugių ir linų mėginiai keliauja pavasarį"
        draw.text((200, 700 + 52 * number), words[number % 9 :], font=look, fill="black")
    return page


def write(page: Image.Image, text: str, x: int, y: int, size: int = 36) -> Image.Image:
    ImageDraw.Draw(page).text((x, y), text, font=font(size), fill="black", anchor="mm")
    return page


def stamp(
    page: Image.Image,
    text: str,
    x: int,
    y: int,
    *,
    angle: float = 0,
    ink: str = "red",
    size: int = 52,
    frame: bool = True,
) -> Image.Image:
    """A rubber stamp in the middle of (x, y), turned anticlockwise."""
    box = font(size).getbbox(text)
    mask = Image.new("L", (int(box[2]) + 60, int(box[3]) + 50), 0)
    draw = ImageDraw.Draw(mask)
    draw.text((30, 22), text, font=font(size), fill=255)
    if frame:
        draw.rectangle((3, 3, mask.width - 4, mask.height - 4), outline=255, width=6)
    mask = mask.rotate(angle, expand=True, resample=Image.Resampling.BICUBIC)
    page.paste(Image.new("RGB", mask.size, ink), (x - mask.width // 2, y - mask.height // 2), mask)
    return page


def scribble(page: Image.Image, x: int, y: int) -> Image.Image:
    """Six red marks as high as letters that nobody can read, askew in a frame."""
    mask = Image.new("L", (520, 130), 0)
    draw = ImageDraw.Draw(mask)
    dice = np.random.default_rng(3)
    for number in range(9):
        left = 35 + number * 50
        points = [(left + float(dx), 35 + float(dy)) for dx, dy in dice.uniform(0, 1, (7, 2)) * (34, 58)]
        draw.line([(left, 35), *points, (left + 30, 93)], fill=255, width=7)
    draw.rectangle((3, 3, 516, 126), outline=255, width=6)
    mask = mask.rotate(9, expand=True)
    page.paste(Image.new("RGB", mask.size, (190, 20, 40)), (x, y), mask)
    return page


def save(path: Path, *pages: Image.Image, dpi: int = 200) -> Path:
    pages[0].save(path, "PDF", resolution=dpi, save_all=True, append_images=pages[1:])
    return path
