"""How often a scan or photograph of one page tells its copy: ``python -m tests.records.measure_trace [--pages N]``.

Letters are stamped; one page of each is drawn at 150 dpi and spoilt: turned, skewed, cropped, photographed.  For each
way it prints how many pages gave their number, how many another, and the processor time of a page without Tesseract's.
"""

from __future__ import annotations

import argparse
import io
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from marker.agreement.load import load_profile
from marker.model import CopyOrder, PartyId
from marker.numbering import CopyNumber
from marker.readers.pdfium import helpers
from marker.records.sheets import sightings
from marker.settings import Settings
from marker.stamp.make import stamp
from tests.cli.conftest import write_letter

DPI = 150
Spoil = Callable[[Image.Image, random.Random], Image.Image]


def turned(page: Image.Image, chance: random.Random) -> Image.Image:
    return page.rotate(chance.choice((90, 180, 270)), expand=True)


def skewed(page: Image.Image, chance: random.Random) -> Image.Image:
    degrees = chance.uniform(2, 7) * chance.choice((-1, 1))
    return page.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def cropped(page: Image.Image, chance: random.Random) -> Image.Image:
    """The lower left half of the page: with the code."""
    width, height = page.size
    return page.crop((0, int(height * chance.uniform(0.4, 0.6)), int(width * chance.uniform(0.5, 0.8)), height))


def without_code(page: Image.Image, chance: random.Random) -> Image.Image:
    """The code is torn off, the printed number is still there."""
    width, height = page.size
    page = page.copy()
    page.paste(255, (0, int(height * 0.9), int(width * 0.075), height))
    return page


def noisy(page: Image.Image, chance: random.Random) -> Image.Image:
    """Grey paper, grain, a blur, and JPEG."""
    page = page.filter(ImageFilter.GaussianBlur(0.6))
    grain = np.random.default_rng(chance.randrange(1 << 30)).normal(0, 12, (page.height, page.width))
    pixels = np.clip(np.asarray(page, dtype=np.float64) * 0.85 + 15 + grain, 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=60)
    return Image.open(io.BytesIO(out.getvalue()))


def photographed(page: Image.Image, chance: random.Random) -> Image.Image:
    """Seen at an angle, on a dark table, noisy."""
    width, height = page.size
    shift = [chance.uniform(0.0, 0.06) for _ in range(4)]
    corners = (
        -shift[0] * width, -shift[1] * height, -shift[2] * width, height * (1 + shift[1]), width * (1 + shift[3]),
        height * (1 + shift[0]), width * (1 + shift[2]), -shift[3] * height,
    )  # fmt: skip
    seen = page.transform(page.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=70)
    return noisy(skewed(seen, chance), chance)


def all_of_it(page: Image.Image, chance: random.Random) -> Image.Image:
    return noisy(turned(skewed(cropped(page, chance), chance), chance), chance)


WAYS: dict[str, Spoil] = {
    "as scanned": lambda page, _chance: page,
    "turned": turned,
    "skewed": skewed,
    "cropped": cropped,
    "noisy": noisy,
    "cropped, skewed, turned, noisy": all_of_it,
    "photographed": photographed,
    "without its code": without_code,
}


def pages(folder: Path, count: int) -> list[tuple[str, Image.Image]]:
    """Copy numbers with a page of their copies."""
    profile, found = load_profile(), []
    for n in range(count):
        number = CopyNumber(PartyId("KZ"), 2026, 731 * n + 17, n % 3 + 1)
        source = write_letter(folder / f"{n}.pdf", "SLAPTAI", pages=2, body=f"Gerbiami kolegos, siunčiame planą {n}.")
        order = CopyOrder(
            PartyId("KZ"), PartyId("LT"), "ҚҰПИЯ/СЕКРЕТНО", "SLAPTAI", number.register_number, str(number),
            number.index, None, "2026-11-22",
        )  # fmt: skip
        target = folder / f"{n}.stamped.pdf"
        stamp("pdf", source, [(order, target)], profile, Settings())
        document = helpers.PdfDocument(target)
        found.append((str(number), document[n % 2].render(scale=DPI / 72).to_pil().convert("L")))
        document.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=20)
    asked = parser.parse_args()
    print(f"{'at 150 dpi':<34}{'found':>9}{'wrong':>7}{'CPU s':>8}")  # noqa: T201  # it is what the command is for
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = pages(folder, asked.pages)
        for way, spoil in WAYS.items():
            chance, right, wrong = random.Random(3), 0, 0
            start = time.process_time()
            for number, page in made:
                spoil(page, chance).save(folder / "page.png", dpi=(DPI, DPI))
                seen = {sighting.copy_number for sighting in sightings(folder / "page.png", "page.png", Settings())}
                right += number in seen
                wrong += bool(seen - {number})
            took = (time.process_time() - start) / len(made)
            print(f"{way:<34}{right:>4} of {len(made)}{wrong:>7}{took:>8.2f}", flush=True)  # noqa: T201  # as above


if __name__ == "__main__":
    main()
