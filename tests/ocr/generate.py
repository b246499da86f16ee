"""Seeded scan pages with their truth: letters as a scanner delivers them, with printed marks and rubber stamps.

    python -m tests.ocr.generate OUT --seeds 0..7

Every page is drawn at 300 dpi with Pillow from the invented words of ``fixtures.texts``, then goes through what
scanners, fax machines and photocopiers do to paper.  The same seed gives the same page.
"""

from __future__ import annotations

import argparse
import functools
import io
import random
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from fixtures import texts

DPI: Final = 300
A4: Final = (2480, 3508)
POINT: Final = DPI / 72
DEVELOPMENT: Final = range(8)
FINAL: Final = range(10_000, 10_008)
"""Seeds from 10,000 on are for the final figure; nobody tunes on them."""

SHORT: Final = 5
FULL: Final = 9
"""Paragraphs of a letter that ends in the middle of the page, and of one that fills it."""

FONTS: Final = {
    "sans": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    "serif": ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
    "noto": ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    "noto-serif": ("NotoSerif-Regular.ttf", "NotoSerif-Bold.ttf"),
}
FORMS: Final[dict[str, tuple[str, ...]]] = {
    "kz:top-secret": (
        "ӨТЕ ҚҰПИЯ",
        "СОВЕРШЕННО СЕКРЕТНО",
        "ӨТЕ ҚҰПИЯ\nСОВЕРШЕННО СЕКРЕТНО",
        "СОВЕРШЕННО\nСЕКРЕТНО",
        "Совершенно секретно",
    ),
    "kz:secret": ("ҚҰПИЯ", "СЕКРЕТНО", "ҚҰПИЯ/СЕКРЕТНО", "ҚҰПИЯ\nСЕКРЕТНО", "Секретно"),
    "kz:restricted": (
        "ҚЫЗМЕТ БАБЫНДА\nПАЙДАЛАНУ ҮШІН",
        "ДЛЯ СЛУЖЕБНОГО ПОЛЬЗОВАНИЯ",
        "Для служебного\nпользования",
        "ДЛЯ СЛУЖЕБНОГО\nПОЛЬЗОВАНИЯ",
    ),
    "lt:top-secret": ("VISIŠKAI SLAPTAI", "VISIŠKAI SLAPTAI/TOP SECRET", "VISIŠKAI\nSLAPTAI", "Visiškai slaptai"),
    "lt:secret": ("SLAPTAI", "SLAPTAI/SECRET", "SLAPTAI\nSECRET", "Slaptai"),
    "lt:confidential": ("KONFIDENCIALIAI", "KONFIDENCIALIAI/CONFIDENTIAL", "Konfidencialiai"),
    "lt:restricted": ("RIBOTO NAUDOJIMO", "RIBOTO NAUDOJIMO/RESTRICTED", "RIBOTO\nNAUDOJIMO", "Riboto naudojimo"),
}
INKS: Final = {"red": (190, 25, 40), "blue": (35, 50, 165), "violet": (95, 40, 140), "black": (25, 25, 25)}


@dataclass(frozen=True, slots=True)
class Label:
    """The truth.  ``marking`` None means held; ``holds`` are the codes that are right, or careful beside a marking."""

    receiving: str
    marking: str | None
    holds: frozenset[str] = frozenset()
    stamp: bool = False
    """Its governing mark is a rubber stamp."""


@dataclass(frozen=True, slots=True)
class Made:
    case: str
    seed: int
    data: bytes
    label: Label
    pages: int
    full: bool = False
    """Its letter fills the page."""

    @property
    def name(self) -> str:
        return f"{self.case}-{self.seed}{'-full' if self.full else ''}.pdf"


