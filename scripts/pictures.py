"""Makes docs/pictures/stamped.png from the fixtures: the first page of a stamped letter in each direction."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

ROOT = Path(__file__).parent.parent
LETTERS = (
    ("KZ", ROOT / "fixtures/inbox-kz/URM raštai/Dėl seminaro Šiauliuose.pdf"),
    ("LT", ROOT / "fixtures/inbox-lt/Құпия хаттар/Сапар туралы.pdf"),
)
SCALE = 1.15


def first_page(receiving: str, letter: Path, folder: Path) -> Image.Image:
    """The first page of the stamped copy, as displayed."""
    out = folder / receiving
    command = [sys.executable, "-m", "marker", "convert", "--to", receiving, "-o", str(out), str(letter)]
    environment = {**os.environ, "MARKER_REGISTER": str(folder / "register.sqlite")}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    (copy,) = out.glob("*.pdf")
    page: Image.Image = pypdfium2.PdfDocument(copy)[0].render(scale=SCALE).to_pil()
    return ImageOps.expand(page, border=1, fill="#888")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        pages = [first_page(receiving, letter, Path(name)) for receiving, letter in LETTERS]
    gap = 16
    sheet = Image.new("RGB", (sum(p.width for p in pages) + gap, max(p.height for p in pages)), "white")
    sheet.paste(pages[0], (0, 0))
    sheet.paste(pages[1], (pages[0].width + gap, 0))
    sheet.convert("L").quantize(32).save(ROOT / "docs/pictures/stamped.png", optimize=True)


if __name__ == "__main__":
    main()
