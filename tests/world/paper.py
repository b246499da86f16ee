"""Pages that went over paper: rendered, stamped by hand, laid crooked, scanned, packed."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.world import paint

Picture = Image.Image


@dataclass(frozen=True, slots=True)
class Stamp:
    """A rubber stamp: its lines, where its middle is (shares of the page), how it is turned, and its ink."""

    lines: tuple[str, ...]
    x: float = 0.72
    y: float = 0.07
    angle: float = 6.0
    colour: tuple[int, int, int] = (40, 50, 150)
    size: float = 20.0
    frame: bool = True
    wear: float = 0.15


@dataclass(frozen=True, slots=True)
class Scanner:
    """What a scanner does to a page."""

    dpi: int = 200
    skew: float = 0.0
    blur: float = 0.0
    noise: float = 0.0
    mode: str = "RGB"
    quality: int = 60
    turn: int = 0
    """Quarter turns of the sheet, degrees."""
    punched: bool = False
    shadow: bool = False


def photograph(data: bytes, dpi: int) -> list[Picture]:
    """The pages of a PDF as pictures."""
    with pypdfium2.PdfDocument(data) as pdf:
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in pdf]


def press(page: Picture, stamp: Stamp, dpi: int, chance: random.Random) -> Picture:
    """The page with the stamp on it."""
    size = int(stamp.size * dpi / 72)
    font = ImageFont.truetype(str(paint.font_file("sans", bold=True)), size)
    boxes = [font.getbbox(line) for line in stamp.lines]
    width = int(max(box[2] for box in boxes) + 1.2 * size)
    height = int(1.35 * size * len(stamp.lines) + 0.8 * size)
    ink = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(ink)
    if stamp.frame:
        draw.rectangle((3, 3, width - 4, height - 4), outline=255, width=max(2, size // 12))
    for step, (line, box) in enumerate(zip(stamp.lines, boxes, strict=True)):
        draw.text(((width - box[2]) / 2, 0.35 * size + step * 1.35 * size), line, font=font, fill=255)
    rough = np.frombuffer(chance.randbytes(width * height // 16 + 64), dtype=np.uint8)
    small = Image.fromarray(np.resize(rough, (max(1, height // 4), max(1, width // 4)))).resize((width, height))
    holes = np.asarray(small.filter(ImageFilter.GaussianBlur(2)), dtype=float) / 255
    worn = np.asarray(ink, dtype=float) * np.where(holes < 0.5 - 0.5 * (1 - stamp.wear), 0.25, 0.85)
    turned = Image.fromarray(worn.astype(np.uint8)).rotate(stamp.angle, expand=True, resample=Image.Resampling.BICUBIC)
    made = page.copy()
    place = (int(stamp.x * page.width - turned.width / 2), int(stamp.y * page.height - turned.height / 2))
    made.paste(Image.new("RGB", turned.size, stamp.colour), place, turned)
    return made


def sign(page: Picture, dpi: int) -> Picture:
    """A signature in blue ink under the text."""
    made, scale = page.copy(), dpi / 72
    draw = ImageDraw.Draw(made)
    points = [
        ((300 + 5 * step + 14 * math.sin(1.7 * step)) * scale, (300 + 16 * math.cos(1.1 * step) - 2 * step) * scale)
        for step in np.arange(0, 16, 0.1)
    ]
    draw.line(points, fill=(25, 45, 160), width=max(2, round(1.1 * scale)), joint="curve")
    return made


def seal(page: Picture, dpi: int) -> Picture:
    """A round seal, its words along the rim."""
    made, scale = page.copy(), dpi / 72
    side = int(110 * scale)
    ring = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(ring)
    width = max(2, round(1.5 * scale))
    for inset in (0.02, 0.2):
        draw.ellipse((inset * side, inset * side, (1 - inset) * side, (1 - inset) * side), outline=230, width=width)
    font = ImageFont.truetype(str(paint.font_file("sans", bold=True)), int(0.09 * side))
    text = "LIETUVOS RESPUBLIKOS KRAŠTO APSAUGOS MINISTERIJA ★ "
    for step, char in enumerate(text):
        turn = 360 * step / len(text)
        letter = Image.new("L", (side, side), 0)
        ImageDraw.Draw(letter).text((side / 2, 0.105 * side), char, font=font, fill=230, anchor="mm")
        ring = Image.fromarray(np.maximum(np.asarray(ring), np.asarray(letter.rotate(-turn))))
    made.paste(Image.new("RGB", ring.size, (50, 60, 160)), (int(380 * scale), int(260 * scale)), ring)
    return made


def code(page: Picture, dpi: int) -> Picture:
    """A two-dimensional code and a logo, as document systems print them."""
    made, scale = page.copy(), dpi / 72
    chance = np.random.default_rng(3)
    cells = np.kron(chance.integers(0, 2, (29, 29)) * 255, np.ones((6, 6))).astype(np.uint8)
    square = Image.fromarray(cells).resize((int(60 * scale),) * 2, Image.Resampling.NEAREST)
    made.paste(square.convert("RGB"), (int(60 * scale), int(720 * scale)))
    draw = ImageDraw.Draw(made)
    draw.polygon([(x * scale, y * scale) for x, y in ((60, 30), (90, 30), (75, 62))], fill=(200, 30, 30))
    draw.rectangle((100 * scale, 30 * scale, 104 * scale, 62 * scale), fill=(0, 110, 60))
    return made


def scanned(page: Picture, scanner: Scanner, chance: random.Random) -> Picture:
    made = page
    if scanner.punched:
        draw = ImageDraw.Draw(made)
        for share in (0.4, 0.6):
            y, r = share * made.height, 0.012 * made.width
            draw.ellipse((0.03 * made.width - r, y - r, 0.03 * made.width + r, y + r), fill=(30, 30, 30))
    if scanner.skew:
        made = made.rotate(scanner.skew, fillcolor=(250, 250, 248), resample=Image.Resampling.BICUBIC)
    if scanner.blur:
        made = made.filter(ImageFilter.GaussianBlur(scanner.blur))
    field = np.asarray(made, dtype=float)
    if scanner.shadow:
        field = field * np.linspace(0.72, 1.0, field.shape[1])[None, :, None]
    if scanner.noise:
        generator = np.random.default_rng(chance.randrange(1 << 30))
        field = field + generator.normal(0, scanner.noise, field.shape)
    made = Image.fromarray(field.clip(0, 255).astype(np.uint8))
    if scanner.turn:
        made = made.rotate(scanner.turn, expand=True)
    if scanner.mode == "1":
        return made.convert("L").point(lambda value: 255 if value > 150 else 0).convert("1")
    return made.convert(scanner.mode)


def packed(pictures: list[Picture], scanner: Scanner) -> bytes:
    """The pictures as the pages of a PDF."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for picture in pictures:
        width, height = 72 * picture.width / scanner.dpi, 72 * picture.height / scanner.dpi
        canvas.setPageSize((width, height))
        file = io.BytesIO()
        if scanner.mode == "1":
            picture.save(file, "PNG")
        else:
            picture.save(file, "JPEG", quality=scanner.quality)
        file.seek(0)
        canvas.drawImage(ImageReader(file), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def over_paper(
    data: bytes,
    scanner: Scanner,
    stamps: dict[int, Stamp] | None = None,
    seed: int = 7,
    more: Callable[[Picture, int], Picture] | None = None,
) -> bytes:
    """A PDF printed, stamped (page from 0), and scanned again."""
    chance = random.Random(seed)
    made = []
    for number, page in enumerate(photograph(data, scanner.dpi)):
        stamp = (stamps or {}).get(number)
        inked = press(page, stamp, scanner.dpi, chance) if stamp is not None else page
        made.append(scanned(more(inked, scanner.dpi) if more is not None else inked, scanner, chance))
    return packed(made, scanner)


SCANNERS: Final = {
    "good": Scanner(300, 0.3),
    "office": Scanner(200, 0.8, 0.5, 5, quality=50, shadow=True, punched=True),
    "fax": Scanner(200, 0.6, 0.4, 12, mode="1"),
    "grey": Scanner(200, -1.2, 0.6, 6, mode="L", quality=45),
    "crooked": Scanner(200, 3.0, 0.4, 4, quality=55),
    "coarse": Scanner(150, 0.5, 0.3, 4, quality=70),
    "upside-down": Scanner(200, 0.5, 0.3, 4, turn=180),
    "sideways": Scanner(200, 0.5, 0.3, 4, turn=90),
}