@dataclass(slots=True)
class Draft:
    """One document while it is drawn."""

    rng: random.Random
    party: str
    """The sender."""
    pages: list[Image.Image] = field(default_factory=list)
    bold: bool = True
    top: int = 420
    """Pixels from the top where the letter begins."""
    paragraphs: int = SHORT

    @property
    def receiving(self) -> str:
        return "LT" if self.party == "KZ" else "KZ"

    def words(self) -> texts.Words:
        if self.party == "LT":
            return texts.LT
        return self.rng.choice([texts.KK, texts.RU])

    def label(self, marking: str | None, *holds: str, stamp: bool = False) -> Label:
        return Label(self.receiving, marking, frozenset(holds), stamp)

    def level(self, *only: str) -> str:
        """A marking of the sender."""
        prefix = self.party.lower() + ":"
        chosen = [mark for mark in FORMS if mark.startswith(prefix) and (not only or mark.split(":")[1] in only)]
        return self.rng.choice(chosen)

    def form(self, marking: str) -> str:
        return self.rng.choice(FORMS[marking])


@functools.cache
def font(family: str, bold: bool, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS[family][bold], size)


# ── drawing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def letter(draft: Draft, *, head_ink: tuple[int, int, int] = (0, 0, 0)) -> Image.Image:
    """A page with letterhead, addressee, subject, body and signature line."""
    rng, words = draft.rng, draft.words()
    page = Image.new("RGB", A4, (255, 255, 255))
    draw = ImageDraw.Draw(page)
    family = rng.choice(list(FONTS))
    size = round(rng.choice([10.5, 11, 12]) * POINT)
    y = draft.top
    for line in words.letterhead:
        look = font(family, True, round(size * 1.15))
        draw.text((A4[0] / 2, y), line, font=look, fill=head_ink, anchor="ma")
        y += round(size * 1.7)
    y += size
    for line in rng.choice(words.addressees).split("\n"):
        draw.text((1500, y), line, font=font(family, False, size), fill=0)
        y += round(size * 1.4)
    y += size
    draw.text((300, y), rng.choice(words.subjects), font=font(family, True, size), fill=0)
    y += size * 3
    for text in rng.sample(words.paragraphs, k=min(draft.paragraphs, len(words.paragraphs))):
        y = _paragraph(draw, text, family, size, y)
        if y > 2800:
            break
    y += size
    draw.text((300, y), words.positions[0], font=font(family, False, size), fill=0)
    draw.text((1700, y), rng.choice(words.names), font=font(family, False, size), fill=0)
    draw.text((300, 3250), words.contact, font=font(family, False, round(8 * POINT)), fill=0)
    return page


def _paragraph(draw: ImageDraw.ImageDraw, text: str, family: str, size: int, y: int) -> int:
    look = font(family, False, size)
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if draw.textlength(longer, font=look) > 1900 and line:
            draw.text((300, y), line, font=look, fill=0)
            y += round(size * 1.45)
            line = word
        else:
            line = longer
    draw.text((300, y), line, font=look, fill=0)
    return y + round(size * 1.9)


def print_mark(draft: Draft, page: Image.Image, text: str, *, grey: int = 0, size: float = 0) -> None:
    """The mark where the sender's practice puts it: upper right corner, or top and bottom centre."""
    rng, draw = draft.rng, ImageDraw.Draw(page)
    look = font(rng.choice(list(FONTS)), rng.random() < 0.7, round((size or rng.choice([11, 12, 13, 14])) * POINT))
    fill = (grey, grey, grey)
    if draft.party == "KZ":
        draw.multiline_text((2300, 130), text, font=look, fill=fill, anchor="ra", align="right")
        if rng.random() < 0.6:
            bottom = draw.multiline_textbbox((2300, 130), text, font=look, anchor="ra")[3]
            copy = rng.choice(["Экз. № 2", "Дана № 1", "Экз. единственный"])
            draw.text((2300, bottom + 30), copy, font=font("sans", False, round(10 * POINT)), fill=fill, anchor="ra")
        return
    draw.multiline_text((A4[0] / 2, 130), text, font=look, fill=fill, anchor="ma", align="center")
    draw.multiline_text((A4[0] / 2, 3440), text, font=look, fill=fill, anchor="md", align="center")


def stamp_of(
    rng: random.Random, text: str, ink: tuple[int, int, int], *, frame: bool, size: float, angle: float, broken: float
) -> Image.Image:
    """A rubber stamp: RGBA, alpha is how much ink there is."""
    look = font(rng.choice(["sans", "noto", "serif"]), True, round(size * POINT))
    box = ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox((0, 0), text, font=look, align="center", spacing=16)
    pad = round(size * POINT * 0.55)
    width, height = int(box[2] - box[0]) + 2 * pad, int(box[3] - box[1]) + 2 * pad
    mask = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(mask)
    draw.multiline_text((pad - box[0], pad - box[1]), text, font=look, fill=255, align="center", spacing=16)
    if frame:
        draw.rectangle((4, 4, width - 5, height - 5), outline=255, width=rng.choice([7, 10]))
    if broken:
        texture = np.random.default_rng(rng.randrange(1 << 30)).random((height // 5 + 1, width // 5 + 1))
        soft = Image.fromarray((texture * 255).astype(np.uint8)).resize((width, height), Image.Resampling.BILINEAR)
        worn = np.asarray(soft) < 255 * np.quantile(np.asarray(soft) / 255, broken)
        mask = Image.fromarray(np.where(worn, 0, np.asarray(mask)).astype(np.uint8))
    mask = mask.rotate(angle, expand=True, resample=Image.Resampling.BICUBIC)
    mask = mask.filter(ImageFilter.GaussianBlur(1.0))
    stamp = Image.new("RGBA", mask.size, (*ink, 0))
    stamp.putalpha(mask)
    return stamp


def press(page: Image.Image, stamp: Image.Image, x: int, y: int, strength: float = 0.85) -> None:
    """Lay ink on paper: what is darker stays darker."""
    box = (x, y, x + stamp.width, y + stamp.height)
    under = np.asarray(page.crop(box)).astype(np.float32)
    rgba = np.asarray(stamp).astype(np.float32)
    alpha = rgba[..., 3:] / 255 * strength
    ink = under * (1 - alpha * (1 - rgba[..., :3] / 255))
    page.paste(Image.fromarray(ink.clip(0, 255).astype(np.uint8)), (x, y))


def seal(rng: random.Random, ink: tuple[int, int, int]) -> Image.Image:
    """A round seal with words along its edge."""
    size = rng.choice([440, 480, 520])
    mask = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(mask)
    for inset, width in ((4, 8), (26, 3), (120, 3)):
        draw.ellipse((inset, inset, size - inset, size - inset), outline=255, width=width)
    words = "PAVYZDINĖ RYŠIŲ TARNYBA * VILNIUS * " if rng.random() < 0.5 else "ҮЛГІ МИНИСТРЛІГІ * АСТАНА * ОБРАЗЕЦ * "
    look = font("sans", True, 46)
    for number, char in enumerate(words):
        glyph = Image.new("L", (70, size), 0)
        ImageDraw.Draw(glyph).text((35, 62), char, font=look, fill=255, anchor="mm")
        turned = Image.new("L", (size, size), 0)
        turned.paste(glyph, (size // 2 - 35, 0))
        mask = Image.fromarray(np.maximum(mask, turned.rotate(-360 * number / len(words))))
    ImageDraw.Draw(mask).regular_polygon((size // 2, size // 2, 70), 5, fill=255)
    mask = mask.rotate(rng.uniform(-30, 30)).filter(ImageFilter.GaussianBlur(1.2))
    stamp = Image.new("RGBA", mask.size, (*ink, 0))
    stamp.putalpha(mask)
    return stamp


def signature(rng: random.Random, ink: tuple[int, int, int]) -> Image.Image:
    """Handwriting that nobody can read."""
    mask = Image.new("L", (620, 280), 0)
    draw = ImageDraw.Draw(mask)
    x, points = 20.0, []
    phase = rng.uniform(0, 6)
    for step in range(160):
        x += 3.4 + 2.5 * np.sin(step / 5 + phase)
        y = 140 + 80 * np.sin(step / 3.1 + phase) * np.exp(-step / 120) + 22 * np.sin(step / 1.7)
        points.append((x, y))
    draw.line(points, fill=255, width=6, joint="curve")
    draw.line([(30, 230), (560, 200 + rng.randrange(-20, 30))], fill=255, width=5)
    stamp = Image.new("RGBA", mask.size, (*ink, 0))
    stamp.putalpha(mask.filter(ImageFilter.GaussianBlur(1.2)))
    return stamp


# ── what happens to paper ───────────────────────────────────────────────────────────────────────────────────────────


def scanned(
    draft: Draft, page: Image.Image, *, noise: float = 5, skew: float | None = None, blur: float = 0.7
) -> Image.Image:
    """Paper in a scanner: slightly turned, not quite sharp, not quite white."""
    rng = draft.rng
    angle = rng.uniform(-1.2, 1.2) if skew is None else skew
    pixels = np.asarray(page)
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    pixels = cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    pixels = cv2.GaussianBlur(pixels, (0, 0), blur).astype(np.int16)
    dice = np.random.default_rng(rng.randrange(1 << 30))
    tile = (dice.standard_normal((600, 600)) * noise).astype(np.int16)
    grain = np.tile(tile, (height // 600 + 1, width // 600 + 1))[:height, :width, None]
    shade = np.linspace(rng.uniform(0.9, 1.0), rng.uniform(0.9, 1.0), height, dtype=np.float32)[:, None, None]
    tint = np.array([rng.uniform(0.97, 1.0), rng.uniform(0.97, 1.0), rng.uniform(0.92, 0.99)], np.float32)
    pixels = (pixels * np.float32(235 / 255) + np.float32(20)) * (shade * tint) + grain
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def at_dpi(page: Image.Image, dpi: int) -> Image.Image:
    if dpi == DPI:
        return page
    return page.resize((round(page.width * dpi / DPI), round(page.height * dpi / DPI)), Image.Resampling.LANCZOS)


def bilevel(page: Image.Image, threshold: int = 150) -> Image.Image:
    return page.convert("L").point(lambda level: 255 if level > threshold else 0).convert("1")


def as_pdf(pages: list[Image.Image], *, dpi: int = DPI, quality: int = 80) -> bytes:
    out = io.BytesIO()
    # Pillow puts the time into a PDF, and a case is the same document whenever it is made.
    options: dict[str, Any] = {"creationDate": time.gmtime(0), "modDate": time.gmtime(0)}
    if pages[0].mode != "1":
        options["quality"] = quality
    pages[0].save(out, "PDF", resolution=dpi, save_all=True, append_images=pages[1:], **options)
    return out.getvalue()


# ── cases ───────────────────────────────────────────────────────────────────────────────────────────────────────────

Case = Callable[[Draft], tuple[bytes, Label]]
CASES: dict[str, Case] = {}
MADE_STAMPS = ("uncertain",)


def case(function: Case) -> Case:
    CASES[function.__name__.replace("_", "-")] = function
    return function


def _printed(draft: Draft, *, dpi: int = DPI, quality: int = 80, grey: int = 0, **scan: float) -> tuple[bytes, Label]:
    marking = draft.level()
    page = letter(draft)
    print_mark(draft, page, draft.form(marking), grey=grey)
    made = at_dpi(scanned(draft, page, **scan), dpi)
    if draft.rng.random() < 0.5:
        made = made.convert("L")
    return as_pdf([made], dpi=dpi, quality=quality), draft.label(marking)


@case
def print_300(draft: Draft) -> tuple[bytes, Label]:
    return _printed(draft)


@case
def print_200(draft: Draft) -> tuple[bytes, Label]:
    return _printed(draft, dpi=200)


@case
def print_150(draft: Draft) -> tuple[bytes, Label]:
    return _printed(draft, dpi=150)


@case
def noise(draft: Draft) -> tuple[bytes, Label]:
    return _printed(draft, noise=draft.rng.uniform(20, 40))


@case
def skew(draft: Draft) -> tuple[bytes, Label]:
    return _printed(draft, skew=draft.rng.choice([-1, 1]) * draft.rng.uniform(2, 5))


@case
def jpeg_30(draft: Draft) -> tuple[bytes, Label]:
    return _printed(draft, dpi=200, quality=30)


@case
def pale_print(draft: Draft) -> tuple[bytes, Label]:
    return _printed(draft, grey=draft.rng.randrange(110, 165))


@case
def fax(draft: Draft) -> tuple[bytes, Label]:
    marking = draft.level()
    page = letter(draft)
    print_mark(draft, page, draft.form(marking))
    made = bilevel(at_dpi(scanned(draft, page, noise=12), 200))
    return as_pdf([made], dpi=200), draft.label(marking)


@case
def turned(draft: Draft) -> tuple[bytes, Label]:
    marking = draft.level()
    page = letter(draft)
    print_mark(draft, page, draft.form(marking))
    made = scanned(draft, page).convert("L").rotate(draft.rng.choice([90, 180, 270]), expand=True)
    return as_pdf([at_dpi(made, 200)], dpi=200), draft.label(marking)


def _stamped(
    draft: Draft,
    ink: str,
    *,
    broken: float = 0.0,
    over: bool = False,
    strength: float = 0.85,
    grey: str = "",
    low: bool = False,
    size: float = 0,
    marking: str = "",
) -> tuple[bytes, Label]:
    rng = draft.rng
    if low:
        marking = draft.level("top-secret") if rng.random() < 0.6 else draft.level("secret")
        below = draft.level("restricted")
    marking = marking or draft.level()
    page = letter(draft)
    if low:
        print_mark(draft, page, draft.form(below))
    stamp = stamp_of(
        rng,
        draft.form(marking),
        INKS[ink],
        frame=rng.random() < 0.6,
        size=size or rng.uniform(15, 22),
        angle=rng.choice([-1, 1]) * rng.uniform(2, 20),
        broken=broken,
    )
    room = A4[0] - stamp.width
    if over:
        x, y = rng.randrange(250, max(251, room - 250)), rng.randrange(1500, 2300)
    else:
        x = rng.choice([120, max(0, room - 150)]) if not low else 100
        y = rng.randrange(220, 300) if low else rng.randrange(60, 180)
        if draft.party == "LT" and low:
            y = rng.choice([230, 2900])
    press(page, stamp, max(0, min(x, room)), y, strength)
    made = scanned(draft, page)
    if grey == "bilevel":
        return as_pdf([bilevel(at_dpi(made, 200), 175)], dpi=200), draft.label(marking, *MADE_STAMPS, stamp=True)
    made = at_dpi(made.convert("L") if grey else made, rng.choice([200, 300]))
    return as_pdf([made], dpi=round(made.width / 8.2667)), draft.label(marking, *MADE_STAMPS, stamp=True)


@case
def stamp_red(draft: Draft) -> tuple[bytes, Label]:
    return _stamped(draft, "red")


@case
def stamp_blue(draft: Draft) -> tuple[bytes, Label]:
    return _stamped(draft, "blue")


@case
def stamp_violet(draft: Draft) -> tuple[bytes, Label]:
    return _stamped(draft, "violet")


@case
def stamp_broken(draft: Draft) -> tuple[bytes, Label]:
    return _stamped(draft, draft.rng.choice(["red", "blue", "violet"]), broken=draft.rng.uniform(0.15, 0.3))


@case
def stamp_over_text(draft: Draft) -> tuple[bytes, Label]:
    return _stamped(draft, draft.rng.choice(["red", "blue", "violet"]), over=True)


@case
def stamp_pale(draft: Draft) -> tuple[bytes, Label]:
    return _stamped(draft, draft.rng.choice(["red", "blue", "violet"]), strength=draft.rng.uniform(0.25, 0.4))


@case
def stamp_grey(draft: Draft) -> tuple[bytes, Label]:
    return _stamped(draft, draft.rng.choice(["red", "blue", "black"]), grey="grey")


@case
def stamp_bilevel(draft: Draft) -> tuple[bytes, Label]:
    return _stamped(draft, draft.rng.choice(["red", "blue", "black"]), grey="bilevel")


@case
def low_and_stamp_colour(draft: Draft) -> tuple[bytes, Label]:
    return _stamped(draft, draft.rng.choice(["red", "blue", "violet"]), low=True)


@case
def low_and_stamp_grey(draft: Draft) -> tuple[bytes, Label]:
    return _stamped(draft, draft.rng.choice(["red", "blue", "violet"]), low=True, grey="grey")


@case
def low_and_stamp_bilevel(draft: Draft) -> tuple[bytes, Label]:
    return _stamped(draft, draft.rng.choice(["red", "blue", "black"]), low=True, grey="bilevel")


@case
def low_and_stamp_pale(draft: Draft) -> tuple[bytes, Label]:
    return _stamped(draft, draft.rng.choice(["red", "blue", "violet"]), low=True, strength=draft.rng.uniform(0.25, 0.4))


@case
def seal_and_signature(draft: Draft) -> tuple[bytes, Label]:
    rng = draft.rng
    marking = draft.level()
    page = letter(draft)
    print_mark(draft, page, draft.form(marking))
    press(page, signature(rng, INKS["blue"]), 1000, 2750)
    press(page, seal(rng, INKS[rng.choice(["blue", "violet"])]), 700, 2650)
    made = scanned(draft, page)
    look = rng.choice(["colour", "grey", "bilevel"])
    if look == "bilevel":
        return as_pdf([bilevel(at_dpi(made, 200), 160)], dpi=200), draft.label(marking)
    made = at_dpi(made.convert("L") if look == "grey" else made, 200)
    return as_pdf([made], dpi=200), draft.label(marking)


@case
def letterhead_colour(draft: Draft) -> tuple[bytes, Label]:
    rng = draft.rng
    marking = draft.level()
    page = letter(draft, head_ink=rng.choice([(20, 60, 150), (170, 30, 40), (0, 110, 90)]))
    draw = ImageDraw.Draw(page)
    draw.ellipse((300, 420, 520, 640), fill=(20, 120, 180))
    draw.polygon([(410, 440), (350, 600), (470, 600)], fill=(240, 200, 40))
    draw.line((300, 720, 2200, 720), fill=(20, 60, 150), width=6)
    print_mark(draft, page, draft.form(marking))
    return as_pdf([at_dpi(scanned(draft, page), 200)], dpi=200), draft.label(marking)


@case
def layer_without_mark(draft: Draft) -> tuple[bytes, Label]:
    """A scan with a text layer that holds the letter and not its stamp."""
    import pypdf
    from reportlab.pdfgen.canvas import Canvas

    data, label = _stamped(draft, draft.rng.choice(["red", "blue"])) if draft.rng.random() < 0.5 else _printed(draft)
    scan = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    width, height = (float(side) for side in scan.pages[0].mediabox[2:])
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width, height))
    layer = canvas.beginText(72, height - 200)
    layer.setTextRenderMode(3)
    for number in range(20):
        layer.textLine(f"Body of the letter as another program read it, line {number}")
    canvas.drawText(layer)
    canvas.save()
    scan.pages[0].merge_page(pypdf.PdfReader(out).pages[0])
    result = io.BytesIO()
    scan.write(result)
    return result.getvalue(), label


@case
def white_on_dark(draft: Draft) -> tuple[bytes, Label]:
    marking = draft.level()
    page = letter(draft)
    draw = ImageDraw.Draw(page)
    text = draft.form(marking).replace("\n", " ")
    look = font("sans", True, round(13 * POINT))
    length = draw.textlength(text, font=look)
    x = 2300 - length if draft.party == "KZ" else (A4[0] - length) / 2
    draw.rectangle((x - 40, 120, x + length + 40, 230), fill=(40, 40, 40))
    draw.text((x, 175), text, font=look, fill=(255, 255, 255), anchor="lm")
    return as_pdf([at_dpi(scanned(draft, page).convert("L"), 200)], dpi=200), draft.label(marking)


@case
def framed_print(draft: Draft) -> tuple[bytes, Label]:
    marking = draft.level()
    page = letter(draft)
    draw = ImageDraw.Draw(page)
    text = draft.form(marking)
    look = font("noto", True, round(13 * POINT))
    right = 2250 if draft.party == "KZ" else A4[0] / 2
    anchor = "ra" if draft.party == "KZ" else "ma"
    box = draw.multiline_textbbox((right, 150), text, font=look, anchor=anchor, align="center")
    draw.multiline_text((right, 150), text, font=look, fill=0, anchor=anchor, align="center")
    draw.rectangle((box[0] - 30, box[1] - 26, box[2] + 30, box[3] + 26), outline=0, width=5)
    return as_pdf([at_dpi(scanned(draft, page).convert("L"), 200)], dpi=200), draft.label(marking)


@case
def letterspaced(draft: Draft) -> tuple[bytes, Label]:
    marking = draft.level("secret", "top-secret")
    page = letter(draft)
    text = draft.form(marking).replace("\n", " ").replace("/", " / ").upper()
    print_mark(draft, page, " ".join(text.replace(" ", "  ")), size=11)
    return as_pdf([at_dpi(scanned(draft, page).convert("L"), 200)], dpi=200), draft.label(marking, "uncertain")


@case
def on_a_later_page(draft: Draft) -> tuple[bytes, Label]:
    high, low = draft.level("secret", "top-secret"), draft.level("restricted")
    pages = [letter(draft) for _ in range(4)]
    print_mark(draft, pages[0], draft.form(low))
    print_mark(draft, pages[2], draft.form(high))
    return as_pdf([at_dpi(scanned(draft, page).convert("L"), 200) for page in pages], dpi=200), draft.label(high)


@case
def unmarked(draft: Draft) -> tuple[bytes, Label]:
    rng = draft.rng
    draft.top = 200
    page = letter(draft, head_ink=rng.choice([(0, 0, 0), (20, 60, 150)]))
    if rng.random() < 0.6:
        press(page, signature(rng, INKS["blue"]), 1000, 2750)
    if rng.random() < 0.6:
        press(page, seal(rng, INKS["blue"]), 700, 2650)
    return as_pdf([at_dpi(scanned(draft, page), 200)], dpi=200), draft.label(None, "unmarked", "uncertain")


@case
def third_party(draft: Draft) -> tuple[bytes, Label]:
    rng = draft.rng
    page = letter(draft)
    text = rng.choice(["NATO SECRET", "NATO CONFIDENTIAL", "SECRET UE/EU SECRET", "SECRET//NOFORN", "NATO RESTRICTED"])
    if rng.random() < 0.5:
        print_mark(draft, page, text)
    else:
        print_mark(draft, page, draft.form(draft.level("restricted")))
        made = stamp_of(rng, text, INKS["red"], frame=True, size=18, angle=rng.uniform(-10, 10), broken=0)
        press(page, made, 100, 240)
    held = draft.label(None, "third-party", "uncertain", "conflict")
    return as_pdf([at_dpi(scanned(draft, page), 200)], dpi=200), held


def make(name: str, seed: int, *, full: bool = False) -> Made:
    """The document of a case with that seed, its letter half a page long or a full one."""
    rng = random.Random(zlib.crc32(f"{name}/{seed}".encode()))
    draft = Draft(rng, ("KZ", "LT")[seed % 2], paragraphs=FULL if full else SHORT)
    data, label = CASES[name](draft)
    if label.marking is None:
        label = replace(label, stamp=False)
    return Made(name, seed, data, label, 4 if name == "on-a-later-page" else 1, full)


def generate(seeds: Iterable[int], only: Iterable[str] = (), *, full: bool = False) -> Iterator[Made]:
    names = list(only) or list(CASES)
    for name in names:
        for seed in seeds:
            yield make(name, seed, full=full)


def parse_seeds(text: str) -> range:
    first, _, last = text.partition("..")
    return range(int(first), int(last or first) + 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", type=parse_seeds, default=DEVELOPMENT)
    parser.add_argument("--case", action="append", default=[])
    parser.add_argument("--full", action="store_true", help="letters that fill their page")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for made in generate(given.seeds, given.case, full=given.full):
        (given.out / made.name).write_bytes(made.data)


if __name__ == "__main__":
    main()
